// SPDX-License-Identifier: Apache-2.0
// For tests: a provider's key that signs tokens, and the entry of it in a key set.
#pragma once

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "digest/base64url.h"
#include "json/value.h"

namespace aiflow::oidc::testing {

class Signer {
 public:
  /// `algorithm`: RS256, ES256 or EdDSA.
  Signer(std::string algorithm, std::string name, unsigned rsa_bits = 2048)
      : algorithm_(std::move(algorithm)),
        name_(std::move(name)),
        key_(make(rsa_bits), &EVP_PKEY_free) {}

  [[nodiscard]] json::Value jwk() const {
    auto out = json::object({{"kid", name_}, {"use", "sig"}, {"alg", algorithm_}});
    if (algorithm_ == "RS256") {
      out.set("kty", "RSA");
      out.set("n", number(OSSL_PKEY_PARAM_RSA_N, 0));
      out.set("e", number(OSSL_PKEY_PARAM_RSA_E, 0));
    } else if (algorithm_ == "ES256") {
      out.set("kty", "EC");
      out.set("crv", "P-256");
      out.set("x", number(OSSL_PKEY_PARAM_EC_PUB_X, 32));
      out.set("y", number(OSSL_PKEY_PARAM_EC_PUB_Y, 32));
    } else {
      std::string raw(32, '\0');
      std::size_t size = raw.size();
      AIFLOW_ASSERT(EVP_PKEY_get_raw_public_key(key_.get(), bytes(raw), &size) == 1);
      out.set("kty", "OKP");
      out.set("crv", "Ed25519");
      out.set("x", digest::base64url(raw));
    }
    return out;
  }

  [[nodiscard]] json::Value header() const {
    return json::object({{"alg", algorithm_}, {"kid", name_}, {"typ", "JWT"}});
  }
  [[nodiscard]] std::string sign(const json::Value& claims) const { return sign(header(), claims); }
  [[nodiscard]] std::string sign(const json::Value& header, const json::Value& claims) const {
    const auto text =
        digest::base64url(json::write(header)) + "." + digest::base64url(json::write(claims));
    return text + "." + digest::base64url(signature(text, algorithm_ == "ES256"));
  }

  /// `as_pair`: two numbers beside each other, as JOSE has it, not DER.
  [[nodiscard]] std::string signature(std::string_view text, bool as_pair) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    const EVP_MD* hash = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
    AIFLOW_ASSERT(EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key_.get()) == 1);
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    AIFLOW_ASSERT(EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) == 1);
    std::string out(size, '\0');
    AIFLOW_ASSERT(EVP_DigestSign(context.get(), bytes(out), &size, data, text.size()) == 1);
    out.resize(size);
    return as_pair ? pair_of(out) : out;
  }

 private:
  static unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
  }
  [[nodiscard]] EVP_PKEY* make(unsigned rsa_bits) const {
    if (algorithm_ == "RS256") return EVP_RSA_gen(rsa_bits);
    if (algorithm_ == "ES256") return EVP_EC_gen("P-256");
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  }
  [[nodiscard]] std::string number(const char* what, int width) const {
    BIGNUM* found = nullptr;
    AIFLOW_ASSERT(EVP_PKEY_get_bn_param(key_.get(), what, &found) == 1);
    const int size = width > 0 ? width : BN_num_bytes(found);
    std::string out(static_cast<std::size_t>(size), '\0');
    AIFLOW_ASSERT(BN_bn2binpad(found, bytes(out), size) == size);
    BN_free(found);
    return digest::base64url(out);
  }
  static std::string pair_of(std::string_view der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* both = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    AIFLOW_ASSERT(both != nullptr);
    std::string out(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(both), bytes(out), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(both), bytes(out) + 32, 32);
    ECDSA_SIG_free(both);
    return out;
  }

  std::string algorithm_, name_;
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

[[nodiscard]] inline std::string key_set_text(std::initializer_list<json::Value> keys) {
  return json::write(json::object({{"keys", json::Array(keys)}}));
}

}  // namespace aiflow::oidc::testing

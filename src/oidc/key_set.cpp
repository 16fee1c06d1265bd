// SPDX-License-Identifier: Apache-2.0
#include "oidc/key_set.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "digest/base64url.h"

namespace aiflow::oidc {
namespace {

constexpr std::size_t kKeysMax = 64;
constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kHeaderBytesMax = 4U << 10;
constexpr int kRsaBitsMin = 2048;
/// A check takes time with the square of it.
constexpr int kRsaBitsMax = 8192;
constexpr int kRsaExponentBitsMax = 32;
constexpr std::size_t kCoordinateBytes = 32;  // P-256 and Ed25519

template <auto free>
struct Free {
  template <class T>
  void operator()(T* one) const {
    free(one);
  }
};
using PKey = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using PKeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

enum Algorithm : int { rs256, es256, eddsa };
constexpr std::array<std::string_view, 3> kAlgorithms = {"RS256", "ES256", "EdDSA"};

std::unexpected<Error> untrusted(std::string why) {
  return fail(ErrorCode::corrupt, "the ID token " + std::move(why));
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// A member that holds bytes; empty when it is missing or no base64url.
std::string bytes_in(const json::Value& object, std::string_view key) {
  const auto* value = object.find(key);
  if (value == nullptr || !value->is_string()) return {};
  return digest::base64url_decode(value->as_string()).value_or(std::string());
}

/// "" when it is missing or no text.
std::string text_in(const json::Value& object, std::string_view key) {
  const auto* value = object.find(key);
  return value != nullptr && value->is_string() ? value->as_string() : std::string();
}

Number number_of(std::string_view bytes) {
  return Number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

/// Null when OpenSSL takes it for no key. The numbers of `builder` must live until this returns.
PKey make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const PKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  PKey key(made);
  const PKeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (!check || EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return key;
}

PKey rsa_key(const json::Value& jwk) {
  const auto modulus = bytes_in(jwk, "n");
  const auto exponent = bytes_in(jwk, "e");
  if (modulus.empty() || modulus.size() > kRsaBitsMax / 8 + 1 || exponent.empty() ||
      exponent.size() > 8) {
    return nullptr;
  }
  const auto n = number_of(modulus);
  const auto e = number_of(exponent);
  if (BN_num_bits(n.get()) < kRsaBitsMin || BN_num_bits(n.get()) > kRsaBitsMax ||
      BN_num_bits(e.get()) < 2 || BN_num_bits(e.get()) > kRsaExponentBitsMax) {
    return nullptr;
  }
  const Builder builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return make_key("RSA", builder.get());
}

PKey p256_key(const json::Value& jwk) {
  const auto x = bytes_in(jwk, "x");
  const auto y = bytes_in(jwk, "y");
  if (text_in(jwk, "crv") != "P-256" || x.size() != kCoordinateBytes ||
      y.size() != kCoordinateBytes) {
    return nullptr;
  }
  const std::string point = "\x04" + x + y;
  const Builder builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return nullptr;
  }
  return make_key("EC", builder.get());
}

PKey ed25519_key(const json::Value& jwk) {
  const auto x = bytes_in(jwk, "x");
  if (text_in(jwk, "crv") != "Ed25519" || x.size() != kCoordinateBytes) return nullptr;
  return PKey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(x), x.size()));
}

/// ES256 is two numbers beside each other; OpenSSL takes them as DER. Empty when it is none.
std::string der_of(std::string_view signature) {
  if (signature.size() != 2 * kCoordinateBytes) return {};
  EcSignature made(ECDSA_SIG_new());
  auto r = number_of(signature.substr(0, kCoordinateBytes));
  auto s = number_of(signature.substr(kCoordinateBytes));
  if (!made || ECDSA_SIG_set0(made.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(made.get(), &der);
  if (length <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

bool is_signed_by(EVP_PKEY* key, Algorithm algorithm, std::string_view text,
                  std::string_view signature) {
  const std::string der = algorithm == es256 ? der_of(signature) : std::string();
  const std::string_view given = algorithm == es256 ? std::string_view(der) : signature;
  const EVP_MD* hash = algorithm == eddsa ? nullptr : EVP_sha256();
  const DigestContext context(EVP_MD_CTX_new());
  return !given.empty() && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(given), given.size(), bytes_of(text),
                          text.size()) == 1;
}

/// header.payload.signature, still encoded.
std::optional<std::array<std::string_view, 3>> parts_of(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  return std::array{token.substr(0, first), token.substr(first + 1, second - first - 1),
                    token.substr(second + 1)};
}

Result<json::Value> object_in(std::string_view encoded, json::ParseLimits limits) {
  AIFLOW_ASSIGN(const auto text, digest::base64url_decode(encoded));
  AIFLOW_ASSIGN(auto value, json::parse(text, limits));
  if (!value.is_object()) return fail(ErrorCode::invalid_argument, "it is no object");
  return value;
}

/// The algorithm that the header names. Errors: corrupt for all but the three, and for a header
/// that wants more than a signature.
Result<Algorithm> algorithm_of(const json::Value& header) {
  const auto name = text_in(header, "alg");
  const auto known = std::ranges::find(kAlgorithms, name);
  if (known == kAlgorithms.end()) {
    return untrusted("is not signed with RS256, ES256 or EdDSA: let the provider use one of them");
  }
  if (header.find("crit") != nullptr) return untrusted("has an extension that must be understood");
  auto type = text_in(header, "typ");
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  if (header.find("typ") != nullptr && type != "JWT")
    return untrusted("is a token of another type");
  return static_cast<Algorithm>(known - kAlgorithms.begin());
}

}  // namespace

struct KeySet::Key {
  std::string name;
  Algorithm algorithm = rs256;
  PKey key;
};

Result<KeySet> KeySet::parse(std::string_view text) {
  const auto document = json::parse(text, {.depth_max = 16, .bytes_max = 1U << 20});
  const auto* listed = document ? document->find("keys") : nullptr;
  if (listed == nullptr || !listed->is_array() || listed->as_array().size() > kKeysMax) {
    return fail(ErrorCode::corrupt, "the provider's keys are no JSON Web Key Set of at most 64");
  }
  KeySet set;
  for (const auto& jwk : listed->as_array()) {
    if (!jwk.is_object()) continue;
    const auto use = text_in(jwk, "use");
    auto name = text_in(jwk, "kid");
    if ((!use.empty() && use != "sig") || name.size() > kNameBytesMax) continue;
    const auto kind = text_in(jwk, "kty");
    const auto algorithm = kind == "RSA" ? rs256 : kind == "EC" ? es256 : eddsa;
    const auto wanted = text_in(jwk, "alg");
    if (!wanted.empty() && wanted != kAlgorithms[algorithm]) continue;
    PKey key = kind == "RSA"   ? rsa_key(jwk)
               : kind == "EC"  ? p256_key(jwk)
               : kind == "OKP" ? ed25519_key(jwk)
                               : nullptr;
    if (!key) continue;
    set.keys_.push_back(
        std::make_shared<const Key>(Key{std::move(name), algorithm, std::move(key)}));
  }
  // What a failure leaves behind would be read as one of this thread's next TLS connection.
  ERR_clear_error();
  if (set.keys_.empty()) {
    return fail(ErrorCode::corrupt,
                "the provider has no key for RS256 (2048 to 8192 bits), ES256 or EdDSA (Ed25519)");
  }
  return set;
}

std::vector<const KeySet::Key*> KeySet::candidates(int algorithm, const json::Value* name) const {
  std::vector<const Key*> out;
  for (const auto& key : keys_) {
    if (key->algorithm != algorithm) continue;
    if (name == nullptr || (name->is_string() && name->as_string() == key->name)) {
      out.push_back(key.get());
    }
  }
  return out;
}

Result<json::Value> KeySet::verify(std::string_view token) const {
  if (token.size() > kTokenBytesMax) return untrusted("is longer than 64 KiB");
  const auto parts = parts_of(token);
  if (!parts) return untrusted("is no signed token");
  const auto header = object_in((*parts)[0], {.depth_max = 8, .bytes_max = kHeaderBytesMax});
  if (!header) return untrusted("has no readable header");
  AIFLOW_ASSIGN(const auto algorithm, algorithm_of(*header));
  const auto signature = digest::base64url_decode((*parts)[2]);
  if (!signature) return untrusted("has no readable signature");
  const auto* name = header->find("kid");
  const auto keys = candidates(algorithm, name);
  if (keys.empty()) {
    return fail(ErrorCode::not_found,
                "the ID token is signed by a key that the provider does not list");
  }
  if (name == nullptr && keys.size() > 1) return untrusted("does not name its key");
  const auto text = token.substr(0, (*parts)[0].size() + 1 + (*parts)[1].size());
  const bool is_signed = std::ranges::any_of(keys, [&](const Key* key) {
    return is_signed_by(key->key.get(), algorithm, text, *signature);
  });
  ERR_clear_error();
  if (!is_signed) return untrusted("has a wrong signature");
  auto claims = object_in((*parts)[1], {.depth_max = 32, .bytes_max = kTokenBytesMax});
  if (!claims) return untrusted("has no readable claims");
  return claims;
}

}  // namespace aiflow::oidc

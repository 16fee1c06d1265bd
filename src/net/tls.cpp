// SPDX-License-Identifier: Apache-2.0
#include "net/tls.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>

#include "net/detail/tls_key.h"
#include "os/file.h"

namespace aiflow::net {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kFileBytesMax = 1U << 20;
constexpr long kDay_s = 24L * 60 * 60;
constexpr long kYears10_s = 3650 * kDay_s;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* what) const {
    Free(what);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free_all>>;

std::unexpected<Error> no_certificate() {
  return fail(ErrorCode::internal, "the certificate cannot be made");
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

bool add_extension(X509* certificate, int which, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  std::int64_t number = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number) != 1) return false;
  return ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), number & INT64_MAX) == 1;
}

bool set_name(X509* certificate) {
  X509_NAME* name = X509_get_subject_name(certificate);
  static constexpr std::string_view kName = "AIflow server";
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(kName.data()),
                                    static_cast<int>(kName.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

Result<Certificate> sign(EVP_PKEY* key, const std::vector<std::string>& hosts) {
  std::string names;
  for (const std::string& host : hosts) {
    names += (names.empty() ? "" : ",") + std::string(is_address(host) ? "IP:" : "DNS:") + host;
  }
  Certificate made(X509_new());
  X509* raw = made.get();
  // Its beginning lies back: the clocks of other machines may be behind.
  const bool good =
      raw != nullptr && X509_set_version(raw, X509_VERSION_3) == 1 && set_serial(raw) &&
      set_name(raw) && X509_gmtime_adj(X509_getm_notBefore(raw), -kDay_s) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(raw), kYears10_s) != nullptr &&
      X509_set_pubkey(raw, key) == 1 &&
      add_extension(raw, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(raw, NID_ext_key_usage, "serverAuth") &&
      add_extension(raw, NID_subject_alt_name, names) && X509_sign(raw, key, EVP_sha256()) > 0;
  if (!good) return no_certificate();
  return made;
}

std::string text_of(BIO* memory) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(memory, &bytes);
  return {bytes, static_cast<std::size_t>(length)};
}

}  // namespace

Result<TlsFiles> own_certificate(const fs::path& folder, const std::vector<std::string>& hosts) {
  const TlsFiles files{.certificate = folder / "tls.crt", .key = folder / "tls.key"};
  std::error_code error;
  if (fs::exists(files.certificate, error) && fs::exists(files.key, error)) return files;
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return no_certificate();
  AIFLOW_ASSIGN(const Certificate certificate, sign(key.get(), hosts));
  const Memory key_text(BIO_new(BIO_s_mem()));
  const Memory certificate_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1 ||
      PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1) {
    return no_certificate();
  }
  AIFLOW_TRY(os::write_atomic(files.key, text_of(key_text.get())));
  AIFLOW_TRY(os::write_atomic(files.certificate, text_of(certificate_text.get())));
  return files;
}

Result<std::string> pin_of(const fs::path& file) {
  AIFLOW_ASSIGN(const std::string text, os::read_file(file, kFileBytesMax));
  const Memory memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  const Certificate certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    return fail(ErrorCode::invalid_argument, "'" + file.string() + "' holds no certificate");
  }
  const bool is_own = X509_NAME_cmp(X509_get_subject_name(certificate.get()),
                                    X509_get_issuer_name(certificate.get())) == 0;
  return is_own ? detail::key_print(certificate.get()) : std::string();
}

namespace detail {

std::string key_print(x509_st* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);
  if (size <= 0) return {};
  EVP_Digest(bytes, static_cast<std::size_t>(size), digest.data(), &length, EVP_sha256(), nullptr);
  OPENSSL_free(bytes);
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (unsigned i = 0; i < length; ++i) {
    out.push_back(kDigits[digest[i] >> 4]);
    out.push_back(kDigits[digest[i] & 15]);
  }
  return out;
}

}  // namespace detail
}  // namespace aiflow::net

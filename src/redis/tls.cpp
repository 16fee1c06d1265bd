// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

#include "redis/detail/tls.h"

namespace aiflow::redis::detail {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* what) const {
    Free(what);
  }
};

bool is_ip(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

}  // namespace

struct Tls::Parts {
  std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>> context{SSL_CTX_new(TLS_client_method())};
  std::unique_ptr<SSL, Freed<SSL_free>> session;
  BIO* in = nullptr;  ///< both are the session's
  BIO* out = nullptr;

  Status failed(int code);
};

/// nothing when OpenSSL only wants more bytes.
Status Tls::Parts::failed(int code) {
  switch (SSL_get_error(session.get(), code)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return {};
    case SSL_ERROR_ZERO_RETURN: return fail(ErrorCode::unavailable, "it closed the connection");
    default: break;
  }
  const long verdict = SSL_get_verify_result(session.get());
  if (verdict == X509_V_OK) return fail(ErrorCode::corrupt, "it does not speak TLS as it should");
  return fail(ErrorCode::denied, std::string("its certificate is not accepted: ") +
                                     X509_verify_cert_error_string(verdict));
}

Tls::Tls(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Tls::~Tls() = default;

Result<std::unique_ptr<Tls>> Tls::create(const Address& address) {
  auto parts = std::make_unique<Parts>();
  SSL_CTX* context = parts->context.get();
  if (context == nullptr) return fail(ErrorCode::internal, "TLS is not available");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  const std::string& file = address.tls_authorities;
  const bool loaded = file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                   : SSL_CTX_load_verify_file(context, file.c_str()) == 1;
  if (!loaded) {
    return fail(ErrorCode::invalid_argument, "'" + file + "' holds no certificates of authorities");
  }
  parts->session.reset(SSL_new(context));
  parts->in = BIO_new(BIO_s_mem());
  parts->out = BIO_new(BIO_s_mem());
  SSL* session = parts->session.get();
  SSL_set_bio(session, parts->in, parts->out);
  SSL_set_connect_state(session);
  const bool named =
      is_ip(address.host)
          ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), address.host.c_str()) == 1
          : SSL_set1_host(session, address.host.c_str()) == 1 &&
                SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                         const_cast<char*>(address.host.c_str())) == 1;
  if (!named) return fail(ErrorCode::invalid_argument, "its host is no name");
  return std::unique_ptr<Tls>(new Tls(std::move(parts)));
}

Status Tls::shake_hands() {
  const int code = SSL_do_handshake(parts_->session.get());
  return code == 1 ? Status() : parts_->failed(code);
}

bool Tls::is_done() const { return SSL_is_init_finished(parts_->session.get()) == 1; }

Status Tls::take(std::string_view bytes, std::string& plain) {
  BIO_write(parts_->in, bytes.data(), static_cast<int>(bytes.size()));
  if (!is_done()) AIFLOW_TRY(shake_hands());
  std::array<char, 16'384> buffer;
  while (is_done()) {
    const int got = SSL_read(parts_->session.get(), buffer.data(), buffer.size());
    if (got <= 0) return parts_->failed(got);
    plain.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return {};
}

Status Tls::put(std::string_view plain) {
  if (plain.empty()) return {};
  const int done = SSL_write(parts_->session.get(), plain.data(), static_cast<int>(plain.size()));
  return done > 0 ? Status() : parts_->failed(done);
}

std::string Tls::out() {
  std::string bytes(BIO_ctrl_pending(parts_->out), '\0');
  if (!bytes.empty()) BIO_read(parts_->out, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

}  // namespace aiflow::redis::detail

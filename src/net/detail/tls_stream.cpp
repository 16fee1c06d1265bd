// SPDX-License-Identifier: Apache-2.0
#include "net/detail/tls_stream.h"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <optional>

#include "net/detail/tls_key.h"

namespace aiflow::net::detail {
namespace {

using ErrorCodeOf = boost::system::error_code;
using Pump = BytePump<TlsStream, Socket>;

/// The plain end of a stream that has shaken hands; the pump lives by its own operations.
Result<Socket> plain_end(TlsStream stream, std::shared_ptr<void> held) {
  const auto executor = stream.get_executor();
  asio::local::stream_protocol::socket near(executor);
  asio::local::stream_protocol::socket far(executor);
  ErrorCodeOf error;
  asio::local::connect_pair(near, far, error);
  if (error) return fail(ErrorCode::unavailable, error.message());
  std::make_shared<Pump>(std::move(stream), Socket(std::move(near)), [held = std::move(held)] {
  })->start();
  return Socket(std::move(far));
}

/// One handshake on its way, with its time limit.
struct Handshake {
  Handshake(Socket socket, asio::ssl::context& context, TlsDone then)
      : stream(std::move(socket), context), done(std::move(then)) {}

  void limit(const std::shared_ptr<Handshake>& self, std::chrono::milliseconds time) {
    stream.timer().expires_after(time);
    stream.timer().async_wait([self](const ErrorCodeOf& error) {
      if (!error && self->done) close_stream(self->stream);
    });
  }
  void finish(Result<Socket> result) {
    if (const auto call = std::exchange(done, nullptr)) call(std::move(result));
  }

  TlsStream stream;
  TlsDone done;
  std::shared_ptr<void> held;  ///< lives as long as the stream: a client's context, for one
};

constexpr std::chrono::milliseconds kClientLimit{10'000};

std::string name_of(const Endpoint& endpoint) {
  return endpoint.host + ":" + std::to_string(endpoint.port);
}

std::shared_ptr<asio::ssl::context> client_context(const Endpoint& endpoint) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  ErrorCodeOf ignored;
  context->set_default_verify_paths(ignored);
  context->set_verify_mode(asio::ssl::verify_peer, ignored);
  if (endpoint.pin.empty()) {
    context->set_verify_callback(asio::ssl::host_name_verification(endpoint.host), ignored);
    return context;
  }
  // Its key is all that counts: neither names nor dates, which the clocks may not agree on.
  const auto is_known = [endpoint](bool is_vouched_for, asio::ssl::verify_context& chain) {
    X509* certificate = X509_STORE_CTX_get0_cert(chain.native_handle());
    if (certificate != nullptr && key_print(certificate) == endpoint.pin) return true;
    if (!endpoint.pin_or_authority) return false;
    return asio::ssl::host_name_verification(endpoint.host)(is_vouched_for, chain);
  };
  context->set_verify_callback(is_known, ignored);
  return context;
}

/// `checked`: what OpenSSL has found. The look at the host's name is none of its own.
std::string distrust(const Endpoint& endpoint, long checked) {
  const bool is_misnamed = checked == X509_V_OK || checked == X509_V_ERR_UNSPECIFIED;
  const std::string untrusted =
      " is not one that this machine trusts for that name: " +
      std::string(is_misnamed ? "it is for other names" : X509_verify_cert_error_string(checked));
  if (endpoint.pin.empty()) return "the certificate of " + name_of(endpoint) + untrusted;
  if (!endpoint.pin_or_authority) {
    return name_of(endpoint) + " shows another key than the server that gave the join token has";
  }
  return name_of(endpoint) + " shows another key than the server has, and its certificate" +
         untrusted;
}

Error refusal(const Endpoint& endpoint, const ErrorCodeOf& error, SSL* ssl) {
  if (error.category() == asio::error::get_ssl_category() &&
      ERR_GET_REASON(static_cast<unsigned long>(error.value())) ==
          SSL_R_CERTIFICATE_VERIFY_FAILED) {
    return {ErrorCode::corrupt, distrust(endpoint, SSL_get_verify_result(ssl))};
  }
  return {ErrorCode::unavailable,
          "no TLS connection to " + name_of(endpoint) + ": " + error.message()};
}

}  // namespace

std::weak_ptr<asio::ssl::stream<Socket>> accept_tls(TlsAccept wanted, TlsDone done) {
  const auto shake =
      std::make_shared<Handshake>(std::move(wanted.socket), wanted.context, std::move(done));
  shake->held = std::move(wanted.held);
  shake->limit(shake, wanted.limit);
  auto watch = shake->stream.watch();
  shake->stream.ssl().async_handshake(
      asio::ssl::stream_base::server, [shake](const ErrorCodeOf& error) {
        shake->stream.timer().cancel();
        if (error) return shake->finish(fail(ErrorCode::unavailable, error.message()));
        shake->finish(plain_end(std::move(shake->stream), shake->held));
      });
  return watch;
}

void connect_tls(Socket socket, const Endpoint& endpoint, TlsDone done) {
  auto context = client_context(endpoint);
  const auto shake = std::make_shared<Handshake>(std::move(socket), *context, std::move(done));
  shake->held = std::move(context);
  // SSL_set_tlsext_host_name without its old-style cast.
  std::string name = endpoint.host;
  SSL_ctrl(shake->stream.ssl().native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
           TLSEXT_NAMETYPE_host_name, name.data());
  shake->limit(shake, kClientLimit);
  shake->stream.ssl().async_handshake(
      asio::ssl::stream_base::client, [shake, endpoint](const ErrorCodeOf& error) {
        shake->stream.timer().cancel();
        SSL* ssl = shake->stream.ssl().native_handle();
        if (error) return shake->finish(fail(refusal(endpoint, error, ssl)));
        shake->finish(plain_end(std::move(shake->stream), shake->held));
      });
}

Result<std::shared_ptr<asio::ssl::context>> server_context(const TlsFiles& files) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  ErrorCodeOf error;
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                           asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                           asio::ssl::context::no_tlsv1_1,
                       error);
  const auto bad = [&](const std::filesystem::path& file, std::string_view what) {
    return fail(ErrorCode::invalid_argument, "'" + file.string() + "' is no " + std::string(what) +
                                                 " in PEM form: " + error.message());
  };
  context->use_certificate_chain_file(files.certificate.string(), error);
  if (error) return bad(files.certificate, "certificate");
  context->use_private_key_file(files.key.string(), asio::ssl::context::pem, error);
  if (error) return bad(files.key, "key of that certificate");
  return context;
}

}  // namespace aiflow::net::detail

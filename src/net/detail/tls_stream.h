// SPDX-License-Identifier: Apache-2.0
// TLS in front of a plain socket: the rest of the library sees the far end of a socket pair, and a
// BytePump carries between that and the encrypted stream. It costs a copy and leaves every reader
// and writer of sockets as it is. Private to src/net.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "net/client.h"
#include "net/detail/byte_pump.h"
#include "net/tls.h"

namespace aiflow::net::detail {

namespace asio = boost::asio;
using Socket = asio::generic::stream_protocol::socket;

/// A stream that a BytePump takes.
class TlsStream {
 public:
  using executor_type = asio::ssl::stream<Socket>::executor_type;

  TlsStream(Socket socket, asio::ssl::context& context)
      : stream_(std::make_shared<asio::ssl::stream<Socket>>(std::move(socket), context)),
        timer_(std::make_unique<asio::steady_timer>(stream_->get_executor())) {}

  [[nodiscard]] asio::ssl::stream<Socket>& ssl() { return *stream_; }
  [[nodiscard]] std::weak_ptr<asio::ssl::stream<Socket>> watch() const { return stream_; }
  [[nodiscard]] asio::steady_timer& timer() { return *timer_; }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler handler) {
    stream_->async_read_some(buffers, std::move(handler));
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler handler) {
    stream_->async_write_some(buffers, std::move(handler));
  }
  [[nodiscard]] executor_type get_executor() { return stream_->get_executor(); }

 private:
  std::shared_ptr<asio::ssl::stream<Socket>> stream_;  ///< stays where it is when this moves
  std::unique_ptr<asio::steady_timer> timer_;
};

inline void close_stream(TlsStream& stream) {
  stream.timer().cancel();
  close_stream(stream.ssl().next_layer());
}

/// Says goodbye; a peer that does not answer it is closed a moment later.
template <class Self>
void end_writing(TlsStream& stream, const Self& self) {
  stream.timer().expires_after(std::chrono::seconds(3));
  stream.timer().async_wait([self, &stream](const boost::system::error_code& error) {
    if (!error) close_stream(stream);
  });
  stream.ssl().async_shutdown(
      [self, &stream](const boost::system::error_code&) { close_stream(stream); });
}

using TlsDone = std::function<void(Result<Socket>)>;

struct TlsAccept {
  Socket socket;
  asio::ssl::context& context;
  std::chrono::milliseconds limit;  ///< of the handshake
  std::shared_ptr<void> held;       ///< lives as long as the stream
};
/// Shakes hands as the server, and gives the plain end. `done` gets an error when that fails or
/// takes too long. Returns the stream, to close it by.
std::weak_ptr<asio::ssl::stream<Socket>> accept_tls(TlsAccept wanted, TlsDone done);
/// The same as the client of `endpoint`, whose certificate is checked. Errors: unavailable; corrupt
/// when the certificate is not that of the server.
void connect_tls(Socket socket, const Endpoint& endpoint, TlsDone done);

/// Errors: those of reading; invalid_argument when they are no certificate and its key.
[[nodiscard]] Result<std::shared_ptr<asio::ssl::context>> server_context(const TlsFiles& files);

}  // namespace aiflow::net::detail

// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "net/detail/dial.h"

namespace aiflow::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using ErrorCodeOf = boost::system::error_code;

/// Why a server answered something else than a web socket: its own words where it has some.
Error refusal(const websocket::response_type& response) {
  const auto status = response.result_int();
  const bool refused = status == 401 || status == 403;
  std::string reason(response.body().substr(0, 2000));
  // {"error": {"message": "..."}}
  constexpr std::string_view kMark = "\"message\":\"";
  if (const auto at = reason.find(kMark); at != std::string::npos) {
    reason = reason.substr(at + kMark.size());
    reason.resize(std::min(reason.size(), reason.find('"')));
  } else {
    reason = "the server answered " + std::to_string(status);
  }
  if (status == 421) return {ErrorCode::not_found, reason};
  return {refused ? ErrorCode::denied : ErrorCode::unavailable, reason};
}

}  // namespace

struct WebSocketClient::Impl {
  explicit Impl(WebSocketClientOptions given)
      : options(std::move(given)), timer(io), thread([this] { run(); }) {}

  void run();
  void on_connected(detail::Socket socket);
  void shake_hands();
  void read();
  void write();
  void finish(Duration within);
  void close();
  void end(Error reason);

  const WebSocketClientOptions options;
  asio::io_context io{1};
  asio::steady_timer timer;
  std::shared_ptr<detail::Dial> dial;
  std::optional<websocket::stream<detail::Socket>> stream;
  websocket::response_type response;
  beast::flat_buffer in;
  std::string out;
  bool open = false;
  bool writing = false;
  bool finishing = false;  ///< ends when the server has read all
  bool closing = false;
  bool told = false;

  std::mutex mutex;
  std::deque<std::string> unsent;  ///< guarded by mutex
  std::size_t unsent_bytes = 0;    ///< guarded by mutex
  bool ended = false;              ///< guarded by mutex
  std::thread thread;              ///< last: it uses the others
};

WebSocketClient::WebSocketClient(WebSocketClientOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

WebSocketClient::~WebSocketClient() {
  cut();
  impl_->thread.join();
}

bool WebSocketClient::send_text(std::string message) {
  {
    const std::scoped_lock lock(impl_->mutex);
    if (impl_->ended) return false;
    impl_->unsent_bytes += message.size();
    impl_->unsent.push_back(std::move(message));
    if (impl_->unsent_bytes <= impl_->options.unsent_bytes_max) {
      asio::post(impl_->io, [impl = impl_.get()] { impl->write(); });
      return true;
    }
  }
  asio::post(impl_->io, [impl = impl_.get()] {
    impl->end({ErrorCode::unavailable, "the server does not read what is sent"});
  });
  return false;
}

void WebSocketClient::cut() {
  asio::post(impl_->io, [impl = impl_.get()] {
    impl->end({ErrorCode::cancelled, "the connection was ended"});
  });
}

void WebSocketClient::finish(Duration within) {
  asio::post(impl_->io, [impl = impl_.get(), within] { impl->finish(within); });
}

void WebSocketClient::Impl::run() {
  const auto guard = asio::make_work_guard(io);
  timer.expires_after(options.connect_timeout);
  timer.async_wait([this](const ErrorCodeOf& error) {
    if (!error && !open) end({ErrorCode::timeout, "the server did not answer in time"});
  });
  dial = detail::Dial::start(io, options.endpoint, [this](Result<detail::Socket> socket) {
    if (!socket) return end(socket.error());
    on_connected(*std::move(socket));
  });
  io.run();
}

void WebSocketClient::Impl::on_connected(detail::Socket socket) {
  if (told) return;
  stream.emplace(std::move(socket));
  stream->set_option(websocket::stream_base::timeout{.handshake_timeout = options.connect_timeout,
                                                     .idle_timeout = options.idle_timeout,
                                                     .keep_alive_pings = true});
  stream->set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
    for (const auto& [name, value] : options.headers) request.set(name, value);
  }));
  stream->read_message_max(options.message_bytes_max);
  stream->auto_fragment(false);
  shake_hands();
}

void WebSocketClient::Impl::shake_hands() {
  const std::string host = options.endpoint.host + ":" + std::to_string(options.endpoint.port);
  stream->async_handshake(response, host, options.target, [this](const ErrorCodeOf& error) {
    if (told) return;
    if (error == websocket::error::upgrade_declined) return end(refusal(response));
    if (error) return end({ErrorCode::unavailable, detail::words_of(error)});
    if (!finishing) timer.cancel();
    open = true;
    if (options.on_open) options.on_open();
    read();
    write();
  });
}

void WebSocketClient::Impl::read() {
  stream->async_read(in, [this](const ErrorCodeOf& error, std::size_t) {
    if (told) return;
    if (error && closing) return end({ErrorCode::cancelled, "the connection was ended"});
    if (error) return end({ErrorCode::unavailable, detail::words_of(error)});
    const auto data = in.data();
    if (options.on_message) {
      options.on_message({static_cast<const char*>(data.data()), data.size()});
    }
    in.consume(in.size());
    read();
  });
}

void WebSocketClient::Impl::write() {
  if (!open || told || writing || closing) return;
  bool is_over = false;
  {
    const std::scoped_lock lock(mutex);
    is_over = unsent.empty();
    if (!is_over) {
      out = std::move(unsent.front());
      unsent.pop_front();
      unsent_bytes -= out.size();
    }
  }
  if (is_over && finishing) close();
  if (is_over) return;
  writing = true;
  stream->text(true);
  stream->async_write(asio::buffer(out), [this](const ErrorCodeOf& error, std::size_t) {
    writing = false;
    if (told) return;
    if (error) return end({ErrorCode::unavailable, detail::words_of(error)});
    write();
  });
}

void WebSocketClient::Impl::finish(Duration within) {
  if (told || std::exchange(finishing, true)) return;
  const bool has_words = [this] {
    const std::scoped_lock lock(mutex);
    return !unsent.empty();
  }();
  if (!open && !has_words) return end({ErrorCode::cancelled, "the connection was ended"});
  timer.expires_after(within);
  timer.async_wait([this](const ErrorCodeOf& error) {
    if (!error) end({ErrorCode::timeout, "the server did not read in time"});
  });
  write();
}

/// By the protocol's own close, which the server answers once it has read all that came before. To
/// close the socket alone could lose what was written: a message of the server on its way here
/// would reset the connection.
void WebSocketClient::Impl::close() {
  if (std::exchange(closing, true)) return;
  stream->async_close(websocket::close_code::normal, [this](const ErrorCodeOf&) {
    end({ErrorCode::cancelled, "the connection was ended"});
  });
}

/// What is still running is cancelled; the loop ends once it has come home.
void WebSocketClient::Impl::end(Error reason) {
  if (std::exchange(told, true)) return;
  {
    const std::scoped_lock lock(mutex);
    ended = true;
    unsent.clear();
  }
  timer.cancel();
  if (dial) dial->cancel();
  ErrorCodeOf ignored;
  if (stream) stream->next_layer().close(ignored);
  if (options.on_end) options.on_end(reason);
  io.stop();
}

}  // namespace aiflow::net

// SPDX-License-Identifier: Apache-2.0
// The loop-thread side of an open web socket.
#include <boost/beast/websocket/stream.hpp>

#include "net/detail/connection.h"

namespace aiflow::net::detail {
namespace {

namespace websocket = boost::beast::websocket;

class WsSession final : public std::enable_shared_from_this<WsSession>,
                        public Closable,
                        public Pump {
 public:
  explicit WsSession(Upgrade upgrade)
      : core_(std::move(upgrade.core)),
        stream_(std::move(upgrade.socket)),
        is_local_(upgrade.is_local),
        mark_(*core_, *this, is_local_),
        request_(std::move(upgrade.request)),
        queue_(std::move(upgrade.queue)),
        options_(std::move(upgrade.options)) {}
  ~WsSession() override { end(); }

  void start() {
    stream_.set_option(
        websocket::stream_base::timeout{.handshake_timeout = std::chrono::seconds(10),
                                        .idle_timeout = std::chrono::seconds(60),
                                        .keep_alive_pings = true});
    stream_.read_message_max(options_.message_bytes_max);
    stream_.auto_fragment(false);
    stream_.async_accept(request_, [self = shared_from_this()](const ErrorCodeOf& error) {
      if (error) return self->end();
      self->open_ = true;
      self->queue_->attach(self->weak_from_this());
      self->read();
      self->pump();
    });
  }

  void pump() override {
    // A frame that is being written would have to end before a closing one.
    if (open_ && writing_ && queue_->is_cut()) return close_now();
    if (!open_ || writing_) return;
    auto taken = queue_->take(1);
    if (taken.messages.empty()) {
      if (taken.closing) close_politely();
      return;
    }
    writing_ = true;
    out_ = std::move(taken.messages.front());
    stream_.binary(out_.binary);
    stream_.async_write(boost::asio::buffer(*out_.bytes),
                        [self = shared_from_this()](const ErrorCodeOf& error, std::size_t) {
                          self->writing_ = false;
                          if (error) return self->end();
                          self->pump();
                        });
  }

  void close_now() override {
    ErrorCodeOf ignored;
    stream_.next_layer().close(ignored);
    end();
  }
  /// What was said before the server stops goes out, and no more comes in.
  [[nodiscard]] bool is_idle() const override {
    return !open_ || (!writing_ && queue_->waiting() == 0);
  }
  [[nodiscard]] bool is_local() const override { return is_local_; }

 private:
  void read() {
    stream_.async_read(in_, [self = shared_from_this()](const ErrorCodeOf& error, std::size_t) {
      if (error) return self->end();
      const auto data = self->in_.data();
      if (self->options_.on_message) {
        self->options_.on_message({static_cast<const char*>(data.data()), data.size()});
      }
      self->in_.consume(self->in_.size());
      self->read();
    });
  }

  void close_politely() {
    open_ = false;
    stream_.async_close(websocket::close_code::normal,
                        [self = shared_from_this()](const ErrorCodeOf&) { self->end(); });
  }

  void end() {
    open_ = false;
    const auto queue = std::exchange(queue_, nullptr);
    if (!queue) return;
    queue->ended();
    if (options_.on_close) options_.on_close();
  }

  const std::shared_ptr<Core> core_;
  websocket::stream<Socket> stream_;
  const bool is_local_;
  OpenMark mark_;
  http::request<http::empty_body> request_;
  std::shared_ptr<EventQueue> queue_;
  WebSocketOptions options_;
  beast::flat_buffer in_;
  OutMessage out_;
  bool open_ = false;
  bool writing_ = false;
};

}  // namespace

void start_websocket(Upgrade upgrade) { std::make_shared<WsSession>(std::move(upgrade))->start(); }

}  // namespace aiflow::net::detail

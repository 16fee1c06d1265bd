// SPDX-License-Identifier: Apache-2.0
#include "uplink/websocket_carrier.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "log/log.h"
#include "net/websocket_client.h"

namespace aiflow::uplink {
namespace {

constexpr std::chrono::milliseconds kPauseMaxOfMany{500};
/// So long after a connection was lost, the tasks have a lease: a server that restarts has to be
/// found before that is over.
constexpr std::chrono::milliseconds kSoon{30'000};
constexpr std::chrono::milliseconds kPauseMaxSoon{1'000};
constexpr std::chrono::milliseconds kConnectTimeOfMany{2'000};  ///< to a machine that is off
constexpr std::chrono::milliseconds kLastWordsTime{500};

}  // namespace

struct WebSocketCarrier::Impl {
  void run(std::stop_token stop);
  /// One connection, from its beginning to its end; why it ended, and whether it was ever open.
  Error connect_once(const net::Endpoint& server, const std::stop_token& stop, bool& was_open);
  void tell(const Error& reason, bool was_open);

  WebSocketCarrierOptions options;
  Events events;
  std::optional<ErrorCode> told;  ///< since the last connection, why there is none
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_ptr<net::WebSocketClient> client;  ///< guarded by mutex
  std::optional<Error> end;                      ///< guarded by mutex
  std::jthread thread;                           ///< last: it uses the others
};

WebSocketCarrier::WebSocketCarrier(WebSocketCarrierOptions options)
    : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}

WebSocketCarrier::~WebSocketCarrier() { stop(); }

void WebSocketCarrier::start(Events events) {
  impl_->events = std::move(events);
  impl_->thread = std::jthread([impl = impl_.get()](std::stop_token stop) { impl->run(stop); });
}

void WebSocketCarrier::send(std::string frame) {
  const std::scoped_lock lock(impl_->mutex);
  if (impl_->client) impl_->client->send_text(std::move(frame));
}

void WebSocketCarrier::reconnect() {
  const std::scoped_lock lock(impl_->mutex);
  if (impl_->client) impl_->client->cut();
}

void WebSocketCarrier::stop() {
  if (!impl_->thread.joinable()) return;
  impl_->thread.request_stop();
  impl_->thread.join();
}

void WebSocketCarrier::Impl::run(std::stop_token stop) {
  const std::size_t count = options.servers.size();
  // A server that takes over has to be found before the lease of the tasks is over.
  const auto pause_max =
      count > 1 ? std::min(options.reconnect_max, kPauseMaxOfMany) : options.reconnect_max;
  auto pause = options.reconnect_min;
  std::chrono::milliseconds paused{0};
  for (std::size_t turn = 0; !stop.stop_requested(); ++turn) {
    bool was_open = false;
    const Error reason = connect_once(options.servers[turn % count], stop, was_open);
    if (stop.stop_requested()) return;
    if (was_open) {
      pause = options.reconnect_min;
      paused = {};
      events.lost();
    }
    if (reason.code == ErrorCode::denied) return events.refused(reason);
    tell(reason, was_open);
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop, pause, [] { return false; });
    paused += pause;
    pause = std::min({pause * 2, pause_max, paused < kSoon ? kPauseMaxSoon : pause_max});
  }
}

/// Once, not with each try; of a certificate that is not the server's, and of a server that has
/// another address for workers by now, also later: neither ends by waiting.
void WebSocketCarrier::Impl::tell(const Error& reason, bool was_open) {
  const bool stays = reason.code == ErrorCode::corrupt || reason.code == ErrorCode::not_found;
  if (told && (!stays || told == reason.code)) return;
  told = reason.code;
  log::warn(was_open ? "the connection to the server is lost, trying again"
                     : "the server is not there, trying again",
            {{"reason", reason}});
}

Error WebSocketCarrier::Impl::connect_once(const net::Endpoint& server, const std::stop_token& stop,
                                           bool& was_open) {
  net::WebSocketClientOptions socket;
  socket.endpoint = server;
  if (options.servers.size() > 1) socket.connect_timeout = kConnectTimeOfMany;
  socket.target = "/api/v2/workers/link";
  socket.headers = {{"Authorization", "Bearer " + std::string(options.credential.reveal())}};
  socket.message_bytes_max = kFrameBytesMax;
  socket.unsent_bytes_max = kUnsentBytesMax;
  socket.on_open = [this, &server, &was_open] {
    log::info("connected to the server",
              {{"host", server.host}, {"port", std::int64_t{server.port}}});
    told.reset();
    was_open = true;
    if (options.on_server) options.on_server(server);
    events.connected();
  };
  socket.on_message = [this](std::string_view message) { events.frame(std::string(message)); };
  socket.on_end = [this](const Error& reason) {
    const std::scoped_lock lock(mutex);
    end = reason;
    changed.notify_all();
  };
  // Under the lock: what connected() leads to is sent by this client.
  std::unique_lock lock(mutex);
  client = std::make_unique<net::WebSocketClient>(std::move(socket));
  const auto has_ended = [this] { return end.has_value(); };
  if (!changed.wait(lock, stop, has_ended)) {
    client->finish(kLastWordsTime);
    changed.wait_for(lock, 2 * kLastWordsTime, has_ended);
  }
  const Error reason = std::exchange(end, std::nullopt).value_or(Error{});
  const auto over = std::move(client);
  lock.unlock();  // its last callback may wait for it
  return reason;
}

}  // namespace aiflow::uplink

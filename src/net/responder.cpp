// SPDX-License-Identifier: Apache-2.0
// Responder, EventStream and WebSocket: the any-thread side of a connection.
#include "base/assert.h"
#include "net/detail/connection.h"

namespace aiflow::net {

namespace {

std::shared_ptr<const std::string> shared(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

}  // namespace

struct Responder::Impl {
  std::shared_ptr<detail::Core> core;
  std::shared_ptr<detail::Connection> connection;
};

namespace detail {

Responder make_responder(std::shared_ptr<Core> core, std::shared_ptr<Connection> connection) {
  return Responder(std::make_unique<Responder::Impl>(std::move(core), std::move(connection)));
}

}  // namespace detail

Responder::Responder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Responder::Responder(Responder&&) noexcept = default;

Responder& Responder::operator=(Responder&& other) noexcept {
  Responder moved(std::move(other));
  impl_.swap(moved.impl_);
  return *this;
}

Responder::~Responder() {
  if (!impl_) return;
  impl_->core->post([connection = impl_->connection] {
    connection->refuse(500, "the request was not answered");
  });
}

void Responder::send(Response response) && {
  AIFLOW_ASSERT(impl_);
  const auto impl = std::exchange(impl_, nullptr);
  impl->core->post([connection = impl->connection, response = std::move(response)]() mutable {
    connection->answer(std::move(response));
  });
}

EventStream Responder::open_event_stream(Headers headers) && {
  AIFLOW_ASSERT(impl_);
  const auto impl = std::exchange(impl_, nullptr);
  auto queue = std::make_shared<detail::EventQueue>(impl->core, detail::QueueLimits{});
  impl->core->post([connection = impl->connection, queue, headers = std::move(headers)]() mutable {
    connection->begin_events(std::move(queue), std::move(headers));
  });
  return EventStream(std::make_shared<EventStream::Impl>(std::move(queue)));
}

WebSocket Responder::open_websocket(WebSocketOptions options) && {
  AIFLOW_ASSERT(impl_);
  const auto impl = std::exchange(impl_, nullptr);
  const detail::QueueLimits limits{.messages_max = options.queue_max,
                                   .bytes_max = options.queue_bytes_max,
                                   .drop_oldest = !options.end_when_full};
  auto queue = std::make_shared<detail::EventQueue>(impl->core, limits);
  impl->core->post([connection = impl->connection, queue, options = std::move(options)]() mutable {
    connection->begin_websocket(std::move(queue), std::move(options));
  });
  return WebSocket(std::make_shared<WebSocket::Impl>(std::move(queue)));
}

bool EventStream::send(const SseMessage& message) const {
  return send_formatted(shared(format_sse(message)));
}
bool EventStream::send_formatted(std::shared_ptr<const std::string> messages) const {
  return impl_->queue->push({.bytes = std::move(messages), .binary = false});
}
std::size_t EventStream::waiting() const { return impl_->queue->waiting(); }
void EventStream::close() const { impl_->queue->close(); }
void EventStream::cut() const { impl_->queue->cut(); }
bool EventStream::is_open() const { return impl_->queue->is_open(); }
void EventStream::on_close(std::function<void()> callback) const {
  impl_->queue->on_close(std::move(callback));
}

bool WebSocket::send_text(std::string message) const {
  return impl_->queue->push({.bytes = shared(std::move(message)), .binary = false});
}
bool WebSocket::send_binary(std::string message) const {
  return impl_->queue->push({.bytes = shared(std::move(message)), .binary = true});
}
void WebSocket::close() const { impl_->queue->close(); }
void WebSocket::cut() const { impl_->queue->cut(); }
bool WebSocket::is_open() const { return impl_->queue->is_open(); }
void WebSocket::on_close(std::function<void()> callback) const {
  impl_->queue->on_close(std::move(callback));
}
std::size_t WebSocket::dropped() const { return impl_->queue->dropped(); }
std::size_t WebSocket::waiting() const { return impl_->queue->waiting(); }

}  // namespace aiflow::net

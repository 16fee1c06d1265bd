// SPDX-License-Identifier: Apache-2.0
#include "net/detail/dial.h"

#include <boost/asio/error.hpp>

#include "net/detail/tls_stream.h"

namespace aiflow::net::detail {

using ErrorCodeOf = boost::system::error_code;

std::string words_of(const ErrorCodeOf& error) {
  const bool is_end = error == asio::error::eof || error == asio::error::operation_aborted;
  return is_end ? "the server closed the connection" : error.message();
}

std::shared_ptr<Dial> Dial::start(asio::io_context& io, Endpoint endpoint, Done done) {
  std::shared_ptr<Dial> dial(new Dial(io, std::move(endpoint), std::move(done)));
  dial->resolve();
  return dial;
}

Dial::Dial(asio::io_context& io, Endpoint endpoint, Done done)
    : io_(io), endpoint_(std::move(endpoint)), done_(std::move(done)), resolver_(io), socket_(io) {}

bool Dial::cancel() {
  const bool was_on_its_way = done_ != nullptr;
  done_ = nullptr;
  resolver_.cancel();
  ErrorCodeOf ignored;
  socket_.close(ignored);
  return was_on_its_way;
}

void Dial::resolve() {
  if (!endpoint_.unix_socket.empty()) {
    targets_.emplace_back(asio::local::stream_protocol::endpoint(endpoint_.unix_socket.string()));
    return try_next("");
  }
  resolver_.async_resolve(
      endpoint_.host, std::to_string(endpoint_.port),
      [self = shared_from_this()](const ErrorCodeOf& error, const auto& found) {
        for (const auto& each : found) self->targets_.emplace_back(each.endpoint());
        self->try_next(error ? error.message() : std::string("it has no address"));
      });
}

void Dial::try_next(const std::string& last_failure) {
  if (!done_) return;
  if (next_ == targets_.size()) {
    return finish(fail(ErrorCode::unavailable, "cannot connect to " + endpoint_.host + ":" +
                                                   std::to_string(endpoint_.port) + ": " +
                                                   last_failure));
  }
  ErrorCodeOf ignored;
  socket_.close(ignored);
  socket_ = Socket(io_);
  socket_.async_connect(targets_[next_++], [self = shared_from_this()](const ErrorCodeOf& error) {
    if (error) return self->try_next(error.message());
    self->connected();
  });
}

void Dial::connected() {
  if (!done_) return;
  if (!endpoint_.tls) return finish(std::move(socket_));
  connect_tls(std::move(socket_), endpoint_, [self = shared_from_this()](Result<Socket> plain) {
    self->finish(std::move(plain));
  });
}

void Dial::finish(Result<Socket> result) {
  if (const auto done = std::exchange(done_, nullptr)) done(std::move(result));
}

}  // namespace aiflow::net::detail

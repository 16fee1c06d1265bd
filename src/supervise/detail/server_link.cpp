// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/server_link.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "log/log.h"
#include "os/socket.h"

namespace aiflow::supervise::detail {
namespace {

constexpr std::size_t kUnsentBytesMax = 64U << 20;

}  // namespace

ServerLink::~ServerLink() {
  if (socket_.valid()) loop_.unwatch(socket_.get());
}

void ServerLink::start() {
  back_off_ = options_.reconnect_min;
  try_connect();
}

void ServerLink::try_connect() {
  auto socket = os::connect_unix(options_.socket, Deadline::at(SteadyTime::min()));
  if (!socket || !os::set_nonblocking(socket->get())) {
    if (!warned_ && !options_.is_quiet) {
      log::warn("no server yet, trying again",
                {{"reason", socket ? std::string("fcntl") : socket.error().message}});
    }
    warned_ = true;
    loop_.after(back_off_, [this] { try_connect(); });
    back_off_ = std::min(back_off_ * 2, options_.reconnect_max);
    return;
  }
  socket_ = *std::move(socket);
  reader_ = os::FrameReader(kFrameBytesMax);
  unsent_.clear();
  waits_to_write_ = false;
  warned_ = false;
  loop_.watch(socket_.get(), {}, [this] { on_ready(); });
  events_.connected();
}

void ServerLink::send(std::string_view frame) {
  if (socket_.valid()) unsent_.append(frame);
}

void ServerLink::flush() {
  if (!socket_.valid() || !write_some()) return;
  if (unsent_.size() > kUnsentBytesMax) return drop("the server does not read");
  const bool waits = !unsent_.empty();
  if (std::exchange(waits_to_write_, waits) == waits) return;
  loop_.change(socket_.get(), {.read = true, .write = waits});
}

void ServerLink::on_ready() {
  while (socket_.valid() && read_some()) {
  }
}

bool ServerLink::write_some() {
  while (!unsent_.empty()) {
    const ssize_t sent =
        ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      unsent_.erase(0, static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      return true;
    } else if (errno != EINTR) {
      drop(os::error_from_errno(errno, "send").message);
      return false;
    }
  }
  return true;
}

bool ServerLink::read_some() {
  std::array<char, 64U << 10> buffer;
  const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got <= 0) {
    drop("the server closed the connection");
    return false;
  }
  reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
  while (socket_.valid()) {
    auto frame = reader_.next();
    if (frame && !*frame) break;
    auto value = frame ? json::parse(**frame) : Result<json::Value>(fail(frame.error()));
    if (!value) {
      drop("the server sent a bad message: " + value.error().message);
      return false;
    }
    back_off_ = options_.reconnect_min;  // it answers: this connection counts as good
    events_.message(type_of(*value), *value);
  }
  return static_cast<std::size_t>(got) == buffer.size();
}

void ServerLink::drop(const std::string& reason) {
  if (!options_.is_quiet) {
    log::warn("connection to the server lost, tasks go on", {{"reason", reason}});
  }
  loop_.unwatch(socket_.get());
  socket_.reset();
  unsent_.clear();
  events_.lost();
  loop_.after(back_off_, [this] { try_connect(); });
  back_off_ = std::min(back_off_ * 2, options_.reconnect_max);
}

}  // namespace aiflow::supervise::detail

// SPDX-License-Identifier: Apache-2.0
#include "uplink/detail/frame_socket.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace aiflow::uplink::detail {

FrameSocket::FrameSocket(os::EventLoop& loop, os::Fd fd, Events events)
    : loop_(loop), fd_(std::move(fd)), events_(std::move(events)) {
  loop_.watch(fd_.get(), {}, [this] { on_ready(); });
}

FrameSocket::~FrameSocket() {
  if (fd_.valid()) loop_.unwatch(fd_.get());
  if (closing_ != 0) loop_.cancel(closing_);
}

void FrameSocket::send(std::string_view payload) {
  if (closed_) return;
  unsent_ += os::encode_frame(payload);
  write_some();
  if (unsent_.size() - sent_ > kUnsentBytesMax) close();
}

void FrameSocket::on_ready() {
  write_some();
  if (!closed_) read_all();
}

void FrameSocket::read_all() {
  std::array<char, 64U << 10> buffer;
  bool is_over = false;
  while (!closed_) {
    const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    is_over = got <= 0;
    if (is_over) break;
    reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
    take_frames();
  }
  if (is_over) close();
}

void FrameSocket::take_frames() {
  while (!closed_) {
    auto payload = reader_.next();
    if (!payload) return close();
    if (!*payload) return;
    events_.frame(**std::move(payload));
  }
}

void FrameSocket::write_some() {
  while (!closed_ && sent_ < unsent_.size()) {
    const ssize_t n = ::send(fd_.get(), unsent_.data() + sent_, unsent_.size() - sent_,
                             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return close();
    sent_ += static_cast<std::size_t>(n);
  }
  const bool is_done = sent_ == unsent_.size();
  if (is_done) {
    unsent_.clear();
    sent_ = 0;
  }
  if (closed_ || std::exchange(waits_to_write_, !is_done) == !is_done) return;
  loop_.change(fd_.get(), {.read = true, .write = !is_done});
}

void FrameSocket::close() {
  if (std::exchange(closed_, true)) return;
  loop_.unwatch(fd_.get());
  fd_.reset();
  // Later: the owner may destroy this object then.
  closing_ = loop_.after(Duration{0}, [this] {
    closing_ = 0;
    const auto closed = std::move(events_.closed);
    if (closed) closed();
  });
}

}  // namespace aiflow::uplink::detail

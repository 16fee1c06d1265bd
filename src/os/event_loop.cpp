// SPDX-License-Identifier: Apache-2.0
#include "os/event_loop.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "base/assert.h"

namespace aiflow::os {
namespace {

std::uint32_t epoll_events(EventLoop::Interest interest) {
  std::uint32_t events = 0;
  if (interest.read) events |= EPOLLIN;
  if (interest.write) events |= EPOLLOUT;
  return events;
}

/// Milliseconds for epoll, rounded up so that a timer is never called early in a busy loop.
int wait_ms(Duration wait) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 3'600'000));
}

}  // namespace

Result<std::unique_ptr<EventLoop>> EventLoop::create(const Clock& clock) {
  Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return fail(error_from_errno(errno, "epoll"));
  return std::unique_ptr<EventLoop>(new EventLoop(clock, std::move(epoll)));
}

void EventLoop::watch(int fd, Interest interest, std::function<void()> ready) {
  AIFLOW_ASSERT(!watches_.contains(fd));
  const std::uint64_t serial = next_serial_++;
  // The kernel hands back descriptor and serial: an event of a closed and reused descriptor that
  // was fetched in the same round is told apart by its serial.
  epoll_event event{};
  event.events = epoll_events(interest);
  event.data.u64 = serial << 24 | static_cast<std::uint64_t>(fd);
  AIFLOW_ASSERT(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
  watches_[fd] = {serial, std::make_shared<std::function<void()>>(std::move(ready))};
}

void EventLoop::change(int fd, Interest interest) {
  const auto found = watches_.find(fd);
  AIFLOW_ASSERT(found != watches_.end());
  epoll_event event{};
  event.events = epoll_events(interest);
  event.data.u64 = found->second.serial << 24 | static_cast<std::uint64_t>(fd);
  AIFLOW_ASSERT(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0);
}

void EventLoop::unwatch(int fd) {
  if (watches_.erase(fd) == 0) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

EventLoop::TimerId EventLoop::at(SteadyTime time, std::function<void()> due) {
  const TimerId id = next_serial_++;
  timers_.emplace(std::pair(time, id), std::move(due));
  timer_times_.emplace(id, time);
  return id;
}

EventLoop::TimerId EventLoop::after(Duration delay, std::function<void()> due) {
  return at(clock_.steady_now() + delay, std::move(due));
}

void EventLoop::cancel(TimerId id) {
  const auto found = timer_times_.find(id);
  if (found == timer_times_.end()) return;
  timers_.erase({found->second, id});
  timer_times_.erase(found);
}

void EventLoop::run_once(Duration wait_max) {
  Duration wait = wait_max;
  if (!timers_.empty()) {
    wait = std::min(wait, timers_.begin()->first.first - clock_.steady_now());
  }
  std::array<epoll_event, 64> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 wait_ms(std::max(wait, Duration{0})));
  for (int i = 0; i < count; ++i) {
    const std::uint64_t data = events[static_cast<std::size_t>(i)].data.u64;
    const auto found = watches_.find(static_cast<int>(data & 0xFFFFFF));
    if (found == watches_.end() || found->second.serial != data >> 24) continue;
    const auto ready = found->second.ready;  // outlives an unwatch from inside the callback
    (*ready)();
  }
  run_due_timers();
}

void EventLoop::run_due_timers() {
  const SteadyTime now = clock_.steady_now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto node = timers_.extract(timers_.begin());
    timer_times_.erase(node.key().second);
    node.mapped()();
  }
}

}  // namespace aiflow::os

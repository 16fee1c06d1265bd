// SPDX-License-Identifier: Apache-2.0
#include "net/detail/pool.h"

#include <utility>

namespace aiflow::net::detail {

bool Pool::submit(std::function<void()> job) {
  const std::scoped_lock lock(mutex_);
  if (stopped_ || jobs_.size() >= limits_.queue_max) return false;
  jobs_.push_back(std::move(job));
  if (jobs_.size() > idle_ && threads_.size() < limits_.threads_max) {
    threads_.emplace_back([this] { work(); });
  }
  has_job_.notify_one();
  return true;
}

void Pool::stop() {
  std::deque<std::function<void()>> dropped;
  std::vector<std::thread> threads;
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    dropped.swap(jobs_);
    threads.swap(threads_);
    has_job_.notify_all();
  }
  for (auto& thread : threads) thread.join();
}

std::size_t Pool::busy() const {
  const std::scoped_lock lock(mutex_);
  return jobs_.size() + running_;
}

void Pool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    has_job_.wait(lock, [&] { return stopped_ || !jobs_.empty(); });
    --idle_;
    if (stopped_) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    ++running_;
    lock.unlock();
    job();
    job = nullptr;  // what it captured dies before it counts as done
    lock.lock();
    --running_;
  }
}

}  // namespace aiflow::net::detail

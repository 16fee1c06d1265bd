// SPDX-License-Identifier: Apache-2.0
#include "uplink/detail/loop_thread.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "os/file.h"
#include "uplink/carrier.h"

namespace aiflow::uplink::detail {

Result<std::unique_ptr<LoopThread>> LoopThread::create(const Clock& clock) {
  std::unique_ptr<LoopThread> made(new LoopThread);
  AIFLOW_ASSIGN(made->loop_, os::EventLoop::create(clock));
  made->wake_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!made->wake_.valid()) return fail(os::error_from_errno(errno, "eventfd"));
  made->loop_->watch(made->wake_.get(), {}, [raw = made.get()] { raw->run_tasks(); });
  return made;
}

void LoopThread::start() {
  thread_ = std::jthread([this] { run(); });
}

bool LoopThread::post(std::function<void()> task, std::size_t bytes) {
  bool is_first = false;
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || bytes_ + bytes > kUnsentBytesMax) return false;
    bytes_ += bytes;
    is_first = tasks_.empty();
    tasks_.push_back({.run = std::move(task), .bytes = bytes});
  }
  // The others are taken along: run_tasks() reads the wake-up before it takes the tasks.
  if (is_first) static_cast<void>(::eventfd_write(wake_.get(), 1));
  return true;
}

void LoopThread::stop() {
  if (!thread_.joinable()) return;
  post([this] { stopping_ = true; });
  thread_.join();
}

void LoopThread::run() {
  while (!stopping_) loop_->run_once(std::chrono::seconds(1));
}

void LoopThread::run_tasks() {
  ::eventfd_t count = 0;
  static_cast<void>(::eventfd_read(wake_.get(), &count));
  std::vector<Task> tasks;
  {
    const std::scoped_lock lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const Task& task : tasks) {
    task.run();
    const std::scoped_lock lock(mutex_);
    bytes_ -= task.bytes;
  }
}

}  // namespace aiflow::uplink::detail

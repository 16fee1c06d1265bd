// SPDX-License-Identifier: Apache-2.0
#include "trigger/loop_host.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "os/event_loop.h"
#include "trigger/detail/broker_watcher.h"
#include "trigger/detail/file_watcher.h"
#include "trigger/detail/http_watcher.h"
#include "trigger/detail/time_watcher.h"
#include "trigger/detail/watcher.h"

namespace aiflow::trigger {
namespace {

constexpr Duration kWaitMax = std::chrono::hours(1);

/// By the index of the variant.
using Watchers = std::map<std::size_t, std::unique_ptr<detail::Watcher>>;

template <class Kind>
std::size_t index_of() {
  return Trigger(Kind{}).index();
}

}  // namespace

/// A thread with a loop and the watchers on it. Commands come over a queue.
class LoopHost::Loop {
 public:
  /// nullopt trigger: remove.
  struct Command {
    WaitId id = 0;
    std::optional<Wait> wait{};
  };

  Loop(std::unique_ptr<os::EventLoop> loop, os::Fd wake)
      : loop_(std::move(loop)), wake_(std::move(wake)) {
    loop_->watch(wake_.get(), {}, [this] {
      std::uint64_t count = 0;
      static_cast<void>(::read(wake_.get(), &count, sizeof count));
    });
  }
  ~Loop() { stop(); }

  static Result<std::unique_ptr<Loop>> create(const Clock& clock) {
    AIFLOW_ASSIGN(auto loop, os::EventLoop::create(clock));
    os::Fd wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (!wake.valid()) return fail(os::error_from_errno(errno, "eventfd"));
    return std::make_unique<Loop>(std::move(loop), std::move(wake));
  }

  os::EventLoop& loop() { return *loop_; }
  void take(std::size_t kind, std::unique_ptr<detail::Watcher> watcher) {
    watchers_[kind] = std::move(watcher);
  }

  void start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  void stop() {
    thread_.request_stop();
    wake_up();
    if (thread_.joinable()) thread_.join();
  }

  void send(Command command) {
    {
      const std::scoped_lock lock(mutex_);
      commands_.push_back(std::move(command));
    }
    wake_up();
  }

 private:
  void wake_up() {
    const std::uint64_t one = 1;
    static_cast<void>(::write(wake_.get(), &one, sizeof one));
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::vector<Command> commands;
      {
        const std::scoped_lock lock(mutex_);
        commands = std::exchange(commands_, {});
      }
      for (const Command& command : commands) obey(command);
      loop_->run_once(kWaitMax);
    }
    watchers_.clear();  // their descriptors are the loop's: here, on its thread
  }

  void obey(const Command& command) {
    if (command.wait) return watchers_.at(command.wait->trigger.index())->add(*command.wait);
    for (const auto& [kind, watcher] : watchers_) watcher->remove(command.id);
  }

  std::unique_ptr<os::EventLoop> loop_;
  os::Fd wake_;
  std::mutex mutex_;
  std::vector<Command> commands_;  ///< guarded by mutex_
  Watchers watchers_;
  std::jthread thread_;
};

LoopHost::LoopHost(const Clock& clock, Options options)
    : clock_(clock), options_(std::move(options)) {}
LoopHost::~LoopHost() { stop(); }

Status LoopHost::start(FiredSink sink) {
  AIFLOW_ASSIGN(main_, Loop::create(clock_));
  AIFLOW_ASSIGN(files_, Loop::create(clock_));
  main_->take(index_of<TimeTrigger>(),
              std::make_unique<detail::TimeWatcher>(clock_, main_->loop(), sink));
  main_->take(index_of<HttpTrigger>(),
              std::make_unique<detail::HttpWatcher>(main_->loop(), options_.environment, sink));
  for (const std::size_t kind :
       {index_of<RedisTrigger>(), index_of<RedisQueueTrigger>(), index_of<MqttTrigger>()}) {
    main_->take(kind, std::make_unique<detail::BrokerWatcher>(clock_, options_.environment,
                                                              options_.client_name, sink));
  }
  files_->take(index_of<FileTrigger>(),
               std::make_unique<detail::FileWatcher>(files_->loop(), sink));
  main_->start();
  files_->start();
  return {};
}

void LoopHost::add(Wait wait) {
  AIFLOW_ASSERT(main_ != nullptr);
  Loop& loop = std::holds_alternative<FileTrigger>(wait.trigger) ? *files_ : *main_;
  loop.send({.id = wait.id, .wait = std::move(wait)});
}

void LoopHost::remove(WaitId id) {
  main_->send({.id = id});
  files_->send({.id = id});
}

void LoopHost::stop() {
  main_.reset();
  files_.reset();
}

}  // namespace aiflow::trigger

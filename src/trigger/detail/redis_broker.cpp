// SPDX-License-Identifier: Apache-2.0
// A Redis connection that listens to channels. Thread: one, "redis".
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "log/log.h"
#include "os/fd.h"
#include "trigger/detail/broker_watcher.h"

namespace aiflow::trigger::detail {
namespace {

constexpr timeval kConnectTime{.tv_sec = 2, .tv_usec = 0};
constexpr int kRetryMs = 1'000;
constexpr int kRetryMaxMs = 15'000;
/// A connection that is silent for so long is asked; one that does not answer is given up.
constexpr int kSilenceMs = 20'000;

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Context = std::unique_ptr<redisContext, FreeContext>;
using Reply = std::unique_ptr<redisReply, FreeReply>;

class RedisBroker final : public Broker {
 public:
  RedisBroker(Connection connection, Fire fire)
      : connection_(std::move(connection)),
        fire_(std::move(fire)),
        wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}
  ~RedisBroker() override {
    thread_.request_stop();
    wake_up();
  }

  void add(Subscription subscription) override {
    const std::scoped_lock lock(mutex_);
    waits_[subscription.id] = std::move(subscription);
    wake_up();
  }
  void remove(WaitId id) override {
    const std::scoped_lock lock(mutex_);
    waits_.erase(id);
    wake_up();
  }
  [[nodiscard]] bool empty() const override {
    const std::scoped_lock lock(mutex_);
    return waits_.empty();
  }

 private:
  void wake_up() {
    const std::uint64_t one = 1;
    static_cast<void>(::write(wake_.get(), &one, sizeof one));
  }
  void run(const std::stop_token& stop);
  Context connect();
  bool listen();
  bool subscribe();
  bool take_replies();
  void take(const redisReply& reply);
  void message(const std::string& channel, std::string_view data);
  void refuse(const std::string& why);
  /// Until there is something to read, the waits changed, or `ms` have passed. False: the latter.
  bool wait(int fd, int ms);

  const Connection connection_;
  const Fire fire_;
  os::Fd wake_;
  mutable std::mutex mutex_;
  std::map<WaitId, Subscription> waits_;  ///< guarded by mutex_
  Context context_;                       ///< from here on: the thread's
  std::set<std::string> subscribed_;
  std::jthread thread_;
};

void RedisBroker::run(const std::stop_token& stop) {
  int pause = kRetryMs;
  bool told = false;
  while (!stop.stop_requested()) {
    context_ = connect();
    if (context_ == nullptr) {
      if (!told) log::warn("redis is not reached", {{"host", connection_.host}});
      told = true;
      wait(-1, pause);
      pause = std::min(pause * 2, kRetryMaxMs);
      continue;
    }
    if (told) log::info("redis is reached", {{"host", connection_.host}});
    told = false;
    pause = kRetryMs;
    subscribed_.clear();
    while (!stop.stop_requested() && listen()) {
    }
    context_.reset();
  }
}

/// nullptr: not reached, or it refused the password (then those that wait have been told).
Context RedisBroker::connect() {
  Context made(redisConnectWithTimeout(connection_.host.c_str(), connection_.port, kConnectTime));
  if (made == nullptr || made->err != 0) return nullptr;
  redisSetTimeout(made.get(), kConnectTime);
  if (connection_.password.empty()) return made;
  const std::string_view password = connection_.password.reveal();
  std::vector<const char*> words = {"AUTH"};
  std::vector<std::size_t> sizes = {4};
  if (!connection_.login.empty()) {
    words.push_back(connection_.login.data());
    sizes.push_back(connection_.login.size());
  }
  words.push_back(password.data());
  sizes.push_back(password.size());
  const Reply reply(static_cast<redisReply*>(
      redisCommandArgv(made.get(), static_cast<int>(words.size()), words.data(), sizes.data())));
  if (reply == nullptr) return nullptr;
  if (reply->type != REDIS_REPLY_ERROR) return made;
  refuse("redis refuses the login");
  return nullptr;
}

bool RedisBroker::wait(int fd, int ms) {
  pollfd fds[2] = {{.fd = wake_.get(), .events = POLLIN, .revents = 0},
                   {.fd = fd, .events = POLLIN, .revents = 0}};
  const int ready = ::poll(fds, fd < 0 ? 1 : 2, ms);
  std::uint64_t count = 0;
  static_cast<void>(::read(wake_.get(), &count, sizeof count));
  return ready > 0;
}

/// False when the connection is lost.
bool RedisBroker::listen() {
  if (!subscribe()) return false;
  if (!wait(context_->fd, kSilenceMs)) {
    // While it has subscriptions a connection may still ask for an answer.
    if (redisAppendCommand(context_.get(), "PING") != REDIS_OK) return false;
    int done = 0;
    while (done == 0) {
      if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return false;
    }
    if (!wait(context_->fd, kSilenceMs)) return false;
  }
  pollfd readable{.fd = context_->fd, .events = POLLIN, .revents = 0};
  if (::poll(&readable, 1, 0) <= 0) return true;
  if (redisBufferRead(context_.get()) != REDIS_OK) return false;
  return take_replies();
}

/// Tells Redis which channels are wanted now.
bool RedisBroker::subscribe() {
  std::set<std::string> wanted;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, wait] : waits_) wanted.insert(wait.names.begin(), wait.names.end());
  }
  const auto send = [&](const char* verb, const std::string& channel) {
    const char* words[] = {verb, channel.data()};
    const std::size_t sizes[] = {std::string_view(verb).size(), channel.size()};
    return redisAppendCommandArgv(context_.get(), 2, words, sizes) == REDIS_OK;
  };
  for (const std::string& channel : wanted) {
    if (!subscribed_.contains(channel) && !send("SUBSCRIBE", channel)) return false;
  }
  for (const std::string& channel : subscribed_) {
    if (!wanted.contains(channel) && !send("UNSUBSCRIBE", channel)) return false;
  }
  subscribed_ = std::move(wanted);
  int done = 0;
  while (done == 0) {
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return false;
  }
  return true;
}

bool RedisBroker::take_replies() {
  while (true) {
    void* found = nullptr;
    if (redisGetReplyFromReader(context_.get(), &found) != REDIS_OK) return false;
    if (found == nullptr) return true;
    const Reply reply(static_cast<redisReply*>(found));
    take(*reply);
  }
}

void RedisBroker::take(const redisReply& reply) {
  if (reply.type == REDIS_REPLY_ERROR) {
    return refuse("redis: " + std::string(reply.str, reply.len));
  }
  const bool three = reply.type == REDIS_REPLY_ARRAY && reply.elements == 3;
  if (!three || reply.element[0]->type != REDIS_REPLY_STRING) return;
  const auto text = [&](std::size_t i) {
    return std::string_view(reply.element[i]->str, reply.element[i]->len);
  };
  if (text(0) == "message") message(std::string(text(1)), text(2));
}

void RedisBroker::message(const std::string& channel, std::string_view data) {
  std::vector<WaitId> ids;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, wait] : waits_) {
      if (std::ranges::find(wait.names, channel) != wait.names.end()) ids.push_back(id);
    }
    std::erase_if(waits_, [&](const auto& entry) {
      return !entry.second.repeats && std::ranges::binary_search(ids, entry.first);
    });
  }
  const json::Value event =
      json::object({{"type", "message"}, {"channel", channel}, {"data", payload_value(data)}});
  for (const WaitId id : ids) fire_({.id = id, .event = event, .error = {}});
}

/// Those that wait once are told; what repeats goes on trying.
void RedisBroker::refuse(const std::string& why) {
  std::vector<WaitId> ids;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, wait] : waits_) {
      if (!wait.repeats) ids.push_back(id);
    }
    for (const WaitId id : ids) waits_.erase(id);
  }
  log::warn("redis refused", {{"host", connection_.host}, {"reason", why}});
  for (const WaitId id : ids) fire_({.id = id, .event = {}, .error = why});
}

}  // namespace

std::unique_ptr<Broker> make_redis_broker(Connection connection, Fire fire) {
  return std::make_unique<RedisBroker>(std::move(connection), std::move(fire));
}

}  // namespace aiflow::trigger::detail

// SPDX-License-Identifier: Apache-2.0
// One Redis that waits want messages of. Thread: one, "redis", with a loop of its own, since a
// host's name is looked up in a blocking way.
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <thread>

#include "base/assert.h"
#include "log/log.h"
#include "trigger/detail/broker_watcher.h"
#include "trigger/detail/redis_reader.h"

namespace aiflow::trigger::detail {
namespace {

constexpr Duration kWaitMax = std::chrono::hours(1);

/// Whether asking again is of no use: a key of another type, or one that this user may not read.
/// Others pass (OOM, LOADING, a stream that was just deleted).
bool is_final(std::string_view error) {
  return error.starts_with("WRONGTYPE") || error.starts_with("NOPERM") || error.starts_with("ERR");
}

redis::Address address_of(const Connection& connection) {
  redis::Address made;
  made.host = connection.host;
  made.port = connection.port;
  made.user = connection.login;
  if (!connection.password.empty()) {
    made.password = std::make_shared<const Secret>(connection.password.reveal());
  }
  const std::string_view path = connection.path;
  if (path.size() > 1) std::from_chars(path.data() + 1, path.data() + path.size(), made.db);
  made.tls = connection.is_tls();
  made.tls_authorities = connection.tls_authorities;
  return made;
}

class RedisBroker final : public Broker {
 public:
  RedisBroker(const Clock& clock, Connection connection, RedisSource source, Fire fire)
      : clock_(clock),
        connection_(std::move(connection)),
        address_(address_of(connection_)),
        source_(std::move(source)),
        fire_(std::move(fire)),
        confirmed_(std::make_shared<Confirmed>()) {
    confirmed_->wake.reset(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  ~RedisBroker() override {
    thread_.request_stop();
    confirmed_->wake_up();
    thread_.join();
  }

  void add(Subscription subscription) override {
    {
      const std::scoped_lock lock(mutex_);
      waits_[subscription.id] = std::move(subscription);
      changed_ = true;
    }
    confirmed_->wake_up();
  }
  void remove(WaitId id) override {
    {
      const std::scoped_lock lock(mutex_);
      waits_.erase(id);
      gone_.push_back(id);
      changed_ = true;
    }
    confirmed_->wake_up();
  }

 private:
  void run(const std::stop_token& stop);
  std::unique_ptr<RedisReader> make_reader(os::EventLoop& loop);
  void follow(RedisReader& reader);
  std::vector<WaitId> waiting_for(const std::string& name);
  std::vector<WaitId> deliver(const std::string& name, const json::Value& event,
                              const std::vector<WaitId>& had,
                              const std::function<void(WaitId)>& stored);
  void refuse_all(const std::string& why);
  void refuse(const std::string& name, const std::string& why);
  void fail_once(const std::function<bool(const Subscription&)>& meant, const std::string& why);

  const Clock& clock_;
  const Connection connection_;
  const redis::Address address_;
  const RedisSource source_;
  const Fire fire_;
  const std::shared_ptr<Confirmed> confirmed_;
  mutable std::mutex mutex_;
  std::map<WaitId, Subscription> waits_;  ///< guarded by mutex_
  std::set<WaitId> followed_;             ///< the thread's: of these, what the reader knows of
  std::vector<WaitId> gone_;              ///< guarded by mutex_: since the reader was told
  bool changed_ = false;                  ///< guarded by mutex_: since the reader was told
  bool told_ = false;                     ///< the thread's: that Redis is not reached
  std::set<std::string> told_names_;      ///< the thread's: that Redis refuses these
  std::jthread thread_;
};

void RedisBroker::run(const std::stop_token& stop) {
  auto made = os::EventLoop::create(clock_);
  AIFLOW_ASSERT(made.has_value());
  os::EventLoop& loop = **made;
  const auto reader = make_reader(loop);
  loop.watch(confirmed_->wake.get(), {}, [&] {
    std::uint64_t count = 0;
    static_cast<void>(::read(confirmed_->wake.get(), &count, sizeof count));
    follow(*reader);
  });
  follow(*reader);
  while (!stop.stop_requested()) loop.run_once(kWaitMax);
}

std::unique_ptr<RedisReader> RedisBroker::make_reader(os::EventLoop& loop) {
  Reading reading{
      .clock = clock_,
      .loop = loop,
      .address = address_,
      .connection = connection_,
      .deliver =
          [this](const std::string& name, const json::Value& event, const std::vector<WaitId>& had,
                 const std::function<void(WaitId)>& stored) {
            return deliver(name, event, had, stored);
          },
      .is_wanted =
          [this](const std::string& name) {
            const std::scoped_lock lock(mutex_);
            return !waiting_for(name).empty();
          },
      .up =
          [this] {
            if (told_) log::info("redis is reached", {{"host", connection_.host}});
            told_ = false;
            told_names_.clear();
          },
      .down =
          [this](const Error& why) {
            if (why.code == ErrorCode::denied || why.code == ErrorCode::invalid_argument) {
              refuse_all("redis: " + why.message);
            } else if (!told_) {
              log::warn("redis is not reached",
                        {{"host", connection_.host}, {"reason", why.message}});
            }
            told_ = true;
          },
      .refused = [this](const std::string& name, const std::string& why) { refuse(name, why); },
      .confirmed = confirmed_};
  switch (source_.kind) {
    case RedisSource::Kind::list: return make_list_reader(std::move(reading), source_.group);
    case RedisSource::Kind::stream: return make_stream_reader(std::move(reading), source_.group);
    case RedisSource::Kind::channel: break;
  }
  return make_channel_reader(std::move(reading));
}

void RedisBroker::follow(RedisReader& reader) {
  std::set<std::string> names;
  std::vector<WaitId> gone;
  bool changed = false;
  {
    const std::scoped_lock lock(mutex_);
    changed = std::exchange(changed_, false);
    gone.swap(gone_);
    if (changed) followed_.clear();
    for (const auto& [id, wait] : waits_) {
      if (!changed) break;
      names.insert(wait.names.begin(), wait.names.end());
      followed_.insert(id);
    }
  }
  // Afterwards: who is gone now may have stored before, and that counts.
  std::vector<Stored> stored;
  {
    const std::scoped_lock lock(confirmed_->mutex);
    stored.swap(confirmed_->stored);
  }
  if (!stored.empty()) reader.confirm(stored);
  if (changed) reader.follow(names, gone);
}

/// With mutex_. What was added just now has to be told to the reader first: messages that were
/// taken before come to it before those that are new.
std::vector<WaitId> RedisBroker::waiting_for(const std::string& name) {
  std::vector<WaitId> ids;
  for (const auto& [id, wait] : waits_) {
    const bool wants = std::ranges::find(wait.names, name) != wait.names.end();
    if (wants && followed_.contains(id)) ids.push_back(id);
  }
  return ids;
}

/// What waits once is forgotten.
std::vector<WaitId> RedisBroker::deliver(const std::string& name, const json::Value& event,
                                         const std::vector<WaitId>& had,
                                         const std::function<void(WaitId)>& stored) {
  std::vector<WaitId> ids;
  {
    const std::scoped_lock lock(mutex_);
    ids = waiting_for(name);
    std::erase_if(ids, [&](WaitId id) { return std::ranges::find(had, id) != had.end(); });
    const auto done = std::erase_if(waits_, [&](const auto& entry) {
      return !entry.second.repeats && std::ranges::binary_search(ids, entry.first);
    });
    if (done > 0) changed_ = true;
    if (done > 0) confirmed_->wake_up();
  }
  for (const WaitId id : ids) {
    std::function<void()> each;
    if (stored) each = [stored, id] { stored(id); };
    fire_({.id = id, .event = event, .error = {}, .stored = std::move(each)});
  }
  return ids;
}

void RedisBroker::refuse_all(const std::string& why) {
  if (!told_) log::warn("redis refused", {{"host", connection_.host}, {"reason", why}});
  fail_once([](const Subscription&) { return true; }, why);
}

void RedisBroker::refuse(const std::string& name, const std::string& why) {
  if (told_names_.insert(name).second) {
    log::warn("redis refused a name that is waited for, which is asked for again",
              {{"host", connection_.host}, {"name", name}, {"reason", why}});
  }
  if (!is_final(why)) return;
  fail_once(
      [&](const Subscription& wait) {
        return std::ranges::find(wait.names, name) != wait.names.end();
      },
      "redis: " + why);
}

/// Those that wait once are told; what repeats goes on trying.
void RedisBroker::fail_once(const std::function<bool(const Subscription&)>& meant,
                            const std::string& why) {
  std::vector<WaitId> ids;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, wait] : waits_) {
      if (!wait.repeats && meant(wait)) ids.push_back(id);
    }
    for (const WaitId id : ids) waits_.erase(id);
    changed_ = changed_ || !ids.empty();
  }
  if (!ids.empty()) confirmed_->wake_up();
  for (const WaitId id : ids) fire_({.id = id, .event = {}, .error = why});
}

}  // namespace

void Confirmed::wake_up() const {
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake.get(), &one, sizeof one));
}

std::unique_ptr<Broker> make_redis_broker(const Clock& clock, Connection connection,
                                          RedisSource source, Fire fire) {
  return std::make_unique<RedisBroker>(clock, std::move(connection), std::move(source),
                                       std::move(fire));
}

}  // namespace aiflow::trigger::detail

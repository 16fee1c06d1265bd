// SPDX-License-Identifier: Apache-2.0
// Lists and streams: a message is taken under a group's name and stays with it until what it leads
// to is stored. What a server took and did not confirm, it or the one after it gets again.
#include <algorithm>
#include <map>

#include "trigger/detail/broker_watcher.h"
#include "trigger/detail/redis_reader.h"

namespace aiflow::trigger::detail {
namespace {

constexpr std::size_t kTakenMax = 100;  ///< and not confirmed: then no more is taken
constexpr const char* kPendingMax = "1000";
constexpr Duration kAgain = std::chrono::seconds(1);  ///< after an error
/// What was taken is looked at again so often: an answer may have been lost on its way.
constexpr Duration kLookEvery = std::chrono::minutes(1);

class QueueReader : public RedisReader {
 public:
  QueueReader(Reading reading, std::string group)
      : reading_(std::move(reading)), group_(std::move(group)) {}
  ~QueueReader() override { reading_.loop.cancel(timer_); }

  void follow(const std::set<std::string>& names, const std::vector<WaitId>& gone) override {
    std::erase_if(taken_, [&](const auto& entry) {
      return std::ranges::any_of(
          entry.second, [&](WaitId id) { return std::ranges::find(gone, id) != gone.end(); });
    });
    names_ = stale_ = names;
    go_on();
  }
  void confirm(const std::vector<Taken>& taken) override {
    for (const Taken& one : taken) {
      if (const auto found = taken_.find(one); found != taken_.end()) taken_.erase(found);
      unconfirmed_.insert(one);
      send_confirmed(one);
    }
    go_on();
  }

 protected:
  /// Asks by commands() for what was taken and not confirmed: on one connection its answer and
  /// those of confirmations keep their order. It ends with done().
  virtual void read_taken(const std::string& name) = 0;
  /// Takes what is new by reads(), waiting a second for it; its answer ends with done().
  virtual void read_new() = 0;
  /// The command that confirms.
  [[nodiscard]] virtual redis::Command confirming(const Taken& one) const = 0;

  /// Whether a message of an answer is one that was delivered, how often it may be there.
  [[nodiscard]] std::size_t known(const Taken& one) const {
    return taken_.count(one) + unconfirmed_.count(one);
  }
  void deliver(const Taken& one, const json::Value& event) {
    auto ids = reading_.deliver(one.first, event, [confirmed = reading_.confirmed, one] {
      {
        const std::scoped_lock lock(confirmed->mutex);
        confirmed->taken.push_back(one);
      }
      confirmed->wake_up();
    });
    if (!ids.empty()) taken_.emplace(one, std::move(ids));
  }
  /// There is nothing left of it in Redis but its id.
  void drop(const Taken& one) {
    unconfirmed_.insert(one);
    send_confirmed(one);
  }
  /// An answer was dealt with.
  void done() {
    is_busy_ = false;
    go_on();
  }
  /// It was an error.
  void failed(const std::string& why) {
    reading_.refused(why);
    timer_ = reading_.loop.after(kAgain, [this] {
      stale_ = names_;
      done();
    });
  }

  [[nodiscard]] redis::Connection& commands() { return commands_; }
  [[nodiscard]] redis::Connection& reads() { return reads_; }
  [[nodiscard]] const std::set<std::string>& names() const { return names_; }
  [[nodiscard]] const std::string& group() const { return group_; }

 private:
  void go_on() {
    std::erase_if(names_, [&](const std::string& name) { return !reading_.is_wanted(name); });
    if (is_busy_ || taken_.size() >= kTakenMax || names_.empty()) return;
    if (!commands_.is_up() || !reads_.is_up()) return;
    const SteadyTime now = reading_.clock.steady_now();
    if (now >= look_at_) {
      stale_ = names_;
      look_at_ = now + kLookEvery;
    }
    is_busy_ = true;
    if (stale_.empty()) return read_new();
    const std::string name = *stale_.begin();
    stale_.erase(stale_.begin());
    read_taken(name);
  }
  /// What was asked on a connection that was lost is never answered: both begin together.
  void begin_anew() {
    if (!commands_.is_up() || !reads_.is_up()) return;
    reading_.up();
    reading_.loop.cancel(timer_);
    look_at_ = {};
    done();
  }
  void send_confirmed(const Taken& one) {
    commands_.call(confirming(one), [this, one](const redis::Reply& reply) {
      const auto found = unconfirmed_.find(one);
      if (!reply.is_error() && found != unconfirmed_.end()) unconfirmed_.erase(found);
    });
  }

  const Reading reading_;
  const std::string group_;
  std::set<std::string> names_;
  std::set<std::string> stale_;  ///< of these: what was taken before has to be looked at first
  std::multimap<Taken, std::vector<WaitId>> taken_;  ///< delivered to these, and not stored yet
  std::multiset<Taken> unconfirmed_;                 ///< stored, and Redis has not answered
  bool is_busy_ = false;                             ///< an answer is to come
  SteadyTime look_at_{};
  os::EventLoop::TimerId timer_ = 0;
  redis::Connection commands_{reading_.clock,
                              reading_.loop,
                              reading_.address,
                              {.up =
                                   [this] {
                                     for (const Taken& one : unconfirmed_) send_confirmed(one);
                                     begin_anew();
                                   },
                               .down = [this](const Error& why) { reads_.drop(why); }}};
  redis::Connection reads_{reading_.clock,
                           reading_.loop,
                           reading_.address,
                           {.up = [this] { begin_anew(); },
                            .down =
                                [this](const Error& why) {
                                  commands_.drop(why);
                                  reading_.down(why);
                                }}};
};

class ListReader final : public QueueReader {
 public:
  using QueueReader::QueueReader;

 private:
  /// Where a message stays until it is confirmed.
  [[nodiscard]] std::string taken_list(const std::string& name) const {
    return name + ":" + group();
  }
  [[nodiscard]] redis::Command confirming(const Taken& one) const override {
    return {"LREM", taken_list(one.first), "1", one.second};
  }
  void read_taken(const std::string& name) override {
    commands().call({"LRANGE", taken_list(name), "0", kPendingMax},
                    [this, name](const auto& reply) {
                      if (reply.is_error()) return failed(reply.text);
                      std::map<std::string, std::size_t> seen;
                      for (const redis::Reply& item : reply.items) {
                        // Of equal ones, as many as were delivered are not new.
                        if (seen[item.text]++ >= known({name, item.text})) take(name, item.text);
                      }
                      done();
                    });
  }
  /// One list after the other.
  void read_new() override {
    auto next = names().upper_bound(last_);
    if (next == names().end()) next = names().begin();
    last_ = *next;
    const char* seconds = names().size() == 1 ? "1" : "0.1";
    reads().call({"BLMOVE", last_, taken_list(last_), "LEFT", "RIGHT", seconds},
                 [this, name = last_](const auto& reply) {
                   if (reply.is_error()) return failed(reply.text);
                   if (reply.kind == redis::Reply::Kind::text) take(name, reply.text);
                   done();
                 });
  }
  void take(const std::string& name, const std::string& text) {
    deliver({name, text},
            json::object({{"type", "list"}, {"list", name}, {"data", payload_value(text)}}));
  }

  std::string last_;
};

class StreamReader final : public QueueReader {
 public:
  using QueueReader::QueueReader;

 private:
  [[nodiscard]] redis::Command confirming(const Taken& one) const override {
    return {"XACK", one.first, group(), one.second};
  }
  [[nodiscard]] redis::Command reading(const char* count) const {
    // One server at a time reads: the consumer is the same after another has taken over.
    return {"XREADGROUP", "GROUP", group(), group(), "COUNT", count};
  }
  void read_taken(const std::string& name) override {
    commands().call({"XGROUP", "CREATE", name, group(), "0", "MKSTREAM"});  // or it is there
    redis::Command command = reading(kPendingMax);
    command.insert(command.end(), {"STREAMS", name, "0"});
    commands().call(command, [this](const auto& reply) { take_all(reply); });
  }
  void read_new() override {
    redis::Command command = reading("16");
    command.insert(command.end(), {"BLOCK", "1000", "STREAMS"});
    command.insert(command.end(), names().begin(), names().end());
    command.insert(command.end(), names().size(), ">");
    reads().call(command, [this](const auto& reply) { take_all(reply); });
  }
  void take_all(const redis::Reply& reply) {
    if (reply.is_error()) return failed(reply.text);
    for (const redis::Reply& stream : reply.items) {
      if (stream.items.size() == 2) take_stream(stream.items[0].text, stream.items[1]);
    }
    done();
  }
  void take_stream(const std::string& name, const redis::Reply& entries) {
    for (const redis::Reply& entry : entries.items) {
      if (entry.items.size() != 2) continue;
      const Taken one{name, entry.items[0].text};
      if (known(one) > 0) continue;
      if (entry.items[1].kind == redis::Reply::Kind::nil) {  // the stream was cut shorter
        drop(one);
        continue;
      }
      json::Value fields = json::object({});
      const auto& texts = entry.items[1].items;
      for (std::size_t i = 0; i + 1 < texts.size(); i += 2) {
        fields.set(texts[i].text, payload_value(texts[i + 1].text));
      }
      deliver(one, json::object({{"type", "stream"},
                                 {"stream", name},
                                 {"id", one.second},
                                 {"fields", std::move(fields)}}));
    }
  }
};

}  // namespace

std::unique_ptr<RedisReader> make_list_reader(Reading reading, std::string group) {
  return std::make_unique<ListReader>(std::move(reading), std::move(group));
}
std::unique_ptr<RedisReader> make_stream_reader(Reading reading, std::string group) {
  return std::make_unique<StreamReader>(std::move(reading), std::move(group));
}

}  // namespace aiflow::trigger::detail

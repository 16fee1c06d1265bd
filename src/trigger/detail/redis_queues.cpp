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
  ~QueueReader() override { cancel_timers(); }

  void follow(const std::set<std::string>& names, const std::vector<WaitId>& gone) override {
    for (auto& [one, message] : taken_) {
      const auto lost = std::erase_if(
          message.open, [&](WaitId id) { return std::ranges::find(gone, id) != gone.end(); });
      if (lost > 0) message.again = true;
    }
    names_ = stale_ = names;
    std::erase_if(aside_, [&](const std::string& name) { return !names.contains(name); });
    go_on();
  }
  void confirm(const std::vector<Stored>& stored) override {
    for (const Stored& each : stored) {
      auto [at, last] = taken_.equal_range(each.message);
      at = std::find_if(at, last, [&](const auto& entry) {
        return std::ranges::find(entry.second.open, each.by) != entry.second.open.end();
      });
      if (at == last) continue;
      std::erase(at->second.open, each.by);
      at->second.had.push_back(each.by);
      settle(at);
    }
    go_on();
  }

 protected:
  /// Asks by commands() for what was taken and not confirmed: on one connection its answer and
  /// those of confirmations keep their order. It ends with done().
  virtual void read_taken(const std::string& name) = 0;
  /// Takes what is new of these by reads(), waiting a second for it; its answer ends with done().
  virtual void read_new(const std::set<std::string>& names) = 0;
  /// The command that confirms.
  [[nodiscard]] virtual redis::Command confirming(const Taken& one) const = 0;

  /// Whether a message of an answer is to be delivered, to somebody at least. `before`: so many
  /// equal ones stand before it.
  [[nodiscard]] bool is_due(const Taken& one, std::size_t before) const {
    if (before >= taken_.count(one) + unconfirmed_.count(one)) return true;
    const auto [first, last] = taken_.equal_range(one);
    return std::any_of(first, last, [](const auto& entry) { return entry.second.again; });
  }
  void deliver(const Taken& one, const json::Value& event) {
    auto [at, last] = taken_.equal_range(one);
    at = std::find_if(at, last, [](const auto& entry) { return entry.second.again; });
    if (at == last) at = taken_.emplace(one, Delivered{});
    Delivered& message = at->second;
    message.again = false;
    auto had = message.had;
    had.insert(had.end(), message.open.begin(), message.open.end());
    const auto ids =
        reading_.deliver(one.first, event, had, [confirmed = reading_.confirmed, one](WaitId by) {
          {
            const std::scoped_lock lock(confirmed->mutex);
            confirmed->stored.push_back({one, by});
          }
          confirmed->wake_up();
        });
    message.open.insert(message.open.end(), ids.begin(), ids.end());
    settle(at);
  }
  /// All that was taken of this name has been looked at: what is not there needs nobody.
  void looked_at(const std::string& name) {
    for (auto at = taken_.lower_bound({name, ""}); at != taken_.end() && at->first.first == name;) {
      Delivered& message = at->second;
      const bool is_over = std::exchange(message.again, false) && message.open.empty();
      at = is_over ? taken_.erase(at) : std::next(at);
    }
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
  /// It was an error: the others go on without this name for a while.
  void failed(const std::string& name, const std::string& why) {
    reading_.refused(name, why);
    if (aside_.empty()) {
      aside_timer_ = reading_.loop.after(kAgain, [this] {
        stale_.merge(std::exchange(aside_, {}));
        go_on();
      });
    }
    aside_.insert(name);
    done();
  }
  /// An error of read_new: which of these it is of, a look at each one shows; or none does, and it
  /// passes.
  void failed_of(const std::set<std::string>& names, const std::string& why) {
    if (names.size() == 1) return failed(*names.begin(), why);
    stale_ = names;
    if (!std::exchange(is_doubtful_, true)) return done();
    pause_timer_ = reading_.loop.after(kAgain, [this] { done(); });
  }
  void succeeded() { is_doubtful_ = false; }

  [[nodiscard]] redis::Connection& commands() { return commands_; }
  [[nodiscard]] redis::Connection& reads() { return reads_; }
  [[nodiscard]] const std::string& group() const { return group_; }

 private:
  /// A message that was taken.
  struct Delivered {
    std::vector<WaitId> open;  ///< were given it, and have not stored it yet
    std::vector<WaitId> had;   ///< have stored it
    bool again = false;        ///< one of them is gone without: to be delivered to who is there now
  };
  using Messages = std::multimap<Taken, Delivered>;

  /// What all have stored is confirmed; what nobody wants stays in Redis for who comes.
  void settle(Messages::iterator at) {
    if (!at->second.open.empty() || at->second.again) return;
    const bool is_stored = !at->second.had.empty();
    const Taken one = at->first;
    taken_.erase(at);
    if (!is_stored) return;
    unconfirmed_.insert(one);
    send_confirmed(one);
  }
  void go_on() {
    std::erase_if(names_, [&](const std::string& name) { return !reading_.is_wanted(name); });
    if (is_busy_ || !commands_.is_up() || !reads_.is_up()) return;
    const SteadyTime now = reading_.clock.steady_now();
    if (now >= look_at_) {
      stale_ = names_;
      look_at_ = now + kLookEvery;
    }
    std::set<std::string> asked;
    std::ranges::set_difference(names_, aside_, std::inserter(asked, asked.end()));
    std::erase_if(stale_, [&](const std::string& name) { return !asked.contains(name); });
    if (!stale_.empty()) {
      is_busy_ = true;
      const std::string name = *stale_.begin();
      stale_.erase(stale_.begin());
      return read_taken(name);
    }
    if (asked.empty() || taken_.size() >= kTakenMax) return;
    is_busy_ = true;
    read_new(asked);
  }
  /// What was asked on a connection that was lost is never answered: both begin together.
  void begin_anew() {
    if (!commands_.is_up() || !reads_.is_up()) return;
    reading_.up();
    cancel_timers();
    aside_.clear();
    look_at_ = {};
    done();
  }
  void cancel_timers() {
    reading_.loop.cancel(aside_timer_);
    reading_.loop.cancel(pause_timer_);
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
  std::set<std::string> stale_;       ///< of these: what was taken before has to be looked at first
  std::set<std::string> aside_;       ///< of these: Redis has refused them a moment ago
  Messages taken_;                    ///< delivered, and not stored by all yet
  std::multiset<Taken> unconfirmed_;  ///< stored, and Redis has not answered
  bool is_busy_ = false;              ///< an answer is to come
  bool is_doubtful_ = false;          ///< the last read_new was an error of one of many
  SteadyTime look_at_{};
  os::EventLoop::TimerId aside_timer_ = 0;
  os::EventLoop::TimerId pause_timer_ = 0;
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
                      if (reply.is_error()) return failed(name, reply.text);
                      std::map<std::string, std::size_t> seen;
                      for (const redis::Reply& item : reply.items) {
                        // Of equal ones, as many as were delivered are not new.
                        if (is_due({name, item.text}, seen[item.text]++)) take(name, item.text);
                      }
                      looked_at(name);
                      done();
                    });
  }
  /// One list after the other.
  void read_new(const std::set<std::string>& names) override {
    auto next = names.upper_bound(last_);
    if (next == names.end()) next = names.begin();
    last_ = *next;
    const char* seconds = names.size() == 1 ? "1" : "0.1";
    reads().call({"BLMOVE", last_, taken_list(last_), "LEFT", "RIGHT", seconds},
                 [this, name = last_](const auto& reply) {
                   if (reply.is_error()) return failed(name, reply.text);
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
    commands().call(command, [this, name](const auto& reply) {
      if (reply.is_error()) return failed(name, reply.text);
      take_all(reply);
      looked_at(name);
      done();
    });
  }
  void read_new(const std::set<std::string>& names) override {
    redis::Command command = reading("16");
    command.insert(command.end(), {"BLOCK", "1000", "STREAMS"});
    command.insert(command.end(), names.begin(), names.end());
    command.insert(command.end(), names.size(), ">");
    reads().call(command, [this, names](const auto& reply) {
      if (reply.is_error()) return failed_of(names, reply.text);
      succeeded();
      take_all(reply);
      done();
    });
  }
  void take_all(const redis::Reply& reply) {
    for (const redis::Reply& stream : reply.items) {
      if (stream.items.size() == 2) take_stream(stream.items[0].text, stream.items[1]);
    }
  }
  void take_stream(const std::string& name, const redis::Reply& entries) {
    for (const redis::Reply& entry : entries.items) {
      if (entry.items.size() != 2) continue;
      const Taken one{name, entry.items[0].text};
      if (!is_due(one, 0)) continue;
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

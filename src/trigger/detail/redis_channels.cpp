// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <utility>

#include "trigger/detail/broker_watcher.h"
#include "trigger/detail/redis_reader.h"

namespace aiflow::trigger::detail {
namespace {

/// A connection that is silent for so long is asked; one that does not answer is given up.
constexpr Duration kSilence = std::chrono::seconds(20);

class ChannelReader final : public RedisReader {
 public:
  explicit ChannelReader(Reading reading) : reading_(std::move(reading)) { look(); }
  ~ChannelReader() override { reading_.loop.cancel(timer_); }

  void follow(const std::set<std::string>& names, const std::vector<WaitId>& /*gone*/) override {
    names_ = names;
    subscribe();
  }
  void confirm(const std::vector<Stored>& /*stored*/) override {}

 private:
  void subscribe();
  void ask(const char* what, const std::string& name);
  void take(const redis::Reply& reply);
  void look();

  const Reading reading_;
  std::set<std::string> names_;
  std::set<std::string> subscribed_;
  std::deque<std::string> unanswered_;  ///< which channel each was about, in order; a PING: none
  bool has_spoken_ = true;              ///< since the last look
  bool asked_ = false;                  ///< at the last look
  os::EventLoop::TimerId timer_ = 0;
  redis::Connection connection_{reading_.clock,
                                reading_.loop,
                                reading_.address,
                                {.up =
                                     [this] {
                                       reading_.up();
                                       subscribed_.clear();
                                       unanswered_.clear();
                                       has_spoken_ = true;
                                       subscribe();
                                     },
                                 .down = [this](const Error& why) { reading_.down(why); },
                                 .pushed = [this](const redis::Reply& reply) { take(reply); }}};
};

/// Tells Redis which channels are wanted now.
void ChannelReader::subscribe() {
  if (!connection_.is_up()) return;
  for (const std::string& name : names_) {
    if (!subscribed_.contains(name)) ask("SUBSCRIBE", name);
  }
  for (const std::string& name : subscribed_) {
    if (!names_.contains(name)) ask("UNSUBSCRIBE", name);
  }
  subscribed_ = names_;
}

void ChannelReader::ask(const char* what, const std::string& name) {
  unanswered_.push_back(name);
  connection_.send({what, name});
}

void ChannelReader::take(const redis::Reply& reply) {
  has_spoken_ = true;
  const bool is_message = reply.items.size() == 3 && reply.items[0].text == "message";
  if (!is_message && !unanswered_.empty()) {
    const std::string name = std::move(unanswered_.front());
    unanswered_.pop_front();
    if (!reply.is_error() || name.empty()) return;
    subscribed_.erase(name);  // asked for again at the next look
    return reading_.refused(name, reply.text);
  }
  if (!is_message) return;
  const std::string& channel = reply.items[1].text;
  const json::Value event = json::object(
      {{"type", "message"}, {"channel", channel}, {"data", payload_value(reply.items[2].text)}});
  static_cast<void>(reading_.deliver(channel, event, {}, {}));
}

void ChannelReader::look() {
  timer_ = reading_.loop.after(kSilence, [this] { look(); });
  subscribe();
  const bool was_asked = std::exchange(asked_, false);
  if (!connection_.is_up() || std::exchange(has_spoken_, false)) return;
  if (was_asked) return connection_.drop({ErrorCode::timeout, "it does not answer"});
  asked_ = true;
  unanswered_.emplace_back();
  connection_.send({"PING"});
}

}  // namespace

std::unique_ptr<RedisReader> make_channel_reader(Reading reading) {
  return std::make_unique<ChannelReader>(std::move(reading));
}

}  // namespace aiflow::trigger::detail

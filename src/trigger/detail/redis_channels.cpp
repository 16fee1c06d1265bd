// SPDX-License-Identifier: Apache-2.0
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
  void confirm(const std::vector<Taken>& /*taken*/) override {}

 private:
  void subscribe();
  void take(const redis::Reply& reply);
  void look();

  const Reading reading_;
  std::set<std::string> names_;
  std::set<std::string> subscribed_;
  bool has_spoken_ = true;  ///< since the last look
  bool asked_ = false;      ///< at the last look
  os::EventLoop::TimerId timer_ = 0;
  redis::Connection connection_{reading_.clock,
                                reading_.loop,
                                reading_.address,
                                {.up =
                                     [this] {
                                       reading_.up();
                                       subscribed_.clear();
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
    if (!subscribed_.contains(name)) connection_.send({"SUBSCRIBE", name});
  }
  for (const std::string& name : subscribed_) {
    if (!names_.contains(name)) connection_.send({"UNSUBSCRIBE", name});
  }
  subscribed_ = names_;
}

void ChannelReader::take(const redis::Reply& reply) {
  has_spoken_ = true;
  if (reply.is_error()) return reading_.refused(reply.text);
  if (reply.items.size() != 3 || reply.items[0].text != "message") return;
  const std::string& channel = reply.items[1].text;
  const json::Value event = json::object(
      {{"type", "message"}, {"channel", channel}, {"data", payload_value(reply.items[2].text)}});
  static_cast<void>(reading_.deliver(channel, event, {}));
}

void ChannelReader::look() {
  timer_ = reading_.loop.after(kSilence, [this] { look(); });
  const bool was_asked = std::exchange(asked_, false);
  if (!connection_.is_up() || std::exchange(has_spoken_, false)) return;
  if (was_asked) return connection_.drop({ErrorCode::timeout, "it does not answer"});
  asked_ = true;
  connection_.send({"PING"});
}

}  // namespace

std::unique_ptr<RedisReader> make_channel_reader(Reading reading) {
  return std::make_unique<ChannelReader>(std::move(reading));
}

}  // namespace aiflow::trigger::detail

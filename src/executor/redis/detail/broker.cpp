// SPDX-License-Identifier: Apache-2.0
#include "executor/redis/detail/broker.h"

#include <algorithm>

#include "log/log.h"
#include "redis/broker_names.h"

namespace aiflow::executor::detail {
namespace {

namespace keys = redis::keys;

constexpr auto kTick = std::chrono::seconds(1);
/// Longer than a tick by far, shorter than a lease: another server waits so long after a crash.
constexpr const char* kSessionSeconds = "5";
/// Longer than some looks of the workers.
constexpr const char* kLeftSeconds = "60";
constexpr const char* kReadMs = "1000";
constexpr const char* kReadEntries = "500";
constexpr Duration kPauseMin = std::chrono::milliseconds(200);
constexpr Duration kPauseMax = std::chrono::seconds(5);
/// More waits here, in the order of its coming.
constexpr std::size_t kInStreamMax = 1'000;
constexpr const char* kControlEntriesMax = "10000";
constexpr const char* kDeadEntriesMax = "10000";
constexpr std::size_t kDeadBytesMax = 4'096;
constexpr int kShortLooksMax = 3;

}  // namespace

Broker::Broker(const Clock& clock, os::EventLoop& loop, BrokerOptions options, Events events)
    : clock_(clock),
      loop_(loop),
      options_(std::move(options)),
      events_(std::move(events)),
      writes_(clock, loop, options_.address,
              {.up = [this] { begin(); }, .down = [this](const Error& why) { lose(why.message); }}),
      reads_(clock, loop, options_.address,
             {.up = [this] { begin(); },
              .down =
                  [this](const Error& why) {
                    is_reading_ = false;
                    lose(why.message);
                  }}),
      pause_(kPauseMin) {
  loop_.after(kTick, [this] { tick(); });
}

// --- a session ---------------------------------------------------------------------------------

void Broker::begin() {
  const bool can = writes_.is_up() && reads_.is_up() && session_.empty();
  if (!can || is_beginning_ || is_leaving_) return;
  is_beginning_ = true;
  loop_.cancel(retry_);
  writes_.call({"CONFIG", "GET", "maxmemory-policy"},
               [this](const redis::Reply& reply) { take_policy(reply); });
}

/// A Redis that throws keys away when it is full would throw away what waits, in silence.
void Broker::take_policy(const redis::Reply& reply) {
  const bool is_known = reply.kind == redis::Reply::Kind::list && reply.items.size() == 2;
  if (!is_known) {
    log::warn(
        "redis does not say what it does when it is full: its maxmemory-policy must be "
        "noeviction");
  } else if (reply.items[1].text != "noeviction") {
    return refuse("its maxmemory-policy is '" + reply.items[1].text +
                  "', so it would lose tasks when it is full; set it to noeviction");
  }
  writes_.call({"GET", keys::kSession},
               [this](const redis::Reply& holder) { take_holder(holder); });
}

void Broker::take_holder(const redis::Reply& reply) {
  if (reply.is_error()) return refuse(reply.text.substr(0, 200));
  const bool is_ours = reply.text.starts_with(options_.instance);
  if (reply.kind == redis::Reply::Kind::text && !is_ours) {
    return refuse(
        "another server uses this database of it, or did a moment ago; servers need "
        "databases of their own: redis://HOST/1");
  }
  clean(is_ours);
}

/// Before anything is written: the old streams may be what fills the memory.
void Broker::clean(bool is_ours) {
  writes_.call({"SMEMBERS", keys::kStreams}, [this, is_ours](const redis::Reply& reply) {
    redis::Command gone = {"UNLINK", keys::kStreams};
    for (const redis::Reply& item : reply.items) gone.push_back(item.text);
    writes_.call(gone);
    claim_session(is_ours);
  });
}

/// The stream comes first: workers write only to one that is there, and begin at once.
void Broker::claim_session(bool is_ours) {
  const std::string name = options_.instance + "-" + std::to_string(++sessions_);
  const std::string reports = keys::reports(name);
  writes_.call({"SADD", keys::kStreams, reports});
  // Nobody reads by this group.
  writes_.call({"XGROUP", "CREATE", reports, "server", "0", "MKSTREAM"},
               [this, name, is_ours](const redis::Reply& made) {
                 if (made.is_error()) return refuse(made.text.substr(0, 200));
                 redis::Command claim = {"SET", keys::kSession, name, "EX", kSessionSeconds};
                 if (!is_ours) claim.emplace_back("NX");
                 writes_.call(claim, [this, name](const redis::Reply& reply) {
                   if (reply.is_error()) return refuse(reply.text.substr(0, 200));
                   if (reply.kind != redis::Reply::Kind::text) {
                     return refuse("another server was faster");
                   }
                   began(name);
                 });
               });
}

void Broker::began(const std::string& session) {
  session_ = session;
  is_beginning_ = false;
  began_at_ = clock_.steady_now();
  last_report_ = "0-0";
  log::info("redis carries tasks", {{"session", session_}});
  set_trouble("");
  read();
  events_.began();
}

void Broker::refuse(const std::string& why) {
  set_trouble(why);
  begin_later();
}

void Broker::lose(const std::string& why) {
  set_trouble(why);
  is_beginning_ = false;
  if (session_.empty()) return;
  session_.clear();
  lanes_.clear();
  controls_.clear();
  if (clock_.steady_now() - began_at_ > kPauseMax) pause_ = kPauseMin;
  begin_later();
  events_.lost();
}

/// Not at once: what is in the way may last.
void Broker::begin_later() {
  is_beginning_ = true;
  loop_.cancel(retry_);
  retry_ = loop_.after(pause_, [this] {
    is_beginning_ = false;
    begin();
  });
  pause_ = std::min(2 * pause_, kPauseMax);
}

void Broker::leave(const std::string& last_frame) {
  is_leaving_ = true;
  if (session_.empty()) return;
  if (!last_frame.empty()) {
    writes_.call({"SET", keys::kLeft, session_ + " " + last_frame, "EX", kLeftSeconds});
  }
  writes_.call({"DEL", keys::kSession}, [this](const redis::Reply&) { session_.clear(); });
}

void Broker::tick() {
  loop_.after(kTick, [this] { tick(); });
  if (session_.empty() || is_leaving_) return;
  writes_.call({"GET", keys::kSession}, [this](const redis::Reply& reply) {
    if (reply.text == session_ || session_.empty()) return;
    lose(reply.kind == redis::Reply::Kind::nil ? "its data are gone"
                                               : "another server has taken its place");
  });
  writes_.call({"EXPIRE", keys::kSession, kSessionSeconds});
  for (const auto& [name, lane] : lanes_) look_at(name);
}

redis::Connection::Answer Broker::must_succeed() {
  return [this, session = session_](const redis::Reply& reply) {
    if (reply.is_error() && session == session_) lose(reply.text.substr(0, 200));
  };
}

void Broker::set_trouble(const std::string& why) {
  {
    const std::scoped_lock lock(mutex_);
    if (trouble_ == why) return;
    trouble_ = why;
  }
  const std::string where = redis::describe(options_.address);
  if (!why.empty()) log::error("redis carries no tasks", {{"redis", where}, {"reason", why}});
}

std::string Broker::trouble() const {
  const std::scoped_lock lock(mutex_);
  return trouble_;
}

// --- from workers ------------------------------------------------------------------------------

void Broker::read() {
  if (is_reading_ || session_.empty()) return;
  is_reading_ = true;
  reads_.call({"XREAD", "COUNT", kReadEntries, "BLOCK", kReadMs, "STREAMS", keys::reports(session_),
               last_report_},
              [this, session = session_](const redis::Reply& reply) {
                is_reading_ = false;
                if (session == session_) take_reports(reply);
                read();
              });
}

void Broker::take_reports(const redis::Reply& reply) {
  if (reply.is_error()) return lose(reply.text.substr(0, 200));
  const auto streams = redis::parse_read(reply);
  if (!streams) return lose(streams.error().message);
  for (const redis::StreamEntries& stream : *streams) {
    for (const redis::Entry& entry : stream.entries) take_report(entry);
    if (stream.entries.empty() || session_.empty()) continue;
    last_report_ = stream.entries.back().id;
    writes_.call({"XTRIM", keys::reports(session_), "MINID", last_report_}, must_succeed());
  }
  events_.batch_ended();
  flush_settled();
}

void Broker::take_report(const redis::Entry& entry) {
  const std::string* worker = entry.find("w");
  const std::string* frame = entry.find("f");
  const std::string_view data = frame == nullptr ? std::string_view() : std::string_view(*frame);
  Status taken = worker == nullptr || frame == nullptr
                     ? fail(ErrorCode::invalid_argument, "it has no worker or no frame")
                     : events_.frame(*worker, *frame);
  if (!taken) bury(keys::reports(session_), entry.id, taken.error().message, data);
}

void Broker::bury(const std::string& stream, const std::string& entry, const std::string& reason,
                  std::string_view data) {
  log::warn("a message in redis is of no use, it is kept in " + std::string(keys::kDead),
            {{"stream", stream}, {"entry", entry}, {"reason", reason}});
  if (session_.empty()) return;
  writes_.call({"XADD", keys::kDead, "MAXLEN", "~", kDeadEntriesMax, "*", "stream", stream, "entry",
                entry, "reason", reason, "data", std::string(data.substr(0, kDeadBytesMax))},
               must_succeed());
}

// --- to workers --------------------------------------------------------------------------------

std::string Broker::stream_of(const std::string& lane) const { return keys::lane(session_, lane); }

void Broker::send(const std::string& worker, const std::string& frame) {
  if (session_.empty()) return;
  const std::string stream = keys::control(session_, worker);
  if (controls_.insert(worker).second) {
    writes_.call({"SADD", keys::kStreams, stream}, must_succeed());
  }
  writes_.call({"XADD", stream, "MAXLEN", "~", kControlEntriesMax, "*", "f", frame},
               must_succeed());
}

void Broker::forget(const std::string& worker) {
  if (controls_.erase(worker) > 0) writes_.call({"UNLINK", keys::control(session_, worker)});
}

void Broker::open_lane(const std::string& lane) {
  if (session_.empty() || !lanes_.try_emplace(lane).second) return;
  const std::string stream = stream_of(lane);
  writes_.call({"SADD", keys::kStreams, stream}, must_succeed());
  writes_.call({"XGROUP", "CREATE", stream, keys::kGroup, "0", "MKSTREAM"}, must_succeed());
}

void Broker::offer(const std::string& lane, const std::string& attempt) {
  if (session_.empty()) return;
  open_lane(lane);
  Lane& one = lanes_.at(lane);
  one.waits.push_back(attempt);
  fill(lane, one);
}

void Broker::fill(const std::string& name, Lane& lane) {
  const std::string stream = stream_of(name);
  while (!lane.waits.empty() && lane.in_stream < kInStreamMax) {
    ++lane.in_stream;
    writes_.call({"XADD", stream, "*", "a", lane.waits.front()}, must_succeed());
    lane.waits.pop_front();
  }
}

void Broker::settle(const std::string& lane, const std::string& entry) {
  const auto found = lanes_.find(lane);
  if (found != lanes_.end()) found->second.settled.push_back(entry);
}

void Broker::flush_settled() {
  for (auto& [name, lane] : lanes_) {
    if (lane.settled.empty()) continue;
    redis::Command ack = {"XACK", stream_of(name), keys::kGroup};
    redis::Command gone = {"XDEL", stream_of(name)};
    for (const std::string& entry : lane.settled) {
      ack.push_back(entry);
      gone.push_back(entry);
    }
    const std::size_t count = lane.settled.size();
    writes_.call(ack, must_succeed());
    writes_.call(gone, [this, name, count, session = session_](const redis::Reply& reply) {
      if (session == session_) take_gone(name, reply, count);
    });
    lane.in_stream -= std::min(lane.in_stream, count);
    lane.settled.clear();
    fill(name, lane);
  }
}

/// What was taken over and claimed late is settled twice, and went once.
void Broker::take_gone(const std::string& name, const redis::Reply& reply, std::size_t settled) {
  if (reply.is_error()) return lose(reply.text.substr(0, 200));
  const auto lane = lanes_.find(name);
  if (lane == lanes_.end()) return;
  const auto gone = static_cast<std::size_t>(std::max<std::int64_t>(reply.integer, 0));
  lane->second.in_stream += settled - std::min(settled, gone);
}

// --- what a worker read and never claimed, and what went astray
// ------------------------------------

void Broker::look_at(const std::string& name) {
  const std::string stream = stream_of(name);
  const auto idle = std::chrono::duration_cast<std::chrono::milliseconds>(options_.takeover_after);
  writes_.call({"XAUTOCLAIM", stream, keys::kGroup, "server", std::to_string(idle.count()), "0-0",
                "COUNT", "100"},
               [this, name, session = session_](const redis::Reply& reply) {
                 if (session == session_) take_over(name, reply);
               });
  // What is offered before the answer comes is not in it.
  const auto expected = static_cast<std::int64_t>(lanes_.at(name).in_stream);
  writes_.call({"XLEN", stream},
               [this, name, expected, session = session_](const redis::Reply& reply) {
                 if (session == session_) count(name, reply, expected);
               });
}

/// They are offered anew; should the first reader claim late, the claim decides.
void Broker::take_over(const std::string& name, const redis::Reply& reply) {
  if (reply.is_error()) return lose(reply.text.substr(0, 200));
  const auto entries = redis::parse_autoclaim(reply);
  if (!entries) return lose(entries.error().message);
  for (const redis::Entry& entry : *entries) {
    settle(name, entry.id);
    if (const std::string* attempt = entry.find("a")) offer(name, *attempt);
  }
  if (!entries->empty()) flush_settled();
}

/// Somebody deleted or trimmed what is ours: it is offered again in a new session.
void Broker::count(const std::string& name, const redis::Reply& reply, std::int64_t expected) {
  if (reply.is_error()) return lose(reply.text.substr(0, 200));
  const auto lane = lanes_.find(name);
  if (lane == lanes_.end()) return;
  const bool is_short = reply.integer < expected;
  lane->second.short_looks = is_short ? lane->second.short_looks + 1 : 0;
  if (lane->second.short_looks >= kShortLooksMax) lose("entries of it are gone");
}

}  // namespace aiflow::executor::detail

// SPDX-License-Identifier: Apache-2.0
#include "uplink/redis_carrier.h"

#include <algorithm>
#include <future>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "log/log.h"
#include "redis/broker_names.h"
#include "redis/connection.h"
#include "redis/streams.h"
#include "uplink/detail/loop_thread.h"
#include "uplink/detail/message.h"

namespace aiflow::uplink {
namespace {

namespace keys = redis::keys;
using detail::AttemptKey;
using detail::key_of;

constexpr auto kLookEvery = std::chrono::milliseconds(500);
/// After what may last, e.g. a full memory.
constexpr auto kPause = std::chrono::seconds(1);
constexpr auto kStopMax = std::chrono::milliseconds(500);
constexpr const char* kControlMs = "500";
constexpr const char* kControlEntries = "200";
/// What was read stays in the control stream until it is so much, or the next look.
constexpr std::size_t kTrimEntries = 100;
constexpr std::size_t kTrimBytes = 1U << 20;
/// A new lane waits for the end of a read of the others.
constexpr const char* kLanesMs = "500";
/// When there are fewer free slots than lanes, which take turns.
constexpr const char* kSomeLanesMs = "20";
constexpr std::size_t kDeadBytesMax = 4'096;
/// Longer than some looks; a worker that was killed can come back under its name after so long.
constexpr const char* kOwnerSeconds = "5";

std::string random_name() {
  std::random_device device;
  std::string name;
  for (int i = 0; i < 16; ++i) name += "0123456789abcdef"[device() % 16];
  return name;
}

}  // namespace

struct RedisCarrier::Impl {
  Impl(const Clock& real_clock, RedisCarrierOptions given)
      : clock(real_clock), options(std::move(given)) {}

  void open(Events tell);
  redis::Connection::Events watch();
  void look();
  void check();
  void take_session(const std::string& name, const std::string& owner);
  void take_left(const std::string& left);
  void own_name(const std::string& wanted);
  void begin(const std::string& name);
  void end(std::string_view why);

  void to_server(const std::string& frame);
  void note_sent(const std::string& frame);
  void drop_missing(const std::vector<wire::AttemptRef>& listed);
  template <class Message>
  void say(std::string_view type, const Message& message) {
    to_server(json::write(detail::typed(type, message)));
  }

  void read_anew();
  void read_control();
  void take_control(const redis::Reply& reply);
  void trim_control();
  void take_frame(const redis::Entry& entry);
  [[nodiscard]] bool take_own(std::string_view type, const json::Value& message);
  void note_start(const json::Value& message);

  void pull();
  void tell_away(const std::string& reason);
  void take_lanes(const redis::Reply& reply);
  void claim(const redis::StreamEntries& lane);
  void bury(const std::string& stream, const redis::Entry& entry, const std::string& reason);
  [[nodiscard]] std::size_t free_slots() const {
    const std::size_t used = running.size() + claimed.size();
    return used < slots ? slots - used : 0;
  }

  const Clock& clock;
  const RedisCarrierOptions options;
  Events events;
  std::unique_ptr<detail::LoopThread> thread;
  std::optional<redis::Connection> writes, control, lanes_reader;
  const std::string me = random_name();
  bool was_up = false;
  bool has_told_owner = false;
  std::string session;       ///< empty: none
  std::string over;          ///< a session that is known to have ended
  std::uint64_t turn = 0;    ///< counts beginnings; answers of an earlier one are void
  std::string last_session;  ///< that last_id is of
  std::string last_id;
  std::size_t untrimmed = 0;        ///< entries of the control stream that were read
  std::size_t untrimmed_bytes = 0;  ///< of these
  SteadyTime not_before{};
  bool is_pulling = false;
  bool has_told_away = false;
  std::set<std::string> lanes;  ///< streams
  std::size_t next_lane = 0;
  std::size_t slots = 0;
  std::map<AttemptKey, int> running;          ///< with the heartbeats in a row that did not list it
  std::map<std::string, AttemptKey> claimed;  ///< by entry
};

RedisCarrier::RedisCarrier(const Clock& clock, RedisCarrierOptions options)
    : impl_(std::make_unique<Impl>(clock, std::move(options))) {}

RedisCarrier::~RedisCarrier() { stop(); }

void RedisCarrier::start(Events events) {
  auto thread = detail::LoopThread::create(impl_->clock);
  if (!thread) return events.refused(thread.error());
  impl_->thread = *std::move(thread);
  impl_->open(std::move(events));
  impl_->thread->start();
}

void RedisCarrier::send(std::string frame) {
  if (!impl_->thread) return;
  const auto text = std::make_shared<std::string>(std::move(frame));
  const bool taken = impl_->thread->post(
      [impl = impl_.get(), text] {
        if (impl->session.empty()) return;  // sent again after the next hello
        impl->note_sent(*text);
        impl->to_server(*text);
      },
      text->size());
  if (!taken) reconnect();
}

void RedisCarrier::reconnect() {
  if (!impl_->thread) return;
  impl_->thread->post([impl = impl_.get()] {
    if (impl->session.empty()) return;
    impl->say("Left", wire::Left{});
    impl->end("it begins anew");
    impl->check();
  });
}

void RedisCarrier::stop() {
  if (!impl_->thread) return;
  const auto left = std::make_shared<std::promise<void>>();
  impl_->thread->post([impl = impl_.get(), left] {
    if (impl->session.empty()) return left->set_value();
    impl->say("Left", wire::Left{});
    impl->writes->call({"DEL", keys::owner(impl->options.worker_id)},
                       [left](const redis::Reply&) { left->set_value(); });
  });
  left->get_future().wait_for(kStopMax);
  impl_->thread->stop();
  impl_->writes.reset();
  impl_->control.reset();
  impl_->lanes_reader.reset();
  impl_->thread.reset();
}

// --- a session ---------------------------------------------------------------------------------

void RedisCarrier::Impl::open(Events tell) {
  events = std::move(tell);
  for (auto* connection : {&writes, &control, &lanes_reader}) {
    connection->emplace(clock, thread->loop(), options.address, watch());
  }
  look();
}

redis::Connection::Events RedisCarrier::Impl::watch() {
  return {.up =
              [this] {
                was_up = true;
                has_told_away = false;
                check();
              },
          .down =
              [this](const Error& why) {
                if (why.code == ErrorCode::denied && !was_up) {
                  return events.refused({ErrorCode::denied, "redis: " + why.message});
                }
                end(why.message);
                tell_away(why.message);
              }};
}

void RedisCarrier::Impl::look() {
  if (!session.empty()) trim_control();
  check();
  thread->loop().after(kLookEvery, [this] { look(); });
}

void RedisCarrier::Impl::check() {
  writes->call({"MGET", keys::kSession, keys::owner(options.worker_id), keys::kLeft},
               [this](const redis::Reply& reply) {
                 if (reply.items.size() != 3) return;
                 if (reply.items[0].text != session) take_left(reply.items[2].text);
                 take_session(reply.items[0].text, reply.items[1].text);
               });
}

/// Our session's server has stopped by plan: the core hears it before it is alone.
void RedisCarrier::Impl::take_left(const std::string& left) {
  if (session.empty() || !left.starts_with(session + " ")) return;
  events.frame(left.substr(session.size() + 1));
}

void RedisCarrier::Impl::take_session(const std::string& name, const std::string& owner) {
  if (name.empty() && session.empty()) return tell_away("no AIflow server uses this database");
  const bool is_mine = owner == me;
  if (is_mine) writes->call({"EXPIRE", keys::owner(options.worker_id), kOwnerSeconds});
  if (name == session && (is_mine || name.empty())) return;
  end(name.empty() ? "no server is there" : name == session ? "its name was lost" : "a new server");
  if (name.empty()) tell_away("no AIflow server uses this database");
  const bool can = control->is_up() && lanes_reader->is_up() && clock.steady_now() >= not_before;
  if (!can || name.empty() || name == over) return;
  if (is_mine) return begin(name);
  if (owner.empty()) return own_name(name);
  if (std::exchange(has_told_owner, true)) return;
  log::error("another worker has this name, or had it a moment ago; waiting (name it by --id)",
             {{"worker", options.worker_id}});
}

/// Once, until it is another matter: it is tried again and again.
void RedisCarrier::Impl::tell_away(const std::string& reason) {
  if (std::exchange(has_told_away, true)) return;
  log::warn("no way to the server through redis, trying again",
            {{"redis", redis::describe(options.address)}, {"reason", reason}});
}

void RedisCarrier::Impl::own_name(const std::string& wanted) {
  writes->call({"SET", keys::owner(options.worker_id), me, "NX", "EX", kOwnerSeconds},
               [this, wanted](const redis::Reply& reply) {
                 const bool is_mine = reply.kind == redis::Reply::Kind::text;
                 if (is_mine && session.empty()) begin(wanted);
               });
}

void RedisCarrier::Impl::begin(const std::string& name) {
  session = name;
  has_told_away = false;
  ++turn;
  is_pulling = false;
  log::info("connected to the server through redis", {{"session", name}});
  if (last_session == name) {
    read_control();
  } else {
    read_anew();
  }
  events.connected();
}

/// A process of the same name may have been killed: what it was sent is not for this one, which has
/// not said hello yet. So it goes over the connection that the hello will take, before it; the one
/// that reads may still wait for an answer of the last session, and what comes first of the new one
/// would go too.
void RedisCarrier::Impl::read_anew() {
  last_id = "0-0";
  untrimmed = untrimmed_bytes = 0;
  writes->call({"XTRIM", keys::control(session, options.worker_id), "MAXLEN", "0"},
               [this, mine = turn](const redis::Reply& reply) {
                 if (mine != turn || session.empty()) return;
                 if (reply.is_error()) return end(reply.text.substr(0, 200));
                 last_session = session;
                 read_control();
               });
}

void RedisCarrier::Impl::end(std::string_view why) {
  if (session.empty()) return;
  log::warn("the connection to the server through redis is lost", {{"reason", why}});
  session.clear();
  lanes.clear();
  running.clear();
  claimed.clear();
  slots = 0;
  events.lost();
}

// --- to the server -----------------------------------------------------------------------------

void RedisCarrier::Impl::to_server(const std::string& frame) {
  writes->call(
      {"XADD", keys::reports(session), "NOMKSTREAM", "*", "w", options.worker_id, "f", frame},
      [this, mine = turn](const redis::Reply& reply) {
        if (mine != turn || reply.kind == redis::Reply::Kind::text) return;
        if (reply.is_error()) {
          not_before = clock.steady_now() + kPause;
          return end(reply.text.substr(0, 200));
        }
        over = session;
        end("its data are gone");
      });
}

/// Slots come free with Finished; a Hello tells what is there, a Heartbeat what is not.
void RedisCarrier::Impl::note_sent(const std::string& frame) {
  const bool is_meant = frame.contains("\"Hello\"") || frame.contains("\"Finished\"") ||
                        frame.contains("\"Heartbeat\"");
  if (!is_meant) return;  // logs are long
  const auto message = json::parse(frame, {.bytes_max = kFrameBytesMax});
  if (!message) return;  // it is ours: never
  const std::string_view type = detail::type_of(*message);
  if (type == "Hello") {
    const auto hello = wire::parse_hello(*message);
    if (!hello) return;
    slots = static_cast<std::size_t>(std::max<std::int64_t>(hello->slots, 0));
    running.clear();
    for (const wire::AttemptRef& attempt : hello->running) running[key_of(attempt)] = 0;
  } else if (type == "Finished") {
    const auto finished = wire::parse_finished(*message);
    if (finished && running.erase(key_of(finished->attempt)) > 0) pull();
  } else if (type == "Heartbeat") {
    if (const auto heartbeat = wire::parse_heartbeat(*message)) drop_missing(heartbeat->attempts);
  }
}

/// What was cancelled before it reached the core never finishes. One heartbeat may be older than a
/// start, two are not.
void RedisCarrier::Impl::drop_missing(const std::vector<wire::AttemptRef>& listed) {
  std::set<AttemptKey> there;
  for (const wire::AttemptRef& attempt : listed) there.insert(key_of(attempt));
  for (auto one = running.begin(); one != running.end();) {
    one->second = there.contains(one->first) ? 0 : one->second + 1;
    one = one->second >= 2 ? running.erase(one) : std::next(one);
  }
  pull();
}

// --- from the server ---------------------------------------------------------------------------

void RedisCarrier::Impl::read_control() {
  control->call({"XREAD", "COUNT", kControlEntries, "BLOCK", kControlMs, "STREAMS",
                 keys::control(session, options.worker_id), last_id},
                [this, mine = turn](const redis::Reply& reply) {
                  if (mine != turn || session.empty()) return;
                  take_control(reply);
                  if (mine == turn && !session.empty()) read_control();
                });
}

void RedisCarrier::Impl::take_control(const redis::Reply& reply) {
  const auto read = redis::parse_read(reply);
  if (!read) return end(reply.is_error() ? reply.text.substr(0, 200) : read.error().message);
  for (const redis::StreamEntries& stream : *read) {
    for (const redis::Entry& entry : stream.entries) {
      last_id = entry.id;
      ++untrimmed;
      for (const auto& [name, value] : entry.fields) untrimmed_bytes += value.size();
      take_frame(entry);
      if (session.empty()) return;
    }
  }
  if (untrimmed >= kTrimEntries || untrimmed_bytes >= kTrimBytes) trim_control();
}

/// Not after each read: for most frames the command would cost as much as they do.
void RedisCarrier::Impl::trim_control() {
  untrimmed_bytes = 0;
  if (std::exchange(untrimmed, 0) == 0) return;
  writes->call({"XTRIM", keys::control(session, options.worker_id), "MINID", last_id});
}

void RedisCarrier::Impl::take_frame(const redis::Entry& entry) {
  const std::string* frame = entry.find("f");
  const auto message =
      frame == nullptr ? Result<json::Value>(fail(ErrorCode::invalid_argument, "it has no frame"))
                       : json::parse(*frame, {.bytes_max = kFrameBytesMax});
  if (!message) {
    return bury(keys::control(session, options.worker_id), entry, message.error().message);
  }
  const std::string_view type = detail::type_of(*message);
  if (take_own(type, *message)) return;
  if (type == "Start") note_start(*message);
  events.frame(*frame);
}

/// True: the frame was for the carrier.
bool RedisCarrier::Impl::take_own(std::string_view type, const json::Value& message) {
  if (type == "Lanes") {
    lanes.clear();
    const auto told = wire::parse_lanes(message);
    if (told) {
      for (const std::string& lane : told->lanes) lanes.insert(keys::lane(session, lane));
    }
    pull();
  } else if (type == "Unclaimed") {
    const auto told = wire::parse_unclaimed(message);
    if (told) {
      for (const std::string& entry : told->entries) claimed.erase(entry);
    }
    pull();
  } else if (type == "HelloAgain") {
    end("the server has forgotten this worker");
    check();
  } else {
    return false;
  }
  return true;
}

void RedisCarrier::Impl::note_start(const json::Value& message) {
  const auto start = wire::parse_start(message);
  if (!start) return;  // the uplink will say so
  const AttemptKey key = key_of({start->job.key, start->job.try_number, start->job.epoch});
  const auto entry =
      std::ranges::find_if(claimed, [&](const auto& one) { return one.second == key; });
  if (entry != claimed.end()) claimed.erase(entry);
  running[key] = 0;
}

// --- attempts ----------------------------------------------------------------------------------

/// Of each lane at most COUNT entries come: lanes and COUNT are chosen so that there is a slot for
/// each.
void RedisCarrier::Impl::pull() {
  const std::size_t free = free_slots();
  if (is_pulling || session.empty() || lanes.empty() || free == 0) return;
  is_pulling = true;
  const std::size_t count = std::min(free, lanes.size());
  redis::Command read = {"XREADGROUP", "GROUP",
                         keys::kGroup, options.worker_id,
                         "COUNT",      std::to_string(free / count),
                         "BLOCK",      count < lanes.size() ? kSomeLanesMs : kLanesMs,
                         "STREAMS"};
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::ptrdiff_t>((next_lane + i) % lanes.size());
    read.push_back(*std::next(lanes.begin(), at));
  }
  next_lane = (next_lane + count) % lanes.size();
  read.insert(read.end(), count, ">");
  lanes_reader->call(read, [this, mine = turn](const redis::Reply& reply) {
    if (mine != turn || session.empty()) return;
    is_pulling = false;
    take_lanes(reply);
    pull();
  });
}

void RedisCarrier::Impl::take_lanes(const redis::Reply& reply) {
  const auto read = redis::parse_read(reply);
  if (!read) return end(reply.is_error() ? reply.text.substr(0, 200) : read.error().message);
  for (const redis::StreamEntries& lane : *read) claim(lane);
}

void RedisCarrier::Impl::claim(const redis::StreamEntries& lane) {
  // Also of a lane that is not ours any more: the server gives them to another worker at once.
  const std::size_t prefix = keys::lane(session, "").size();
  wire::Claim claim{.lane = lane.stream.substr(prefix), .entries = {}};
  for (const redis::Entry& entry : lane.entries) {
    const std::string* text = entry.find("a");
    const auto value = json::parse(text == nullptr ? std::string() : *text);
    const auto attempt =
        value ? wire::parse_attempt_ref(*value) : Result<wire::AttemptRef>(fail(value.error()));
    if (!attempt) {
      bury(lane.stream, entry, attempt.error().message);
      writes->call({"XACK", lane.stream, keys::kGroup, entry.id});
      writes->call({"XDEL", lane.stream, entry.id});
      continue;
    }
    if (free_slots() == 0) continue;  // it drains: the server gives it to another after a while
    claimed[entry.id] = key_of(*attempt);
    claim.entries.push_back({.entry = entry.id, .attempt = *attempt});
  }
  if (!claim.entries.empty()) say("Claim", claim);
}

void RedisCarrier::Impl::bury(const std::string& stream, const redis::Entry& entry,
                              const std::string& reason) {
  log::warn("a message in redis is of no use",
            {{"stream", stream}, {"entry", entry.id}, {"reason", reason}});
  std::string data;
  for (const auto& [name, value] : entry.fields) data += name + "=" + value + "\n";
  writes->call({"XADD", keys::kDead, "MAXLEN", "~", "10000", "*", "stream", stream, "entry",
                entry.id, "reason", reason, "data", data.substr(0, kDeadBytesMax)});
}

}  // namespace aiflow::uplink

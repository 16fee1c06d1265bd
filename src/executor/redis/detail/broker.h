// SPDX-License-Identifier: Apache-2.0
// The server's streams in Redis: a session with its lanes, reports and control streams. In: what
// waits and frames to workers; out: frames of workers. Redis may forget everything or be away at
// any time: then the session is lost, and a new one begins once it is back, with empty streams. Any
// answer that was not expected (out of memory, a key of another type, a replica) has the same
// consequence, so there is one way to recover. One thread: the loop's.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "os/event_loop.h"
#include "redis/connection.h"
#include "redis/streams.h"

namespace aiflow::executor::detail {

struct BrokerOptions {
  const redis::Address& address;
  std::string instance;       ///< of this server process; random
  Duration takeover_after{};  ///< an entry that was read and not claimed for so long is given again
};

class Broker {
 public:
  struct Events {
    std::function<void()> began;  ///< the streams are empty; everything is to be offered again
    std::function<void()> lost;
    /// Errors: the frame cannot be used; it goes to the dead-letter stream with the reason.
    std::function<Status(const std::string& worker, const std::string& frame)> frame;
    std::function<void()> batch_ended;
  };

  Broker(const Clock& clock, os::EventLoop& loop, BrokerOptions options, Events events);
  /// Says to Redis that this server goes, when there is a session; wait for has_left(). Workers get
  /// `last_frame`, if there is one, before they are without a server.
  void leave(const std::string& last_frame);
  [[nodiscard]] bool has_left() const { return session_.empty(); }

  // Dropped without a session.
  void open_lane(const std::string& lane);
  void offer(const std::string& lane, const std::string& attempt);
  /// The entry was claimed or is wanted by nobody: it goes.
  void settle(const std::string& lane, const std::string& entry);
  void send(const std::string& worker, const std::string& frame);
  /// What was not fit for anything, with the reason; `data` is cut off after 4 KiB.
  void bury(const std::string& stream, const std::string& entry, const std::string& reason,
            std::string_view data);
  /// The worker is gone: its control stream goes.
  void forget(const std::string& worker);

  /// Why nothing goes through it now; empty when all is well. From any thread.
  [[nodiscard]] std::string trouble() const;

 private:
  struct Lane {
    std::deque<std::string> waits;  ///< for room in the stream
    std::size_t in_stream = 0;
    std::vector<std::string> settled;  ///< to be acknowledged at the end of the batch
    int short_looks = 0;               ///< in a row, in which the stream held less than it should
  };

  void begin();
  void take_policy(const redis::Reply& reply);
  void take_holder(const redis::Reply& reply);
  void clean(bool is_ours);
  void claim_session(bool is_ours);
  void began(const std::string& session);
  void refuse(const std::string& why);
  void lose(const std::string& why);
  void begin_later();
  void read();
  void take_reports(const redis::Reply& reply);
  void take_report(const redis::Entry& entry);
  void fill(const std::string& name, Lane& lane);
  void flush_settled();
  void take_gone(const std::string& name, const redis::Reply& reply, std::size_t settled);
  void tick();
  void look_at(const std::string& name);
  void take_over(const std::string& name, const redis::Reply& reply);
  void count(const std::string& name, const redis::Reply& reply, std::int64_t expected);
  /// For commands of which only a failure matters: it ends the session.
  redis::Connection::Answer must_succeed();
  void set_trouble(const std::string& why);
  [[nodiscard]] std::string stream_of(const std::string& lane) const;

  const Clock& clock_;
  os::EventLoop& loop_;
  const BrokerOptions options_;
  const Events events_;
  redis::Connection writes_;
  redis::Connection reads_;
  std::string session_;  ///< empty: none
  bool is_beginning_ = false;
  bool is_reading_ = false;
  bool is_leaving_ = false;
  std::int64_t sessions_ = 0;
  std::string last_report_ = "0-0";
  SteadyTime began_at_{};
  Duration pause_{};
  os::EventLoop::TimerId retry_ = 0;
  std::map<std::string, Lane> lanes_;
  std::set<std::string> controls_;  ///< workers that have a control stream in this session
  mutable std::mutex mutex_;
  std::string trouble_ = "it was not reached yet";  ///< guarded by mutex_
};

}  // namespace aiflow::executor::detail

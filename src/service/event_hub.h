// SPDX-License-Identifier: Apache-2.0
// Hands committed changes to those who follow them, in the order of the event_log, without gaps:
// what publish() brings is used as it is when it continues the log, else the rows are read from the
// database. A read that fails is tried again without another publish(), after a pause that grows up
// to kRetryPauseMax. One thread. A follower that says false is forgotten.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/data/sight.h"
#include "store/store.h"
#include "wire/engine.h"

namespace aiflow::service {

class EventHub {
 public:
  using Events = std::vector<wire::StreamEvent>;
  /// Writes events as they go over the wire: once a batch, however many follow.
  using Encoder = std::function<std::string(const Events& events)>;
  /// Oldest first. `text` is what the encoder made of the events; never null.
  struct Batch {
    const Events& events;
    std::shared_ptr<const std::string> text;
  };
  /// Gets a batch; called from the hub's thread, must not block.
  using Sink = std::function<bool(const Batch& batch)>;

  EventHub(store::Store& store, Encoder encode) : store_(store), encode_(std::move(encode)) {}
  ~EventHub() { stop(); }
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  /// Begins after the newest row there is.
  [[nodiscard]] Status start();
  void stop();

  /// Committed rows, or unstored events (id 0). Any thread; does not block.
  void publish(const std::vector<wire::StreamEvent>& events);
  /// Somebody has committed rows that are only in the database. Any thread; does not block.
  void wake();

  /// Follows from the row after `after` (nullopt: from now). A follower that is more than
  /// kReplayMax rows behind starts at now: it must load everything anew. It gets what belongs to
  /// the projects of `sight`; while that cannot be found out it waits.
  void follow(std::optional<std::int64_t> after, Sink sink, store::Sight sight = {});
  static constexpr int kReplayMax = 1000;
  static constexpr std::chrono::milliseconds kRetryPauseMax{2'000};

  [[nodiscard]] std::size_t followers() const;

 private:
  struct Joining {
    std::optional<std::int64_t> after;
    Sink sink;
    store::Sight sight;
  };
  struct Follower {
    Sink sink;
    store::Sight sight;
  };
  struct Work {
    std::vector<wire::StreamEvent> events{};
    std::vector<Joining> joining{};
    bool read = false;  ///< there are rows that `events` may lack
    bool stop = false;
  };
  void run();
  [[nodiscard]] Work wait_for_work();
  [[nodiscard]] std::vector<wire::StreamEvent> in_order(Work work);
  [[nodiscard]] Result<std::vector<wire::StreamEvent>> read_after(std::int64_t after);
  [[nodiscard]] Result<std::int64_t> read_last_id();
  void note_failure(const Error& error);
  void join(Joining joining);
  /// False when it is gone already. Errors: those of the store; then it is to be tried again.
  [[nodiscard]] Result<bool> replay(const Joining& joining);
  void hand_out(const Events& events, std::int64_t before);
  [[nodiscard]] Batch batch_of(const Events& events) const;
  class Views;

  store::Store& store_;
  const Encoder encode_;
  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  Work work_;                       ///< guarded by mutex_
  std::size_t follower_count_ = 0;  ///< guarded by mutex_
  std::int64_t last_id_ = 0;        ///< hub's thread (start() before it)
  std::vector<Follower> sinks_;     ///< hub's thread
  std::vector<Joining> put_off_;    ///< hub's thread; what they missed could not be read
  int failures_ = 0;                ///< hub's thread; rounds in a row whose reading failed
  bool has_failed_ = false;         ///< hub's thread; in this round
  std::thread thread_;
};

}  // namespace aiflow::service

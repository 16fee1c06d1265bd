// SPDX-License-Identifier: Apache-2.0
#include "service/event_hub.h"

#include <algorithm>
#include <map>
#include <utility>

#include "log/log.h"
#include "service/detail/event_owners.h"
#include "store/event_log.h"

namespace aiflow::service {
namespace {

constexpr std::chrono::milliseconds kRetryPauseFirst{50};

}  // namespace

Status EventHub::start() {
  AIFLOW_ASSIGN(last_id_,
                store_.read([](db::Connection& db) { return store::EventLog(db).last_id(); }));
  thread_ = std::thread([this] { run(); });
  return {};
}

void EventHub::stop() {
  {
    const std::scoped_lock lock(mutex_);
    work_.stop = true;
    has_work_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void EventHub::publish(const std::vector<wire::StreamEvent>& events) {
  const std::scoped_lock lock(mutex_);
  // Nobody looks: the rows are in the database, there is no need to carry them.
  if (follower_count_ == 0) return;
  work_.events.insert(work_.events.end(), events.begin(), events.end());
  has_work_.notify_one();
}

void EventHub::wake() {
  const std::scoped_lock lock(mutex_);
  if (follower_count_ == 0) return;
  work_.read = true;
  has_work_.notify_one();
}

void EventHub::follow(std::optional<std::int64_t> after, Sink sink, store::Sight sight) {
  if (!after) {
    // Now is when it asked, not when the hub comes to it.
    const auto last = store_.read([](db::Connection& db) { return store::EventLog(db).last_id(); });
    if (last) after = *last;
  }
  const std::scoped_lock lock(mutex_);
  ++follower_count_;
  work_.joining.push_back({after, std::move(sink), std::move(sight)});
  has_work_.notify_one();
}

std::size_t EventHub::followers() const {
  const std::scoped_lock lock(mutex_);
  return follower_count_;
}

void EventHub::run() {
  for (;;) {
    auto work = wait_for_work();
    if (work.stop) break;
    has_failed_ = false;
    // First, so that who has joined before an event was published gets it.
    auto joining = std::exchange(put_off_, {});
    std::ranges::move(work.joining, std::back_inserter(joining));
    for (auto& one : joining) join(std::move(one));
    const std::int64_t before = last_id_;
    if (!sinks_.empty()) hand_out(in_order(std::move(work)), before);
    failures_ = has_failed_ ? failures_ + 1 : 0;
  }
  sinks_.clear();
}

EventHub::Work EventHub::wait_for_work() {
  const auto is_there = [&] {
    return work_.read || work_.stop || !work_.events.empty() || !work_.joining.empty();
  };
  const auto pause = std::min(kRetryPauseMax, kRetryPauseFirst * (1 << std::min(failures_, 10)));
  std::unique_lock lock(mutex_);
  if (failures_ > 0) {
    has_work_.wait_for(lock, pause, is_there);
  } else {
    has_work_.wait(lock, is_there);
  }
  // What could not be read is in the database still.
  if (failures_ > 0) work_.read = true;
  return std::exchange(work_, Work{.stop = work_.stop});
}

/// What is new since the last batch, oldest first, with the unstored ones at the end.
std::vector<wire::StreamEvent> EventHub::in_order(Work work) {
  std::vector<wire::StreamEvent> unstored;
  std::vector<wire::StreamEvent> rows;
  for (auto& event : work.events) (event.id == 0 ? unstored : rows).push_back(std::move(event));
  std::ranges::sort(rows, {}, &wire::StreamEvent::id);
  std::int64_t next = last_id_ + 1;
  const bool continues =
      std::ranges::all_of(rows, [&](const auto& row) { return row.id == next++; });
  // Rows that continue the log say nothing about those that somebody else has committed.
  if (work.read || !continues) {
    rows = read_after(last_id_).value_or(std::vector<wire::StreamEvent>{});
    if (static_cast<int>(rows.size()) == kReplayMax) wake();  // there may be more
  }
  if (!rows.empty()) last_id_ = rows.back().id;
  std::ranges::move(unstored, std::back_inserter(rows));
  return rows;
}

Result<std::vector<wire::StreamEvent>> EventHub::read_after(std::int64_t after) {
  auto rows =
      store_.read([&](db::Connection& db) { return store::EventLog(db).after(after, kReplayMax); });
  if (!rows) note_failure(rows.error());
  return rows;
}

Result<std::int64_t> EventHub::read_last_id() {
  auto last = store_.read([](db::Connection& db) { return store::EventLog(db).last_id(); });
  if (!last) note_failure(last.error());
  return last;
}

void EventHub::note_failure(const Error& error) {
  // Once, not with each new try.
  if (failures_ == 0 && !has_failed_) {
    log::warn("the event log cannot be read", {{"error", error}});
  }
  has_failed_ = true;
}

void EventHub::join(Joining joining) {
  const auto stays = replay(joining);
  if (!stays) {
    put_off_.push_back(std::move(joining));
    return;
  }
  if (*stays) {
    sinks_.push_back({std::move(joining.sink), std::move(joining.sight)});
    return;
  }
  const std::scoped_lock lock(mutex_);
  --follower_count_;
}

/// The events that followers see, made once for all who see the same.
class EventHub::Views {
 public:
  Views(EventHub& hub, const Events& events) : hub_(hub), events_(events) {}

  /// Null: it sees none of them. Errors: those of the store.
  Result<const Batch*> of(const store::Sight& sight) {
    auto [place, is_new] = views_.try_emplace(sight);
    View& view = place->second;
    if (is_new) {
      if (auto made = fill(view, sight); !made) {
        views_.erase(place);
        return fail(std::move(made).error());
      }
    }
    return view.batch ? &*view.batch : nullptr;
  }

 private:
  struct View {
    Events events;
    std::optional<Batch> batch;
  };

  Status fill(View& view, const store::Sight& sight) {
    if (!sight) {
      view.batch.emplace(hub_.batch_of(events_));
      return {};
    }
    if (!owners_) {
      AIFLOW_ASSIGN(owners_, hub_.store_.read([&](db::Connection& db) {
        return detail::owners_of(db, events_);
      }));
    }
    const auto is_in_sight = [&](const std::string& project) {
      return std::ranges::find(*sight, project) != sight->end();
    };
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const auto& owners = (*owners_)[i];
      if (owners && std::ranges::all_of(*owners, is_in_sight)) view.events.push_back(events_[i]);
    }
    if (!view.events.empty()) view.batch.emplace(hub_.batch_of(view.events));
    return {};
  }

  EventHub& hub_;
  const Events& events_;
  std::optional<std::vector<detail::EventOwners>> owners_;
  std::map<store::Sight, View> views_;
};

Result<bool> EventHub::replay(const Joining& joining) {
  // While nobody followed, nothing was read.
  if (sinks_.empty()) {
    AIFLOW_ASSIGN(last_id_, read_last_id());
  }
  if (!joining.after || *joining.after >= last_id_) return true;
  AIFLOW_ASSIGN(auto rows, read_after(*joining.after));
  const bool is_too_old =
      static_cast<int>(rows.size()) >= kReplayMax ||
      (!rows.empty() && *joining.after > 0 && rows.front().id != *joining.after + 1);
  std::erase_if(rows, [&](const auto& row) { return row.id > last_id_; });
  if (is_too_old || rows.empty()) return true;
  Views views(*this, rows);
  AIFLOW_ASSIGN(const Batch* batch, views.of(joining.sight));
  return batch == nullptr || joining.sink(*batch);
}

EventHub::Batch EventHub::batch_of(const Events& events) const {
  return {.events = events, .text = std::make_shared<const std::string>(encode_(events))};
}

/// `before`: the last row of the batch before. Who cannot be told what it may see joins again
/// there.
void EventHub::hand_out(const Events& events, std::int64_t before) {
  if (events.empty()) return;
  Views views(*this, events);
  std::size_t gone = 0;
  std::erase_if(sinks_, [&](Follower& follower) {
    const auto batch = views.of(follower.sight);
    if (!batch) {
      note_failure(batch.error());
      put_off_.push_back({before, std::move(follower.sink), std::move(follower.sight)});
      return true;
    }
    const bool stays = *batch == nullptr || follower.sink(**batch);
    if (!stays) ++gone;
    return !stays;
  });
  const std::scoped_lock lock(mutex_);
  follower_count_ -= gone;
}

}  // namespace aiflow::service

// SPDX-License-Identifier: Apache-2.0
// What a server that stops by plan leaves to workers elsewhere, kept for the next one.
#include <algorithm>
#include <set>

#include "conductor/conductor.h"
#include "conductor/detail/engine.h"
#include "log/log.h"
#include "store/user_store.h"

namespace aiflow::conductor {
namespace {

Result<wire::LeftBehind> kept(store::UserStore& settings) {
  AIFLOW_ASSIGN(const auto text, settings.setting(std::string(kLeftBehindSetting)));
  if (!text || text->empty()) return wire::LeftBehind{};
  auto value = json::parse(*text);
  Result<wire::LeftBehind> left = value ? wire::parse_left_behind(*value) : fail(value.error());
  if (left) return left;
  // Of another version, say: no reason to keep a server from its start.
  log::warn("what the last server left to its workers cannot be read, their lease counts",
            {{"error", left.error()}});
  return wire::LeftBehind{};
}

/// Workers that were left alone before, and may not have come back since, are so still.
void add(wire::LeftBehind& to, const wire::LeftBehind& before) {
  std::set<std::string> all(to.workers.begin(), to.workers.end());
  all.insert(before.workers.begin(), before.workers.end());
  to.workers.assign(all.begin(), all.end());
  for (const wire::SentAttempt& one : before.sent) {
    if (std::ranges::find(to.sent, one) == to.sent.end()) to.sent.push_back(one);
  }
  to.lease_ms = std::max(to.lease_ms, before.lease_ms);
}

}  // namespace

Result<wire::LeftBehind> left_before(store::Store& store) {
  return store.read([](db::Connection& db) {
    store::UserStore settings(db);
    return kept(settings);
  });
}

Status keep_left_behind(store::Store& store, const wire::LeftBehind& left) {
  return store.transact([&](db::Connection& db) -> Status {
    store::UserStore settings(db);
    AIFLOW_ASSIGN(const wire::LeftBehind before, kept(settings));
    wire::LeftBehind all = left;
    add(all, before);
    return settings.set_setting(std::string(kLeftBehindSetting), json::write(wire::to_json(all)));
  });
}

std::set<WorkerId> Conductor::Engine::left_to() const {
  std::set<WorkerId> workers;
  for (const std::string& worker : left_.workers) workers.insert(WorkerId{worker});
  return workers;
}

/// A server has run for as long as the lease: whoever was left alone has come back or ended its
/// tasks.
void Conductor::Engine::forget_left_behind(detail::Batch& batch) {
  left_until_ = SteadyTime::max();
  left_ = {};
  batch.writes.emplace_back([](detail::Writing& writing) {
    return store::UserStore(writing.db).set_setting(std::string(kLeftBehindSetting), "");
  });
}

}  // namespace aiflow::conductor

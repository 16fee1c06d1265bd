// SPDX-License-Identifier: Apache-2.0
#include "conductor/detail/watchers.h"

#include <algorithm>
#include <set>
#include <variant>

namespace aiflow::conductor::detail {
namespace {

constexpr std::size_t kWatchersMax = 16;

/// A webhook's messages come through the API, not from the host.
bool waits_at_host(const trigger::Trigger& trigger) {
  return !std::holds_alternative<trigger::WebhookTrigger>(trigger);
}

Status check(const std::vector<wire::WatcherSpec>& watchers) {
  if (watchers.size() > kWatchersMax) {
    return fail(ErrorCode::invalid_argument,
                "there are at most " + std::to_string(kWatchersMax) + " watchers");
  }
  std::set<std::string> names;
  for (const wire::WatcherSpec& watcher : watchers) {
    const auto trigger = trigger::parse(watcher.trigger);
    std::string problem;
    if (!trigger) problem = trigger.error().message;
    if (trigger && !trigger::is_for_messages(*trigger))
      problem = "its trigger is not one for messages";
    if (!names.insert(watcher.name).second) problem = "its name is taken";
    if (problem.empty()) continue;
    return fail(ErrorCode::invalid_argument, "watcher '" + watcher.name + "': " + problem);
  }
  return {};
}

/// What is to wait, with its trigger. An asset that several DAGs describe has all their watchers.
std::map<Watchers::Watching, json::Value> watched_by(const std::map<DagId, KnownDag>& dags) {
  std::map<Watchers::Watching, json::Value> wanted;
  for (const auto& [id, known] : dags) {
    if (!known.row.is_active || known.row.is_paused) continue;
    for (const auto& watcher : known.spec.watchers.value_or(std::vector<wire::WatcherSpec>{})) {
      wanted.try_emplace({.dag_id = id, .name = watcher.name}, watcher.trigger);
    }
    for (const auto& asset : known.spec.assets.value_or(std::vector<wire::AssetSpec>{})) {
      for (const auto& watcher : asset.watchers.value_or(std::vector<wire::WatcherSpec>{})) {
        wanted.try_emplace({.asset = {asset.name}, .name = watcher.name}, watcher.trigger);
      }
    }
  }
  return wanted;
}

}  // namespace

Status check_watchers(const wire::DagSpec& spec) {
  if (spec.watchers) AIFLOW_TRY(check(*spec.watchers));
  for (const wire::AssetSpec& asset : spec.assets.value_or(std::vector<wire::AssetSpec>{})) {
    if (!asset.watchers) continue;
    if (Status good = check(*asset.watchers); !good) {
      return fail(std::move(good).error().with_context("asset '" + asset.name + "'"));
    }
  }
  return {};
}

void Watchers::follow(const std::map<DagId, KnownDag>& dags) {
  if (host_ == nullptr) return;
  const auto wanted = watched_by(dags);
  for (const auto& [watching, trigger] : wanted) {
    const auto entry = entries_.find(watching);
    if (entry == entries_.end() || entry->second.trigger != trigger) add(watching, trigger);
  }
  std::erase_if(entries_, [&](const auto& entry) {
    if (wanted.contains(entry.first)) return false;
    host_->remove(entry.second.id);
    ids_.erase(entry.second.id);
    return true;
  });
}

void Watchers::add(const Watching& watching, const json::Value& trigger) {
  const auto parsed = trigger::parse(trigger);
  if (!parsed || !waits_at_host(*parsed)) return;
  Entry& entry = entries_[watching];
  const trigger::WaitId before = entry.id;
  entry = {.id = next_id_++, .trigger = trigger};
  ids_[entry.id] = watching;
  host_->add({.id = entry.id, .trigger = *parsed, .repeats = true});
  // Last: what the one before was given and has not stored is for the new one.
  if (before == 0) return;
  host_->remove(before);
  ids_.erase(before);
}

std::optional<Watchers::Watching> Watchers::find(trigger::WaitId id) const {
  const auto found = ids_.find(id);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

void Watchers::failed(trigger::WaitId id, SteadyTime at) {
  if (const auto found = ids_.find(id); found != ids_.end()) {
    entries_.at(found->second).retry_at = at;
  }
}

SteadyTime Watchers::retry_at() const {
  SteadyTime first = SteadyTime::max();
  for (const auto& [watching, entry] : entries_) first = std::min(first, entry.retry_at);
  return first;
}

void Watchers::retry(SteadyTime now) {
  std::vector<std::pair<Watching, json::Value>> due;
  for (const auto& [watching, entry] : entries_) {
    if (entry.retry_at <= now) due.emplace_back(watching, entry.trigger);
  }
  for (const auto& [watching, trigger] : due) add(watching, trigger);
}

}  // namespace aiflow::conductor::detail

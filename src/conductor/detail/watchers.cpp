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

}  // namespace

Status check_watchers(const wire::DagSpec& spec) {
  if (!spec.watchers) return {};
  if (spec.watchers->size() > kWatchersMax) {
    return fail(ErrorCode::invalid_argument,
                "a DAG has at most " + std::to_string(kWatchersMax) + " watchers");
  }
  std::set<std::string> names;
  for (const wire::WatcherSpec& watcher : *spec.watchers) {
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

void Watchers::follow(const std::map<DagId, KnownDag>& dags) {
  if (host_ == nullptr) return;
  std::set<Watching> wanted;
  for (const auto& [id, known] : dags) {
    if (!known.row.is_active || known.row.is_paused || !known.spec.watchers) continue;
    for (const wire::WatcherSpec& watcher : *known.spec.watchers) {
      const Watching watching{id, watcher.name};
      wanted.insert(watching);
      const auto entry = entries_.find(watching);
      if (entry != entries_.end() && entry->second.trigger == watcher.trigger) continue;
      add(watching, watcher.trigger);
    }
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
  if (entry.id != 0) {
    host_->remove(entry.id);
    ids_.erase(entry.id);
  }
  entry = {.id = next_id_++, .trigger = trigger};
  ids_[entry.id] = watching;
  host_->add({.id = entry.id, .trigger = *parsed, .repeats = true});
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

// SPDX-License-Identifier: Apache-2.0
// Dynamic task mapping: a mapped task has one instance of map index -1 until the values that it is
// mapped over are known; then that one becomes index 0 and the others are made. The tasks of a
// mapped group are expanded together. When the values change later (a source was cleared and ran
// again), instances are added, removed, or brought back.
#include <algorithm>

#include "sched/detail/stepper.h"
#include "sched/planted_bug.h"

namespace aiflow::sched::detail {

/// What is mapped over values that stand in the DAG's file has all its instances from the start.
void Stepper::expand_literals(Run& run) {
  for (const dag::Expansion& expansion : run.version->mapping.expansions()) {
    if (!expansion.sources.empty() || expansion.members.empty()) continue;
    if (run.expanded(expansion.members.front())) continue;
    const std::int64_t length = expansion_length(run, expansion);
    if (length < 1 || length > kInstancesMax) continue;  // decided when its turn comes
    expand(run, expansion, static_cast<std::uint32_t>(length));
  }
}

void Stepper::note_expansions(Run& run) {
  const std::size_t count = run.version->mapping.expansions().size();
  for (std::uint32_t i = 0; i < count; ++i) note_expansion(run, i);
}

void Stepper::note_expansion(Run& run, std::uint32_t expansion) {
  const std::pair<Run*, std::uint32_t> entry{&run, expansion};
  if (std::ranges::find(expansions_to_check_, entry) != expansions_to_check_.end()) return;
  expansions_to_check_.push_back(entry);
}

/// A value that this expansion goes over may have come, changed, or gone. In a run that has ended
/// it counts when it runs again: an instance that is new could not.
void Stepper::check_expansion(Run& run, const dag::Expansion& expansion) {
  if (run.finished()) return;
  const Verdict verdict = by_map_sources(run, expansion);
  if (verdict.kind == Verdict::Kind::wait) return push_scheduled(run, expansion);
  if (expansion.members.empty()) return;
  if (verdict.kind == Verdict::Kind::ready) {
    const std::int64_t length = expansion_length(run, expansion);
    const bool fits = length <= kInstancesMax;
    const bool expanded = run.expanded(expansion.members.front());
    if (fits && expanded && !planted(PlantedBug::items_not_revised)) {
      revise(run, expansion, static_cast<std::uint32_t>(length));
    } else if (fits && length > 0 && expansion.is_group) {
      expand(run, expansion, static_cast<std::uint32_t>(length));
    }
  }
  for (const TaskIndex member : expansion.members) {
    run.each(member, [&](InstanceIndex at) { push(run, at); });
  }
}

/// Those that are scheduled have to wait again for a value that is made anew.
void Stepper::push_scheduled(Run& run, const dag::Expansion& expansion) {
  for (const TaskIndex member : expansion.members) {
    if (run.count(member, TaskState::scheduled) == 0) continue;
    run.each(member, [&](InstanceIndex at) { push(run, at); });
  }
}

/// `length` is at least 1. The new instances begin in the state of the one that was there: it may
/// have been skipped, or marked by hand.
void Stepper::expand(Run& run, const dag::Expansion& expansion, std::uint32_t length) {
  for (const TaskIndex member : expansion.members) {
    out_.instances_removed.push_back(run.key_of(member));
    widen(run, member, length);
    run.each(member, [&](InstanceIndex at) { touch(run, at); });
  }
  const std::string number = std::to_string(length);
  for (const TaskIndex member : expansion.members) {
    const TaskState state = run.instances[member].state;
    const std::string cause = "before it was expanded: " + run.instances[member].cause;
    for (std::uint32_t i = 1; i < length && state != TaskState::no_status; ++i) {
      set_state(run, run.at(member, i), state, {cause});
    }
    if (state != TaskState::no_status) continue;
    run.each(member, [&](InstanceIndex at) {
      run.instances[at].cause =
          "expanded into " + number + (length == 1 ? " instance" : " instances");
      push(run, at);
    });
  }
}

/// The expanded tasks have `length` items now. All are widened first: an instance counts for the
/// one of the same map index in the next task of its group.
void Stepper::revise(Run& run, const dag::Expansion& expansion, std::uint32_t length) {
  const std::uint32_t before = run.width(expansion.members.front());
  if (length > before) {
    for (const TaskIndex member : expansion.members) widen(run, member, length);
  }
  for (const TaskIndex member : expansion.members) {
    for (std::uint32_t i = before; i < length; ++i) {
      touch(run, run.at(member, i));
      if (outside_dates(run, member)) {
        set_state(run, run.at(member, i), TaskState::removed, {kOutsideDates});
      }
      push_dependents(run, run.at(member, i));  // one that is scheduled has to wait again
    }
    for (std::uint32_t i = 0; i < before; ++i) revise_item(run, run.at(member, i), i < length);
  }
}

void Stepper::revise_item(Run& run, InstanceIndex at, bool there) {
  const TaskState state = run.instances[at].state;
  if (there == (state != TaskState::removed)) return;
  if (there && outside_dates(run, run.instances[at].task)) return;
  if (there) {
    begin_anew(run, at);
    return set_state(run, at, TaskState::no_status, {"its item is there again"});
  }
  if (is_active(state)) cancel(run, at, "its item is gone");
  if (!planted(PlantedBug::removed_keeps_running)) new_epoch(run.instances[at]);
  set_state(run, at, TaskState::removed, {"its item is gone"});
}

}  // namespace aiflow::sched::detail

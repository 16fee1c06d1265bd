// SPDX-License-Identifier: Apache-2.0
// Which scheduled instances are queued: highest weight first, then those outside of backfills, then
// by logical date, then a stable order by name, as far as workers, pools and limits allow.
#include <algorithm>

#include "sched/detail/stepper.h"
#include "sched/planted_bug.h"

namespace aiflow::sched::detail {
namespace {

/// The first ready instance of one bucket.
struct Head {
  Run* run;
  std::size_t bucket;

  [[nodiscard]] const ReadyKey& key() const { return *run->ready[bucket].begin(); }
  /// Later in the order of grants, for a heap whose top is the first.
  bool operator<(const Head& other) const { return other.before(*this); }
  [[nodiscard]] bool before(const Head& other) const {
    const std::int64_t weight = key().minus_weight;
    if (weight != other.key().minus_weight) return weight < other.key().minus_weight;
    const bool filling = run->row.backfill.value != 0;
    if (filling != (other.run->row.backfill.value != 0)) return !filling;
    if (run->order() != other.run->order()) return run->order() < other.run->order();
    if (run != other.run) return run->row.key < other.run->row.key;
    return key() < other.key();
  }
};

}  // namespace

void Stepper::grant() {
  if (model_.ready_runs.empty() || model_.active >= model_.capacity()) return;
  std::vector<Head> heads;
  for (const auto& [uid, run] : model_.ready_runs) {
    if (run_limit(model_, *run) != Limit::none) continue;
    for (std::size_t bucket = 0; bucket < run->ready.size(); ++bucket) {
      if (!run->ready[bucket].empty()) heads.push_back({run, bucket});
    }
  }
  std::make_heap(heads.begin(), heads.end());
  while (!heads.empty() && model_.active < model_.capacity()) {
    std::pop_heap(heads.begin(), heads.end());
    const Head head = heads.back();
    heads.pop_back();
    if (run_limit(model_, *head.run) != Limit::none) continue;
    const Limit limit = bucket_limit(model_, *head.run, head.run->version->buckets[head.bucket]);
    if (limit == Limit::place_unserved && planted(PlantedBug::unserved_holds_up)) return;
    if (limit != Limit::none) continue;
    grant_one(*head.run, head.key().at);
    if (head.run->ready[head.bucket].empty()) continue;
    heads.push_back(head);
    std::push_heap(heads.begin(), heads.end());
  }
}

void Stepper::grant_one(Run& run, InstanceIndex at) {
  Instance& instance = run.instances[at];
  instance.epoch = std::max(instance.epoch + 1, instance.epoch_floor);
  set_state(run, at, TaskState::queued, {std::string(kGivenOut)});
  out_.submits.push_back({run.key_of(at), instance.try_number, instance.epoch,
                          run.version->topology.weight(instance.task)});
}

}  // namespace aiflow::sched::detail

// SPDX-License-Identifier: Apache-2.0
// Known mistakes, to prove that the simulator finds them. In the product planted() is the constant
// false; only the library variant aiflow_sched_planted, which aiflow-sim links, can switch one on.
#pragma once

#include <cstdint>

namespace aiflow::sched::detail {

enum class PlantedBug : std::uint8_t {
  none,
  result_without_fencing,        // a result of an old epoch is accepted
  claim_without_cas,             // a second worker may claim a running attempt
  reaper_keeps_epoch,            // a lost lease does not make a new epoch
  heartbeat_ignores_epoch,       // a heartbeat of an old attempt keeps the new one's lease alive
  clear_keeps_epoch,             // clear does not make a new epoch
  mark_keeps_epoch,              // mark does not make a new epoch
  lost_lease_charges_no_try,     // a lost worker gives the try back
  retry_limit_off_by_one,        // one try too many
  pool_counts_only_running,      // queued attempts take no pool slot
  limit_counts_only_running,     // queued attempts do not count for max_active_tasks
  paused_dag_grants,             // pause does not stop new grants
  clear_keeps_counters,          // clearing does not give the upstream counters back
  branch_decision_forgotten,     // a cleared child of a branch runs though it was not followed
  run_ignores_failed_leaf,       // a run with a failed leaf becomes success
  restore_forgets_timers,        // after a restart nothing waits for retries and leases
  run_limit_ignored,             // max_active_runs does not hold back queued runs
  restore_resets_epoch,          // after a restart epochs start again
  expansion_not_counted,         // what follows a mapped task waits for one instance of it only
  removed_keeps_running,         // an instance whose item is gone is not given up
  items_not_revised,             // a source that runs again does not change the instances
  event_of_old_epoch,            // a trigger's event counts though its instance began anew
  event_counts_twice,            // a second event resumes what the first one has resumed
  deferral_forgotten,            // a resumed attempt that is lost before its start begins anew
  resume_takes_a_try,            // going on after a trigger counts as a new try
  backfill_limit_ignored,        // a backfill makes all its runs at once
  backfill_counts_for_dag,       // a backfill's runs take the places of the schedule's
  backfill_skips_after_restart,  // a restart loses a backfill's place
  backfill_never_ends,           // the end of the last run does not complete it
  asset_event_lost,              // a DAG that has a run takes no notice of its assets
  asset_event_twice,             // what a run has consumed goes on waiting
  deadline_forgotten,            // after a restart a missed deadline is missed once more
  put_off_starts,                // a run does not wait for its run_after
  put_off_takes_a_place,         // ... and holds up the schedule until then
  start_forgotten,               // after a restart nothing starts it
  place_counts_only_running,     // queued attempts take no slot of their place
  unserved_holds_up,             // nothing is granted after a task whose place nobody serves
  offers_kept,                   // a drained worker goes on counting for the places it served
  service_without_fencing,       // what a service of an old attempt says counts for the new one
  service_not_drained,           // a service that nothing needs any more goes on
  service_forgotten,             // after a restart a service that served is not known to
  gone_epochs_reused,            // a run made again under a deleted one's name begins at epoch 0
  ahead_not_voided,              // what an island ran ahead of a cleared task is taken afterwards
  epoch_floor_forgotten,         // ... after a restart
  service_end_ignored,           // a task starts without the service above its upstreams
};

#ifdef AIFLOW_PLANTED_BUGS
/// True when this bug is switched on for the calling thread.
bool planted(PlantedBug bug);
void plant(PlantedBug bug);
#else
constexpr bool planted(PlantedBug /*bug*/) { return false; }
#endif

}  // namespace aiflow::sched::detail

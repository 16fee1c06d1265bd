// SPDX-License-Identifier: Apache-2.0
// aiflow-sim: the scheduler in a world of faults. Exit codes: 0 all seeds clean, 1 an invariant is
// broken, 2 usage.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edges.h"
#include "sched/planted_bug.h"
#include "world.h"

namespace {

using aiflow::sched::detail::PlantedBug;
using aiflow::sim::ProtocolBug;

constexpr const char* kUsage =
    "usage: aiflow-sim [--seed N | --seeds FIRST:LAST] [--steps N] [--complete]\n"
    "                  [--bug NAME | --every-bug]\n"
    "  --seed N         one seed (1)\n"
    "  --seeds A:B      all seeds from A to B\n"
    "  --steps N        micro-steps of faults for each seed (4000)\n"
    "  --complete       fail, too, when a published state change was never taken, or on fewer "
    "than\n"
    "                   2 million steps or 20 thousand faults\n"
    "  --bug NAME       plant this mistake; the run must fail\n"
    "  --every-bug      plant each mistake in turn; fails if one is not found\n"
    "  --list-bugs      their names\n";

constexpr std::array<std::pair<const char*, PlantedBug>, 44> kCoreBugs = {{
    {"result_without_fencing", PlantedBug::result_without_fencing},
    {"claim_without_cas", PlantedBug::claim_without_cas},
    {"reaper_keeps_epoch", PlantedBug::reaper_keeps_epoch},
    {"heartbeat_ignores_epoch", PlantedBug::heartbeat_ignores_epoch},
    {"clear_keeps_epoch", PlantedBug::clear_keeps_epoch},
    {"mark_keeps_epoch", PlantedBug::mark_keeps_epoch},
    {"lost_lease_charges_no_try", PlantedBug::lost_lease_charges_no_try},
    {"retry_limit_off_by_one", PlantedBug::retry_limit_off_by_one},
    {"pool_counts_only_running", PlantedBug::pool_counts_only_running},
    {"limit_counts_only_running", PlantedBug::limit_counts_only_running},
    {"paused_dag_grants", PlantedBug::paused_dag_grants},
    {"clear_keeps_counters", PlantedBug::clear_keeps_counters},
    {"branch_decision_forgotten", PlantedBug::branch_decision_forgotten},
    {"run_ignores_failed_leaf", PlantedBug::run_ignores_failed_leaf},
    {"restore_forgets_timers", PlantedBug::restore_forgets_timers},
    {"run_limit_ignored", PlantedBug::run_limit_ignored},
    {"restore_resets_epoch", PlantedBug::restore_resets_epoch},
    {"expansion_not_counted", PlantedBug::expansion_not_counted},
    {"removed_keeps_running", PlantedBug::removed_keeps_running},
    {"items_not_revised", PlantedBug::items_not_revised},
    {"event_of_old_epoch", PlantedBug::event_of_old_epoch},
    {"event_counts_twice", PlantedBug::event_counts_twice},
    {"deferral_forgotten", PlantedBug::deferral_forgotten},
    {"resume_takes_a_try", PlantedBug::resume_takes_a_try},
    {"asset_event_lost", PlantedBug::asset_event_lost},
    {"asset_event_twice", PlantedBug::asset_event_twice},
    {"backfill_limit_ignored", PlantedBug::backfill_limit_ignored},
    {"backfill_counts_for_dag", PlantedBug::backfill_counts_for_dag},
    {"backfill_skips_after_restart", PlantedBug::backfill_skips_after_restart},
    {"backfill_never_ends", PlantedBug::backfill_never_ends},
    {"service_without_fencing", PlantedBug::service_without_fencing},
    {"service_not_drained", PlantedBug::service_not_drained},
    {"service_forgotten", PlantedBug::service_forgotten},
    {"service_end_ignored", PlantedBug::service_end_ignored},
    {"ahead_not_voided", PlantedBug::ahead_not_voided},
    {"epoch_floor_forgotten", PlantedBug::epoch_floor_forgotten},
    {"gone_epochs_reused", PlantedBug::gone_epochs_reused},
    {"deadline_forgotten", PlantedBug::deadline_forgotten},
    {"put_off_starts", PlantedBug::put_off_starts},
    {"put_off_takes_a_place", PlantedBug::put_off_takes_a_place},
    {"start_forgotten", PlantedBug::start_forgotten},
    {"place_counts_only_running", PlantedBug::place_counts_only_running},
    {"unserved_holds_up", PlantedBug::unserved_holds_up},
    {"offers_kept", PlantedBug::offers_kept},
}};
constexpr std::array<std::pair<const char*, ProtocolBug>, 5> kProtocolBugs = {{
    {"send_before_commit", ProtocolBug::send_before_commit},
    {"ack_before_commit", ProtocolBug::ack_before_commit},
    {"no_outbox", ProtocolBug::no_outbox},
    {"never_resent", ProtocolBug::never_resent},
    {"no_leader_check", ProtocolBug::no_leader_check},
}};
constexpr std::int64_t kBugStepsMax = 1'000'000;
constexpr std::int64_t kStepsWanted = 2'000'000;
constexpr std::int64_t kFaultsWanted = 20'000;

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
  std::int64_t steps = 4000;
  std::string bug;
  bool every_bug = false;
  bool complete = false;
};

struct Totals {
  std::int64_t steps = 0;
  std::int64_t faults = 0;
  std::int64_t changes = 0;
  aiflow::sim::EdgeCoverage edges;
};

bool plant(std::string_view name, ProtocolBug& protocol) {
  aiflow::sched::detail::plant(PlantedBug::none);
  protocol = ProtocolBug::none;
  if (name.empty()) return true;
  for (const auto& [known, bug] : kCoreBugs) {
    if (name != known) continue;
    aiflow::sched::detail::plant(bug);
    return true;
  }
  for (const auto& [known, bug] : kProtocolBugs) {
    if (name != known) continue;
    protocol = bug;
    return true;
  }
  return false;
}

/// The first broken invariant of one seed, or empty.
std::string run_seed(aiflow::sim::Config config, Totals& totals, std::uint64_t& hash) {
  aiflow::sim::World world(config);
  std::string broken = world.run();
  totals.steps += world.steps_done();
  totals.faults += world.faults();
  totals.changes += world.changes();
  totals.edges.add(world.edges());
  hash = world.log_hash();
  return broken;
}

/// What a run that counts as complete must have seen.
int report_goals(const Totals& totals, bool must_be_complete) {
  const auto missing = totals.edges.missing();
  const std::size_t published = aiflow::sim::EdgeCoverage::published();
  const auto& counts = totals.edges.counts();
  const auto rarest = std::ranges::min_element(counts, {}, [](const auto& e) { return e.second; });
  std::printf("%zu of %zu published state changes were taken; the rarest, %s, %lld times\n",
              published - missing.size(), published, to_text(rarest->first).c_str(),
              static_cast<long long>(rarest->second));
  if (!must_be_complete) return 0;
  for (const auto& edge : missing) std::printf("never taken: %s\n", to_text(edge).c_str());
  const bool enough = totals.steps >= kStepsWanted && totals.faults >= kFaultsWanted;
  if (!enough) {
    std::printf("too little: %lld steps and %lld faults are wanted\n",
                static_cast<long long>(kStepsWanted), static_cast<long long>(kFaultsWanted));
  }
  return missing.empty() && enough ? 0 : 1;
}

int run_seeds(const Arguments& arguments, ProtocolBug protocol) {
  Totals totals;
  std::uint64_t all = 0;
  std::uint64_t first = 0;
  for (std::uint64_t seed = arguments.first; seed <= arguments.last; ++seed) {
    std::uint64_t hash = 0;
    const auto broken = run_seed({seed, arguments.steps, protocol}, totals, hash);
    all = all * 31 + hash;
    if (seed == arguments.first) first = hash;
    if (broken.empty()) continue;
    const std::string bug = arguments.bug.empty() ? "" : " --bug " + arguments.bug;
    std::printf("seed %llu: %s\nreplay: aiflow-sim --seed %llu --steps %lld%s\n",
                static_cast<unsigned long long>(seed), broken.c_str(),
                static_cast<unsigned long long>(seed), static_cast<long long>(arguments.steps),
                bug.c_str());
    return 1;
  }
  std::printf("%llu seeds clean, %lld steps, %lld faults, %lld changes, log hash %016llx\n",
              static_cast<unsigned long long>(arguments.last - arguments.first + 1),
              static_cast<long long>(totals.steps), static_cast<long long>(totals.faults),
              static_cast<long long>(totals.changes), static_cast<unsigned long long>(all));
  Totals not_counted;
  std::uint64_t again = 0;
  static_cast<void>(run_seed({arguments.first, arguments.steps, protocol}, not_counted, again));
  if (again != first) return std::puts("the first seed run again gives another history"), 1;
  return report_goals(totals, arguments.complete);
}

/// True when some seed finds the bug within the budget of steps.
bool find_bug(const char* name, std::int64_t steps) {
  ProtocolBug protocol = ProtocolBug::none;
  plant(name, protocol);
  Totals totals;
  std::uint64_t hash = 0;
  for (std::uint64_t seed = 1; totals.steps < kBugStepsMax; ++seed) {
    const auto broken = run_seed({seed, steps, protocol}, totals, hash);
    if (broken.empty()) continue;
    std::printf("%-28s seed %3llu, step %7lld: %s\n", name, static_cast<unsigned long long>(seed),
                static_cast<long long>(totals.steps), broken.c_str());
    return true;
  }
  std::printf("%-28s NOT FOUND in %lld steps\n", name, static_cast<long long>(totals.steps));
  return false;
}

int find_every_bug(std::int64_t steps) {
  bool found = true;
  for (const auto& [name, bug] : kCoreBugs) found = find_bug(name, steps) && found;
  for (const auto& [name, bug] : kProtocolBugs) found = find_bug(name, steps) && found;
  return found ? 0 : 1;
}

void list_bugs() {
  for (const auto& [name, bug] : kCoreBugs) std::puts(name);
  for (const auto& [name, bug] : kProtocolBugs) std::puts(name);
}

/// nullopt: wrong usage.
std::optional<Arguments> parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--every-bug" || word == "--complete") {
      (word == "--complete" ? arguments.complete : arguments.every_bug) = true;
      continue;
    }
    if (i + 1 == argc) return std::nullopt;
    const char* value = argv[++i];
    char* end = nullptr;
    if (word == "--bug") {
      arguments.bug = value;
      continue;
    }
    const std::uint64_t number = std::strtoull(value, &end, 10);
    if (end == value) return std::nullopt;
    if (word == "--seed") {
      arguments.first = arguments.last = number;
    } else if (word == "--steps") {
      arguments.steps = static_cast<std::int64_t>(number);
    } else if (word == "--seeds" && *end == ':') {
      arguments.first = number;
      arguments.last = std::strtoull(end + 1, &end, 10);
    } else {
      return std::nullopt;
    }
    if (*end != '\0') return std::nullopt;
  }
  return arguments;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") return std::fputs(kUsage, stdout), 0;
  if (argc == 2 && std::string_view(argv[1]) == "--list-bugs") return list_bugs(), 0;
  const auto arguments = parse(argc, argv);
  ProtocolBug protocol = ProtocolBug::none;
  if (!arguments || !plant(arguments->bug, protocol)) return std::fputs(kUsage, stderr), 2;
  if (arguments->every_bug) return find_every_bug(arguments->steps);
  return run_seeds(*arguments, protocol);
}

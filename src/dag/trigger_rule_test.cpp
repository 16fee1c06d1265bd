// SPDX-License-Identifier: Apache-2.0
#include "dag/trigger_rule.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace aiflow::dag {
namespace {

using enum TaskState;
using States = std::vector<TaskState>;
constexpr std::array kUpstreamStates = {no_status,       success, failed,
                                        upstream_failed, skipped, removed};

/// The table of workflow-semantics section 4, read line by line over the list of states itself.
class Reading {
 public:
  Reading(const States& states, std::int32_t map_index) : states_(states), map_index_(map_index) {}

  RuleVerdict of(TriggerRule rule) const {
    if (states_.empty() || rule == TriggerRule::always) return {std::nullopt, true};
    return {new_state(rule), runs(rule)};
  }

 private:
  int n(TaskState state) const { return static_cast<int>(std::ranges::count(states_, state)); }
  int size() const { return static_cast<int>(states_.size()); }
  bool has(TaskState state) const { return n(state) > 0; }
  bool bad() const { return has(failed) || has(upstream_failed); }
  bool finished() const { return !has(no_status); }
  bool only(std::initializer_list<TaskState> allowed) const {
    return std::ranges::all_of(states_, [&](TaskState state) {
      return std::ranges::find(allowed, state) != allowed.end();
    });
  }

  std::optional<TaskState> new_state(TriggerRule rule) const {
    using enum TriggerRule;
    switch (rule) {
      case TriggerRule::all_success:
        if (bad()) return upstream_failed;
        if (has(skipped)) return skipped;
        if (has(removed) && has(success) && map_index_ >= n(success)) return removed;
        return std::nullopt;
      case TriggerRule::all_failed:
        if (has(success) || has(skipped)) return skipped;
        return std::nullopt;
      case TriggerRule::all_done_min_one_success:
        if (has(skipped)) return skipped;
        if (finished() && !has(success)) return upstream_failed;
        return std::nullopt;
      case TriggerRule::one_success:
        if (!finished()) return std::nullopt;
        if (only({skipped})) return skipped;
        if (!has(success)) return upstream_failed;
        return std::nullopt;
      case TriggerRule::one_failed:
        if (finished() && !bad()) return skipped;
        return std::nullopt;
      case TriggerRule::one_done:
        if (finished() && !has(failed) && !has(success)) return skipped;
        return std::nullopt;
      case TriggerRule::none_failed:
        if (bad()) return upstream_failed;
        return std::nullopt;
      case TriggerRule::none_failed_min_one_success:
        if (bad()) return upstream_failed;
        if (only({skipped})) return skipped;
        if (finished() && !has(success)) return upstream_failed;
        return std::nullopt;
      case TriggerRule::none_skipped:
        if (has(skipped)) return skipped;
        return std::nullopt;
      case TriggerRule::all_skipped:
        if (has(success) || bad()) return skipped;
        return std::nullopt;
      case TriggerRule::all_done:
      case TriggerRule::all_done_setup_success:  // no setups here
      case TriggerRule::always: return std::nullopt;
    }
    return std::nullopt;
  }

  bool runs(TriggerRule rule) const {
    switch (rule) {
      case TriggerRule::all_success: return only({success, removed});
      case TriggerRule::all_failed: return only({failed, upstream_failed, removed});
      case TriggerRule::all_done:
      case TriggerRule::all_done_setup_success: return finished();
      case TriggerRule::all_done_min_one_success:
        return only({success, failed, upstream_failed, removed}) && has(success);
      case TriggerRule::one_success: return has(success);
      case TriggerRule::one_failed: return bad();
      case TriggerRule::one_done: return has(success) || has(failed);
      case TriggerRule::none_failed: return only({success, skipped, removed});
      case TriggerRule::none_failed_min_one_success:
        return only({success, skipped, removed}) && has(success);
      case TriggerRule::none_skipped: return finished() && !has(skipped);
      case TriggerRule::all_skipped: return only({skipped});
      case TriggerRule::always: return true;
    }
    return false;
  }

  const States& states_;
  std::int32_t map_index_;
};

UpstreamCounts count(const States& states) {
  UpstreamCounts c;
  const auto n = [&](TaskState s) {
    return static_cast<std::int32_t>(std::ranges::count(states, s));
  };
  c.total = static_cast<std::int32_t>(states.size());
  c.success = n(success), c.failed = n(failed), c.upstream_failed = n(upstream_failed);
  c.skipped = n(skipped), c.removed = n(removed);
  return c;
}

/// All multisets of at most `size` states, as sorted lists.
std::vector<States> multisets(std::size_t size) {
  std::vector<States> all = {{}};
  for (std::size_t begin = 0, length = 0; length < size; ++length) {
    const std::size_t end = all.size();
    for (; begin < end; ++begin) {
      for (const TaskState state : kUpstreamStates) {
        if (!all[begin].empty() && state < all[begin].back()) continue;
        States longer = all[begin];
        longer.push_back(state);
        all.push_back(std::move(longer));
      }
    }
  }
  return all;
}

TEST_CASE("every rule agrees with the table on all multisets of up to 4 upstream states") {
  int cases = 0;
  const auto all = multisets(4);
  CHECK(all.size() == 210);  // C(6 + 4, 4)
  for (const States& states : all) {
    for (const TriggerRule rule : kAllTriggerRules) {
      for (const std::int32_t map_index : {-1, 0, 1, 2}) {
        ++cases;
        const auto expected = Reading(states, map_index).of(rule);
        INFO(std::string(to_string(rule)), " case ", cases);
        CHECK(evaluate_rule(rule, count(states), map_index) == expected);
      }
    }
  }
  CHECK(cases == 210 * 13 * 4);
}

TEST_CASE("compat 2 leaves none_failed_min_one_success waiting when only removed ones are left") {
  const UpstreamCounts c = count({skipped, removed});
  const auto rule = TriggerRule::none_failed_min_one_success;
  CHECK(evaluate_rule(rule, c, -1, 3).new_state == upstream_failed);
  CHECK(evaluate_rule(rule, c, -1, 2) == RuleVerdict{});
}

TEST_CASE("a teardown runs when one of its setups succeeded, whatever else failed") {
  UpstreamCounts c = count({success, failed});
  c.setups = 1, c.setups_success = 1;
  CHECK(evaluate_rule(TriggerRule::all_done_setup_success, c) == RuleVerdict{std::nullopt, true});
  c.setups_success = 0, c.setups_skipped = 1;
  CHECK(evaluate_rule(TriggerRule::all_done_setup_success, c).new_state == skipped);
  c.setups_skipped = 0;
  CHECK(evaluate_rule(TriggerRule::all_done_setup_success, c).new_state == upstream_failed);
}

}  // namespace
}  // namespace aiflow::dag

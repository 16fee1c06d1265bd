// SPDX-License-Identifier: Apache-2.0
#include "dag/trigger_rule.h"

namespace aiflow::dag {
namespace {

using enum TaskState;
using C = UpstreamCounts;
using State = std::optional<TaskState>;

bool all_done(const C& c) { return c.done() >= c.total; }
bool any_failed(const C& c) { return c.failed > 0 || c.upstream_failed > 0; }

RuleVerdict all_success(const C& c, std::int32_t map_index) {
  State state;
  if (any_failed(c)) {
    state = upstream_failed;
  } else if (c.skipped > 0) {
    state = skipped;
  } else if (c.removed > 0 && c.success > 0 && map_index >= c.success) {
    state = removed;
  }
  return {state, c.total - c.success - c.removed <= 0};
}

RuleVerdict all_failed(const C& c) {
  State state;
  if (c.success > 0 || c.skipped > 0) state = skipped;
  return {state, c.total - c.failed - c.upstream_failed - c.removed <= 0};
}

RuleVerdict all_done_min_one_success(const C& c) {
  State state;
  if (c.skipped > 0) {
    state = skipped;
  } else if (all_done(c) && c.success == 0) {
    state = upstream_failed;
  }
  const bool finished = c.success + c.failed + c.upstream_failed >= c.total - c.removed;
  return {state, c.skipped == 0 && finished && c.success > 0};
}

RuleVerdict all_done_setup_success(const C& c) {
  State state;
  if (all_done(c) && c.setups > 0) {
    if (c.setups_skipped == c.setups) {
      state = skipped;
    } else if (c.setups_success == 0) {
      state = upstream_failed;
    }
  }
  return {state, all_done(c) && (c.setups == 0 || c.setups_success > 0)};
}

RuleVerdict one_success(const C& c) {
  State state;
  if (all_done(c)) {
    if (c.done() == c.skipped) {
      state = skipped;
    } else if (c.success == 0) {
      state = upstream_failed;
    }
  }
  return {state, c.success > 0};
}

RuleVerdict none_failed_min_one_success(const C& c, int compat) {
  State state;
  if (any_failed(c)) {
    state = upstream_failed;
  } else if (c.skipped == c.total) {
    state = skipped;
  } else if (compat >= 3 && all_done(c) && c.success == 0) {
    state = upstream_failed;
  }
  return {state, c.total - c.success - c.skipped - c.removed <= 0 && c.success > 0};
}

}  // namespace

RuleVerdict evaluate_rule(TriggerRule rule, const UpstreamCounts& c, std::int32_t map_index,
                          int compat) {
  if (c.total == 0) return {std::nullopt, true};
  switch (rule) {
    case TriggerRule::all_success: return all_success(c, map_index);
    case TriggerRule::all_failed: return all_failed(c);
    case TriggerRule::all_done: return {std::nullopt, all_done(c)};
    case TriggerRule::all_done_min_one_success: return all_done_min_one_success(c);
    case TriggerRule::all_done_setup_success: return all_done_setup_success(c);
    case TriggerRule::one_success: return one_success(c);
    case TriggerRule::one_failed:
      return {all_done(c) && !any_failed(c) ? State(skipped) : State(), any_failed(c)};
    case TriggerRule::one_done: {
      const bool runs = c.success + c.failed > 0;
      return {all_done(c) && !runs ? State(skipped) : State(), runs};
    }
    case TriggerRule::none_failed:
      return {any_failed(c) ? State(upstream_failed) : State(),
              c.total - c.success - c.skipped - c.removed <= 0};
    case TriggerRule::none_failed_min_one_success: return none_failed_min_one_success(c, compat);
    case TriggerRule::none_skipped:
      return {c.skipped > 0 ? State(skipped) : State(), all_done(c) && c.skipped == 0};
    case TriggerRule::all_skipped:
      return {c.success > 0 || any_failed(c) ? State(skipped) : State(), c.skipped >= c.total};
    case TriggerRule::always: return {std::nullopt, true};
  }
  return {};
}

}  // namespace aiflow::dag

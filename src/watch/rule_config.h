// SPDX-License-Identifier: Apache-2.0
// Rules as they come over the wire or in a rules file -> rules as the rule set takes them.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "rules/rule.h"
#include "wire/camera.h"

namespace aiflow::watch {

/// Params are numbers in seconds, counts and fractions: line_crossing {direction: "a_to_b" |
/// "b_to_a" | "both", confirm, margin, rearm_s}; intrusion {enter_hits, enter_s, exit_s, lost_s,
/// cooldown_s, exit_margin, min_score, min_height_px}; congestion {count_on, count_off, hold_s,
/// clear_s, window_s}. Missing ones have the defaults of rules/rule.h. Errors: invalid_argument
/// naming the rule and the parameter (unknown ones too).
[[nodiscard]] Result<rules::Rule> to_rule(const wire::RuleConfig& config);

/// All rules of a camera; also checks that ids are there and unique and that points lie in the
/// frame.
[[nodiscard]] Result<std::vector<rules::Rule>> to_rules(
    const std::vector<wire::RuleConfig>& configs);

/// A rules file: {"rules": [RuleConfig…]} or just the list. Errors: invalid_argument.
[[nodiscard]] Result<std::vector<wire::RuleConfig>> parse_rules_file(std::string_view text);

}  // namespace aiflow::watch

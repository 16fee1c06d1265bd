// SPDX-License-Identifier: Apache-2.0
#include "watch/rule_config.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "rules/rule_set.h"

namespace aiflow::watch {
namespace {

/// Reads a rule's params one by one and remembers which keys were known.
class ParamReader {
 public:
  explicit ParamReader(const json::Value& params) : params_(params) {}

  Status read(std::string_view key, double& out) {
    const json::Value* value = take(key);
    if (value == nullptr) return {};
    if (!value->is_number()) return wrong(key, "a number");
    out = value->as_double();
    return {};
  }

  Status read(std::string_view key, int& out) {
    const json::Value* value = take(key);
    if (value == nullptr) return {};
    if (!value->is_int() || std::abs(value->as_int()) > std::numeric_limits<int>::max()) {
      return wrong(key, "a whole number");
    }
    out = static_cast<int>(value->as_int());
    return {};
  }

  Status read(std::string_view key, Duration& out) {
    double seconds = std::chrono::duration<double>(out).count();
    AIFLOW_TRY(read(key, seconds));
    if (!(seconds >= 0 && seconds <= 1e6)) return wrong(key, "seconds from 0 to 1000000");
    out = Duration(std::llround(seconds * 1e6));
    return {};
  }

  Status read(std::string_view key, rules::Direction& out) {
    const json::Value* value = take(key);
    if (value == nullptr) return {};
    const std::string text = value->is_string() ? value->as_string() : "";
    if (text == "a_to_b") return out = rules::Direction::a_to_b, Status{};
    if (text == "b_to_a") return out = rules::Direction::b_to_a, Status{};
    if (text == "both") return out = rules::Direction::both, Status{};
    return wrong(key, "\"a_to_b\", \"b_to_a\" or \"both\"");
  }

  /// A misspelt key must not silently leave the default.
  [[nodiscard]] Status check_all_known() const {
    if (params_.is_null()) return {};
    if (!params_.is_object()) {
      return fail(ErrorCode::invalid_argument, "params must be an object");
    }
    for (const auto& [key, value] : params_.as_object()) {
      if (known_.contains(key)) continue;
      return fail(ErrorCode::invalid_argument,
                  "params: '" + key + "' is not known, there are " + list_known());
    }
    return {};
  }

 private:
  const json::Value* take(std::string_view key) {
    known_.emplace(key);
    const json::Value* value = params_.find(key);
    return value != nullptr && value->is_null() ? nullptr : value;
  }

  static std::unexpected<Error> wrong(std::string_view key, std::string_view wanted) {
    return fail(ErrorCode::invalid_argument,
                "params: '" + std::string(key) + "' must be " + std::string(wanted));
  }

  [[nodiscard]] std::string list_known() const {
    std::string out;
    for (const std::string& key : known_) out += (out.empty() ? "" : ", ") + key;
    return out;
  }

  const json::Value& params_;
  std::set<std::string, std::less<>> known_;
};

Result<rules::LineCrossing> read_line(ParamReader& reader) {
  rules::LineCrossing out;
  AIFLOW_TRY(reader.read("direction", out.direction));
  AIFLOW_TRY(reader.read("confirm", out.confirm_hits));
  AIFLOW_TRY(reader.read("margin", out.margin));
  AIFLOW_TRY(reader.read("rearm_s", out.rearm));
  return out;
}

Result<rules::Intrusion> read_intrusion(ParamReader& reader) {
  rules::Intrusion out;
  AIFLOW_TRY(reader.read("enter_hits", out.enter_hits));
  AIFLOW_TRY(reader.read("enter_s", out.enter));
  AIFLOW_TRY(reader.read("exit_s", out.exit));
  AIFLOW_TRY(reader.read("lost_s", out.lost));
  AIFLOW_TRY(reader.read("cooldown_s", out.cooldown));
  AIFLOW_TRY(reader.read("exit_margin", out.exit_margin));
  AIFLOW_TRY(reader.read("min_score", out.score_mean_min));
  AIFLOW_TRY(reader.read("min_height_px", out.height_min));
  return out;
}

Result<rules::Congestion> read_congestion(ParamReader& reader) {
  rules::Congestion out;
  AIFLOW_TRY(reader.read("count_on", out.count_on));
  out.count_off = out.count_on - 1;
  AIFLOW_TRY(reader.read("count_off", out.count_off));
  AIFLOW_TRY(reader.read("hold_s", out.hold));
  AIFLOW_TRY(reader.read("clear_s", out.clear));
  AIFLOW_TRY(reader.read("window_s", out.window));
  return out;
}

Status read_params(const wire::RuleConfig& config, rules::Rule& rule) {
  ParamReader reader(config.params);
  if (config.kind == "line_crossing") {
    AIFLOW_ASSIGN(rule.params, read_line(reader));
  } else if (config.kind == "intrusion") {
    AIFLOW_ASSIGN(rule.params, read_intrusion(reader));
  } else if (config.kind == "congestion") {
    AIFLOW_ASSIGN(rule.params, read_congestion(reader));
  } else {
    return fail(ErrorCode::invalid_argument, "kind '" + config.kind +
                                                 "' is not known; use line_crossing, intrusion "
                                                 "or congestion");
  }
  return reader.check_all_known();
}

Status check_points(const wire::RuleConfig& config) {
  for (const wire::Point& p : config.points) {
    if (!(p.x >= 0 && p.x <= 1 && p.y >= 0 && p.y <= 1)) {
      return fail(ErrorCode::invalid_argument, "points are fractions of the picture, from 0 to 1");
    }
  }
  return {};
}

}  // namespace

Result<rules::Rule> to_rule(const wire::RuleConfig& config) {
  const std::string context = "rule '" + config.rule_id + "'";
  rules::Rule rule{config.rule_id, config.name, {}, config.classes, {}};
  if (auto status = check_points(config); !status) {
    return fail(std::move(status).error().with_context(context));
  }
  if (auto status = read_params(config, rule); !status) {
    return fail(std::move(status).error().with_context(context));
  }
  for (const wire::Point& p : config.points) rule.points.push_back({p.x, p.y});
  return rule;
}

Result<std::vector<rules::Rule>> to_rules(const std::vector<wire::RuleConfig>& configs) {
  // Any size will do to see whether the shapes make sense.
  constexpr rules::FrameSize kSize{1000, 1000};
  std::vector<rules::Rule> out;
  for (const wire::RuleConfig& config : configs) {
    AIFLOW_ASSIGN(rules::Rule rule, to_rule(config));
    out.push_back(std::move(rule));
  }
  if (auto made = rules::RuleSet::create("", kSize, out); !made) return fail(made.error());
  return out;
}

Result<std::vector<wire::RuleConfig>> parse_rules_file(std::string_view text) {
  AIFLOW_ASSIGN(const json::Value file, json::parse(text));
  const json::Value* list = file.is_object() ? file.find("rules") : &file;
  if (list == nullptr || !list->is_array()) {
    return fail(ErrorCode::invalid_argument, "a rules file holds {\"rules\": [...]} or a list");
  }
  std::vector<wire::RuleConfig> out;
  for (const json::Value& item : list->as_array()) {
    auto config = wire::parse_rule_config(item);
    if (!config) {
      return fail(std::move(config).error().with_context("rule " + std::to_string(out.size() + 1)));
    }
    out.push_back(*std::move(config));
  }
  return out;
}

}  // namespace aiflow::watch

// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/service_rate.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ranges>
#include <utility>

#include "executor/kubernetes/service_plan.h"

namespace aiflow::executor {
namespace {

constexpr std::size_t kPathMax = 200;
constexpr double kLeastSeconds = 0.001;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

/// What stands behind a metric's name: labels, if any, the value, and a time perhaps.
Result<double> value_of(std::string_view rest) {
  if (rest.starts_with('{')) {
    const auto end = rest.rfind('}');
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  }
  const auto begin = std::min(rest.find_first_not_of(" \t"), rest.size());
  rest.remove_prefix(begin);
  double value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc()) return fail(ErrorCode::invalid_argument, "a value is no number");
  return value;
}

}  // namespace

bool is_metrics_path(std::string_view path) {
  if (!path.starts_with('/') || path.size() < 2 || path.size() > kPathMax) return false;
  return std::ranges::all_of(path.substr(1) | std::views::split('/'), [](const auto& part) {
    const std::string_view segment(part);
    return !segment.empty() && segment != "." && segment != ".." &&
           std::ranges::all_of(segment, is_plain);
  });
}

std::string metrics_url(const PodName& name, const ServiceTerms& terms) {
  return "/api/v1/namespaces/" + name.space + "/services/" + terms.scheme + ":" + name.name + ":" +
         std::to_string(terms.port) + "/proxy" + terms.metrics;
}

Result<double> sum_of_metric(std::string_view text, std::string_view name) {
  std::optional<double> sum;
  for (const auto& part : text | std::views::split('\n')) {
    std::string_view line(part);
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    if (line.empty() || !std::string_view("{ \t").contains(line.front())) continue;
    AIFLOW_ASSIGN(const double value, value_of(line));
    sum = sum.value_or(0) + value;
  }
  if (!sum) return fail(ErrorCode::not_found, "there is no metric " + std::string(name));
  return *sum;
}

std::optional<std::string> ServiceRate::take(SteadyTime now, double requests) {
  const std::optional<double> before = std::exchange(requests_, requests);
  const SteadyTime at = std::exchange(at_, now);
  if (!before || requests < *before) return std::nullopt;
  const double seconds = std::chrono::duration<double>(now - at).count();
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.1f/s",
                (requests - *before) / std::max(seconds, kLeastSeconds));
  if (said_ == text.data()) return std::nullopt;
  said_ = text.data();
  return said_;
}

}  // namespace aiflow::executor

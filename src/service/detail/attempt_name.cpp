// SPDX-License-Identifier: Apache-2.0
#include "service/detail/attempt_name.h"

#include <charconv>

#include "store/keys.h"

namespace aiflow::service::detail {
namespace {

constexpr std::string_view kTask = "task ";
constexpr std::string_view kTry = ", try ";
constexpr std::string_view kRun = ", of run ";

/// What stands before `sign`, which it takes away too. Nothing without the sign.
std::optional<std::string_view> take_until(std::string_view& text, std::string_view sign) {
  const auto at = text.find(sign);
  if (at == std::string_view::npos) return std::nullopt;
  const auto before = text.substr(0, at);
  text.remove_prefix(at + sign.size());
  return before;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::string attempt_name(const wire::AttemptRef& attempt) {
  const auto& key = attempt.key;
  std::string out(kTask);
  out.append(key.dag_id).append("/").append(key.task_id);
  if (key.map_index >= 0) out.append("[").append(std::to_string(key.map_index)).append("]");
  out.append(kTry).append(std::to_string(attempt.try_number));
  return out.append(kRun).append(key.run_id);
}

std::optional<wire::AttemptRef> attempt_named(std::string_view name) {
  if (!name.starts_with(kTask)) return std::nullopt;
  name.remove_prefix(kTask.size());
  const auto dag = take_until(name, "/");
  auto task = take_until(name, kTry);
  const auto count = take_until(name, kRun);
  if (!dag || !task || !count) return std::nullopt;
  std::optional<std::int64_t> index = store::kNotMapped;
  if (task->ends_with("]")) {
    auto mapped = task->substr(0, task->size() - 1);
    task = take_until(mapped, "[");
    index = number_of(mapped);
  }
  const auto try_number = number_of(*count);
  if (!task || !index || !try_number) return std::nullopt;
  return wire::AttemptRef{.key = {.dag_id = std::string(*dag),
                                  .run_id = std::string(name),
                                  .task_id = std::string(*task),
                                  .map_index = *index},
                          .try_number = *try_number};
}

}  // namespace aiflow::service::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <future>
#include <memory>

#include "executor/detail/assignment.h"

namespace aiflow::executor::detail {

/// Winds down the assignment of `loop` on its thread. Nothing is left to anybody when that does not
/// answer in time, or has ended.
template <class Loop>
[[nodiscard]] wire::LeftBehind wind_down_on(Loop& loop) {
  constexpr auto kAnswerTime = std::chrono::seconds(2);
  const auto answer = std::make_shared<std::promise<wire::LeftBehind>>();
  auto left = answer->get_future();
  loop.post([answer](Assignment& assignment) { answer->set_value(assignment.wind_down()); });
  if (left.wait_for(kAnswerTime) != std::future_status::ready) return {};
  return left.get();
}

}  // namespace aiflow::executor::detail

// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/front/repeats.h"

#include <chrono>

namespace aiflow::http_api::detail {

Result<Repeats::Turn> Repeats::take(const std::string& key, Deadline deadline) {
  const auto is_free = [&] { return !taken_.contains(key); };
  std::unique_lock lock(mutex_);
  if (!is_free() && waiting_ < kWaitingMax) {
    const auto left = std::min<Duration>(deadline.left(clock_.steady_now()), std::chrono::hours(1));
    ++waiting_;
    given_back_.wait_for(lock, left, is_free);
    --waiting_;
  }
  if (!is_free()) {
    return fail(ErrorCode::conflict,
                "a request with this Idempotency-Key is still being answered; ask again later");
  }
  const auto& held = *taken_.insert(key).first;
  return Turn(&held, GiveBack{this});
}

void Repeats::GiveBack::operator()(const std::string* key) const {
  {
    const std::scoped_lock lock(repeats->mutex_);
    repeats->taken_.erase(repeats->taken_.find(*key));
  }
  repeats->given_back_.notify_all();
}

}  // namespace aiflow::http_api::detail

// SPDX-License-Identifier: Apache-2.0
// Waiting for the answer of an asynchronous request. Never on the conductor's own thread.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include "base/result.h"

namespace aiflow::conductor {

template <class T, class Call>
Result<T> wait_for(Call call) {
  // Shared: std::function copies its callable.
  const auto promise = std::make_shared<std::promise<Result<T>>>();
  std::future<Result<T>> answer = promise->get_future();
  call([promise](Result<T> result) { promise->set_value(std::move(result)); });
  return answer.get();
}

}  // namespace aiflow::conductor

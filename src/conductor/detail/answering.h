// SPDX-License-Identifier: Apache-2.0
// The scheduler's reply to one event, passed on to the one who asked.
#pragma once

#include <utility>

#include "conductor/conductor.h"
#include "conductor/detail/batch.h"

namespace aiflow::conductor::detail {

/// The scheduler's refusal as an error.
[[nodiscard]] inline Error refusal(const sched::Reply& reply) { return {reply.code, reply.reason}; }

/// Calls `answer` with `make()` after an accepted event, with the refusal or error otherwise.
template <class T, class Make>
[[nodiscard]] Batch::Handler answering(Answer<T> answer, Make make) {
  return [answer = std::move(answer), make = std::move(make)](const Result<sched::Reply>& reply) {
    if (!reply) return answer(fail(reply.error()));
    if (!reply->accepted) return answer(fail(refusal(*reply)));
    answer(make());
  };
}

}  // namespace aiflow::conductor::detail

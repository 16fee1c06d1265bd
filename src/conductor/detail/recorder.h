// SPDX-License-Identifier: Apache-2.0
// Writes one step: rows, history, XComs and outbox, in the transaction of the caller.
#pragma once

#include "conductor/detail/batch.h"
#include "conductor/detail/book.h"
#include "sched/effect.h"

namespace aiflow::conductor::detail {

/// Brings `book` along; after an error it is as it was, so that the transaction may be run again.
Status record(Writing& writing, Book& book, const Batch& batch, const sched::Effects& effects);

}  // namespace aiflow::conductor::detail

// SPDX-License-Identifier: Apache-2.0
// What reports say of a try beside how it ended: what it used, and its fields as they were
// rendered.
#pragma once

#include <map>

#include "base/usage_series.h"
#include "conductor/detail/batch.h"
#include "conductor/detail/book.h"
#include "store/run_store.h"

namespace aiflow::conductor::detail {

/// Within the range of what can be.
[[nodiscard]] UsageSample to_sample(const wire::AttemptSample& told);

/// A step's reports by their attempts.
class EndReports {
 public:
  explicit EndReports(const Batch& batch);
  /// Puts what the attempt's report says of its use into the row of its try, if there is one.
  void add_use(store::TryRow& row) const;

 private:
  std::map<AttemptId, const wire::Finished*> reports_;
};

/// Fields that are no object, or larger than a task's process may send, are not kept.
Status keep_rendered(db::Connection& db, const executor::Attempt& attempt,
                     const json::Value& rendered);
/// The samples and the rendered fields of an accepted report.
Status keep_details(db::Connection& db, const wire::Finished& report);

}  // namespace aiflow::conductor::detail

// SPDX-License-Identifier: Apache-2.0
#include "conductor/detail/answer_xcom.h"

#include <utility>

#include "store/run_store.h"

namespace aiflow::conductor::detail {
namespace {

/// XComGet.map_index of all mapped instances (api/worker.yaml).
constexpr std::int64_t kAllInstances = -2;

}  // namespace

Result<wire::XComValue> answer_xcom(db::Connection& db, const wire::XComGet& question) {
  wire::XComValue answer{.request_id = question.request_id, .found = false};
  store::TaskKey key{.dag_id = DagId{question.dag_id},
                     .run_id = RunId{question.run_id},
                     .task_id = TaskId{question.task_id},
                     .map_index = static_cast<int>(question.map_index)};
  const bool of_all = question.map_index == kAllInstances;
  store::RunStore runs(db);
  if (question.include_prior_dates.value_or(false)) {
    AIFLOW_ASSIGN(const auto run, runs.latest_run_with(key, question.key));
    if (!run) return answer;
    key.run_id = run->run_id;
  }
  if (question.item && *question.item >= 0) {
    AIFLOW_ASSIGN(auto item, of_all ? runs.mapped_xcom_item(key, question.key, *question.item)
                                    : runs.xcom_item(key, question.key, *question.item));
    if (item) {
      answer.found = true;
      answer.value = std::move(item->value);
      answer.length = item->length;
      return answer;
    }
  }
  std::optional<json::Value> whole;
  if (of_all) {
    AIFLOW_ASSIGN(whole, runs.mapped_xcoms(key, question.key));
  } else {
    AIFLOW_ASSIGN(auto row, runs.xcom(key, question.key));
    if (row) whole = std::move(row->value);
  }
  answer.found = whole.has_value();
  if (whole) answer.value = *std::move(whole);
  return answer;
}

}  // namespace aiflow::conductor::detail

// SPDX-License-Identifier: Apache-2.0
#include "store/detail/run_counts.h"

#include <optional>
#include <string>
#include <string_view>

#include "store/detail/rows.h"

namespace aiflow::store::detail {
namespace {

Status add(db::Connection& db, const DagId& dag_id, std::string_view state, int difference) {
  AIFLOW_TRY(db.run("UPDATE run_counts SET runs = runs + ? WHERE dag_id = ? AND state = ?",
                    {difference, dag_id.value, state}));
  if (db.changes() > 0) return {};
  return db.run("INSERT INTO run_counts (dag_id, state, runs) VALUES (?, ?, ?)",
                {dag_id.value, state, difference});
}

/// nullopt: there is no such run.
Result<std::optional<std::string>> state_of(db::Connection& db, const RunKey& run) {
  return db.first("SELECT state FROM dag_runs WHERE dag_id = ? AND run_id = ?",
                  {run.dag_id.value, run.run_id.value}, [](db::Row& row) { return row.text(); });
}

}  // namespace

Status run_added(db::Connection& db, const DagId& dag_id, RunState state) {
  return add(db, dag_id, to_string(state), 1);
}

Status run_changes(db::Connection& db, const RunKey& run, RunState to) {
  AIFLOW_ASSIGN(const auto from, state_of(db, run));
  if (!from || *from == to_string(to)) return {};
  AIFLOW_TRY(add(db, run.dag_id, *from, -1));
  return add(db, run.dag_id, to_string(to), 1);
}

Status run_goes(db::Connection& db, const RunKey& run) {
  AIFLOW_ASSIGN(const auto from, state_of(db, run));
  if (!from) return {};
  return add(db, run.dag_id, *from, -1);
}

Result<std::int64_t> count_runs(db::Connection& db, const DagId* dag_id,
                                const std::vector<RunState>& states) {
  Where where;
  if (dag_id != nullptr) where.add("dag_id = ?", dag_id->value);
  if (!states.empty()) where.add(state_is_one_of(states));
  AIFLOW_ASSIGN(const auto sum,
                db.first("SELECT COALESCE(sum(runs), 0) FROM run_counts" + where.text(),
                         where.params(), [](db::Row& row) { return row.integer(); }));
  return sum.value_or(0);
}

}  // namespace aiflow::store::detail

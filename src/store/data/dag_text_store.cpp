// SPDX-License-Identifier: Apache-2.0
#include "store/data/dag_text_store.h"

namespace aiflow::store {
namespace {

DagTextRow read_row(db::Row& row) {
  return {.dag_id = DagId{row.text()},
          .version = row.integer(),
          .cause = row.text(),
          .content = row.text(),
          .saved_at = row.time(),
          .saved_by = row.text()};
}

}  // namespace

Result<std::int64_t> DagTextStore::add(const DagTextRow& row) {
  AIFLOW_ASSIGN(const auto last,
                db_.first("SELECT coalesce(max(version), 0) FROM dag_texts WHERE dag_id = ?",
                          {row.dag_id.value}, [](db::Row& found) { return found.integer(); }));
  const std::int64_t version = last.value_or(0) + 1;
  AIFLOW_TRY(
      db_.run(R"(
    INSERT INTO dag_texts (dag_id, version, cause, content, saved_at, saved_by)
    VALUES (?, ?, ?, ?, ?, ?))",
              {row.dag_id.value, version, row.cause, row.content, row.saved_at, row.saved_by}));
  AIFLOW_TRY(db_.run("DELETE FROM dag_texts WHERE dag_id = ? AND version <= ?",
                     {row.dag_id.value, version - kDagTextsMax}));
  return version;
}

Result<std::optional<DagTextRow>> DagTextStore::newest(const DagId& dag_id) {
  return db_.first(R"(
    SELECT dag_id, version, cause, content, saved_at, saved_by FROM dag_texts
    WHERE dag_id = ? ORDER BY version DESC LIMIT 1)",
                   {dag_id.value}, read_row);
}

Result<DagTextRow> DagTextStore::get(const DagId& dag_id, std::int64_t version) {
  AIFLOW_ASSIGN(auto found, db_.first(R"(
    SELECT dag_id, version, cause, content, saved_at, saved_by FROM dag_texts
    WHERE dag_id = ? AND version = ?)",
                                      {dag_id.value, version}, read_row));
  if (found) return *std::move(found);
  return fail(ErrorCode::not_found, "there is no text " + std::to_string(version) + " of dag '" +
                                        dag_id.value + "' (the newest " +
                                        std::to_string(kDagTextsMax) + " are kept)");
}

Result<std::vector<DagTextRow>> DagTextStore::list(const DagId& dag_id) {
  return db_.all(R"(
    SELECT dag_id, version, cause, '', saved_at, saved_by FROM dag_texts
    WHERE dag_id = ? ORDER BY version DESC)",
                 {dag_id.value}, read_row);
}

}  // namespace aiflow::store

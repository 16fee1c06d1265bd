// SPDX-License-Identifier: Apache-2.0
#include "store/admin/kept_value_store.h"

#include "store/detail/rows.h"
#include "store/detail/sight_filter.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelect =
    "SELECT project, kind, name, is_secret, description, key_id, sealed, updated_at, updated_by"
    " FROM kept_values";

KeptValueRow read_row(db::Row& row) {
  return {.project = row.text(),
          .kind = row.text(),
          .name = row.text(),
          .is_secret = row.boolean(),
          .description = row.text(),
          .key_id = row.text(),
          .sealed = row.text(),
          .updated_at = row.time(),
          .updated_by = row.text()};
}

}  // namespace

Status KeptValueStore::put(const KeptValueRow& row) {
  return db_.run(R"(
    REPLACE INTO kept_values (project, kind, name, is_secret, description, key_id, sealed,
      updated_at, updated_by)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?))",
                 {row.project, row.kind, row.name, row.is_secret, row.description, row.key_id,
                  row.sealed, row.updated_at, row.updated_by});
}

Result<std::optional<KeptValueRow>> KeptValueStore::find(const KeptValueKey& key) {
  static const std::string sql =
      std::string(kSelect) + " WHERE project = ? AND kind = ? AND name = ?";
  return db_.first(sql, {key.project, key.kind, key.name}, read_row);
}

Result<std::vector<KeptValueRow>> KeptValueStore::list(const std::string& kind,
                                                       const Sight& sight) {
  if (sight && sight->empty()) return std::vector<KeptValueRow>{};
  detail::Where where;
  if (!kind.empty()) where.add("kind = ?", kind);
  if (sight) where.add("project IN " + detail::marks(sight->size()), *sight);
  return db_.all(std::string(kSelect) + where.text() + " ORDER BY kind, name, project",
                 where.params(), read_row);
}

Result<std::vector<std::string>> KeptValueStore::key_ids() {
  return db_.all("SELECT DISTINCT key_id FROM kept_values ORDER BY key_id", {},
                 [](db::Row& row) { return row.text(); });
}

Status KeptValueStore::remove(const KeptValueKey& key) {
  AIFLOW_TRY(db_.run("DELETE FROM kept_values WHERE project = ? AND kind = ? AND name = ?",
                     {key.project, key.kind, key.name}));
  if (db_.changes() > 0) return {};
  return fail(ErrorCode::not_found, "there is no " + key.kind + " '" + key.name +
                                        "' in the project '" + key.project + "'");
}

}  // namespace aiflow::store

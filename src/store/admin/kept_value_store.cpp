// SPDX-License-Identifier: Apache-2.0
#include "store/admin/kept_value_store.h"

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

Result<std::optional<KeptValueRow>> KeptValueStore::find(const std::string& kind,
                                                         const std::string& name) {
  static const std::string sql = std::string(kSelect) + " WHERE kind = ? AND name = ?";
  return db_.first(sql, {kind, name}, read_row);
}

Result<std::vector<KeptValueRow>> KeptValueStore::list(const std::string& kind) {
  static const std::string sql =
      std::string(kSelect) + " WHERE (? = '' OR kind = ?) ORDER BY kind, name";
  return db_.all(sql, {kind, kind}, read_row);
}

Result<std::vector<std::string>> KeptValueStore::key_ids() {
  return db_.all("SELECT DISTINCT key_id FROM kept_values ORDER BY key_id", {},
                 [](db::Row& row) { return row.text(); });
}

Status KeptValueStore::remove(const std::string& kind, const std::string& name) {
  AIFLOW_TRY(db_.run("DELETE FROM kept_values WHERE kind = ? AND name = ?", {kind, name}));
  if (db_.changes() > 0) return {};
  return fail(ErrorCode::not_found, "there is no " + kind + " '" + name + "'");
}

}  // namespace aiflow::store

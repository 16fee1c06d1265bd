// SPDX-License-Identifier: Apache-2.0
#include "store/pack_store.h"

#include "store/detail/rows.h"
#include "store/event_log.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelect =
    "SELECT digest, name, version, engine, size, files, created_at, source, licence, manifest,"
    " dag_id, run_id, task_id, try_number, username FROM packs";

wire::Pack read_pack(db::Row& row) {
  return {.digest = row.text(),
          .name = row.text(),
          .version = row.text(),
          .engine = row.text(),
          .size = row.integer(),
          .files = row.integer(),
          .created_at = row.time(),
          .source = row.text(),
          .licence = row.text(),
          .manifest = detail::read_json(row),
          .lineage = detail::read_lineage(row)};
}

}  // namespace

Result<wire::Pack> PackStore::add(const wire::Pack& pack) {
  static const std::string by_digest = std::string(kSelect) + " WHERE digest = ?";
  AIFLOW_ASSIGN(const auto known, db_.first(by_digest, {pack.digest}, read_pack));
  if (known) return *known;
  const wire::Lineage& lineage = pack.lineage;
  AIFLOW_TRY(db_.run(
      R"(
    INSERT INTO packs (digest, name, version, engine, size, files, created_at, source, licence,
      manifest, dag_id, run_id, task_id, try_number, username)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
      {pack.digest, pack.name, pack.version, pack.engine, pack.size, pack.files, pack.created_at,
       pack.source, pack.licence, json::write(pack.manifest), lineage.dag_id, lineage.dag_run_id,
       lineage.task_id, lineage.try_number, lineage.username}));
  AIFLOW_TRY(EventLog(db_).append(kind::pack, pack.created_at, wire::to_json(pack)));
  return pack;
}

Result<wire::Pack> PackStore::get(const std::string& digest_or_name) {
  static const std::string sql =
      std::string(kSelect) +
      " WHERE digest = ? OR name = ? ORDER BY created_at DESC, digest LIMIT 1";
  return detail::require(db_.first(sql, {digest_or_name, digest_or_name}, read_pack),
                         "runtime pack '" + digest_or_name + "' does not exist");
}

Result<std::vector<wire::Pack>> PackStore::list() {
  static const std::string sql = std::string(kSelect) + " ORDER BY created_at DESC, digest";
  return db_.all(sql, {}, read_pack);
}

}  // namespace aiflow::store

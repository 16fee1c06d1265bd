// SPDX-License-Identifier: Apache-2.0
#include "store/admin/check.h"

#include <algorithm>
#include <map>
#include <utility>

namespace aiflow::store {
namespace {

constexpr std::size_t kProblemsMax = 100;

std::string text_of(db::Row& row) { return row.text(); }

bool is_sqlite(const db::Connection& db) { return db.dialect() == db::Dialect::sqlite; }

ValueKind kind_of(const std::string& type) {
  if (type == "INTEGER" || type == "bigint") return ValueKind::integer;
  return type == "REAL" || type == "double" ? ValueKind::real : ValueKind::text;
}

Result<std::vector<std::string>> sqlite_damage(db::Connection& db) {
  AIFLOW_ASSIGN(auto problems, db.all("PRAGMA integrity_check(100)", {}, text_of));
  std::erase(problems, "ok");
  AIFLOW_ASSIGN(auto orphans, db.all("PRAGMA foreign_key_check", {}, [](db::Row& row) {
    const std::string child = row.text();
    const auto number = row.optional_integer();  // none in a table WITHOUT ROWID
    return child + ": row " + (number ? std::to_string(*number) + " " : "") +
           "names what is not in " + row.text();
  }));
  problems.insert(problems.end(), orphans.begin(), orphans.end());
  return problems;
}

struct ForeignKey {
  std::string child;
  std::string parent;
  std::vector<std::pair<std::string, std::string>> columns;  ///< of the child, of the parent
};

Result<std::vector<ForeignKey>> foreign_keys(db::Connection& db) {
  std::map<std::pair<std::string, std::string>, ForeignKey> found;
  AIFLOW_TRY(db.query(R"(
    SELECT table_name, constraint_name, referenced_table_name, column_name, referenced_column_name
    FROM information_schema.key_column_usage
    WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL
    ORDER BY table_name, constraint_name, ordinal_position)",
                      {}, [&](db::Row& row) {
                        const std::string child = row.text();
                        ForeignKey& key = found[{child, row.text()}];
                        key.child = child;
                        key.parent = row.text();
                        const std::string column = row.text();
                        key.columns.emplace_back(column, row.text());
                      }));
  std::vector<ForeignKey> keys;
  for (auto& [name, key] : found) keys.push_back(std::move(key));
  return keys;
}

Result<std::int64_t> orphans(db::Connection& db, const ForeignKey& key) {
  std::string on;
  std::string where;
  for (const auto& [child, parent] : key.columns) {
    on += (on.empty() ? " ON " : " AND ") + ("p.\"" + parent + "\" = c.\"" + child) + "\"";
    where += (where.empty() ? " WHERE " : " AND ") + ("c.\"" + child) + "\" IS NOT NULL";
  }
  AIFLOW_ASSIGN(
      const auto count,
      db.first("SELECT count(*) FROM \"" + key.child + "\" c LEFT JOIN \"" + key.parent + "\" p" +
                   on + where + " AND p.\"" + key.columns.front().second + "\" IS NULL",
               {}, [](db::Row& row) { return row.integer(); }));
  return count.value_or(0);
}

Result<std::vector<std::string>> mariadb_damage(db::Connection& db) {
  std::vector<std::string> problems;
  AIFLOW_ASSIGN(const auto tables, data_tables(db));
  for (const std::string& table : tables) {
    AIFLOW_TRY(db.query("CHECK TABLE \"" + table + "\" EXTENDED", {}, [&](db::Row& row) {
      const std::string name = row.text();
      static_cast<void>(row.text());  // "check"
      const std::string kind = row.text();
      const std::string message = row.text();
      if (message != "OK" && kind != "note") problems.push_back(name + ": " + message);
    }));
  }
  AIFLOW_ASSIGN(const auto keys, foreign_keys(db));
  for (const ForeignKey& key : keys) {
    AIFLOW_ASSIGN(const std::int64_t count, orphans(db, key));
    if (count == 0) continue;
    problems.push_back(key.child + ": " + std::to_string(count) + " rows name what is not in " +
                       key.parent);
  }
  return problems;
}

/// What run_counts says and dag_runs does not.
Result<std::vector<std::string>> miscounted(db::Connection& db) {
  AIFLOW_ASSIGN(const auto tables, data_tables(db));
  // A schema from before it.
  if (std::ranges::find(tables, "run_counts") == tables.end()) return std::vector<std::string>{};
  return db.all(R"(
    SELECT dag_id, state, sum(said), sum(there) FROM (
      SELECT dag_id, state, runs AS said, 0 AS there FROM run_counts
      UNION ALL
      SELECT dag_id, state, 0, count(*) FROM dag_runs GROUP BY dag_id, state) AS both_sides
    GROUP BY dag_id, state HAVING sum(said) <> sum(there))",
                {}, [](db::Row& row) {
                  const std::string dag_id = row.text();
                  const std::string state = row.text();
                  const std::string said = std::to_string(row.integer());
                  return "run_counts: " + said + " runs of '" + dag_id + "' that are " + state +
                         ", and there are " + std::to_string(row.integer());
                });
}

}  // namespace

Result<std::vector<std::string>> find_damage(db::Connection& db) {
  AIFLOW_ASSIGN(auto problems, is_sqlite(db) ? sqlite_damage(db) : mariadb_damage(db));
  AIFLOW_ASSIGN(const auto counts, miscounted(db));
  problems.insert(problems.end(), counts.begin(), counts.end());
  if (problems.size() > kProblemsMax) {
    problems.resize(kProblemsMax);
    problems.emplace_back("… and more");
  }
  return problems;
}

Result<std::vector<std::string>> data_tables(db::Connection& db) {
  return db.all(is_sqlite(db) ? "SELECT name FROM sqlite_master WHERE type = 'table'"
                                " AND name NOT LIKE 'sqlite%' AND name <> 'schema_version'"
                                " ORDER BY name"
                              : "SELECT table_name FROM information_schema.tables"
                                " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
                                " AND table_name NOT IN ('schema_version', 'leader')"
                                " ORDER BY table_name",
                {}, text_of);
}

Result<std::vector<TableColumn>> columns_of(db::Connection& db, const std::string& table) {
  return db.all(is_sqlite(db) ? "SELECT name, type FROM pragma_table_info(?) ORDER BY cid"
                              : "SELECT column_name, data_type FROM information_schema.columns"
                                " WHERE table_schema = DATABASE() AND table_name = ?"
                                " ORDER BY ordinal_position",
                {table}, [](db::Row& row) {
                  std::string name = row.text();
                  return TableColumn{.name = std::move(name), .kind = kind_of(row.text())};
                });
}

}  // namespace aiflow::store

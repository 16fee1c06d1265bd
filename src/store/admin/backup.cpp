// SPDX-License-Identifier: Apache-2.0
#include "store/admin/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <system_error>
#include <utility>
#include <variant>

#include "db/migrate.h"
#include "db/transaction.h"
#include "os/file.h"
#include "store/admin/check.h"
#include "store/admin/lead.h"
#include "store/admin/schema.h"
#include "store/detail/migrations.h"

namespace aiflow::store {
namespace {

namespace fs = std::filesystem;

/// More than the attempts of any task between two backups.
constexpr std::int64_t kEpochStep = 1'000'000;

Result<std::unique_ptr<db::Connection>> open_backup(const fs::path& file) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) {
    return fail(ErrorCode::not_found, "there is no backup '" + file.string() + "'");
  }
  return db::Connection::open({.address = file.string(), .read_only = true});
}

/// `name`, `a`, `b` -> "\"a\", \"b\"".
std::string name_list(const std::vector<TableColumn>& columns) {
  std::string list;
  for (const TableColumn& column : columns) {
    list += (list.empty() ? "\"" : ", \"") + column.name + "\"";
  }
  return list;
}

using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

Value read_value(db::Row& row, ValueKind kind) {
  Value value;
  if (kind == ValueKind::integer) {
    if (const auto n = row.optional_integer()) value = *n;
  } else if (kind == ValueKind::real) {
    if (const auto d = row.optional_real()) value = *d;
  } else if (auto text = row.optional_text()) {
    value = *std::move(text);
  }
  return value;
}

db::Param to_param(const Value& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) return *n;
  if (const auto* d = std::get_if<double>(&value)) return *d;
  if (const auto* text = std::get_if<std::string>(&value)) return std::string_view(*text);
  return {};
}

/// All rows of one table; its columns must be in both.
Status copy_table(db::Connection& from, db::Connection& to, const std::string& table) {
  AIFLOW_ASSIGN(const auto columns, columns_of(from, table));
  const std::string names = name_list(columns);
  std::string marks;
  for (std::size_t i = 0; i < columns.size(); ++i) marks += i == 0 ? "?" : ", ?";
  const std::string insert = "INSERT INTO \"" + table + "\" (" + names + ") VALUES (" + marks + ")";
  Status done;
  AIFLOW_TRY(from.query("SELECT " + names + " FROM \"" + table + "\"", {}, [&](db::Row& row) {
    std::vector<Value> values;
    for (const TableColumn& column : columns) values.push_back(read_value(row, column.kind));
    db::Params params;
    for (const Value& value : values) params.push_back(to_param(value));
    if (done) done = to.run(insert, params);
  }));
  return done;
}

/// Of what was restored: no attempt that a worker still runs may look like a current one.
Status raise_epochs(db::Connection& db) {
  AIFLOW_TRY(db.run("UPDATE task_instances SET epoch = epoch + ?", {kEpochStep}));
  return db.run("UPDATE outbox SET epoch = epoch + ?", {kEpochStep});
}

/// In one transaction of `to`, without checks of foreign keys in between: they are checked after.
Status copy_all(db::Connection& from, db::Connection& to, const std::function<Status()>& then) {
  const bool to_sqlite = to.dialect() == db::Dialect::sqlite;
  AIFLOW_TRY(
      to.script(to_sqlite ? "PRAGMA foreign_keys = OFF" : "SET SESSION foreign_key_checks = 0"));
  AIFLOW_ASSIGN(auto transaction, db::Transaction::begin(to, db::TransactionKind::write));
  AIFLOW_ASSIGN(const auto present, data_tables(to));
  for (const std::string& table : present) {
    AIFLOW_TRY(to.run("DELETE FROM \"" + table + "\""));
  }
  AIFLOW_ASSIGN(const auto tables, data_tables(from));
  for (const std::string& table : tables) AIFLOW_TRY(copy_table(from, to, table));
  AIFLOW_TRY(then());
  return transaction.commit();
}

Status need_whole(db::Connection& db, const std::string& what) {
  AIFLOW_ASSIGN(const auto problems, find_damage(db));
  if (problems.empty()) return {};
  return fail(ErrorCode::corrupt, what + " is damaged: " + problems.front());
}

Status need_own_schema(db::Connection& db) {
  AIFLOW_ASSIGN(const SchemaState schema, schema_state(db));
  if (schema.now == schema.program && schema.begun == schema.now) return {};
  return fail(ErrorCode::conflict, "database '" + db.name() + "' has schema " +
                                       std::to_string(schema.begun) + ", this program needs " +
                                       std::to_string(schema.program) +
                                       ": use the program that wrote it, or aiflow db upgrade");
}

/// A new SQLite file with the schema and the rows of `from`.
Status write_copy(db::Connection& from, const fs::path& file, WallTime now) {
  AIFLOW_ASSIGN(const auto to, db::Connection::open({.address = file.string()}));
  AIFLOW_TRY(db::migrate(*to, detail::sqlite_migrations(), now));
  AIFLOW_ASSIGN(const auto snapshot, db::Transaction::begin(from, db::TransactionKind::read));
  AIFLOW_TRY(copy_all(from, *to, [] { return Status{}; }));
  // One file, without a -wal beside it.
  return to->script("PRAGMA journal_mode = DELETE");
}

/// fsync and the final name.
Status settle(const fs::path& from, const fs::path& to) {
  const os::Fd fd(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() || ::fsync(fd.get()) != 0) {
    return fail(os::error_from_errno(errno, "can't write '" + from.string() + "'"));
  }
  std::error_code error;
  fs::rename(from, to, error);
  if (error) {
    return fail(ErrorCode::unavailable, "can't write '" + to.string() + "': " + error.message());
  }
  return os::sync_dir(fs::absolute(to).parent_path());
}

/// A copy of the backup beside `target`, brought up to this program's schema.
Status stage(const fs::path& file, const fs::path& staged, WallTime now) {
  std::error_code error;
  fs::copy_file(file, staged, fs::copy_options::overwrite_existing, error);
  if (error) {
    return fail(ErrorCode::unavailable,
                "can't write '" + staged.string() + "': " + error.message());
  }
  AIFLOW_ASSIGN(const auto db, db::Connection::open({.address = staged.string()}));
  AIFLOW_TRY(db::migrate(*db, detail::sqlite_migrations(), now));
  return db->script("PRAGMA journal_mode = DELETE");
}

/// Keeps what was there, whole by itself: the -wal is folded in or moved along.
Status set_aside(const fs::path& target) {
  std::error_code ignored;
  if (!fs::exists(target, ignored)) return {};
  {
    const auto old = db::Connection::open({.address = target.string(), .check = false});
    if (old) static_cast<void>((*old)->script("PRAGMA journal_mode = DELETE"));
  }
  const std::string kept = target.string() + ".before-restore";
  for (const char* ending : {"-wal", "-shm"}) {
    fs::remove(kept + ending, ignored);
    const fs::path beside = target.string() + ending;
    if (fs::exists(beside, ignored)) fs::rename(beside, kept + ending, ignored);
  }
  return settle(target, kept);
}

Status restore_file(const fs::path& target, const fs::path& staged) {
  {
    AIFLOW_ASSIGN(const auto made, db::Connection::open({.address = staged.string()}));
    AIFLOW_ASSIGN(auto transaction, db::Transaction::begin(*made, db::TransactionKind::write));
    AIFLOW_TRY(raise_epochs(*made));
    AIFLOW_TRY(transaction.commit());
    AIFLOW_TRY(made->script("PRAGMA journal_mode = DELETE"));
  }
  AIFLOW_TRY(set_aside(target));
  return settle(staged, target);
}

/// As Store::fence: nothing is stored when a server has taken the lead in the meantime.
Status need_lead(db::Connection& db, std::int64_t epoch) {
  AIFLOW_ASSIGN(const auto now, db.first("SELECT epoch FROM leader WHERE id = 1 LOCK IN SHARE MODE",
                                         {}, [](db::Row& row) { return row.integer(); }));
  if (now == epoch) return {};
  return fail(ErrorCode::conflict, "a server has taken the lead; nothing was changed");
}

Status restore_server(const db::Address& address, const fs::path& staged, WallTime now) {
  AIFLOW_ASSIGN(const auto backup, open_backup(staged));
  AIFLOW_ASSIGN(const auto to, db::Connection::open({.address = address, .answer_timeout_s = 0}));
  AIFLOW_TRY(db::migrate(*to, detail::mariadb_migrations(), now));
  Lead lead(address, {.holder = "aiflow db restore"});
  AIFLOW_ASSIGN(const auto epoch, lead.take());
  if (!epoch) {
    AIFLOW_ASSIGN(const Leader leader, lead.leader());
    return fail(ErrorCode::conflict, "the server " + leader.holder + " runs on the database" +
                                         (leader.url.empty() ? "" : " (" + leader.url + ")") +
                                         "; stop it first");
  }
  lead.keep("", [] {});
  const auto at_the_end = [&]() -> Status {
    AIFLOW_TRY(raise_epochs(*to));
    return need_lead(*to, *epoch);
  };
  AIFLOW_TRY(copy_all(*backup, *to, at_the_end));
  return need_whole(*to, "the restored database");
}

}  // namespace

Result<std::vector<TableCount>> back_up(const db::Address& address, const fs::path& file,
                                        WallTime now) {
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    return fail(ErrorCode::conflict, "'" + file.string() + "' exists; choose another name");
  }
  if (!address.is_server() && !fs::exists(address.file, ignored)) {
    return fail(ErrorCode::not_found, "there is no database '" + address.file + "'");
  }
  AIFLOW_ASSIGN(
      const auto from,
      db::Connection::open(
          {.address = address, .read_only = true, .check = false, .answer_timeout_s = 0}));
  AIFLOW_TRY(need_own_schema(*from));
  const fs::path staged = file.string() + ".unfinished";
  fs::remove(staged, ignored);
  AIFLOW_TRY(write_copy(*from, staged, now));
  AIFLOW_TRY(settle(staged, file));
  return look_into_backup(file);
}

Result<std::vector<TableCount>> look_into_backup(const fs::path& file) {
  AIFLOW_ASSIGN(const auto backup, open_backup(file));
  AIFLOW_ASSIGN(const SchemaState schema, schema_state(*backup));
  if (schema.now == 0 || schema.now > schema.program) {
    return fail(ErrorCode::conflict, "'" + file.string() + "' has schema " +
                                         std::to_string(schema.now) + ", this program knows 1 to " +
                                         std::to_string(schema.program));
  }
  AIFLOW_TRY(need_whole(*backup, "'" + file.string() + "'"));
  std::vector<TableCount> counts;
  AIFLOW_ASSIGN(const auto tables, data_tables(*backup));
  for (const std::string& table : tables) {
    AIFLOW_ASSIGN(const auto rows, backup->first("SELECT count(*) FROM \"" + table + "\"", {},
                                                 [](db::Row& row) { return row.integer(); }));
    counts.push_back({.table = table, .rows = rows.value_or(0)});
  }
  return counts;
}

Status restore(const db::Address& address, const fs::path& file, WallTime now) {
  AIFLOW_TRY(look_into_backup(file));
  const fs::path beside = address.is_server() ? file : fs::path(address.file);
  const fs::path staged = beside.string() + ".restoring";
  Status done = stage(file, staged, now);
  if (done) {
    done = address.is_server() ? restore_server(address, staged, now)
                               : restore_file(address.file, staged);
  }
  std::error_code ignored;
  fs::remove(staged, ignored);
  return done;
}

}  // namespace aiflow::store

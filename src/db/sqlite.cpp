// SPDX-License-Identifier: Apache-2.0
// The back end for a SQLite file, through SQLite's own C API (docs/decisions/0003).
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "db/detail/back_ends.h"

namespace aiflow::db::detail {
namespace {

/// "AIfl": marks our files, so that another program's database is refused.
constexpr int kApplicationId = 0x4149666c;

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

ErrorCode code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_CONSTRAINT: return ErrorCode::conflict;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ErrorCode::corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: return ErrorCode::unavailable;
    default: return ErrorCode::internal;
  }
}

Status bind(sqlite3_stmt* statement, const Params& params) {
  AIFLOW_ASSERT(sqlite3_bind_parameter_count(statement) == static_cast<int>(params.size()));
  int index = 0;
  for (const Param& param : params) {
    ++index;
    int code = SQLITE_OK;
    if (const auto* n = std::get_if<std::int64_t>(&param.value())) {
      code = sqlite3_bind_int64(statement, index, *n);
    } else if (const auto* d = std::get_if<double>(&param.value())) {
      code = sqlite3_bind_double(statement, index, *d);
    } else if (const auto* text = std::get_if<std::string_view>(&param.value())) {
      const char* data = text->data() == nullptr ? "" : text->data();
      code = sqlite3_bind_text64(statement, index, data, text->size(), SQLITE_STATIC, SQLITE_UTF8);
    } else {
      code = sqlite3_bind_null(statement, index);
    }
    if (code == SQLITE_TOOBIG) {
      return fail(ErrorCode::invalid_argument, "a value is too long for the database (1 GB)");
    }
    AIFLOW_ASSERT(code == SQLITE_OK);
  }
  return {};
}

/// A -wal file with content but no database: its rows would be lost with a new database.
Status refuse_lost_file(const std::string& path) {
  std::error_code ignored;
  const auto size = [&](const std::string& name) {
    const auto bytes = std::filesystem::file_size(name, ignored);
    return ignored ? std::uintmax_t{0} : bytes;
  };
  if (size(path) > 0 || size(path + "-wal") == 0) return {};
  return fail(ErrorCode::corrupt, "database '" + path + "' is missing or empty but '" + path +
                                      "-wal' holds changes of it; restore both from a backup, or "
                                      "move the -wal file away to begin anew");
}

class SqliteColumns final : public Columns {
 public:
  explicit SqliteColumns(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] int count() const override { return sqlite3_column_count(statement_); }
  [[nodiscard]] bool is_null(int column) const override { return type(column) == SQLITE_NULL; }
  [[nodiscard]] std::int64_t integer(int column) const override {
    AIFLOW_ASSERT(type(column) == SQLITE_INTEGER);
    return sqlite3_column_int64(statement_, column);
  }
  [[nodiscard]] double real(int column) const override {
    AIFLOW_ASSERT(type(column) == SQLITE_FLOAT || type(column) == SQLITE_INTEGER);
    return sqlite3_column_double(statement_, column);
  }
  [[nodiscard]] std::string text(int column) const override {
    AIFLOW_ASSERT(type(column) == SQLITE_TEXT);
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    const int bytes = sqlite3_column_bytes(statement_, column);
    return {data, static_cast<std::size_t>(bytes)};
  }

 private:
  [[nodiscard]] int type(int column) const { return sqlite3_column_type(statement_, column); }
  sqlite3_stmt* statement_;
};

class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(std::string file) : path_(std::move(file)) {}
  ~SqliteConnection() override {
    statements_.clear();
    sqlite3_close(handle_);
  }

  Status open(const OpenOptions& options);
  Status script(std::string_view sql) override;
  Status query(std::string_view sql, const Params& params,
               const std::function<void(Row&)>& read) override;
  Status begin(TransactionKind kind) override {
    return run(kind == TransactionKind::write ? "BEGIN IMMEDIATE" : "BEGIN");
  }
  Status commit() override { return run("COMMIT"); }
  // A failed rollback means that SQLite has already rolled back by itself.
  void rollback() override { static_cast<void>(run("ROLLBACK")); }
  [[nodiscard]] std::int64_t last_insert_id() const override {
    return sqlite3_last_insert_rowid(handle_);
  }
  [[nodiscard]] std::int64_t changes() const override { return sqlite3_changes64(handle_); }
  [[nodiscard]] bool broken() const override { return broken_; }
  [[nodiscard]] bool may_run_again() const override { return false; }  // the busy time-out waited
  [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
  [[nodiscard]] const std::string& name() const override { return path_; }

 private:
  Error error();
  Result<sqlite3_stmt*> prepare(std::string_view sql);
  Status configure(const OpenOptions& options);
  Status check_content();
  Status scalar(const char* sql, std::string& out);

  const std::string path_;
  sqlite3* handle_ = nullptr;
  bool broken_ = false;
  std::map<std::string, StatementPtr, std::less<>> statements_;  ///< by SQL text
};

Error SqliteConnection::error() {
  const int code = sqlite3_extended_errcode(handle_);
  if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CORRUPT) broken_ = true;
  return Error{code_of(code), "database '" + path_ + "': " + sqlite3_errmsg(handle_)};
}

Result<sqlite3_stmt*> SqliteConnection::prepare(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) {
    return found->second.get();
  }
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) return fail(error());
  AIFLOW_ASSERT(made != nullptr);
  statements_.emplace(std::string(sql), StatementPtr(made));
  return made;
}

Status SqliteConnection::open(const OpenOptions& options) {
  const int mode =
      options.read_only ? SQLITE_OPEN_READONLY : (SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (sqlite3_open_v2(path_.c_str(), &handle_, mode | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
    return fail(error());
  }
  sqlite3_extended_result_codes(handle_, 1);
  return configure(options);
}

Status SqliteConnection::scalar(const char* sql, std::string& out) {
  sqlite3_stmt* made = nullptr;
  if (sqlite3_prepare_v2(handle_, sql, -1, &made, nullptr) != SQLITE_OK) return fail(error());
  const StatementPtr statement(made);
  const int code = sqlite3_step(made);
  if (code != SQLITE_ROW && code != SQLITE_DONE) return fail(error());
  out.clear();
  if (code == SQLITE_ROW && sqlite3_column_type(made, 0) != SQLITE_NULL) {
    out = reinterpret_cast<const char*>(sqlite3_column_text(made, 0));
  }
  return {};
}

Status SqliteConnection::configure(const OpenOptions& options) {
  sqlite3_busy_timeout(handle_, options.busy_timeout_ms);
  if (options.check) AIFLOW_TRY(check_content());
  std::string answer;
  if (!options.read_only) {
    AIFLOW_TRY(scalar("PRAGMA journal_mode=WAL", answer));
    if (answer != "wal") {
      return fail(ErrorCode::unavailable,
                  "database '" + path_ + "': its file system can't hold a write-ahead log");
    }
    AIFLOW_TRY(scalar("PRAGMA synchronous=FULL", answer));
    AIFLOW_TRY(scalar("PRAGMA application_id", answer));
    const std::string stamp = "PRAGMA application_id=" + std::to_string(kApplicationId);
    if (answer != std::to_string(kApplicationId)) AIFLOW_TRY(scalar(stamp.c_str(), answer));
  }
  return scalar("PRAGMA foreign_keys=ON", answer);
}

Status SqliteConnection::check_content() {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::corrupt, "database '" + path_ + "' " + why);
  };
  const std::string damaged =
      "; nothing was changed. Restore it from a backup, or move it away to begin anew";
  std::string id;
  if (Status read = scalar("PRAGMA application_id", id); !read) {
    if (read.error().code != ErrorCode::corrupt) return read;
    return refuse("is not a database or is damaged" + damaged);
  }
  std::string tables;
  if (!scalar("SELECT count(*) FROM sqlite_master", tables)) {
    return refuse("is damaged" + damaged);
  }
  if (tables != "0" && id != std::to_string(kApplicationId)) {
    return refuse("belongs to another program; choose another data directory");
  }
  std::string verdict;
  if (!scalar("PRAGMA quick_check(1)", verdict) || verdict != "ok") {
    std::ranges::replace(verdict, '\n', ' ');
    return refuse("is damaged (" + (verdict.empty() ? "unreadable" : verdict) + ")" + damaged);
  }
  return {};
}

Status SqliteConnection::script(std::string_view sql) {
  const std::string text(sql);
  if (sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fail(error());
}

Status SqliteConnection::query(std::string_view sql, const Params& params,
                               const std::function<void(Row&)>& read) {
  AIFLOW_ASSIGN(sqlite3_stmt* const statement, prepare(sql));
  AIFLOW_TRY(bind(statement, params));
  const SqliteColumns columns(statement);
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    Row row(columns);
    read(row);
  }
  // The message is read before the reset, which would clear it.
  std::optional<Error> failed;
  if (code != SQLITE_DONE) failed = error();
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  if (failed) return fail(std::move(*failed));
  return {};
}

}  // namespace

Result<std::unique_ptr<Connection>> open_sqlite(const OpenOptions& options) {
  AIFLOW_TRY(refuse_lost_file(options.address.file));
  auto made = std::make_unique<SqliteConnection>(options.address.file);
  AIFLOW_TRY(made->open(options));
  return made;
}

}  // namespace aiflow::db::detail

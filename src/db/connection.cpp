// SPDX-License-Identifier: Apache-2.0
#include "db/connection.h"

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "base/assert.h"

namespace aiflow::db {
namespace {

/// "AIfl": marks our files, so that another program's database is refused.
constexpr int kApplicationId = 0x4149666c;

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

sqlite3_stmt* raw(void* statement) { return static_cast<sqlite3_stmt*>(statement); }

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

}  // namespace

// --- Row ---------------------------------------------------------------------------------------

std::int64_t Row::integer() {
  AIFLOW_ASSERT(sqlite3_column_type(raw(statement_), column_) == SQLITE_INTEGER);
  return sqlite3_column_int64(raw(statement_), column_++);
}

double Row::real() {
  const int type = sqlite3_column_type(raw(statement_), column_);
  AIFLOW_ASSERT(type == SQLITE_FLOAT || type == SQLITE_INTEGER);
  return sqlite3_column_double(raw(statement_), column_++);
}

std::string Row::text() {
  AIFLOW_ASSERT(sqlite3_column_type(raw(statement_), column_) == SQLITE_TEXT);
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(raw(statement_), column_));
  const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(raw(statement_), column_));
  ++column_;
  return {data, bytes};
}

bool Row::take_null() {
  AIFLOW_ASSERT(column_ < sqlite3_column_count(raw(statement_)));
  if (sqlite3_column_type(raw(statement_), column_) != SQLITE_NULL) return false;
  ++column_;
  return true;
}

std::optional<std::int64_t> Row::optional_integer() {
  return take_null() ? std::nullopt : std::optional(integer());
}
std::optional<double> Row::optional_real() {
  return take_null() ? std::nullopt : std::optional(real());
}
std::optional<std::string> Row::optional_text() {
  return take_null() ? std::nullopt : std::optional(text());
}
std::optional<WallTime> Row::optional_time() {
  return take_null() ? std::nullopt : std::optional(time());
}

// --- Connection --------------------------------------------------------------------------------

struct Connection::Impl {
  std::string path;
  sqlite3* handle = nullptr;
  bool broken = false;
  std::map<std::string, StatementPtr, std::less<>> statements;  ///< by SQL text

  ~Impl() {
    statements.clear();
    sqlite3_close(handle);
  }

  Error error() {
    const int code = sqlite3_extended_errcode(handle);
    if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CORRUPT) broken = true;
    return Error{code_of(code), "database '" + path + "': " + sqlite3_errmsg(handle)};
  }

  Result<sqlite3_stmt*> prepare(std::string_view sql) {
    if (const auto found = statements.find(sql); found != statements.end()) {
      return found->second.get();
    }
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    if (code != SQLITE_OK) return fail(error());
    AIFLOW_ASSERT(made != nullptr);
    statements.emplace(std::string(sql), StatementPtr(made));
    return made;
  }

  Status configure(const OpenOptions& options);
  Status check_content();
  Status scalar(const char* sql, std::string& out);
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const OpenOptions& options) {
  AIFLOW_TRY(refuse_lost_file(options.path));
  auto impl = std::make_unique<Impl>();
  impl->path = options.path;
  const int mode =
      options.read_only ? SQLITE_OPEN_READONLY : (SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (sqlite3_open_v2(options.path.c_str(), &impl->handle, mode | SQLITE_OPEN_NOMUTEX, nullptr) !=
      SQLITE_OK) {
    return fail(impl->error());
  }
  sqlite3_extended_result_codes(impl->handle, 1);
  AIFLOW_TRY(impl->configure(options));
  return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

Status Connection::Impl::scalar(const char* sql, std::string& out) {
  sqlite3_stmt* made = nullptr;
  if (sqlite3_prepare_v2(handle, sql, -1, &made, nullptr) != SQLITE_OK) return fail(error());
  const StatementPtr statement(made);
  const int code = sqlite3_step(made);
  if (code != SQLITE_ROW && code != SQLITE_DONE) return fail(error());
  out.clear();
  if (code == SQLITE_ROW && sqlite3_column_type(made, 0) != SQLITE_NULL) {
    out = reinterpret_cast<const char*>(sqlite3_column_text(made, 0));
  }
  return {};
}

Status Connection::Impl::configure(const OpenOptions& options) {
  sqlite3_busy_timeout(handle, options.busy_timeout_ms);
  if (options.check) AIFLOW_TRY(check_content());
  std::string answer;
  if (!options.read_only) {
    AIFLOW_TRY(scalar("PRAGMA journal_mode=WAL", answer));
    if (answer != "wal") {
      return fail(ErrorCode::unavailable,
                  "database '" + path + "': its file system can't hold a write-ahead log");
    }
    AIFLOW_TRY(scalar("PRAGMA synchronous=FULL", answer));
    AIFLOW_TRY(scalar("PRAGMA application_id", answer));
    const std::string stamp = "PRAGMA application_id=" + std::to_string(kApplicationId);
    if (answer != std::to_string(kApplicationId)) AIFLOW_TRY(scalar(stamp.c_str(), answer));
  }
  return scalar("PRAGMA foreign_keys=ON", answer);
}

Status Connection::Impl::check_content() {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::corrupt, "database '" + path + "' " + why);
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
    return refuse("is damaged (" + (verdict.empty() ? "unreadable" : verdict) + ")" + damaged);
  }
  return {};
}

Status Connection::run(std::string_view sql, const Params& params) {
  return query(sql, params, [](Row&) {});
}

Status Connection::script(std::string_view sql) {
  const std::string text(sql);
  if (sqlite3_exec(impl_->handle, text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fail(impl_->error());
}

Status Connection::query(std::string_view sql, const Params& params,
                         const std::function<void(Row&)>& read) {
  AIFLOW_ASSIGN(sqlite3_stmt* const statement, impl_->prepare(sql));
  AIFLOW_TRY(bind(statement, params));
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    Row row(statement);
    read(row);
  }
  // The message is read before the reset, which would clear it.
  std::optional<Error> error;
  if (code != SQLITE_DONE) error = impl_->error();
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  if (error) return fail(std::move(*error));
  return {};
}

std::int64_t Connection::last_insert_id() const { return sqlite3_last_insert_rowid(impl_->handle); }
std::int64_t Connection::changes() const { return sqlite3_changes64(impl_->handle); }
bool Connection::broken() const { return impl_->broken; }
const std::string& Connection::path() const { return impl_->path; }

}  // namespace aiflow::db

// SPDX-License-Identifier: Apache-2.0
// The back end for a MariaDB server, through libmariadb's prepared statements: values travel as
// typed binary, so no text is ever pasted into SQL, and column types come from the server.
#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "base/assert.h"
#include "db/detail/back_ends.h"
#include "db/detail/mariadb_client.h"
#include "db/detail/statements.h"

namespace aiflow::db::detail {
namespace {

// The server's and the client's error numbers (mysqld_error.h, errmsg.h).
enum : unsigned {
  kAccessDeniedDb = 1044,
  kAccessDenied = 1045,
  kNotNull = 1048,
  kUnknownDatabase = 1049,
  kShutdown = 1053,
  kDuplicate = 1062,
  kNetReadError = 1158,
  kPacketsOutOfOrder = 1159,
  kLockWaitTimeout = 1205,
  kDeadlock = 1213,
  kNoReferencedRow = 1216,
  kRowIsReferenced = 1217,
  kOutOfRange = 1264,
  kReadOnlyOption = 1290,
  kWrongValue = 1366,
  kDataTooLong = 1406,
  kRowIsReferenced2 = 1451,
  kNoReferencedRow2 = 1452,
  kAccessDeniedNoPassword = 1698,
  kReadOnlyTransaction = 1792,
  kReadOnly = 1836,
  kConnectionKilled = 1927,
  kStatementTimeout = 1969,
  kCheck = 4025,
  kClientFirst = 2000,
  kClientLast = 2999,
};
// Tables that the storage engine says are damaged.
constexpr unsigned kDamaged[] = {126, 127, 144, 145, 1034, 1035, 1194, 1195, 1712};

ErrorCode code_of(unsigned number) {
  switch (number) {
    case kDuplicate:
    case kNotNull:
    case kNoReferencedRow:
    case kRowIsReferenced:
    case kRowIsReferenced2:
    case kNoReferencedRow2:
    case kCheck: return ErrorCode::conflict;
    case kOutOfRange:
    case kWrongValue:
    case kDataTooLong: return ErrorCode::invalid_argument;
    case kAccessDenied:
    case kAccessDeniedDb:
    case kAccessDeniedNoPassword: return ErrorCode::denied;
    case kUnknownDatabase: return ErrorCode::not_found;
    default: break;
  }
  if (std::ranges::find(kDamaged, number) != std::end(kDamaged)) return ErrorCode::corrupt;
  return ErrorCode::unavailable;  // full, read-only, overloaded, lost, locked, unknown
}

bool is_lost(unsigned number) {
  return (number >= kClientFirst && number <= kClientLast) || number == kShutdown ||
         number == kConnectionKilled || number == kNetReadError || number == kPacketsOutOfOrder;
}

bool passes(unsigned number) {
  return is_lost(number) || number == kLockWaitTimeout || number == kDeadlock;
}

enum class ColumnKind { integer, real, text };

ColumnKind kind_of(enum_field_types type) {
  switch (type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
    case MYSQL_TYPE_NEWDECIMAL:  // the sum of integers
    case MYSQL_TYPE_DECIMAL: return ColumnKind::integer;
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE: return ColumnKind::real;
    default: return ColumnKind::text;
  }
}

/// A prepared statement with the room for one row of its result.
class Statement {
 public:
  Statement(const MariadbClient& client, MYSQL_STMT* handle) : client_(client), handle_(handle) {}
  ~Statement() { client_.mysql_stmt_close(handle_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  [[nodiscard]] MYSQL_STMT* handle() { return handle_; }

  /// Once, after prepare. No columns for a statement without rows.
  void read_columns() {
    MYSQL_RES* const metadata = client_.mysql_stmt_result_metadata(handle_);
    if (metadata == nullptr) return;
    const unsigned count = client_.mysql_num_fields(metadata);
    const MYSQL_FIELD* const fields = client_.mysql_fetch_fields(metadata);
    columns_.resize(count);
    for (unsigned i = 0; i < count; ++i) columns_[i].kind = kind_of(fields[i].type);
    client_.mysql_free_result(metadata);
    my_bool yes = 1;
    client_.mysql_stmt_attr_set(handle_, STMT_ATTR_UPDATE_MAX_LENGTH, &yes);
  }
  [[nodiscard]] bool has_rows() const { return !columns_.empty(); }

  /// False on an error. `keep` owns texts that had to be repaired.
  [[nodiscard]] bool bind(const Params& params, std::vector<std::string>& keep);
  /// After store_result: makes room for the longest value of each column. False on an error.
  [[nodiscard]] bool bind_result();

  struct Column {
    ColumnKind kind = ColumnKind::text;
    std::int64_t integer = 0;
    double real = 0;
    std::vector<char> text{};
    unsigned long length = 0;
    my_bool is_null = 0;
    my_bool is_truncated = 0;
  };
  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }

 private:
  const MariadbClient& client_;
  MYSQL_STMT* const handle_;
  std::vector<Column> columns_;
};

bool Statement::bind(const Params& params, std::vector<std::string>& keep) {
  AIFLOW_ASSERT(client_.mysql_stmt_param_count(handle_) == params.size());
  if (params.empty()) return true;
  std::vector<MYSQL_BIND> binds(params.size());
  keep.resize(params.size());
  for (std::size_t i = 0; i < params.size(); ++i) {
    MYSQL_BIND& bind = binds[i];
    if (const auto* n = std::get_if<std::int64_t>(&params[i].value())) {
      bind.buffer_type = MYSQL_TYPE_LONGLONG;
      bind.buffer = const_cast<std::int64_t*>(n);
    } else if (const auto* d = std::get_if<double>(&params[i].value())) {
      bind.buffer_type = MYSQL_TYPE_DOUBLE;
      bind.buffer = const_cast<double*>(d);
    } else if (const auto* given = std::get_if<std::string_view>(&params[i].value())) {
      const std::string_view text = as_utf8(*given, keep[i]);
      bind.buffer_type = MYSQL_TYPE_STRING;
      bind.buffer = const_cast<char*>(text.data() == nullptr ? "" : text.data());
      bind.buffer_length = text.size();
    } else {
      bind.buffer_type = MYSQL_TYPE_NULL;
    }
  }
  // The library copies the array, not the values: they live until execute has sent them.
  return client_.mysql_stmt_bind_param(handle_, binds.data()) == 0;
}

bool Statement::bind_result() {
  MYSQL_RES* const metadata = client_.mysql_stmt_result_metadata(handle_);
  AIFLOW_ASSERT(metadata != nullptr);
  const MYSQL_FIELD* const fields = client_.mysql_fetch_fields(metadata);
  std::vector<MYSQL_BIND> binds(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Column& column = columns_[i];
    MYSQL_BIND& bind = binds[i];
    bind.is_null = &column.is_null;
    bind.error = &column.is_truncated;
    bind.length = &column.length;
    if (column.kind == ColumnKind::integer) {
      bind.buffer_type = MYSQL_TYPE_LONGLONG;
      bind.buffer = &column.integer;
    } else if (column.kind == ColumnKind::real) {
      bind.buffer_type = MYSQL_TYPE_DOUBLE;
      bind.buffer = &column.real;
    } else {
      column.text.resize(std::max<std::size_t>(fields[i].max_length + 1, column.text.size()));
      bind.buffer_type = MYSQL_TYPE_STRING;
      bind.buffer = column.text.data();
      bind.buffer_length = column.text.size();
    }
  }
  client_.mysql_free_result(metadata);
  return client_.mysql_stmt_bind_result(handle_, binds.data()) == 0;
}

class MariadbColumns final : public Columns {
 public:
  explicit MariadbColumns(const Statement& statement) : columns_(statement.columns()) {}
  [[nodiscard]] int count() const override { return static_cast<int>(columns_.size()); }
  [[nodiscard]] bool is_null(int column) const override { return at(column).is_null != 0; }
  [[nodiscard]] std::int64_t integer(int column) const override {
    AIFLOW_ASSERT(at(column).kind == ColumnKind::integer && !is_null(column));
    return at(column).integer;
  }
  [[nodiscard]] double real(int column) const override {
    AIFLOW_ASSERT(at(column).kind != ColumnKind::text && !is_null(column));
    const auto& value = at(column);
    return value.kind == ColumnKind::real ? value.real : static_cast<double>(value.integer);
  }
  [[nodiscard]] std::string text(int column) const override {
    AIFLOW_ASSERT(at(column).kind == ColumnKind::text && !is_null(column));
    return {at(column).text.data(), at(column).length};
  }

 private:
  [[nodiscard]] const Statement::Column& at(int column) const {
    return columns_.at(static_cast<std::size_t>(column));
  }
  const std::vector<Statement::Column>& columns_;
};

/// What every session is set to, whatever the server's defaults are.
/// READ COMMITTED for writers: they are serialised by the row of the leader (store/admin/lead.h),
/// so a snapshot would only add gap locks and with them deadlocks.
std::string session_settings(const OpenOptions& options) {
  return "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ANSI_QUOTES,NO_ENGINE_SUBSTITUTION',"
         " time_zone = '+00:00', autocommit = 1, default_storage_engine = InnoDB,"
         " tx_isolation = '" +
         std::string(options.read_only ? "REPEATABLE-READ" : "READ-COMMITTED") +
         "', tx_read_only = " + (options.read_only ? "1" : "0") +
         // A process that was stopped in the middle of a transaction must not keep its locks for
         // longer than the lease of the leader (store/admin/lead.h): the server ends it.
         ", idle_transaction_timeout = 5, innodb_lock_wait_timeout = " +
         std::to_string(std::max(1, options.busy_timeout_ms / 1000));
}

class MariadbConnection final : public Connection {
 public:
  MariadbConnection(const MariadbClient& client, const OpenOptions& options)
      : client_(client), name_(options.address.name()) {}
  ~MariadbConnection() override {
    statements_.clear();
    if (handle_ != nullptr) client_.mysql_close(handle_);
  }

  Status open(const OpenOptions& options);
  Status script(std::string_view sql) override;
  Status query(std::string_view sql, const Params& params,
               const std::function<void(Row&)>& read) override;
  Status begin(TransactionKind kind) override;
  Status commit() override;
  void rollback() override {
    if (!broken_) static_cast<void>(plain("ROLLBACK"));
  }
  [[nodiscard]] std::int64_t last_insert_id() const override { return last_insert_id_; }
  [[nodiscard]] std::int64_t changes() const override { return changes_; }
  [[nodiscard]] bool broken() const override { return broken_; }
  [[nodiscard]] bool may_run_again() const override { return may_run_again_; }
  [[nodiscard]] Dialect dialect() const override { return Dialect::mariadb; }
  [[nodiscard]] const std::string& name() const override { return name_; }

 private:
  Error error(unsigned number, const char* message);
  Status plain(const std::string& sql);
  Status check_settings();
  Status check_size(const Params& params) const;
  Result<Statement*> prepare(std::string_view sql);
  Status rows(Statement& statement, const std::function<void(Row&)>& read);

  const MariadbClient& client_;
  const std::string name_;
  MYSQL* handle_ = nullptr;
  bool broken_ = false;
  bool may_run_again_ = false;
  std::int64_t last_insert_id_ = 0;
  std::int64_t changes_ = 0;
  std::size_t packet_bytes_max_ = std::size_t{1} << 20U;
  std::map<std::string, std::unique_ptr<Statement>, std::less<>> statements_;  ///< by SQL text
};

Error MariadbConnection::error(unsigned number, const char* message) {
  if (is_lost(number)) broken_ = true;
  may_run_again_ = passes(number);
  return Error{code_of(number),
               "database '" + name_ + "': " + message + " (" + std::to_string(number) + ")"};
}

Status MariadbConnection::open(const OpenOptions& options) {
  handle_ = client_.mysql_init(nullptr);
  AIFLOW_ASSERT(handle_ != nullptr);
  const unsigned connect_timeout_s = 5;
  const unsigned answer_timeout_s = options.answer_timeout_s;
  const std::string settings = session_settings(options);
  client_.mysql_optionsv(handle_, MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout_s);
  client_.mysql_optionsv(handle_, MYSQL_OPT_READ_TIMEOUT, &answer_timeout_s);
  client_.mysql_optionsv(handle_, MYSQL_OPT_WRITE_TIMEOUT, &answer_timeout_s);
  client_.mysql_optionsv(handle_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  client_.mysql_optionsv(handle_, MYSQL_INIT_COMMAND, settings.c_str());
  const Address& at = options.address;
  if (!at.tls_authorities.empty()) {
    const my_bool yes = 1;
    client_.mysql_optionsv(handle_, MYSQL_OPT_SSL_CA, at.tls_authorities.c_str());
    client_.mysql_optionsv(handle_, MYSQL_OPT_SSL_ENFORCE, &yes);
    client_.mysql_optionsv(handle_, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
  }
  // The view is of a whole std::string, so a NUL follows it.
  const char* const password = at.password ? at.password->reveal().data() : nullptr;
  const bool by_socket = !at.socket.empty();
  // Left to itself the library takes a socket of its own choice for "localhost", without a word.
  const unsigned protocol = by_socket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
  client_.mysql_optionsv(handle_, MYSQL_OPT_PROTOCOL, &protocol);
  if (client_.mysql_real_connect(handle_, by_socket ? nullptr : at.host.c_str(), at.user.c_str(),
                                 password, at.database.c_str(), by_socket ? 0 : at.port,
                                 by_socket ? at.socket.c_str() : nullptr,
                                 CLIENT_FOUND_ROWS) == nullptr) {
    return fail(error(client_.mysql_errno(handle_), client_.mysql_error(handle_)));
  }
  return check_settings();
}

Status MariadbConnection::check_settings() {
  if (std::strstr(client_.mysql_get_server_info(handle_), "MariaDB") == nullptr) {
    return fail(ErrorCode::invalid_argument,
                "database '" + name_ + "' is no MariaDB server (it says " +
                    client_.mysql_get_server_info(handle_) + "); other kinds are not supported");
  }
  struct Settings {
    std::int64_t packet;
    std::int64_t flush;
  };
  AIFLOW_ASSIGN(
      const auto found,
      first("SELECT @@max_allowed_packet, @@innodb_flush_log_at_trx_commit", {}, [](Row& row) {
        const auto packet = row.integer();
        return Settings{packet, row.integer()};
      }));
  AIFLOW_ASSERT(found.has_value());
  packet_bytes_max_ = static_cast<std::size_t>(found->packet);
  if (found->flush == 1) return {};
  return fail(ErrorCode::unavailable,
              "database '" + name_ + "': innodb_flush_log_at_trx_commit is " +
                  std::to_string(found->flush) +
                  "; a commit is only durable with 1, set it in the server's configuration");
}

Status MariadbConnection::plain(const std::string& sql) {
  if (client_.mysql_real_query(handle_, sql.data(), sql.size()) != 0) {
    return fail(error(client_.mysql_errno(handle_), client_.mysql_error(handle_)));
  }
  if (MYSQL_RES* const result = client_.mysql_store_result(handle_); result != nullptr) {
    client_.mysql_free_result(result);
  }
  return {};
}

Status MariadbConnection::begin(TransactionKind kind) {
  may_run_again_ = false;
  return plain(kind == TransactionKind::write
                   ? "START TRANSACTION READ WRITE"
                   : "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
}

Status MariadbConnection::commit() {
  Status done = plain("COMMIT");
  // Lost during the commit: it may or may not be stored, so it must not be run again blindly.
  if (!done) may_run_again_ = false;
  return done;
}

Status MariadbConnection::script(std::string_view sql) {
  for (const std::string& statement : split_statements(sql)) AIFLOW_TRY(plain(statement));
  return {};
}

/// The server ends the connection at a statement that is too long, and would do so for ever.
Status MariadbConnection::check_size(const Params& params) const {
  std::size_t bytes = 4096;
  for (const Param& param : params) {
    const auto* text = std::get_if<std::string_view>(&param.value());
    bytes += text == nullptr ? 16 : text->size() + 16;
  }
  if (bytes < packet_bytes_max_) return {};
  return fail(ErrorCode::invalid_argument,
              "a row of " + std::to_string(bytes) + " bytes is too long for database '" + name_ +
                  "': its max_allowed_packet is " + std::to_string(packet_bytes_max_));
}

Result<Statement*> MariadbConnection::prepare(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) {
    return found->second.get();
  }
  MYSQL_STMT* const handle = client_.mysql_stmt_init(handle_);
  AIFLOW_ASSERT(handle != nullptr);
  auto made = std::make_unique<Statement>(client_, handle);
  if (client_.mysql_stmt_prepare(handle, sql.data(), sql.size()) != 0) {
    return fail(error(client_.mysql_stmt_errno(handle), client_.mysql_stmt_error(handle)));
  }
  made->read_columns();
  return statements_.emplace(std::string(sql), std::move(made)).first->second.get();
}

Status MariadbConnection::query(std::string_view sql, const Params& params,
                                const std::function<void(Row&)>& read) {
  AIFLOW_TRY(check_size(params));
  AIFLOW_ASSIGN(Statement* const statement, prepare(sql));
  MYSQL_STMT* const handle = statement->handle();
  std::vector<std::string> repaired;
  if (!statement->bind(params, repaired) || client_.mysql_stmt_execute(handle) != 0) {
    return fail(error(client_.mysql_stmt_errno(handle), client_.mysql_stmt_error(handle)));
  }
  if (statement->has_rows()) return rows(*statement, read);
  changes_ = static_cast<std::int64_t>(client_.mysql_stmt_affected_rows(handle));
  last_insert_id_ = static_cast<std::int64_t>(client_.mysql_stmt_insert_id(handle));
  return {};
}

Status MariadbConnection::rows(Statement& statement, const std::function<void(Row&)>& read) {
  MYSQL_STMT* const handle = statement.handle();
  int code = 1;
  if (client_.mysql_stmt_store_result(handle) == 0 && statement.bind_result()) {
    const MariadbColumns columns(statement);
    while ((code = client_.mysql_stmt_fetch(handle)) == 0) {
      Row row(columns);
      read(row);
    }
  }
  // The message is read before the result is freed, which would clear it.
  std::optional<Error> failed;
  if (code != MYSQL_NO_DATA) {
    AIFLOW_ASSERT(code != MYSQL_DATA_TRUNCATED);
    failed = error(client_.mysql_stmt_errno(handle), client_.mysql_stmt_error(handle));
  }
  client_.mysql_stmt_free_result(handle);
  if (failed) return fail(std::move(*failed));
  return {};
}

}  // namespace

Result<std::unique_ptr<Connection>> open_mariadb(const OpenOptions& options) {
  AIFLOW_ASSIGN(const MariadbClient* const client, MariadbClient::get());
  auto made = std::make_unique<MariadbConnection>(*client, options);
  AIFLOW_TRY(made->open(options));
  return made;
}

}  // namespace aiflow::db::detail

// SPDX-License-Identifier: Apache-2.0
// One connection to the database: run SQL with `?` parameters, read rows, begin transactions.
// SQL text in, rows out; all SQL lives in src/store. A connection belongs to one thread at a time.
// Two back ends, SQLite and MariaDB (docs/decisions/0003, 0009); no type of theirs appears here.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "db/address.h"

namespace aiflow::db {

/// A value for a `?`. Text is not copied: it must live until the call returns.
class Param {
 public:
  Param() = default;  ///< NULL
  Param(std::nullptr_t) {}
  template <std::integral T>
  Param(T n) : value_(static_cast<std::int64_t>(n)) {}
  Param(double d) : value_(d) {}
  Param(const char* text) : value_(std::string_view(text)) {}
  Param(std::string_view text) : value_(text) {}
  Param(const std::string& text) : value_(std::string_view(text)) {}
  Param(WallTime time) : value_(std::int64_t{time.time_since_epoch().count()}) {}
  template <class T>
  Param(const std::optional<T>& value) {
    if (value) *this = Param(*value);
  }

  using Value = std::variant<std::monostate, std::int64_t, double, std::string_view>;
  [[nodiscard]] const Value& value() const { return value_; }

 private:
  Value value_;
};
using Params = std::vector<Param>;

/// The columns of a back end's current row, by number from 0. Asking a column for another type than
/// its own is a bug (asserted).
class Columns {
 public:
  virtual ~Columns() = default;
  [[nodiscard]] virtual int count() const = 0;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual double real(int column) const = 0;
  [[nodiscard]] virtual std::string text(int column) const = 0;
};

/// The current row of a query. Each call reads the next column, from left to right, so that a
/// struct is read in the order of its fields. Reading past the last column, or a value of another
/// type than the column's, is a bug (asserted).
class Row {
 public:
  explicit Row(const Columns& columns) : columns_(columns) {}
  [[nodiscard]] std::int64_t integer() { return columns_.integer(column_++); }
  [[nodiscard]] int small() { return static_cast<int>(integer()); }
  [[nodiscard]] bool boolean() { return integer() != 0; }
  [[nodiscard]] double real() { return columns_.real(column_++); }
  [[nodiscard]] std::string text() { return columns_.text(column_++); }
  [[nodiscard]] WallTime time() { return WallTime{Duration{integer()}}; }
  [[nodiscard]] std::optional<std::int64_t> optional_integer();
  [[nodiscard]] std::optional<double> optional_real();
  [[nodiscard]] std::optional<std::string> optional_text();
  [[nodiscard]] std::optional<WallTime> optional_time();

 private:
  /// True, and the column is passed over, when it is NULL.
  [[nodiscard]] bool take_null();
  const Columns& columns_;
  int column_ = 0;
};

enum class Dialect { sqlite, mariadb };

enum class TransactionKind {
  write,  ///< SQLite: takes the write lock at once, so it can't fail on the way for it
  read,   ///< one snapshot for several queries
};

struct OpenOptions {
  Address address;
  bool read_only = false;      ///< readers; a file must exist
  bool check = true;           ///< check content and settings (once, by the first connection)
  int busy_timeout_ms = 5000;  ///< how long to wait for another's lock
  /// So long a server may take for an answer before the connection counts as lost; 0 = no limit.
  unsigned answer_timeout_s = 30;
};

class Connection {
 public:
  /// SQLite: opens the file, or makes a new one; never a new one beside a left-over -wal file.
  /// MariaDB: connects; the database must exist.
  /// Errors: corrupt (damaged, not a database, or another program's), denied (user or password),
  /// unavailable (also: a setting under which a commit would not be durable). They name the
  /// database, never the password.
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const OpenOptions& options);
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one statement whose rows, if any, do not matter. Its compiled form is kept.
  /// Errors: conflict (a constraint), unavailable (disk full, read-only, locked, I/O, connection
  /// lost), invalid_argument (a value does not fit its column), corrupt.
  Status run(std::string_view sql, const Params& params = {});
  /// Runs several statements separated by ';', without parameters (migrations). SQLite may do it in
  /// a transaction; MariaDB commits after each statement that changes a table's definition.
  virtual Status script(std::string_view sql) = 0;
  /// Calls `read` for each row. `read` must not use this connection.
  virtual Status query(std::string_view sql, const Params& params,
                       const std::function<void(Row&)>& read) = 0;

  /// All rows, each made by `read(Row&)`.
  template <class Read>
  auto all(std::string_view sql, const Params& params, Read read)
      -> Result<std::vector<std::invoke_result_t<Read, Row&>>> {
    std::vector<std::invoke_result_t<Read, Row&>> rows;
    AIFLOW_TRY(query(sql, params, [&](Row& row) { rows.push_back(read(row)); }));
    return rows;
  }
  /// The first row, or nullopt.
  template <class Read>
  auto first(std::string_view sql, const Params& params, Read read)
      -> Result<std::optional<std::invoke_result_t<Read, Row&>>> {
    std::optional<std::invoke_result_t<Read, Row&>> found;
    AIFLOW_TRY(query(sql, params, [&](Row& row) {
      if (!found) found = read(row);
    }));
    return found;
  }

  /// Used by db::Transaction alone.
  virtual Status begin(TransactionKind kind) = 0;
  virtual Status commit() = 0;
  virtual void rollback() = 0;

  [[nodiscard]] virtual std::int64_t last_insert_id() const = 0;
  /// Rows that the last INSERT, UPDATE or DELETE met (an UPDATE to the same values counts).
  [[nodiscard]] virtual std::int64_t changes() const = 0;
  /// True after an I/O error or a lost connection: close and open again.
  [[nodiscard]] virtual bool broken() const = 0;
  /// True when the last transaction ended without effect for a reason that passes: a deadlock, a
  /// lock that another held for too long, a connection lost before the commit was asked for. The
  /// whole transaction may be run again.
  [[nodiscard]] virtual bool may_run_again() const = 0;
  [[nodiscard]] virtual Dialect dialect() const = 0;
  /// For messages: the file, or the server's URL without the password.
  [[nodiscard]] virtual const std::string& name() const = 0;

 protected:
  Connection() = default;
};

}  // namespace aiflow::db

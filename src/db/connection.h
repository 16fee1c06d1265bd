// SPDX-License-Identifier: Apache-2.0
// One connection to the database: run SQL with `?` parameters, read rows, begin transactions.
// SQL text in, rows out; all SQL lives in src/store. A connection belongs to one thread at a time.
// The back end is SQLite (docs/decisions/0003); no type of it appears here.
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

/// The current row of a query. Each call reads the next column, from left to right, so that a
/// struct is read in the order of its fields. Reading past the last column, or a value of another
/// type than the column's, is a bug (asserted): tables are STRICT.
class Row {
 public:
  explicit Row(void* statement) : statement_(statement) {}
  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] int small() { return static_cast<int>(integer()); }
  [[nodiscard]] bool boolean() { return integer() != 0; }
  [[nodiscard]] double real();
  [[nodiscard]] std::string text();
  [[nodiscard]] WallTime time() { return WallTime{Duration{integer()}}; }
  [[nodiscard]] std::optional<std::int64_t> optional_integer();
  [[nodiscard]] std::optional<double> optional_real();
  [[nodiscard]] std::optional<std::string> optional_text();
  [[nodiscard]] std::optional<WallTime> optional_time();

 private:
  /// True, and the column is passed over, when it is NULL.
  [[nodiscard]] bool take_null();
  void* statement_;
  int column_ = 0;
};

struct OpenOptions {
  std::string path;            ///< of the database file
  bool read_only = false;      ///< readers; the file must exist
  bool check = true;           ///< run the integrity check (once, by the first connection)
  int busy_timeout_ms = 5000;  ///< how long to wait for another process's lock
};

class Connection {
 public:
  /// Opens the file, or makes a new one. A new one is never made beside a left-over -wal file.
  /// Errors: corrupt (damaged, not a database, or another program's; names the file), unavailable.
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const OpenOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one statement whose rows, if any, do not matter. Its compiled form is kept.
  /// Errors: conflict (a constraint), unavailable (disk full, read-only, locked, I/O), corrupt.
  Status run(std::string_view sql, const Params& params = {});
  /// Runs several statements separated by ';', without parameters (migrations).
  Status script(std::string_view sql);
  /// Calls `read` for each row. `read` must not use this connection.
  Status query(std::string_view sql, const Params& params, const std::function<void(Row&)>& read);

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

  [[nodiscard]] std::int64_t last_insert_id() const;
  /// Rows that the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changes() const;
  /// True after an I/O error: the state of the cache is not known, so close and open again.
  [[nodiscard]] bool broken() const;
  [[nodiscard]] const std::string& path() const;

 private:
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::db

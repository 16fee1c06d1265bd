// SPDX-License-Identifier: Apache-2.0
// What both back ends share.
#include "db/connection.h"

#include "base/assert.h"
#include "db/detail/back_ends.h"

namespace aiflow::db {

bool Row::take_null() {
  AIFLOW_ASSERT(column_ < columns_.count());
  if (!columns_.is_null(column_)) return false;
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

Result<std::unique_ptr<Connection>> Connection::open(const OpenOptions& options) {
  return options.address.is_server() ? detail::open_mariadb(options) : detail::open_sqlite(options);
}

Status Connection::run(std::string_view sql, const Params& params) {
  return query(sql, params, [](Row&) {});
}

}  // namespace aiflow::db

// SPDX-License-Identifier: Apache-2.0
// The functions of libmariadb that the back end uses, found at run time: a server on SQLite neither
// needs the library nor pays for it.
#pragma once

#include <mysql.h>

#include "base/result.h"

namespace aiflow::db::detail {

struct MariadbClient {
  // The parameter names are those of the library's functions.
#define AIFLOW_MARIADB_FUNCTIONS(use)                                                           \
  use(mysql_init) use(mysql_close) use(mysql_optionsv) use(mysql_real_connect) use(mysql_errno) \
      use(mysql_error) use(mysql_real_query) use(mysql_store_result) use(mysql_fetch_row)       \
          use(mysql_free_result) use(mysql_get_server_info) use(mysql_fetch_fields)             \
              use(mysql_num_fields) use(mysql_stmt_init) use(mysql_stmt_prepare)                \
                  use(mysql_stmt_close) use(mysql_stmt_errno) use(mysql_stmt_error)             \
                      use(mysql_stmt_param_count) use(mysql_stmt_bind_param)                    \
                          use(mysql_stmt_execute) use(mysql_stmt_result_metadata)               \
                              use(mysql_stmt_attr_set) use(mysql_stmt_store_result)             \
                                  use(mysql_stmt_bind_result) use(mysql_stmt_fetch)             \
                                      use(mysql_stmt_free_result) use(mysql_stmt_affected_rows) \
                                          use(mysql_stmt_insert_id)

#define AIFLOW_DECLARE(function) decltype(&::function) function = nullptr;
  AIFLOW_MARIADB_FUNCTIONS(AIFLOW_DECLARE)
#undef AIFLOW_DECLARE

  /// Loads libmariadb.so.3 once. Errors: unavailable, with the package to install.
  [[nodiscard]] static Result<const MariadbClient*> get();
};

}  // namespace aiflow::db::detail

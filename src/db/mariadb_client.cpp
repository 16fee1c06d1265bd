// SPDX-License-Identifier: Apache-2.0
#include "db/detail/mariadb_client.h"

#include <dlfcn.h>

#include <string>

namespace aiflow::db::detail {
namespace {

struct Loaded {
  MariadbClient client;
  std::string trouble;
};

Loaded load() {
  Loaded out;
  void* const library = ::dlopen("libmariadb.so.3", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    out.trouble = "MariaDB's client library can't be loaded (" +
                  std::string(why == nullptr ? "unknown" : why) +
                  "); install it: apt-get install libmariadb3";
    return out;
  }
#define AIFLOW_FIND(function)                                                       \
  out.client.function =                                                             \
      reinterpret_cast<decltype(out.client.function)>(::dlsym(library, #function)); \
  if (out.client.function == nullptr) out.trouble = "libmariadb.so.3 lacks " #function;
  AIFLOW_MARIADB_FUNCTIONS(AIFLOW_FIND)
#undef AIFLOW_FIND
  return out;
}

}  // namespace

Result<const MariadbClient*> MariadbClient::get() {
  static const Loaded loaded = load();
  if (!loaded.trouble.empty()) return fail(ErrorCode::unavailable, loaded.trouble);
  return &loaded.client;
}

}  // namespace aiflow::db::detail

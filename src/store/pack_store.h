// SPDX-License-Identifier: Apache-2.0
// Runtime packs that this server holds. Rows have the API's shape (wire::Pack).
#pragma once

#include <string>
#include <vector>

#include "db/connection.h"
#include "wire/engine.h"

namespace aiflow::store {

class PackStore {
 public:
  explicit PackStore(db::Connection& db) : db_(db) {}

  /// Adds the pack and its event; the same digest again changes nothing and gives the first row.
  [[nodiscard]] Result<wire::Pack> add(const wire::Pack& pack);
  /// By digest ("sha256:…"), or by name: then the newest of that name. Errors: not_found.
  [[nodiscard]] Result<wire::Pack> get(const std::string& digest_or_name);
  /// Newest first.
  [[nodiscard]] Result<std::vector<wire::Pack>> list();

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store

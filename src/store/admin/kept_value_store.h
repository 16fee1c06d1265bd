// SPDX-License-Identifier: Apache-2.0
// Variables and connections, sealed: what they hold cannot be read here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/connection.h"
#include "store/data/sight.h"

namespace aiflow::store {

struct KeptValueRow {
  std::string project = "default";
  std::string kind;  ///< variable or connection
  std::string name;
  bool is_secret = true;
  std::string description;
  std::string key_id;
  std::string sealed;
  WallTime updated_at;
  std::string updated_by;
};

/// Each project has values of its own: the same name may stand for something else in another one.
struct KeptValueKey {
  std::string project = "default";
  std::string kind{};
  std::string name{};
};

class KeptValueStore {
 public:
  explicit KeptValueStore(db::Connection& db) : db_(db) {}

  /// In the place of one of that name in the project.
  Status put(const KeptValueRow& row);
  [[nodiscard]] Result<std::optional<KeptValueRow>> find(const KeptValueKey& key);
  /// By name, then project; of all kinds when it is empty.
  [[nodiscard]] Result<std::vector<KeptValueRow>> list(const std::string& kind,
                                                       const Sight& sight = {});
  /// Keys that have sealed something.
  [[nodiscard]] Result<std::vector<std::string>> key_ids();
  /// Errors: not_found.
  Status remove(const KeptValueKey& key);

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store

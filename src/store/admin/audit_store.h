// SPDX-License-Identifier: Apache-2.0
// The audit log: entries are added, get their outcome once, and go by age and number alone
// (data/retention_store.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/connection.h"
#include "wire/access.h"

namespace aiflow::store {

/// What is missing fits all entries.
struct AuditQuery {
  std::optional<std::string> user{};
  std::optional<std::string> action{};
  std::optional<std::string> object_kind{};
  std::optional<std::string> object_id{};
  std::vector<std::string> object_ids{};  ///< any of them; empty: all
  std::optional<std::string> dag_id{};
  std::optional<std::string> outcome{};
  std::optional<WallTime> from{};
  std::optional<WallTime> to{};  ///< exclusive
  std::optional<std::int64_t> before_id{};
  int limit = 100;
};

/// How a request ended, and what only became known on the way.
struct AuditEnd {
  std::string username{};
  std::string object_kind{};
  std::string object_id{};
  std::string dag_id{};
  std::string outcome{};
  int status = 0;
};

class AuditStore {
 public:
  explicit AuditStore(db::Connection& db) : db_(db) {}

  /// Its id; that of `entry` is not looked at.
  [[nodiscard]] Result<std::int64_t> add(const wire::AuditEntry& entry);
  Status end(std::int64_t id, const AuditEnd& end);
  /// Newest first.
  [[nodiscard]] Result<wire::AuditPage> page(const AuditQuery& query);

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store

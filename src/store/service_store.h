// SPDX-License-Identifier: Apache-2.0
// Deployed services: what was asked for, and its last known state. What lives only in the running
// process (request counts, latencies) is not stored: the service layer adds it, and appends the
// event_log row with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/connection.h"
#include "wire/engine.h"

namespace aiflow::store {

struct ServiceRow {
  std::string name;
  std::string state;  ///< starting | ready | failed | stopped
  std::string cause;
  std::string model;
  int version = 0;
  std::string variant;
  std::int64_t variant_id = 0;
  std::string pack_digest;
  std::optional<std::int64_t> report_id;
  int threads = 0;  ///< 0 = the engine's choice
  std::string address;
  std::optional<std::int64_t> pid;
  std::optional<WallTime> started_at;
  WallTime created_at;
  int restarts = 0;
  wire::Lineage lineage;
};

class ServiceStore {
 public:
  explicit ServiceStore(db::Connection& db) : db_(db) {}

  /// Inserts or replaces the row of that name.
  Status put(const ServiceRow& service);
  /// Errors: not_found.
  Status remove(const std::string& name);
  /// Errors: not_found.
  [[nodiscard]] Result<ServiceRow> get(const std::string& name);
  /// By name.
  [[nodiscard]] Result<std::vector<ServiceRow>> list();

 private:
  db::Connection& db_;
};

/// Live numbers (requests, latency_ms_*) are left at their defaults.
[[nodiscard]] wire::Service to_wire(const ServiceRow& row);

}  // namespace aiflow::store

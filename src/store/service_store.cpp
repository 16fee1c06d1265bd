// SPDX-License-Identifier: Apache-2.0
#include "store/service_store.h"

#include "store/detail/rows.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelect =
    "SELECT name, state, cause, model, version, variant, variant_id, pack_digest, report_id,"
    " threads, address, pid, started_at, created_at, restarts, dag_id, run_id, task_id, try_number,"
    " username FROM services";

ServiceRow read_service(db::Row& row) {
  return {.name = row.text(),
          .state = row.text(),
          .cause = row.text(),
          .model = row.text(),
          .version = row.small(),
          .variant = row.text(),
          .variant_id = row.integer(),
          .pack_digest = row.text(),
          .report_id = row.optional_integer(),
          .threads = row.small(),
          .address = row.text(),
          .pid = row.optional_integer(),
          .started_at = row.optional_time(),
          .created_at = row.time(),
          .restarts = row.small(),
          .lineage = detail::read_lineage(row)};
}

}  // namespace

Status ServiceStore::put(const ServiceRow& service) {
  const wire::Lineage& lineage = service.lineage;
  return db_.run(R"(
    REPLACE INTO services (name, state, cause, model, version, variant, variant_id, pack_digest,
      report_id, threads, address, pid, started_at, created_at, restarts, dag_id, run_id, task_id,
      try_number, username)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
                 {service.name,       service.state,      service.cause,      service.model,
                  service.version,    service.variant,    service.variant_id, service.pack_digest,
                  service.report_id,  service.threads,    service.address,    service.pid,
                  service.started_at, service.created_at, service.restarts,   lineage.dag_id,
                  lineage.dag_run_id, lineage.task_id,    lineage.try_number, lineage.username});
}

Status ServiceStore::remove(const std::string& name) {
  AIFLOW_TRY(db_.run("DELETE FROM services WHERE name = ?", {name}));
  if (db_.changes() > 0) return {};
  return fail(ErrorCode::not_found, "service '" + name + "' does not exist");
}

Result<ServiceRow> ServiceStore::get(const std::string& name) {
  static const std::string sql = std::string(kSelect) + " WHERE name = ?";
  return detail::require(db_.first(sql, {name}, read_service),
                         "service '" + name + "' does not exist");
}

Result<std::vector<ServiceRow>> ServiceStore::list() {
  static const std::string sql = std::string(kSelect) + " ORDER BY name";
  return db_.all(sql, {}, read_service);
}

wire::Service to_wire(const ServiceRow& row) {
  wire::Service service;
  service.name = row.name;
  service.state = row.state;
  service.cause = row.cause;
  service.model = row.model;
  service.version = row.version;
  service.variant = row.variant;
  service.variant_id = row.variant_id;
  service.pack_digest = row.pack_digest;
  service.report_id = row.report_id;
  service.pid = row.pid;
  service.started_at = row.started_at;
  service.created_at = row.created_at;
  service.restarts = row.restarts;
  service.address = row.address;
  service.lineage = row.lineage;
  return service;
}

}  // namespace aiflow::store

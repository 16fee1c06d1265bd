// SPDX-License-Identifier: Apache-2.0
#include "store/model_store.h"

#include <utility>

#include "store/detail/rows.h"
#include "store/event_log.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelectVariant =
    "SELECT v.variant_id, v.model, v.version, v.variant, v.format, v.blob_sha256, b.size,"
    " v.decoder, v.method, v.parent_variant_id, v.created_at, v.dag_id, v.run_id, v.task_id,"
    " v.try_number, v.username FROM model_variants v JOIN blobs b ON b.sha256 = v.blob_sha256";

wire::ModelVariant read_variant(db::Row& row) {
  return {.variant_id = row.integer(),
          .model = row.text(),
          .version = row.integer(),
          .variant = row.text(),
          .format = row.text(),
          .blob = {.sha256 = row.text(), .size = row.integer()},
          .decoder = detail::read_json(row),
          .method = detail::read_json(row),
          .parent_variant_id = row.optional_integer(),
          .created_at = row.time(),
          .lineage = detail::read_lineage(row)};
}

constexpr std::string_view kSelectReport =
    "SELECT report_id, model, version, created_at, title, device, body, dag_id, run_id, task_id,"
    " try_number, username FROM reports";

wire::Report read_report(db::Row& row) {
  return {.report_id = row.integer(),
          .model = row.text(),
          .version = row.integer(),
          .created_at = row.time(),
          .title = row.text(),
          .device = row.text(),
          .body = detail::read_json(row),
          .lineage = detail::read_lineage(row)};
}

constexpr std::string_view kSelectModel =
    "SELECT name, description, task, licence, source, created_at FROM models";

wire::Model read_model(db::Row& row) {
  return {.name = row.text(),
          .description = row.text(),
          .task = row.text(),
          .licence = row.text(),
          .source = row.text(),
          .created_at = row.time(),
          .versions = {}};
}

std::string version_name(const std::string& model, std::int64_t version) {
  return "model '" + model + "' version " + std::to_string(version);
}

}  // namespace

Result<int> ModelStore::target_version(const wire::VariantCreate& request, WallTime now) {
  AIFLOW_TRY(
      db_.run(R"(
    INSERT INTO models (name, description, task, licence, source, created_at)
    SELECT ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM models WHERE name = ?))",
              {request.model, request.description.value_or(""), request.task.value_or(""),
               request.licence.value_or(""), request.source.value_or(""), now, request.model}));
  AIFLOW_ASSIGN(const auto newest,
                db_.first("SELECT coalesce(max(version), 0) FROM model_versions WHERE model = ?",
                          {request.model}, [](db::Row& row) { return row.small(); }));
  if (request.version != 0) {
    AIFLOW_ASSIGN(
        const auto known,
        db_.first("SELECT version FROM model_versions WHERE model = ? AND version = ?",
                  {request.model, request.version}, [](db::Row& row) { return row.small(); }));
    if (known) return *known;
    if (request.version != 1 || newest.value_or(0) != 0) {
      return fail(ErrorCode::not_found,
                  version_name(request.model, request.version) + " does not exist");
    }
  }
  const int version = newest.value_or(0) + 1;
  AIFLOW_TRY(db_.run("INSERT INTO model_versions (model, version, created_at) VALUES (?, ?, ?)",
                     {request.model, version, now}));
  return version;
}

Result<wire::ModelVariant> ModelStore::add_variant(const NewVariant& variant, WallTime now) {
  const wire::VariantCreate& request = variant.request;
  AIFLOW_ASSIGN(const auto known_blob, blob(request.blob_sha256));
  if (!known_blob) {
    return fail(ErrorCode::not_found, "blob " + request.blob_sha256 + " has not been uploaded");
  }
  if (request.parent_variant_id) {
    AIFLOW_ASSIGN(const auto parent, this->variant(*request.parent_variant_id));
  }
  AIFLOW_ASSIGN(const int version, target_version(request, now));
  static const std::string by_name =
      std::string(kSelectVariant) + " WHERE v.model = ? AND v.version = ? AND v.variant = ?";
  AIFLOW_ASSIGN(const auto existing,
                db_.first(by_name, {request.model, version, request.variant}, read_variant));
  if (existing && existing->blob.sha256 == request.blob_sha256) return *existing;
  if (existing) {
    return fail(ErrorCode::conflict, version_name(request.model, version) + " already has a '" +
                                         request.variant + "' with other content");
  }
  const wire::Lineage& lineage = variant.lineage;
  AIFLOW_TRY(db_.run(
      R"(
    INSERT INTO model_variants (model, version, variant, format, blob_sha256, decoder, method,
      parent_variant_id, created_at, dag_id, run_id, task_id, try_number, username)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
      {request.model, version, request.variant, request.format, request.blob_sha256,
       json::write(request.decoder), json::write(request.method), request.parent_variant_id, now,
       lineage.dag_id, lineage.dag_run_id, lineage.task_id, lineage.try_number, lineage.username}));
  AIFLOW_ASSIGN(wire::ModelVariant made, this->variant(db_.last_insert_id()));
  AIFLOW_ASSIGN(const wire::Model changed, model(request.model));
  AIFLOW_TRY(EventLog(db_).append(kind::model, now, wire::to_json(changed)));
  return made;
}

Result<wire::ModelVariant> ModelStore::variant(std::int64_t variant_id) {
  static const std::string sql = std::string(kSelectVariant) + " WHERE v.variant_id = ?";
  return detail::require(db_.first(sql, {variant_id}, read_variant),
                         "model variant " + std::to_string(variant_id) + " does not exist");
}

Result<wire::ModelVariant> ModelStore::variant(const VariantName& name) {
  AIFLOW_ASSIGN(const wire::Model found, model(name.model));
  std::string there;
  for (auto version = found.versions.rbegin(); version != found.versions.rend(); ++version) {
    if (name.version != 0 && version->version != name.version) continue;
    for (const wire::ModelVariant& one : version->variants) {
      if (one.variant == name.variant) return one;
      there += (there.empty() ? "" : ", ") + one.variant;
    }
    break;
  }
  return fail(ErrorCode::not_found,
              "model '" + name.model + "'" +
                  (name.version != 0 ? " version " + std::to_string(name.version) : "") +
                  " has no variant '" + name.variant +
                  "'; it has: " + (there.empty() ? "none" : there));
}

Result<std::vector<wire::ModelVersion>> ModelStore::versions(const std::string& model) {
  AIFLOW_ASSIGN(auto versions,
                db_.all("SELECT version, created_at FROM model_versions WHERE model = ?"
                        " ORDER BY version",
                        {model}, [](db::Row& row) {
                          return wire::ModelVersion{
                              .version = row.integer(), .created_at = row.time(), .variants = {}};
                        }));
  static const std::string sql =
      std::string(kSelectVariant) + " WHERE v.model = ? AND v.version = ? ORDER BY v.variant_id";
  for (wire::ModelVersion& version : versions) {
    AIFLOW_ASSIGN(version.variants, db_.all(sql, {model, version.version}, read_variant));
  }
  return versions;
}

Result<std::vector<wire::Model>> ModelStore::models() {
  static const std::string sql = std::string(kSelectModel) + " ORDER BY name";
  AIFLOW_ASSIGN(auto models, db_.all(sql, {}, read_model));
  for (wire::Model& model : models) {
    AIFLOW_ASSIGN(model.versions, versions(model.name));
  }
  return models;
}

Result<wire::Model> ModelStore::model(const std::string& name) {
  static const std::string sql = std::string(kSelectModel) + " WHERE name = ?";
  AIFLOW_ASSIGN(wire::Model found, detail::require(db_.first(sql, {name}, read_model),
                                                   "model '" + name + "' does not exist"));
  AIFLOW_ASSIGN(found.versions, versions(name));
  return found;
}

Result<wire::Report> ModelStore::add_report(const NewReport& report, WallTime now) {
  const wire::ReportCreate& request = report.request;
  AIFLOW_ASSIGN(
      const auto known,
      db_.first("SELECT version FROM model_versions WHERE model = ? AND version = ?",
                {request.model, request.version}, [](db::Row& row) { return row.small(); }));
  if (!known) {
    return fail(ErrorCode::not_found,
                version_name(request.model, request.version) + " does not exist");
  }
  const wire::Lineage& lineage = report.lineage;
  AIFLOW_TRY(db_.run(R"(
    INSERT INTO reports (model, version, created_at, title, device, body, dag_id, run_id, task_id,
      try_number, username)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
                     {request.model, request.version, now, request.title, request.device,
                      json::write(request.body), lineage.dag_id, lineage.dag_run_id,
                      lineage.task_id, lineage.try_number, lineage.username}));
  AIFLOW_ASSIGN(wire::Report made, this->report(db_.last_insert_id()));
  AIFLOW_TRY(EventLog(db_).append(kind::report, now, wire::to_json(made)));
  return made;
}

Result<wire::Report> ModelStore::report(std::int64_t report_id) {
  static const std::string sql = std::string(kSelectReport) + " WHERE report_id = ?";
  return detail::require(db_.first(sql, {report_id}, read_report),
                         "report " + std::to_string(report_id) + " does not exist");
}

Result<std::vector<wire::Report>> ModelStore::reports(const std::optional<std::string>& model) {
  static const std::string sql =
      std::string(kSelectReport) + " WHERE model = ? OR ? IS NULL ORDER BY report_id DESC";
  return db_.all(sql, {model, model}, read_report);
}

Status ModelStore::add_blob(const wire::BlobInfo& blob, WallTime now) {
  return db_.run(R"(
    INSERT INTO blobs (sha256, size, created_at)
    SELECT ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM blobs WHERE sha256 = ?))",
                 {blob.sha256, blob.size, now, blob.sha256});
}

Result<std::optional<wire::BlobInfo>> ModelStore::blob(const std::string& sha256) {
  return db_.first("SELECT sha256, size FROM blobs WHERE sha256 = ?", {sha256}, [](db::Row& row) {
    return wire::BlobInfo{.sha256 = row.text(), .size = row.integer()};
  });
}

}  // namespace aiflow::store

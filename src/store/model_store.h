// SPDX-License-Identifier: Apache-2.0
// Models, versions, variants, comparison reports, and the index of blobs.
// Rows have the shapes of the API (wire::), whose fields are all stored. Writers append their
// event_log row in the same transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/connection.h"
#include "wire/engine.h"

namespace aiflow::store {

struct NewVariant {
  wire::VariantCreate request;  ///< blob_sha256 must be in the blobs index
  wire::Lineage lineage;
};

struct NewReport {
  wire::ReportCreate request;
  wire::Lineage lineage;
};

class ModelStore {
 public:
  explicit ModelStore(db::Connection& db) : db_(db) {}

  /// Makes the model and the version when they do not exist (request.version 0 = a new version).
  /// Errors: not_found (blob, version, parent), conflict (the version has that variant already,
  /// with another blob; the same blob gives the existing one).
  [[nodiscard]] Result<wire::ModelVariant> add_variant(const NewVariant& variant, WallTime now);
  /// Errors: not_found.
  [[nodiscard]] Result<wire::ModelVariant> variant(std::int64_t variant_id);
  /// By names; version 0 = the newest. Errors: not_found, naming what there is.
  struct VariantName {
    std::string model;
    int version = 0;
    std::string variant;
  };
  [[nodiscard]] Result<wire::ModelVariant> variant(const VariantName& name);

  [[nodiscard]] Result<std::vector<wire::Model>> models();
  /// Errors: not_found.
  [[nodiscard]] Result<wire::Model> model(const std::string& name);

  /// Errors: not_found (model or version).
  [[nodiscard]] Result<wire::Report> add_report(const NewReport& report, WallTime now);
  /// Errors: not_found.
  [[nodiscard]] Result<wire::Report> report(std::int64_t report_id);
  /// Newest first; of one model when given.
  [[nodiscard]] Result<std::vector<wire::Report>> reports(const std::optional<std::string>& model);

  /// Notes a blob that BlobStore holds; known ones stay as they are.
  Status add_blob(const wire::BlobInfo& blob, WallTime now);
  [[nodiscard]] Result<std::optional<wire::BlobInfo>> blob(const std::string& sha256);

 private:
  [[nodiscard]] Result<int> target_version(const wire::VariantCreate& request, WallTime now);
  [[nodiscard]] Result<std::vector<wire::ModelVersion>> versions(const std::string& model);
  db::Connection& db_;
};

}  // namespace aiflow::store

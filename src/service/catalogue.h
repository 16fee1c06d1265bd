// SPDX-License-Identifier: Apache-2.0
// Models, reports, packs and blobs: what tasks and people put in and look up. Thread-safe.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "blobs/blob_store.h"
#include "runtime/pool.h"
#include "service/event_hub.h"
#include "store/store.h"
#include "wire/engine.h"

namespace aiflow::service {

class Catalogue {
 public:
  struct Parts {
    const Clock& clock;
    store::Store& store;
    blobs::BlobStore& blobs;
    runtime::Pool& packs;
    EventHub& events;
  };
  /// Of an upload; it goes to a file, never to memory.
  static constexpr std::uint64_t kBlobBytesMax = 64ULL << 30;

  explicit Catalogue(Parts parts) : parts_(parts) {}

  /// Takes the file over.
  [[nodiscard]] Result<wire::BlobInfo> put_blob(const std::filesystem::path& file);
  [[nodiscard]] Result<wire::BlobInfo> put_blob(std::string_view bytes);
  /// The file of a blob that is in the index. Errors: not_found, invalid_argument.
  [[nodiscard]] Result<std::filesystem::path> blob_file(const std::string& sha256);

  [[nodiscard]] Result<std::vector<wire::Model>> models();
  [[nodiscard]] Result<wire::Model> model(const std::string& name);
  [[nodiscard]] Result<wire::ModelVariant> variant(std::int64_t id);
  [[nodiscard]] Result<wire::ModelVariant> create_variant(const wire::VariantCreate& request,
                                                          const wire::Lineage& lineage);

  [[nodiscard]] Result<std::vector<wire::Report>> reports(const std::optional<std::string>& model);
  [[nodiscard]] Result<wire::Report> report(std::int64_t id);
  [[nodiscard]] Result<wire::Report> create_report(const wire::ReportCreate& request,
                                                   const wire::Lineage& lineage);

  [[nodiscard]] Result<std::vector<wire::Pack>> packs();
  [[nodiscard]] Result<wire::Pack> pack(const std::string& digest_or_name);
  struct PackPiece {
    std::string pack;  ///< digest or name
    std::string path;  ///< of a file in it, pack.json too
    std::int64_t offset = 0;
  };
  /// Bytes of a pack's file from the offset on, at most 4 MiB; none at its end. Errors: not_found,
  /// invalid_argument.
  [[nodiscard]] Result<std::string> pack_piece(const PackPiece& wanted);
  /// Unpacks and verifies the uploaded archive. Errors: corrupt, invalid_argument when its digest
  /// is another one than the caller said.
  [[nodiscard]] Result<wire::Pack> create_pack(const wire::PackCreate& request,
                                               const wire::Lineage& lineage);

 private:
  [[nodiscard]] Status name_blob(const wire::BlobInfo& blob);
  Parts parts_;
};

/// Names of models, variants, services and cameras: 1 to 63 letters, digits, '.', '_', '-', the
/// first a letter or digit. Errors: invalid_argument naming `what`.
[[nodiscard]] Status check_name(std::string_view what, std::string_view name);

}  // namespace aiflow::service

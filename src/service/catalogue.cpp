// SPDX-License-Identifier: Apache-2.0
#include "service/catalogue.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "os/file.h"
#include "store/model_store.h"
#include "store/pack_store.h"

namespace aiflow::service {
namespace {

constexpr std::size_t kManifestBytesMax = 4U << 20;
constexpr std::size_t kPackPieceBytes = 4U << 20;

std::string source_of(const runtime::PackSource& source) {
  return source.registry + ":" + source.package + "@" + source.version;
}

}  // namespace

/// Its row. The collection of garbage may have taken the file just before it was put again, and
/// takes none during a transaction: an error then, the sender tries again.
Status Catalogue::name_blob(const wire::BlobInfo& blob) {
  return parts_.store.transact([&](db::Connection& db) -> Status {
    const auto kept = parts_.blobs.kept(blob.sha256);
    if (!kept) return fail(ErrorCode::unavailable, "the blob was removed meanwhile: put it again");
    return store::ModelStore(db).add_blob(blob, parts_.clock.now());
  });
}

Result<wire::BlobInfo> Catalogue::put_blob(const std::filesystem::path& file) {
  AIFLOW_ASSIGN(auto blob, parts_.blobs.take_file(file));
  AIFLOW_TRY(name_blob(blob));
  return blob;
}

Result<wire::BlobInfo> Catalogue::put_blob(std::string_view bytes) {
  AIFLOW_ASSIGN(auto blob, parts_.blobs.put(bytes));
  AIFLOW_TRY(name_blob(blob));
  return blob;
}

Result<std::filesystem::path> Catalogue::blob_file(const std::string& sha256) {
  return parts_.blobs.path(sha256);
}

Result<std::vector<wire::Model>> Catalogue::models() {
  return parts_.store.read([](db::Connection& db) { return store::ModelStore(db).models(); });
}

Result<wire::Model> Catalogue::model(const std::string& name) {
  return parts_.store.read([&](db::Connection& db) { return store::ModelStore(db).model(name); });
}

Result<wire::ModelVariant> Catalogue::variant(std::int64_t id) {
  return parts_.store.read([&](db::Connection& db) { return store::ModelStore(db).variant(id); });
}

Result<wire::ModelVariant> Catalogue::create_variant(const wire::VariantCreate& request,
                                                     const wire::Lineage& lineage) {
  AIFLOW_TRY(check_name("model", request.model));
  AIFLOW_TRY(check_name("variant", request.variant));
  auto made = parts_.store.transact([&](db::Connection& db) {
    return store::ModelStore(db).add_variant({request, lineage}, parts_.clock.now());
  });
  parts_.events.wake();
  return made;
}

Result<std::vector<wire::Report>> Catalogue::reports(const std::optional<std::string>& model) {
  return parts_.store.read(
      [&](db::Connection& db) { return store::ModelStore(db).reports(model); });
}

Result<wire::Report> Catalogue::report(std::int64_t id) {
  return parts_.store.read([&](db::Connection& db) { return store::ModelStore(db).report(id); });
}

Result<wire::Report> Catalogue::create_report(const wire::ReportCreate& request,
                                              const wire::Lineage& lineage) {
  auto made = parts_.store.transact([&](db::Connection& db) {
    return store::ModelStore(db).add_report({request, lineage}, parts_.clock.now());
  });
  parts_.events.wake();
  return made;
}

Result<std::vector<wire::Pack>> Catalogue::packs() {
  return parts_.store.read([](db::Connection& db) { return store::PackStore(db).list(); });
}

Result<wire::Pack> Catalogue::pack(const std::string& digest_or_name) {
  return parts_.store.read(
      [&](db::Connection& db) { return store::PackStore(db).get(digest_or_name); });
}

Result<std::string> Catalogue::pack_piece(const PackPiece& wanted) {
  std::string digest = wanted.pack;
  if (!digest.starts_with("sha256:")) {
    AIFLOW_ASSIGN(const auto known, pack(wanted.pack));
    digest = known.digest;
  }
  AIFLOW_ASSIGN(const auto folder, parts_.packs.folder_of({digest}));
  const auto file = os::open_beneath(folder, wanted.path);
  struct stat info{};
  if (!file || ::fstat(file->get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(ErrorCode::not_found,
                "there is no file '" + wanted.path + "' in a pack '" + wanted.pack + "'");
  }
  std::string bytes(kPackPieceBytes, '\0');
  const ssize_t got = ::pread(file->get(), bytes.data(), bytes.size(), wanted.offset);
  if (got < 0) return fail(os::error_from_errno(errno, "read '" + wanted.path + "'"));
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

Result<wire::Pack> Catalogue::create_pack(const wire::PackCreate& request,
                                          const wire::Lineage& lineage) {
  AIFLOW_ASSIGN(const auto archive, parts_.blobs.path(request.blob_sha256));
  const bool was_there = parts_.packs.acquire(PackDigest{request.digest}).has_value();
  AIFLOW_ASSIGN(const auto installed, parts_.packs.install(archive));
  if (installed.digest.value != request.digest) {
    if (!was_there) AIFLOW_TRY(parts_.packs.remove(installed.digest));
    return fail(ErrorCode::invalid_argument,
                "the archive holds pack " + installed.digest.value + ", not " + request.digest);
  }
  AIFLOW_ASSIGN(const auto text, os::read_file(installed.folder / "pack.json", kManifestBytesMax));
  AIFLOW_ASSIGN(auto manifest, json::parse(text));
  const auto& known = installed.manifest;
  const wire::Pack pack{.digest = installed.digest.value,
                        .name = known.name,
                        .version = known.version,
                        .engine = known.engine,
                        .size = runtime::total_bytes(known),
                        .files = static_cast<std::int64_t>(known.files.size()),
                        .created_at = parts_.clock.now(),
                        .source = source_of(known.source),
                        .licence = known.licence,
                        .manifest = std::move(manifest),
                        .lineage = lineage};
  auto made =
      parts_.store.transact([&](db::Connection& db) { return store::PackStore(db).add(pack); });
  parts_.events.wake();
  return made;
}

Status check_name(std::string_view what, std::string_view name) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto fits = [&](char c) { return is_word(c) || c == '.' || c == '_' || c == '-'; };
  const bool is_good =
      !name.empty() && name.size() <= 63 && is_word(name[0]) && std::ranges::all_of(name, fits);
  if (is_good) return {};
  return fail(ErrorCode::invalid_argument,
              "a " + std::string(what) +
                  " name has 1 to 63 letters, digits, '.', '_' or '-', "
                  "and begins with a letter or digit");
}

}  // namespace aiflow::service

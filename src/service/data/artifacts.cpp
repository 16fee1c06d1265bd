// SPDX-License-Identifier: Apache-2.0
#include "service/data/artifacts.h"

#include <algorithm>
#include <span>

#include "blobs/tree.h"
#include "service/catalogue.h"
#include "store/model_store.h"
#include "store/run_store.h"

namespace aiflow::service {
namespace {

constexpr std::size_t kDigestsMax = 10'000;
/// Rows of one transaction: the scheduler's commits wait for it.
constexpr std::size_t kRowsAtOnce = 500;
constexpr std::size_t kMediaTypeMax = 100;

Status check_media_type(const std::string& type) {
  const auto fits = [](char c) { return c > 0x20 && c < 0x7f; };
  if (type.size() <= kMediaTypeMax && std::ranges::all_of(type, fits)) return {};
  return fail(ErrorCode::invalid_argument, "a media type is a word such as 'text/csv'");
}

/// Calls `work` with at most `kRowsAtOnce` items at a time.
template <class Work>
Status in_pieces(const std::vector<std::string>& items, Work work) {
  for (std::size_t from = 0; from < items.size(); from += kRowsAtOnce) {
    const std::size_t count = std::min(kRowsAtOnce, items.size() - from);
    AIFLOW_TRY(work(std::span(items).subspan(from, count)));
  }
  return {};
}

}  // namespace

Result<wire::BlobList> Artifacts::missing(const wire::BlobList& wanted) {
  if (wanted.sha256.size() > kDigestsMax) {
    return fail(ErrorCode::invalid_argument,
                "at most " + std::to_string(kDigestsMax) + " digests in one question");
  }
  wire::BlobList out;
  for (const std::string& sha256 : wanted.sha256) {
    AIFLOW_ASSIGN(const bool is_there, parts_.blobs.contains(sha256));
    if (!is_there) out.sha256.push_back(sha256);
  }
  return out;
}

Result<wire::Artifact> Artifacts::create(const wire::ArtifactCreate& request,
                                         const wire::AttemptRef& attempt) {
  AIFLOW_ASSIGN(store::NewArtifact made, check(request));
  if (made.kind == "dir") AIFLOW_TRY(note_tree(made.sha256, made));
  return parts_.store.transact([&](db::Connection& db) -> Result<wire::Artifact> {
    // Looked at inside the transaction: what removes unused blobs does so in one, too.
    AIFLOW_ASSIGN(const auto kept, parts_.blobs.kept(made.sha256));
    AIFLOW_TRY(store::ModelStore(db).add_blob({.sha256 = kept.sha256, .size = kept.size},
                                              parts_.clock.now()));
    return store::ArtifactStore(db).offer(made, store::maker_of(attempt), parts_.clock.now());
  });
}

Result<store::NewArtifact> Artifacts::check(const wire::ArtifactCreate& request) {
  AIFLOW_TRY(check_name("artifact", request.name));
  if (request.kind != "file" && request.kind != "dir") {
    return fail(ErrorCode::invalid_argument, "an artifact's kind is 'file' or 'dir'");
  }
  const std::string media_type = request.media_type.value_or("");
  AIFLOW_TRY(check_media_type(media_type));
  AIFLOW_ASSIGN(const auto blob, parts_.blobs.adopt(request.sha256));
  return store::NewArtifact{.name = request.name,
                            .kind = request.kind,
                            .sha256 = request.sha256,
                            .size = blob.size,
                            .files = 1,
                            .media_type = media_type};
}

/// Its files are put in the index before anything names the tree.
Status Artifacts::note_tree(const std::string& sha256, store::NewArtifact& made) {
  AIFLOW_ASSIGN(const std::string text, parts_.blobs.read(sha256, blobs::kTreeBytesMax));
  AIFLOW_ASSIGN(const blobs::Tree tree, blobs::parse_tree(text));
  std::vector<std::string> files;
  for (const blobs::TreeEntry& entry : tree.entries) {
    if (entry.sha256.empty()) continue;
    AIFLOW_ASSIGN(const auto blob, parts_.blobs.adopt(entry.sha256));
    if (blob.size != entry.size) {
      return fail(ErrorCode::invalid_argument, "the size of '" + entry.path + "' is another one");
    }
    files.push_back(entry.sha256);
  }
  std::ranges::sort(files);
  const auto repeated = std::ranges::unique(files);
  files.erase(repeated.begin(), repeated.end());
  AIFLOW_TRY(note_blobs({sha256}));
  AIFLOW_TRY(note_blobs(files));
  made.size = tree.bytes();
  made.files = tree.files();
  return in_pieces(files, [&](std::span<const std::string> piece) {
    return parts_.store.transact([&](db::Connection& db) {
      return store::ArtifactStore(db).add_tree_files(sha256, {piece.begin(), piece.end()});
    });
  });
}

Status Artifacts::note_blobs(std::vector<std::string> digests) {
  return in_pieces(digests, [&](std::span<const std::string> piece) {
    return parts_.store.transact([&](db::Connection& db) -> Status {
      for (const std::string& sha256 : piece) {
        AIFLOW_ASSIGN(const auto kept, parts_.blobs.kept(sha256));
        AIFLOW_TRY(store::ModelStore(db).add_blob({.sha256 = sha256, .size = kept.size},
                                                  parts_.clock.now()));
      }
      return {};
    });
  });
}

Result<store::Listed<wire::Artifact>> Artifacts::list(const store::ArtifactQuery& query) {
  return parts_.store.read(
      [&](db::Connection& db) { return store::ArtifactStore(db).list(query); });
}

Result<wire::Artifact> Artifacts::get(std::int64_t artifact_id) {
  return parts_.store.read(
      [&](db::Connection& db) { return store::ArtifactStore(db).get(artifact_id); });
}

Status Artifacts::use(std::int64_t artifact_id, const wire::AttemptRef& attempt) {
  return parts_.store.transact([&](db::Connection& db) -> Status {
    store::ArtifactStore artifacts(db);
    AIFLOW_TRY(artifacts.get(artifact_id));
    return artifacts.add_use(artifact_id, store::maker_of(attempt), parts_.clock.now());
  });
}

Status Artifacts::remove(std::int64_t artifact_id, const Principal& who) {
  AIFLOW_ASSIGN(const auto artifact, get(artifact_id));
  const bool is_task = who.kind == Principal::Kind::task;
  if (is_task && artifact.dag_id != who.attempt.key.dag_id) {
    return fail(ErrorCode::denied, "a task removes artifacts of its own DAG only");
  }
  return parts_.store.transact(
      [&](db::Connection& db) { return store::ArtifactStore(db).remove(artifact_id); });
}

}  // namespace aiflow::service

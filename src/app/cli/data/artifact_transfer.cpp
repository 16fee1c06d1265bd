// SPDX-License-Identifier: Apache-2.0
#include "app/cli/data/artifact_transfer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>

#include "blobs/artifact_files.h"
#include "blobs/tree.h"
#include "digest/sha256.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/temp_dir.h"

namespace aiflow::app {
namespace {

namespace fs = std::filesystem;

/// As many as the server answers about at once.
constexpr std::size_t kDigestsAtOnce = 5'000;

/// The server's blob folder, when this process may write into it.
std::optional<blobs::BlobStore> shared_folder(const ApiClient& client) {
  const fs::path folder = client.home() / "blobs";
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) return std::nullopt;
  return blobs::BlobStore(folder);
}

/// Blobs that the server does not have, through the API.
class Upload {
 public:
  Upload(ApiClient& client, os::TempDir folder) : client_(client), folder_(std::move(folder)) {}

  Result<wire::BlobInfo> put(const fs::path& file) {
    AIFLOW_ASSIGN(const auto found, digest::sha256_of_file(file));
    files_[found.sha256] = file;
    return wire::BlobInfo{.sha256 = found.sha256, .size = found.size_bytes};
  }

  Result<wire::BlobInfo> put_bytes(std::string_view bytes) {
    const fs::path file = folder_.path() / std::to_string(files_.size());
    AIFLOW_TRY(os::write_atomic(file, bytes));
    return put(file);
  }

  Status finish() {
    json::Array digests;
    for (auto it = files_.begin(); it != files_.end(); ++it) {
      digests.emplace_back(it->first);
      if (digests.size() < kDigestsAtOnce && std::next(it) != files_.end()) continue;
      AIFLOW_TRY(send_missing(std::exchange(digests, {})));
    }
    return {};
  }

 private:
  Status send_missing(json::Array digests) {
    AIFLOW_ASSIGN(const auto answer,
                  client_.call("POST", "/api/v2/blobs/missing",
                               json::object({{"sha256", json::Value(std::move(digests))}})));
    AIFLOW_ASSIGN(const auto missing, wire::parse_blob_list(answer));
    for (const std::string& sha256 : missing.sha256) {
      const fs::path& file = files_.at(sha256);
      AIFLOW_ASSIGN(const auto sent, client_.put_blob(file));
      if (sent.sha256 != sha256) {
        return fail(ErrorCode::conflict, "'" + file.string() + "' was changed while it was saved");
      }
    }
    return {};
  }

  ApiClient& client_;
  os::TempDir folder_;
  std::map<std::string, fs::path> files_;
};

template <class Intake>
Result<blobs::Saved> save_into(Intake& intake, const fs::path& path) {
  AIFLOW_ASSIGN(
      auto saved,
      blobs::save(path,
                  {.put = [&](const fs::path& file) { return intake.put(file); },
                   .put_bytes = [&](std::string_view bytes) { return intake.put_bytes(bytes); }}));
  AIFLOW_TRY(intake.finish());
  return saved;
}

Result<blobs::Saved> save_bytes(ApiClient& client, const fs::path& path) {
  if (const auto folder = shared_folder(client)) {
    blobs::BlobStore::Intake intake(*folder);
    return save_into(intake, path);
  }
  AIFLOW_ASSIGN(auto temporary, os::TempDir::create("aiflow-artifact"));
  Upload upload(client, std::move(temporary));
  return save_into(upload, path);
}

/// Through the API, then compared.
Status download(ApiClient& client, const std::string& sha256, const fs::path& target,
                blobs::BlobStore::Copying copying) {
  Status done = client.get_blob(sha256, target);
  if (done) {
    const auto found = digest::sha256_of_file(target);
    if (!found) {
      done = fail(found.error());
    } else if (found->sha256 != sha256) {
      done = fail(ErrorCode::corrupt, "blob " + sha256 + " did not come with its digest");
    }
  }
  if (!done) {
    ::unlink(target.c_str());
  } else if (copying == blobs::BlobStore::Copying::share) {
    ::chmod(target.c_str(), 0444);
  }
  return done;
}

/// Whether one of two artifacts of the same content is the better answer: this run's own.
bool is_own(const wire::Artifact& artifact) {
  return artifact.dag_id == os::get_env("AIFLOW_CTX_DAG_ID") &&
         artifact.dag_run_id == os::get_env("AIFLOW_CTX_DAG_RUN_ID");
}

std::string full_name(const wire::Artifact& artifact) {
  std::string task = artifact.task_id;
  if (artifact.map_index >= 0) task += "[" + std::to_string(artifact.map_index) + "]";
  return artifact.dag_id + "/" + artifact.dag_run_id + "/" + task + "/" + artifact.name;
}

Result<std::string> query_of(const ArtifactName& name, bool is_digest) {
  std::string query = std::string("?limit=100&") + (is_digest ? "sha256=" : "name=") +
                      net::percent_encode(name.text);
  const auto add = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) query += "&" + std::string(key) + "=" + net::percent_encode(value);
  };
  const auto own = [&](const std::string& given, const char* variable) {
    return !given.empty() || is_digest ? given : os::get_env(variable).value_or("");
  };
  const std::string dag_id = own(name.dag_id, "AIFLOW_CTX_DAG_ID");
  if (dag_id.empty() && !is_digest) {
    return fail(ErrorCode::invalid_argument,
                "an artifact's name needs its DAG and run: --dag, --run (or give its digest)");
  }
  add("dag_id", dag_id);
  // A run of another DAG is not meant by the name of one's own.
  add("dag_run_id", name.dag_id.empty() ? own(name.run_id, "AIFLOW_CTX_DAG_RUN_ID") : name.run_id);
  add("task_id", name.task_id);
  add("map_index", name.map_index);
  return query;
}

}  // namespace

Result<wire::Artifact> save_artifact(ApiClient& client, const Saving& saving) {
  // A blob that was there may be removed as unused before it gets its name: then once more.
  for (bool again : {true, false}) {
    AIFLOW_ASSIGN(const auto saved, save_bytes(client, saving.path));
    json::Value request = json::object({{"name", saving.name},
                                        {"kind", saved.is_dir ? "dir" : "file"},
                                        {"sha256", saved.sha256},
                                        {"media_type", saving.media_type}});
    auto answer = client.call("POST", "/api/v2/artifacts", request);
    if (!answer && answer.error().code == ErrorCode::not_found && again) continue;
    if (!answer) return fail(std::move(answer).error());
    return wire::parse_artifact(*answer);
  }
  return fail(ErrorCode::internal, "not reached");
}

Result<wire::Artifact> find_artifact(ApiClient& client, const ArtifactName& name) {
  const bool is_digest = blobs::is_digest(name.text);
  AIFLOW_ASSIGN(const std::string query, query_of(name, is_digest));
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/artifacts" + query));
  std::vector<wire::Artifact> found;
  for (const auto& item : items) {
    AIFLOW_ASSIGN(found.emplace_back(), wire::parse_artifact(item));
  }
  if (found.empty()) {
    return fail(ErrorCode::not_found,
                "there is no artifact '" + name.text +
                    "'; it is there when the task that saves it has ended with success");
  }
  if (is_digest) {
    const auto own = std::ranges::find_if(found, is_own);
    return own == found.end() ? found.front() : *own;
  }
  if (found.size() == 1) return found.front();
  std::string names;
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 5); ++i) {
    names += (names.empty() ? "" : ", ") + full_name(found[i]);
  }
  return fail(ErrorCode::invalid_argument, "several artifacts are called '" + name.text +
                                               "': " + names +
                                               "; name one with --run, --task and --map-index");
}

Status fetch_artifact(ApiClient& client, const wire::Artifact& artifact, const Fetching& fetching) {
  using Copying = blobs::BlobStore::Copying;
  const auto folder = shared_folder(client);
  const blobs::Source source{
      .get = [&](const std::string& sha256, const fs::path& target, Copying copying) -> Status {
        // The folder may be a cache that does not hold it: the server fetches it then.
        if (folder && folder->kept(sha256)) return folder->materialise(sha256, target, copying);
        return download(client, sha256, target, copying);
      },
      .read = [&](const std::string& sha256) -> Result<std::string> {
        if (folder && folder->kept(sha256)) return folder->read(sha256, blobs::kTreeBytesMax);
        AIFLOW_ASSIGN(const auto temporary, os::TempDir::create("aiflow-artifact"));
        AIFLOW_TRY(download(client, sha256, temporary.path() / "tree", Copying::separate));
        return os::read_file(temporary.path() / "tree", blobs::kTreeBytesMax);
      }};
  AIFLOW_TRY(blobs::fetch({.is_dir = artifact.kind == "dir",
                           .sha256 = artifact.sha256,
                           .copying = fetching.writable ? Copying::separate : Copying::share},
                          fetching.target, source));
  if (!os::get_env("AIFLOW_TOKEN_FILE")) return {};
  const auto path = "/api/v2/artifacts/" + std::to_string(artifact.artifact_id) + "/uses";
  AIFLOW_TRY(client.call("POST", path));
  return {};
}

json::Value reference_of(const wire::Artifact& artifact) {
  return json::object({{"__artifact__", 1},
                       {"name", artifact.name},
                       {"kind", artifact.kind},
                       {"sha256", artifact.sha256},
                       {"size", artifact.size},
                       {"media_type", artifact.media_type}});
}

}  // namespace aiflow::app

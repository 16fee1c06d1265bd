// SPDX-License-Identifier: Apache-2.0
// Artifacts between a task's files and the server. On the server's own machine bytes go straight
// into and out of its blob folder, by links and one copy; elsewhere through the API. What a file is
// called and whose it is goes through the API always.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/cli/api_client.h"
#include "base/result.h"
#include "wire/engine.h"

namespace aiflow::app {

struct Saving {
  std::filesystem::path path;
  std::string name;
  std::string media_type;
};
/// Inside a task. Errors: those of blobs::save and of the API.
[[nodiscard]] Result<wire::Artifact> save_artifact(ApiClient& client, const Saving& saving);

/// An artifact by its digest, or by its name; inside a task its own DAG and run are meant unless
/// others are named.
struct ArtifactName {
  std::string text;  ///< 64 hex digits, or a name
  std::string dag_id{};
  std::string run_id{};
  std::string task_id{};
  std::string map_index{};
};
/// Errors: not_found; invalid_argument when the name stands for several, which it lists.
[[nodiscard]] Result<wire::Artifact> find_artifact(ApiClient& client, const ArtifactName& name);

struct Fetching {
  std::filesystem::path target;
  bool writable = false;
};
/// Makes `target` the artifact, and notes the use inside a task.
[[nodiscard]] Status fetch_artifact(ApiClient& client, const wire::Artifact& artifact,
                                    const Fetching& fetching);

/// What travels as an XCom.
[[nodiscard]] json::Value reference_of(const wire::Artifact& artifact);

}  // namespace aiflow::app

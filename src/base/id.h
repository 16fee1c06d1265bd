// SPDX-License-Identifier: Apache-2.0
// Strong ids: a DagId is not a TaskId, though both are text. Comparable, hashable, ordered.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace aiflow {

/// Text id. `Tag` is an empty struct that makes the type distinct.
template <class Tag>
struct TextId {
  std::string value;
  auto operator<=>(const TextId&) const = default;
};

/// Row id of the database; 0 = not stored yet.
template <class Tag>
struct RowId {
  std::int64_t value = 0;
  auto operator<=>(const RowId&) const = default;
};

using DagId = TextId<struct DagIdTag>;
using RunId = TextId<struct RunIdTag>;    ///< dag_run_id, unique within a DAG
using TaskId = TextId<struct TaskIdTag>;  ///< unique within a DAG
using PoolName = TextId<struct PoolNameTag>;
using WorkerId = TextId<struct WorkerIdTag>;
using ModelName = TextId<struct ModelNameTag>;
using PackDigest = TextId<struct PackDigestTag>;  ///< "sha256:" + 64 hex digits
using ServiceName = TextId<struct ServiceNameTag>;
using CameraId = TextId<struct CameraIdTag>;
using SceneEventId = TextId<struct SceneEventIdTag>;

}  // namespace aiflow

template <class Tag>
struct std::hash<aiflow::TextId<Tag>> {
  std::size_t operator()(const aiflow::TextId<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
template <class Tag>
struct std::hash<aiflow::RowId<Tag>> {
  std::size_t operator()(const aiflow::RowId<Tag>& id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};

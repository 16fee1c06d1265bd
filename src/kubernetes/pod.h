// SPDX-License-Identifier: Apache-2.0
// A pod as the API describes it, as far as its end can be told from it. What the API sends is
// parsed once; an object that is not as it should be is an error of that object alone.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"

namespace aiflow::kubernetes {

struct ContainerStatus {
  enum class State { waiting, running, terminated };
  std::string name;
  State state = State::waiting;
  std::string reason{};   ///< "ImagePullBackOff", "OOMKilled", ...; empty when there is none
  std::string message{};  ///< of a terminated one: its termination message
  std::int64_t exit_code = 0;
  std::int64_t signal = 0;
  std::int64_t restart_count = 0;
  std::optional<WallTime> started_at{};
  std::optional<WallTime> finished_at{};
};

struct PodCondition {
  std::string type;
  std::string status;  ///< "True", "False", "Unknown"
  std::string reason{};
  std::string message{};
};

struct Pod {
  std::string space;  ///< its namespace
  std::string name;
  std::string uid;
  std::string resource_version;
  std::map<std::string, std::string> labels{};
  std::map<std::string, std::string> annotations{};
  bool is_deleting = false;  ///< somebody asked for its end
  std::string node{};        ///< empty: not placed yet
  std::string host_ip{};     ///< of its node; empty: the node has not said it yet
  std::string phase{};       ///< Pending, Running, Succeeded, Failed, Unknown
  std::string reason{};      ///< "Evicted", "NodeLost", ...
  std::string message{};
  std::vector<std::string> container_names{};  ///< of the spec, without init containers
  std::vector<ContainerStatus> init_containers{};
  std::vector<ContainerStatus> containers{};
  std::vector<PodCondition> conditions{};

  /// Null pointer when there is none.
  [[nodiscard]] const ContainerStatus* container(std::string_view wanted) const;
  [[nodiscard]] const PodCondition* condition(std::string_view type) const;
  /// Its phase is Succeeded or Failed: nothing of it runs any more.
  [[nodiscard]] bool is_over() const { return phase == "Succeeded" || phase == "Failed"; }
};

/// Errors: invalid_argument with the field.
[[nodiscard]] Result<Pod> parse_pod(const json::Value& object);

}  // namespace aiflow::kubernetes

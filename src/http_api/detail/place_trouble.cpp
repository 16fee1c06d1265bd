// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/place_trouble.h"

#include <algorithm>
#include <map>
#include <string>

namespace aiflow::http_api::detail {
namespace {

bool lacks_place(const wire::TaskInstance& task) {
  return task.explanation &&
         (task.explanation->code == "place_unserved" || task.explanation->code == "no_worker");
}

/// By the executor's name, of which a cluster may have several.
std::map<std::string, std::string> troubles_of(const Parts& parts) {
  std::map<std::string, std::string> troubles;
  const wire::Health health = parts.health();
  const std::vector<wire::Worker> workers = parts.workers();
  for (const auto& part : health.components) {
    if (part.status == "healthy") continue;
    troubles[part.name] = part.reason;
    const auto cluster = std::ranges::find(workers, part.name, &wire::Worker::worker_id);
    if (cluster == workers.end()) continue;
    for (const std::string& name : cluster->executors) troubles[name] = part.reason;
  }
  return troubles;
}

}  // namespace

void add_place_trouble(const Parts& parts, std::span<wire::TaskInstance> tasks) {
  if (std::ranges::none_of(tasks, lacks_place)) return;
  const auto troubles = troubles_of(parts);
  for (wire::TaskInstance& task : tasks) {
    if (!lacks_place(task)) continue;
    const auto found = troubles.find(task.explanation->params["executor"]);
    if (found == troubles.end()) continue;
    task.explanation->text += ": " + found->second;
    task.explanation->params["reason"] = found->second;
    task.cause = task.explanation->text;
  }
}

}  // namespace aiflow::http_api::detail

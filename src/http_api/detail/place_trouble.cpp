// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/place_trouble.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

namespace aiflow::http_api::detail {
namespace {

bool lacks_place(const wire::TaskInstance& task) {
  return task.explanation &&
         (task.explanation->code == "place_unserved" || task.explanation->code == "no_worker");
}

/// By the executor's name, of which a cluster may have several.
std::map<std::string, std::string> troubles_of(const Parts& parts, const wire::Health& health) {
  std::map<std::string, std::string> troubles;
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

/// Whether this server was given it, working or not.
bool is_there(const Parts& parts, const wire::Health& health, const std::string& executor) {
  const std::vector<wire::Worker> workers = parts.workers();
  return std::ranges::find(health.components, executor, &wire::HealthComponent::name) !=
             health.components.end() ||
         std::ranges::any_of(workers, [&](const wire::Worker& worker) {
           return std::ranges::find(worker.executors, executor) != worker.executors.end();
         });
}

/// The option by which the server, or a worker, gets what an executor needs; empty: it needs none.
std::string option_for(const std::string& executor) {
  if (executor == "redis") {
    return "this server has no Redis: aiflow serve --broker redis://HOST:6379";
  }
  if (executor == "docker") {
    return "no worker has Docker: aiflow worker --docker SOCKET (or aiflow serve --docker SOCKET)";
  }
  constexpr std::string_view kCluster = "kubernetes";
  if (!executor.starts_with(kCluster)) return "";
  const std::string name = executor.substr(std::min(executor.size(), kCluster.size() + 1));
  return "this server has no such cluster: aiflow serve --kubernetes " +
         (name.empty() ? "" : name + "=") + "KUBECONFIG";
}

}  // namespace

void add_place_trouble(const Parts& parts, std::span<wire::TaskInstance> tasks) {
  if (std::ranges::none_of(tasks, lacks_place)) return;
  const wire::Health health = parts.health();
  const auto troubles = troubles_of(parts, health);
  for (wire::TaskInstance& task : tasks) {
    if (!lacks_place(task)) continue;
    const std::string executor = task.explanation->params["executor"];
    const auto found = troubles.find(executor);
    std::string reason = found == troubles.end() ? std::string() : found->second;
    if (reason.empty() && !is_there(parts, health, executor)) reason = option_for(executor);
    if (reason.empty()) continue;
    task.explanation->text += ": " + reason;
    task.explanation->params["reason"] = reason;
    task.cause = task.explanation->text;
  }
}

}  // namespace aiflow::http_api::detail

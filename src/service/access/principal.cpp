// SPDX-License-Identifier: Apache-2.0
// Who makes a request, and what roles it has.
#include <algorithm>

#include "service/auth.h"
#include "store/admin/project_store.h"

namespace aiflow::service {

std::vector<wire::ProjectRole> to_wire(const std::map<std::string, Role>& projects) {
  std::vector<wire::ProjectRole> out;
  for (const auto& [project, role] : projects) out.push_back({project, role});
  return out;
}

wire::Lineage Principal::lineage() const {
  if (kind != Kind::task) return {.username = username};
  return {.dag_id = attempt.key.dag_id,
          .dag_run_id = attempt.key.run_id,
          .task_id = attempt.key.task_id,
          .try_number = attempt.try_number};
}

std::optional<Role> Principal::role_in(const std::string& project) const {
  const auto membership = projects.find(project);
  return membership == projects.end() ? role : std::max(role, std::optional(membership->second));
}

std::optional<Role> Principal::best_role() const {
  auto best = role;
  for (const auto& [project, held] : projects) best = std::max(best, std::optional(held));
  return best;
}

std::optional<Role> role_for(std::string_view permission) {
  if (permission == "view") return Role::viewer;
  if (permission == "run") return Role::user;
  if (permission == "operate") return Role::operator_;
  if (permission == "admin") return Role::admin;
  return std::nullopt;
}

bool is_known_permission(std::string_view name) {
  return name == "public" || name == "any" || name == "task" || name == "worker" ||
         role_for(name).has_value();
}

bool may(const Principal& who, const Permission& permission) {
  if (permission.name == "public") return true;
  switch (who.kind) {
    case Principal::Kind::anonymous: return false;
    case Principal::Kind::task: return permission.task_token || permission.name == "task";
    case Principal::Kind::worker: return permission.name == "worker";
    case Principal::Kind::local_admin:
      return permission.name != "task" && permission.name != "worker";
    case Principal::Kind::user: break;
  }
  // Until the one-time password is changed, only the routes about oneself are open.
  if (who.must_change_password && permission.name != "any") return false;
  if (permission.name == "any") return true;
  const auto needed = role_for(permission.name);
  return needed && who.best_role() >= *needed;
}

Result<bool> Auth::has_same_part(const Principal& who) {
  if (who.kind != Principal::Kind::user) return true;
  AIFLOW_ASSIGN(const auto now, store_.read([&](db::Connection& db) {
    return store::ProjectStore(db).roles_of(who.username);
  }));
  return std::ranges::equal(now, who.projects,
                            [](const auto& a, const auto& b) { return a.first == b.first; });
}

}  // namespace aiflow::service

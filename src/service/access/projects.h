// SPDX-License-Identifier: Apache-2.0
// Projects and who takes part in them (docs/guide/access.md, docs/decisions/0026). Thread-safe.
// Who may ask for what is decided before: see src/http_api/detail/front/project_gate.h.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "service/auth.h"
#include "store/admin/project_store.h"
#include "store/store.h"
#include "wire/access.h"

namespace aiflow::service {

class Projects {
 public:
  Projects(const Clock& clock, store::Store& store) : clock_(clock), store_(store) {}

  /// Those of `sight`, by name, as `who` sees them.
  [[nodiscard]] Result<std::vector<wire::Project>> list(const store::Sight& sight,
                                                        const Principal& who);
  /// Errors: not_found.
  [[nodiscard]] Result<wire::Project> get(const std::string& name, const Principal& who);
  /// Errors: invalid_argument (its name, too long a description), conflict.
  [[nodiscard]] Result<wire::Project> create(const wire::ProjectCreate& wanted,
                                             const Principal& who);
  /// Errors: not_found, invalid_argument.
  [[nodiscard]] Result<wire::Project> describe(const std::string& name,
                                               const std::string& description,
                                               const Principal& who);
  /// Errors: not_found, conflict while DAGs are in its folder and for the default project.
  Status remove(const std::string& name);

  /// By name. Errors: not_found.
  [[nodiscard]] Result<std::vector<wire::Member>> members(const std::string& project);
  /// Errors: not_found (project or user).
  [[nodiscard]] Result<wire::Member> put_member(const store::MembershipRow& wanted);
  /// Errors: not_found.
  Status remove_member(const std::string& project, const std::string& username);

 private:
  const Clock& clock_;
  store::Store& store_;
};

}  // namespace aiflow::service

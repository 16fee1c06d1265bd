// SPDX-License-Identifier: Apache-2.0
// Projects, their members, and whose a thing is. A DAG belongs to the project that has the name of
// its folder (DagRow::folder), without such a one to kDefaultProject; all that comes of a DAG
// belongs where the DAG does, and what people make without a DAG to kDefaultProject. So nothing is
// copied, and a DAG whose file is moved takes its history along.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/states.h"
#include "db/connection.h"
#include "store/data/sight.h"

namespace aiflow::store {

inline constexpr std::string_view kDefaultProject = "default";
inline constexpr std::size_t kProjectNameBytesMax = 64;

struct ProjectRow {
  std::string name;
  std::string description;
  std::optional<WallTime> created_at;  ///< none: of kDefaultProject, which is always there
  std::int64_t dag_count = 0;          ///< active ones
  std::int64_t member_count = 0;
};

struct MembershipRow {
  std::string username;
  std::string project;
  Role role = Role::viewer;
  WallTime granted_at;
  std::string granted_by;
};

class ProjectStore {
 public:
  explicit ProjectStore(db::Connection& db) : db_(db) {}

  /// Errors: conflict when there is one of that name.
  Status add(const ProjectRow& project);
  /// Errors: not_found.
  Status describe(const std::string& name, const std::string& description);
  /// Its memberships end too. Errors: not_found.
  Status remove(const std::string& name);
  /// By name.
  [[nodiscard]] Result<std::vector<ProjectRow>> list(const Sight& sight);
  [[nodiscard]] Result<std::optional<ProjectRow>> find(const std::string& name);

  /// In the place of an earlier one of that user in that project.
  Status put_member(const MembershipRow& membership);
  /// Errors: not_found.
  Status remove_member(const std::string& project, const std::string& username);
  /// By user.
  [[nodiscard]] Result<std::vector<MembershipRow>> members(const std::string& project);
  [[nodiscard]] Result<std::map<std::string, Role>> roles_of(const std::string& username);

  /// What has an owner. Those of a model are its variants'.
  enum class Thing {
    project,
    dag,
    backfill,
    artifact,
    model,
    variant,
    report,
    service,
    camera,
    event
  };
  /// Whose it is, each project once; none when there is no such thing. Numbers as text.
  [[nodiscard]] Result<std::vector<std::string>> owners(Thing thing, std::string_view id);
  /// dag_id -> project, of those DAGs that there are.
  [[nodiscard]] Result<std::map<std::string, std::string>> of_dags(
      const std::set<std::string>& dag_ids);
  /// folder -> project.
  [[nodiscard]] Result<std::string> of_folder(std::string_view folder);

 private:
  db::Connection& db_;
};

/// The DAGs that somebody may see, for lists that are made in memory.
class VisibleDags {
 public:
  [[nodiscard]] static Result<VisibleDags> read(db::Connection& db, const Sight& sight);
  /// "": the maker was no DAG.
  [[nodiscard]] bool sees(std::string_view dag_id) const {
    return all_ || (dag_id.empty() ? sees_default_ : dag_ids_.contains(dag_id));
  }
  /// All of the site: also what belongs to no project.
  [[nodiscard]] bool sees_all() const { return all_; }

 private:
  bool all_ = false;
  bool sees_default_ = false;
  std::set<std::string, std::less<>> dag_ids_;
};

}  // namespace aiflow::store

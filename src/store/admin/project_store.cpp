// SPDX-License-Identifier: Apache-2.0
#include "store/admin/project_store.h"

#include <algorithm>
#include <utility>

#include "store/detail/rows.h"
#include "store/detail/sight_filter.h"

namespace aiflow::store {
namespace detail {

std::string marks(std::size_t count) {
  std::string text = "(";
  for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "?" : ", ?";
  return text + ")";
}

namespace {

/// The DAGs of some projects; goes on with marks().
constexpr std::string_view kDagsOf =
    "SELECT d.dag_id FROM dags d LEFT JOIN projects p ON p.name = d.folder"
    " WHERE coalesce(p.name, 'default') IN ";

bool has_default(const std::vector<std::string>& projects) {
  return std::ranges::find(projects, kDefaultProject) != projects.end();
}

}  // namespace

void add_sight(Where& where, std::string_view column, const Sight& sight) {
  if (!sight) return;
  if (sight->empty()) {
    where.add("1 = 0");
    return;
  }
  const std::string name(column);
  const std::string made_by_people = has_default(*sight) ? " OR " + name + " = ''" : "";
  where.add("(" + name + " IN (" + std::string(kDagsOf) + marks(sight->size()) + ")" +
                made_by_people + ")",
            std::span<const std::string>(*sight));
}

}  // namespace detail

namespace {

constexpr std::string_view kSelect =
    "SELECT name, description, created_at,"
    " (SELECT count(*) FROM dags d LEFT JOIN projects o ON o.name = d.folder"
    "   WHERE d.is_active = 1 AND coalesce(o.name, 'default') = projects.name),"
    " (SELECT count(*) FROM memberships m WHERE m.project = projects.name) FROM projects";

ProjectRow read_project(db::Row& row) {
  return {.name = row.text(),
          .description = row.text(),
          .created_at = row.optional_time(),
          .dag_count = row.integer(),
          .member_count = row.integer()};
}

MembershipRow read_membership(db::Row& row) {
  return {.username = row.text(),
          .project = row.text(),
          .role = detail::read_enum(row, parse_role),
          .granted_at = row.time(),
          .granted_by = row.text()};
}

std::unexpected<Error> no_project(const std::string& name) {
  return fail(ErrorCode::not_found, "there is no project '" + name + "'");
}

/// The owners of the rows of a table whose dag_id says who made them.
std::string owners_in(std::string_view table, std::string_view key) {
  return "SELECT DISTINCT coalesce(p.name, 'default') FROM " + std::string(table) +
         " t LEFT JOIN dags d ON d.dag_id = t.dag_id LEFT JOIN projects p ON p.name = d.folder"
         " WHERE t." +
         std::string(key) + " = ?";
}

std::string owners_query(ProjectStore::Thing thing) {
  using Thing = ProjectStore::Thing;
  switch (thing) {
    case Thing::project: return "SELECT name FROM projects WHERE name = ?";
    case Thing::dag: return owners_in("dags", "dag_id");
    case Thing::backfill: return owners_in("backfills", "backfill_id");
    case Thing::artifact: return owners_in("artifacts", "artifact_id");
    case Thing::model: return owners_in("model_variants", "model");
    case Thing::variant: return owners_in("model_variants", "variant_id");
    case Thing::report: return owners_in("reports", "report_id");
    case Thing::service: return owners_in("services", "name");
    case Thing::camera: return owners_in("cameras", "camera_id");
    case Thing::event: return owners_in("scene_events", "event_id");
  }
  return {};
}

bool has_number(ProjectStore::Thing thing) {
  using Thing = ProjectStore::Thing;
  return thing == Thing::backfill || thing == Thing::artifact || thing == Thing::variant ||
         thing == Thing::report;
}

}  // namespace

Status ProjectStore::add(const ProjectRow& project) {
  Status done = db_.run("INSERT INTO projects (name, description, created_at) VALUES (?, ?, ?)",
                        {project.name, project.description, project.created_at});
  if (done || done.error().code != ErrorCode::conflict) return done;
  return fail(ErrorCode::conflict, "project '" + project.name + "' already exists");
}

Status ProjectStore::describe(const std::string& name, const std::string& description) {
  AIFLOW_ASSIGN(const auto known, find(name));
  if (!known) return no_project(name);
  return db_.run("UPDATE projects SET description = ? WHERE name = ?", {description, name});
}

Status ProjectStore::remove(const std::string& name) {
  AIFLOW_TRY(db_.run("DELETE FROM memberships WHERE project = ?", {name}));
  AIFLOW_TRY(db_.run("DELETE FROM projects WHERE name = ?", {name}));
  return db_.changes() > 0 ? Status{} : no_project(name);
}

Result<std::vector<ProjectRow>> ProjectStore::list(const Sight& sight) {
  if (sight && sight->empty()) return std::vector<ProjectRow>{};
  detail::Where where;
  if (sight) where.add("name IN " + detail::marks(sight->size()), *sight);
  return db_.all(std::string(kSelect) + where.text() + " ORDER BY name", where.params(),
                 read_project);
}

Result<std::optional<ProjectRow>> ProjectStore::find(const std::string& name) {
  static const std::string sql = std::string(kSelect) + " WHERE name = ?";
  return db_.first(sql, {name}, read_project);
}

Status ProjectStore::put_member(const MembershipRow& membership) {
  return db_.run(
      "REPLACE INTO memberships (username, project, role, granted_at, granted_by)"
      " VALUES (?, ?, ?, ?, ?)",
      {membership.username, membership.project, to_string(membership.role), membership.granted_at,
       membership.granted_by});
}

Status ProjectStore::remove_member(const std::string& project, const std::string& username) {
  AIFLOW_TRY(
      db_.run("DELETE FROM memberships WHERE project = ? AND username = ?", {project, username}));
  if (db_.changes() > 0) return {};
  return fail(ErrorCode::not_found,
              "'" + username + "' is no member of the project '" + project + "'");
}

Result<std::vector<MembershipRow>> ProjectStore::members(const std::string& project) {
  return db_.all(
      "SELECT username, project, role, granted_at, granted_by FROM memberships"
      " WHERE project = ? ORDER BY username",
      {project}, read_membership);
}

Result<std::map<std::string, Role>> ProjectStore::roles_of(const std::string& username) {
  std::map<std::string, Role> roles;
  AIFLOW_TRY(db_.query("SELECT project, role FROM memberships WHERE username = ?", {username},
                       [&](db::Row& row) {
                         const std::string project = row.text();
                         roles[project] = detail::read_enum(row, parse_role);
                       }));
  return roles;
}

Result<std::vector<std::string>> ProjectStore::owners(Thing thing, std::string_view id) {
  db::Param key = id;
  if (has_number(thing)) {
    const bool is_number = !id.empty() && id.size() < 19 &&
                           id.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_number) return std::vector<std::string>{};
    key = std::stoll(std::string(id));
  }
  return db_.all(owners_query(thing), {key}, [](db::Row& row) { return row.text(); });
}

Result<std::map<std::string, std::string>> ProjectStore::of_dags(
    const std::set<std::string>& dag_ids) {
  std::map<std::string, std::string> found;
  if (dag_ids.empty()) return found;
  const db::Params params(dag_ids.begin(), dag_ids.end());
  AIFLOW_TRY(
      db_.query("SELECT d.dag_id, coalesce(p.name, 'default') FROM dags d"
                " LEFT JOIN projects p ON p.name = d.folder WHERE d.dag_id IN " +
                    detail::marks(params.size()),
                params, [&](db::Row& row) {
                  const std::string dag_id = row.text();
                  found[dag_id] = row.text();
                }));
  return found;
}

Result<std::string> ProjectStore::of_folder(std::string_view folder) {
  AIFLOW_ASSIGN(const auto found, db_.first("SELECT name FROM projects WHERE name = ?", {folder},
                                            [](db::Row& row) { return row.text(); }));
  return found.value_or(std::string(kDefaultProject));
}

Result<VisibleDags> VisibleDags::read(db::Connection& db, const Sight& sight) {
  VisibleDags out;
  out.all_ = !sight;
  if (!sight || sight->empty()) return out;
  out.sees_default_ = std::ranges::find(*sight, kDefaultProject) != sight->end();
  detail::Where where;
  detail::add_sight(where, "dag_id", sight);
  AIFLOW_TRY(db.query("SELECT dag_id FROM dags" + where.text(), where.params(),
                      [&](db::Row& row) { out.dag_ids_.insert(row.text()); }));
  return out;
}

}  // namespace aiflow::store

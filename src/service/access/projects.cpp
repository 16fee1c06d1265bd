// SPDX-License-Identifier: Apache-2.0
#include "service/access/projects.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "store/user_store.h"

namespace aiflow::service {
namespace {

constexpr std::size_t kDescriptionBytesMax = 1'000;

/// It is a folder's name, a part of addresses, and a word on the command line.
Status check_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const auto fits = [&](char c) { return is_plain(c) || c == '-' || c == '.'; };
  const bool is_good = !name.empty() && name.size() <= store::kProjectNameBytesMax &&
                       is_plain(name.front()) && std::ranges::all_of(name, fits);
  if (is_good) return {};
  return fail(
      ErrorCode::invalid_argument,
      "a project's name has 1 to 64 letters, digits, '_', '-' and '.', and begins with none "
      "of the last two");
}

Status check_description(std::string_view text) {
  if (text.size() <= kDescriptionBytesMax) return {};
  return fail(ErrorCode::invalid_argument, "a project's description has at most 1000 bytes");
}

std::unexpected<Error> no_project(const std::string& name) {
  return fail(ErrorCode::not_found, "there is no project '" + name + "'");
}

std::optional<Role> role_of(const Principal& who, const std::string& project) {
  return who.kind == Principal::Kind::local_admin ? Role::admin : who.role_in(project);
}

wire::Project to_wire(const store::ProjectRow& row, const Principal& who) {
  wire::Project out{.name = row.name,
                    .description = row.description,
                    .created_at = row.created_at,
                    .dag_count = row.dag_count,
                    .role = role_of(who, row.name)};
  if (out.role == Role::admin) out.member_count = row.member_count;
  return out;
}

wire::Member to_wire(const store::MembershipRow& row, std::optional<Role> site_role) {
  return {.username = row.username,
          .project = row.project,
          .role = row.role,
          .site_role = site_role,
          .granted_at = row.granted_at,
          .granted_by = row.granted_by};
}

}  // namespace

Result<std::vector<wire::Project>> Projects::list(const store::Sight& sight, const Principal& who) {
  AIFLOW_ASSIGN(const auto rows, store_.read([&](db::Connection& db) {
    return store::ProjectStore(db).list(sight);
  }));
  std::vector<wire::Project> out;
  for (const auto& row : rows) out.push_back(to_wire(row, who));
  return out;
}

Result<wire::Project> Projects::get(const std::string& name, const Principal& who) {
  AIFLOW_ASSIGN(const auto row, store_.read([&](db::Connection& db) {
    return store::ProjectStore(db).find(name);
  }));
  if (!row) return no_project(name);
  return to_wire(*row, who);
}

Result<wire::Project> Projects::create(const wire::ProjectCreate& wanted, const Principal& who) {
  AIFLOW_TRY(check_name(wanted.name));
  const std::string description = wanted.description.value_or("");
  AIFLOW_TRY(check_description(description));
  AIFLOW_TRY(store_.transact([&](db::Connection& db) {
    return store::ProjectStore(db).add(
        {.name = wanted.name, .description = description, .created_at = clock_.now()});
  }));
  return get(wanted.name, who);
}

Result<wire::Project> Projects::describe(const std::string& name, const std::string& description,
                                         const Principal& who) {
  AIFLOW_TRY(check_description(description));
  AIFLOW_TRY(store_.transact(
      [&](db::Connection& db) { return store::ProjectStore(db).describe(name, description); }));
  return get(name, who);
}

Status Projects::remove(const std::string& name) {
  if (name == store::kDefaultProject) {
    return fail(ErrorCode::conflict, "the project 'default' holds what is in no other: it stays");
  }
  return store_.transact([&](db::Connection& db) -> Status {
    store::ProjectStore projects(db);
    AIFLOW_ASSIGN(const auto row, projects.find(name));
    if (!row) return no_project(name);
    if (row->dag_count > 0) {
      return fail(ErrorCode::conflict, "the project '" + name + "' has " +
                                           std::to_string(row->dag_count) +
                                           " DAGs: move their files to another folder first");
    }
    return projects.remove(name);
  });
}

Result<std::vector<wire::Member>> Projects::members(const std::string& project) {
  return store_.read([&](db::Connection& db) -> Result<std::vector<wire::Member>> {
    store::ProjectStore projects(db);
    AIFLOW_ASSIGN(const auto known, projects.find(project));
    if (!known) return no_project(project);
    AIFLOW_ASSIGN(const auto rows, projects.members(project));
    store::UserStore users(db);
    std::vector<wire::Member> out;
    for (const auto& row : rows) {
      AIFLOW_ASSIGN(const auto user, users.find(row.username));
      out.push_back(to_wire(row, user ? user->role : std::nullopt));
    }
    return out;
  });
}

Result<wire::Member> Projects::put_member(const store::MembershipRow& wanted) {
  store::MembershipRow row = wanted;
  row.granted_at = clock_.now();
  return store_.transact([&](db::Connection& db) -> Result<wire::Member> {
    store::ProjectStore projects(db);
    AIFLOW_ASSIGN(const auto project, projects.find(row.project));
    if (!project) return no_project(row.project);
    AIFLOW_ASSIGN(const auto user, store::UserStore(db).find(row.username));
    if (!user) {
      return fail(ErrorCode::not_found, "user '" + row.username + "' does not exist");
    }
    AIFLOW_TRY(projects.put_member(row));
    return to_wire(row, user->role);
  });
}

Status Projects::remove_member(const std::string& project, const std::string& username) {
  return store_.transact(
      [&](db::Connection& db) { return store::ProjectStore(db).remove_member(project, username); });
}

}  // namespace aiflow::service

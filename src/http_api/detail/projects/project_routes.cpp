// SPDX-License-Identifier: Apache-2.0
// Projects and their members.
#include "http_api/detail/call.h"
#include "service/access/projects.h"

namespace aiflow::http_api::detail {
namespace {

service::Projects projects_of(const Call& call) { return {call.parts.clock, call.parts.store}; }

Result<net::Response> list_projects(Call& call) {
  AIFLOW_ASSIGN(const auto projects, projects_of(call).list(call.sight, call.who));
  return page_of(call, projects);
}

Result<net::Response> create_project(Call& call) {
  return with_body(call, wire::parse_project_create,
                   [&](const wire::ProjectCreate& wanted) -> Result<net::Response> {
                     call.about("project", wanted.name);
                     AIFLOW_ASSIGN(const auto made, projects_of(call).create(wanted, call.who));
                     return one(made);
                   });
}

Result<net::Response> get_project(Call& call) {
  AIFLOW_ASSIGN(const auto project, projects_of(call).get(call.param("project"), call.who));
  return one(project);
}

Result<net::Response> patch_project(Call& call) {
  return with_body(call, wire::parse_project_patch,
                   [&](const wire::ProjectPatch& patch) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto project,
                                   projects_of(call).describe(call.param("project"),
                                                              patch.description, call.who));
                     return one(project);
                   });
}

Result<net::Response> delete_project(Call& call) {
  const std::string& name = call.param("project");
  AIFLOW_ASSIGN(const auto members, projects_of(call).members(name));
  AIFLOW_TRY(projects_of(call).remove(name));
  for (const auto& member : members) call.streams.cut_of(member.username);
  return nothing();
}

Result<net::Response> list_members(Call& call) {
  AIFLOW_ASSIGN(const auto members, projects_of(call).members(call.param("project")));
  return page_of(call, members);
}

Result<net::Response> put_member(Call& call) {
  const std::string& project = call.param("project");
  const std::string& username = call.param("username");
  call.about("member", project + "/" + username);
  return with_body(call, wire::parse_member_set,
                   [&](const wire::MemberSet& wanted) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto member,
                                   projects_of(call).put_member({.username = username,
                                                                 .project = project,
                                                                 .role = wanted.role,
                                                                 .granted_at = {},
                                                                 .granted_by = call.who.username}));
                     call.streams.cut_of(username);
                     return one(member);
                   });
}

Result<net::Response> delete_member(Call& call) {
  const std::string& project = call.param("project");
  const std::string& username = call.param("username");
  call.about("member", project + "/" + username);
  AIFLOW_TRY(projects_of(call).remove_member(project, username));
  call.streams.cut_of(username);
  return nothing();
}

}  // namespace

void add_project_routes(Table& table) {
  using wire::Route;
  at(table, Route::list_projects) = list_projects;
  at(table, Route::create_project) = create_project;
  at(table, Route::get_project) = get_project;
  at(table, Route::patch_project) = patch_project;
  at(table, Route::delete_project) = delete_project;
  at(table, Route::list_members) = list_members;
  at(table, Route::put_member) = put_member;
  at(table, Route::delete_member) = delete_member;
}

}  // namespace aiflow::http_api::detail

// SPDX-License-Identifier: Apache-2.0
// aiflow projects …
#include <iostream>

#include "app/cli/commands.h"
#include "wire/access.h"

namespace aiflow::app {
namespace {

std::string role_text(const std::optional<Role>& role) {
  return role ? std::string(to_string(*role)) : "none";
}

std::string member_path(const Invocation& in) {
  return api_path({"projects", in.text("name"), "members", in.text("username")});
}

Status list_projects(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/projects"));
  return print_list(in, items,
                    {.header = {"PROJECT", "YOUR ROLE", "DAGS", "MEMBERS", "DESCRIPTION"},
                     .row = [](const json::Value& item) -> Result<std::vector<std::string>> {
                       AIFLOW_ASSIGN(const auto project, wire::parse_project(item));
                       const auto& members = project.member_count;
                       return std::vector<std::string>{
                           project.name, role_text(project.role), std::to_string(project.dag_count),
                           members ? std::to_string(*members) : "", project.description};
                     },
                     .empty = "you have a part in no project"});
}

Status add_project(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto made,
                client.call("POST", "/api/v2/projects",
                            json::object({{"name", in.text("name")},
                                          {"description", in.text("--description")}})));
  if (in.flag("--json")) {
    print_object(in, made);
    return {};
  }
  AIFLOW_ASSIGN(const auto project, wire::parse_project(made));
  std::cout << "project " << project.name << " has " << project.dag_count
            << (project.dag_count == 1 ? " DAG" : " DAGs") << ": those below the folder "
            << project.name << "/ of the DAG folder\n"
            << "next: aiflow projects grant " << project.name << " USER --role user\n";
  return {};
}

Status remove_project(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_TRY(client.call("DELETE", api_path({"projects", in.text("name")})));
  std::cout << "project " << in.text("name")
            << " is removed; what its DAGs have left belongs to the project default now\n";
  return {};
}

Status list_members(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list(api_path({"projects", in.text("name"), "members"})));
  return print_list(
      in, items,
      {.header = {"USER", "ROLE", "FOR THE SITE", "SINCE", "BY"},
       .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto member, wire::parse_member(item));
         return std::vector<std::string>{
             member.username, std::string(to_string(member.role)), role_text(member.site_role),
             format_ago(member.granted_at, clock.now()), member.granted_by};
       },
       .empty = "no members: aiflow projects grant " + in.text("name") + " USER --role user"});
}

Status grant(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto made,
                client.call("PUT", member_path(in), json::object({{"role", in.text("--role")}})));
  if (in.flag("--json")) {
    print_object(in, made);
    return {};
  }
  AIFLOW_ASSIGN(const auto member, wire::parse_member(made));
  std::cout << member.username << " is " << to_string(member.role) << " in " << member.project
            << " now\n";
  if (member.site_role && *member.site_role >= member.role) {
    std::cout << "it changes nothing: " << member.username << " is " << to_string(*member.site_role)
              << " for the whole site (aiflow user role " << member.username << " --role none)\n";
  }
  return {};
}

Status revoke(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_TRY(client.call("DELETE", member_path(in)));
  std::cout << in.text("username") << " is no member of " << in.text("name") << " any more\n";
  return {};
}

}  // namespace

std::vector<Command> project_commands(const Clock& clock) {
  const Parameter name{.name = "name", .help = "the project", .required = true};
  const Parameter user{.name = "username", .help = "the user", .required = true};
  const Parameter role{
      .name = "--role", .help = "viewer, user, operator or admin", .required = true};
  return {
      {.words = {"projects", "list"},
       .summary = "the projects that one has a part in",
       .parameters = with_common({}),
       .examples = {"aiflow projects list", "aiflow projects list --json"},
       .run = [&clock](const Invocation& in) { return list_projects(clock, in); }},
      {.words = {"projects", "add"},
       .summary = "makes a project of the DAGs in the folder of its name",
       .parameters =
           with_common({name, {.name = "--description", .help = "for people", .otherwise = ""}}),
       .examples = {"aiflow projects add line1 --description \"Line 1, hall B\""},
       .run = [&clock](const Invocation& in) { return add_project(clock, in); }},
      {.words = {"projects", "remove"},
       .summary = "removes a project whose folder has no DAGs any more",
       .parameters = with_common({name}),
       .examples = {"aiflow projects remove line1"},
       .run = [&clock](const Invocation& in) { return remove_project(clock, in); }},
      {.words = {"projects", "members"},
       .summary = "who has a role in a project",
       .parameters = with_common({name}),
       .examples = {"aiflow projects members line1"},
       .run = [&clock](const Invocation& in) { return list_members(clock, in); }},
      {.words = {"projects", "grant"},
       .summary = "gives a user a role in a project, in the place of an earlier one",
       .parameters = with_common({name, user, role}),
       .examples = {"aiflow projects grant line1 mina --role operator"},
       .run = [&clock](const Invocation& in) { return grant(clock, in); }},
      {.words = {"projects", "revoke"},
       .summary = "takes a user out of a project",
       .parameters = with_common({name, user}),
       .examples = {"aiflow projects revoke line1 mina"},
       .run = [&clock](const Invocation& in) { return revoke(clock, in); }},
  };
}

}  // namespace aiflow::app

// SPDX-License-Identifier: Apache-2.0
// For tests: a server with two projects, alpha and beta, that have one of each thing.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "digest/sha256.h"
#include "http_api/detail/fake_server.h"
#include "service/access/projects.h"
#include "store/testing/project_things.h"

namespace aiflow::http_api {

struct TwoProjects : Bench {
  using Things = store::testing::ProjectThings;

  TwoProjects() {
    const auto mine = service::Auth::local_admin();
    for (const char* name : {"alpha", "beta"}) {
      REQUIRE(projects.create({.name = name}, mine));
      add_dag_of(name);
      things[name] = store
                         ->transact([&](db::Connection& db) {
                           return store::testing::add_things(db, name, kClock.now());
                         })
                         .value();
      tasks[name] = {{"authorization", "Bearer " + auth->sign_attempt(start_run(name))}};
      add_import_error(name);
      add_values(name);
      REQUIRE(workflows.tell_asset({.name = std::string(name) + "-asset"}, mine));
    }
  }

  /// Makes the asset "NAME-asset"; its folder has the project's name.
  void add_dag_of(const std::string& project) {
    auto spec = one_task(project + "-dag");
    spec.assets = {{{.name = project + "-asset",
                     .uri = project + "-asset",
                     .group = "asset",
                     .extra = json::object({})}}};
    spec.tasks[0].outlets = {{project + "-asset"}};
    add_dag(spec, project + "/");
  }
  void add_values(const std::string& project) {
    REQUIRE(values.set_variable({project, project + "-variable"}, {.value = "x"}, "test"));
    REQUIRE(
        values.set_connection({project, project + "-connection"}, {.text = "http://h"}, "test"));
  }
  void add_import_error(const std::string& project) {
    wire::DagFile file;
    file.file = "/dags/" + project + "/broken.py";
    file.error = wire::ParseError{.kind = "SyntaxError", .message = project + "-error"};
    REQUIRE(conductor::wait_for<std::vector<DagId>>(
        [&](auto answer) { conductor.parsed({file, ""}, answer); }));
  }
  wire::AttemptRef start_run(const std::string& project) {
    const store::TaskKey key{DagId{project + "-dag"}, RunId{project + "-run"}, TaskId{"t"}, -1};
    REQUIRE(conductor::wait_for<store::RunRow>([&](auto answer) {
      conductor.trigger({.dag_id = key.dag_id, .run_id = key.run_id}, answer);
    }));
    return await_queued(key);
  }
  void grant(const std::string& project, const std::string& user, Role role) {
    REQUIRE(projects.put_member({.username = user,
                                 .project = project,
                                 .role = role,
                                 .granted_at = {},
                                 .granted_by = "test"}));
  }
  /// A new user with a role for the site, and roles in projects.
  net::Headers member(std::optional<Role> site, const std::map<std::string, Role>& roles) {
    const auto name = "member" + std::to_string(++users);
    const auto headers = session_of(name, site);
    for (const auto& [project, role] : roles) grant(project, name, role);
    return headers;
  }
  net::ClientResponse send(const std::string& method, const std::string& target,
                           const net::Headers& headers, const json::Value& body = {}) {
    net::ClientRequest request{.method = method, .target = target, .headers = headers};
    if (!body.is_null()) {
      request.headers.emplace_back("Content-Type", "application/json");
      request.body = json::write(body);
    }
    return tcp().send(request, soon()).value();
  }

  service::Projects projects{kClock, *store};
  std::map<std::string, Things> things;
  std::map<std::string, net::Headers> tasks;  ///< tokens of running ones, by project
};

}  // namespace aiflow::http_api

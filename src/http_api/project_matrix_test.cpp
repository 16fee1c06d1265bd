// SPDX-License-Identifier: Apache-2.0
// The authorization matrix: all routes, for each kind of who asks, of things of two projects. What
// is to be expected is found out here anew from what api/engine.yaml declares of a route.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "http_api/testing/two_projects.h"
#include "wire/routes.h"

namespace aiflow::http_api {
namespace {

using wire::Owner;

/// 0: no role, 1: viewer, … 4: admin.
struct Asker {
  std::string name;
  net::Headers headers;
  enum class Kind { nobody, user, task, worker } kind = Kind::user;
  int site = 0;
  std::map<std::string, int> in{};  ///< projects
  bool only_reads = false;

  [[nodiscard]] int of(const std::string& project) const {
    const auto found = in.find(project);
    return std::max(site, found == in.end() ? 0 : found->second);
  }
  [[nodiscard]] int best() const {
    return std::max({site, of("alpha"), of("beta"), of("default")});
  }
};

struct Matrix : TwoProjects {
  Matrix() {
    askers.push_back({.name = "nobody", .headers = {}, .kind = Asker::Kind::nobody});
    askers.push_back({.name = "stranger", .headers = member(std::nullopt, {})});
    for (const Role role : kAllRoles) {
      const int level = static_cast<int>(role) + 1;
      const std::string name(to_string(role));
      askers.push_back({.name = "site " + name, .headers = session(role), .site = level});
      askers.push_back({.name = "alpha " + name,
                        .headers = member(std::nullopt, {{"alpha", role}}),
                        .in = {{"alpha", level}}});
    }
    askers.push_back({.name = "site viewer, alpha operator",
                      .headers = member(Role::viewer, {{"alpha", Role::operator_}}),
                      .site = 1,
                      .in = {{"alpha", 3}}});
    askers.push_back(
        {.name = "alpha viewer, beta admin",
         .headers = member(std::nullopt, {{"alpha", Role::viewer}, {"beta", Role::admin}}),
         .in = {{"alpha", 1}, {"beta", 4}}});
    askers.push_back(
        {.name = "alpha and default user",
         .headers = member(std::nullopt, {{"alpha", Role::user}, {"default", Role::user}}),
         .in = {{"alpha", 2}, {"default", 2}}});
    add_tokens();
    for (const std::string project : {"alpha", "beta"}) {
      askers.push_back({.name = "task of " + project,
                        .headers = tasks.at(project),
                        .kind = Asker::Kind::task,
                        .in = {{project, 0}}});
    }
    add_worker();
  }

  void add_tokens() {
    const auto make = [&](const wire::TokenCreate& wanted) {
      const auto user = "robot" + std::to_string(++users);
      session_of(user, std::nullopt);
      grant("alpha", user, Role::admin);
      return net::Headers{{"authorization", "Bearer " + tokens.create(user, wanted)->token}};
    };
    askers.push_back({.name = "token for users of an alpha admin",
                      .headers = make({.role = Role::user}),
                      .in = {{"alpha", 2}}});
    askers.push_back({.name = "reading token of an alpha admin",
                      .headers = make({.read_only = true}),
                      .in = {{"alpha", 4}},
                      .only_reads = true});
  }
  void add_worker() {
    const auto join = worker_access.make_token({}).value();
    REQUIRE(worker_access.join({.token = join.token,
                                .worker_id = "w",
                                .credential_sha256 = digest::sha256_of("aiflow-worker.w")},
                               "test"));
    askers.push_back({.name = "worker",
                      .headers = {{"authorization", "Bearer aiflow-worker.w"}},
                      .kind = Asker::Kind::worker});
  }

  /// The route's address of a project's things.
  std::string path_of(const wire::RouteInfo& info, const std::string& project) {
    const auto& of = things.at(project);
    const std::map<std::string, std::string> ids = {{"project", project},
                                                    {"dag_id", of.name("dag")},
                                                    {"dag_run_id", of.name("run")},
                                                    {"task_id", "t"},
                                                    {"backfill_id", std::to_string(of.backfill_id)},
                                                    {"artifact_id", std::to_string(of.artifact_id)},
                                                    {"variant_id", std::to_string(of.variant_id)},
                                                    {"report_id", std::to_string(of.report_id)},
                                                    {"model", of.name("model")},
                                                    {"name", of.name("model")},
                                                    {"camera_id", of.name("camera")},
                                                    {"event_id", of.name("event")}};
    std::string path(info.path);
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{')) {
      const auto close = path.find('}', open);
      const auto value = ids.find(path.substr(open + 1, close - open - 1));
      path.replace(open, close - open + 1, value == ids.end() ? "1" : value->second);
    }
    return path;
  }

  /// 200 when the request may go on to its handler, else the refusal's status.
  int admit(const wire::RouteInfo& info, const std::string& path, const Asker& who) {
    net::Request request;
    request.id = "test";
    request.method = info.method;
    request.path = path;
    request.headers = who.headers;
    request.peer.address = "127.0.0.1";
    const auto verdict = api.admit(request);
    const auto* response = std::get_if<net::Response>(&verdict);
    return response == nullptr ? 200 : response->status;
  }

  std::vector<Asker> askers;
};

/// nullopt: no role gives it.
std::optional<int> level_of(std::string_view permission) {
  static const std::map<std::string_view, int> kLevels = {
      {"any", 0}, {"view", 1}, {"run", 2}, {"operate", 3}, {"admin", 4}};
  const auto found = kLevels.find(permission);
  return found == kLevels.end() ? std::nullopt : std::optional(found->second);
}

bool is_thing(Owner owner) {
  constexpr Owner kOthers[] = {Owner::self,       Owner::site,         Owner::shared,
                               Owner::list,       Owner::body_dag,     Owner::body_asset,
                               Owner::body_model, Owner::body_service, Owner::body_camera};
  return std::ranges::find(kOthers, owner) == std::end(kOthers);
}

int expected_of_user(const wire::RouteInfo& info, const Asker& who, const std::string& project) {
  const auto needed = level_of(info.permission);
  if (!needed) return 403;
  if (is_thing(info.owner)) {
    if (who.of(project) < 1) return 404;
    if (who.of(project) < *needed) return 403;
  } else if ((info.owner == Owner::site ? who.site : who.best()) < *needed) {
    return 403;
  }
  return who.only_reads && info.method != "GET" ? 403 : 200;
}

int expected(const wire::RouteInfo& info, const Asker& who, const std::string& project) {
  if (info.permission == "public") return who.only_reads && info.method != "GET" ? 403 : 200;
  switch (who.kind) {
    case Asker::Kind::nobody: return 401;
    case Asker::Kind::worker: return info.permission == "worker" ? 200 : 403;
    case Asker::Kind::task:
      if (!info.task_token) return 403;
      return !is_thing(info.owner) || who.in.contains(project) ? 200 : 404;
    case Asker::Kind::user: break;
  }
  return expected_of_user(info, who, project);
}

TEST_CASE("every route lets in exactly those whom its declaration names, in each project") {
  Matrix bench;
  int cells = 0;
  int wrong = 0;
  for (const auto& info : wire::all_routes()) {
    for (const std::string project : {"alpha", "beta"}) {
      const auto path = bench.path_of(info, project);
      for (const auto& who : bench.askers) {
        CAPTURE(info.name);
        CAPTURE(project);
        CAPTURE(who.name);
        const int want = expected(info, who, project);
        // A token that reads alone is told so before it is told what there is.
        const int got = bench.admit(info, path, who);
        const bool is_told_first = who.only_reads && want == 404 && got == 403;
        ++cells;
        if (got == want || (is_told_first && info.method != "GET")) continue;
        CHECK(got == want);
        if (++wrong > 20) return;
      }
    }
  }
  MESSAGE(cells << " cells");
  CHECK(cells == std::ssize(wire::all_routes()) * 2 * std::ssize(bench.askers));
}

TEST_CASE("what does not exist is refused as what one has no part in") {
  Matrix bench;
  for (const auto& info : wire::all_routes()) {
    if (!is_thing(info.owner) || info.permission == "task") continue;
    CAPTURE(info.name);
    std::string path(info.path);
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{')) {
      path.replace(open, path.find('}', open) - open + 1, "77");
    }
    const auto alpha = std::ranges::find(bench.askers, "alpha admin", &Asker::name);
    CHECK(bench.admit(info, path, *alpha) == 404);
  }
}

/// A request whose body names a project's thing, and which project's role it needs beside.
struct Named {
  std::string_view route;
  json::Value body;
  bool by_hand = false;  ///< what a person makes goes to the default project
};

std::vector<Named> bodies_of(const TwoProjects::Things& of) {
  const auto camera = json::object({{"camera_id", of.name("camera")},
                                    {"source", "x"},
                                    {"service", of.name("model")},
                                    {"rules", "no rules"}});
  const auto variant = json::object({{"model", of.name("model")},
                                     {"version", 1},
                                     {"variant", "new"},
                                     {"format", "onnx"},
                                     {"blob_sha256", "none"},
                                     {"decoder", json::object({})},
                                     {"method", json::object({})}});
  const auto service = json::object({{"name", of.name("model")},
                                     {"model", of.name("model")},
                                     {"version", 9},
                                     {"variant", "fp32"},
                                     {"pack", "sha256:none"}});
  const auto report = json::object({{"model", of.name("model")},
                                    {"version", 9},
                                    {"title", "t"},
                                    {"device", "d"},
                                    {"body", json::object({})}});
  const auto backfill = json::object({{"dag_id", of.name("dag")},
                                      {"from_date", "2026-01-01T00:00:00Z"},
                                      {"to_date", "2025-01-01T00:00:00Z"}});
  const auto asset = json::object({{"name", of.name("asset")}});
  return {{"create_backfill", backfill},     {"dry_run_backfill", backfill},
          {"create_asset_event", asset},     {"materialize_asset", asset},
          {"create_variant", variant, true}, {"create_report", report, true},
          {"deploy_service", service, true}, {"create_camera", camera, true}};
}

/// 404, 403, or 200: it came to the handler, whatever that says.
int verdict_on(const net::ClientResponse& answer) {
  if (answer.status == 403) return 403;
  return answer.body.find("no part in its project") == std::string::npos ? 200 : 404;
}

int expected_of_body(const wire::RouteInfo& info, const Named& named, const Asker& who,
                     const std::string& project) {
  if (who.kind == Asker::Kind::task) {
    if (!info.task_token) return 403;
    return who.in.contains(project) ? 200 : 404;
  }
  const int needed = level_of(info.permission).value_or(9);
  if (who.best() < needed || who.only_reads) return 403;
  if (who.of(project) < 1) return 404;
  if (who.of(project) < needed) return 403;
  return named.by_hand && who.of("default") < needed ? 403 : 200;
}

TEST_CASE("what a body names is looked at as what an address names") {
  Matrix bench;
  int cells = 0;
  for (const std::string project : {"alpha", "beta"}) {
    for (const auto& named : bodies_of(bench.things.at(project))) {
      const auto& info =
          *std::ranges::find(wire::all_routes(), named.route, &wire::RouteInfo::name);
      for (const auto& who : bench.askers) {
        if (who.kind == Asker::Kind::nobody || who.kind == Asker::Kind::worker) continue;
        CAPTURE(info.name);
        CAPTURE(project);
        CAPTURE(who.name);
        const auto answer =
            bench.send(std::string(info.method), std::string(info.path), who.headers, named.body);
        CAPTURE(answer.body);
        CHECK(verdict_on(answer) == expected_of_body(info, named, who, project));
        ++cells;
      }
    }
  }
  const auto of_body = std::ranges::count_if(wire::all_routes(), [](const auto& info) {
    return info.owner != Owner::self && !is_thing(info.owner) && info.owner != Owner::site &&
           info.owner != Owner::shared && info.owner != Owner::list;
  });
  CHECK(cells == of_body * 2 * (std::ssize(bench.askers) - 2));
}

}  // namespace
}  // namespace aiflow::http_api

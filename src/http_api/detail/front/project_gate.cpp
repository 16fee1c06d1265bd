// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/front/project_gate.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/admin/project_store.h"

namespace aiflow::http_api::detail {
namespace {

using service::Principal;
using wire::Owner;
using Kind = Principal::Kind;
using Names = std::vector<std::string>;
using Thing = store::ProjectStore::Thing;

/// What one has to have a part in, to be let in.
struct Needed {
  Names owners;
  enum class For { change, use, making } what_for = For::change;
};
using For = Needed::For;

bool sees_all(const Principal& who, Role needed) {
  return who.kind == Kind::local_admin || (who.kind == Kind::user && who.role >= needed);
}

/// Those in which somebody has at least this role; a task has a part in its DAG's.
Names projects_of(const Principal& who, Role needed) {
  Names out;
  for (const auto& [project, role] : who.projects) {
    if (who.kind == Kind::task || (who.kind == Kind::user && role >= needed)) {
      out.push_back(project);
    }
  }
  return out;
}

bool meet(const Names& a, const Names& b) {
  return std::ranges::any_of(
      a, [&](const std::string& one) { return std::ranges::find(b, one) != b.end(); });
}

Refusal hidden() {
  return {404, ErrorCode::not_found, "there is no such thing, or you have no part in its project"};
}

/// Of use alone it is enough that one sees it.
std::optional<Refusal> decide(const Needed& needed, const wire::RouteInfo& route,
                              const Principal& who) {
  const bool is_seen =
      sees_all(who, Role::viewer) || meet(needed.owners, projects_of(who, Role::viewer));
  if (!is_seen && needed.what_for != For::making) return hidden();
  const auto sight = sight_of(who, route);
  if (needed.what_for == For::use || !sight || meet(needed.owners, *sight)) return std::nullopt;
  const std::string permission(route.permission);
  if (needed.what_for == For::making) {
    return Refusal{403, ErrorCode::denied,
                   "what is made by hand belongs to the project 'default': it needs the permission "
                   "'" +
                       permission + "' there; a DAG makes it in its own project"};
  }
  return Refusal{403, ErrorCode::denied,
                 "this needs the permission '" + permission + "' in its project"};
}

Refusal failed(const Error& error) { return {http_status(error.code), error.code, error.message}; }

Result<Names> owners_of(const Parts& parts, Thing thing, std::string_view id) {
  return parts.store.read(
      [&](db::Connection& db) { return store::ProjectStore(db).owners(thing, id); });
}

/// The kind of thing that a path names, and the parameter that has its id.
struct Named {
  Owner owner;
  Thing thing;
  std::string_view parameter;
};
constexpr Named kNamed[] = {
    {Owner::project, Thing::project, "project"},
    {Owner::dag, Thing::dag, "dag_id"},
    {Owner::dags, Thing::dag, "dag_id"},
    {Owner::backfill, Thing::backfill, "backfill_id"},
    {Owner::artifact, Thing::artifact, "artifact_id"},
    {Owner::model, Thing::model, "model"},
    {Owner::variant, Thing::variant, "variant_id"},
    {Owner::report, Thing::report, "report_id"},
    {Owner::service, Thing::service, "name"},
    {Owner::service, Thing::service, "model"},
    {Owner::camera, Thing::camera, "camera_id"},
    {Owner::event, Thing::event, "event_id"},
};

std::optional<Refusal> check_thing(const Parts& parts, const Match& match, const Principal& who) {
  for (const Named& named : kNamed) {
    if (named.owner != match.route->owner) continue;
    const auto id = match.parameters.find(named.parameter);
    if (id == match.parameters.end()) continue;
    if (named.owner == Owner::dags && id->second == "~") return std::nullopt;
    const auto owners = owners_of(parts, named.thing, id->second);
    if (!owners) return failed(owners.error());
    return decide({*owners}, *match.route, who);
  }
  return hidden();
}

/// What somebody makes without a DAG is of the default project, what a task makes of its own.
Names own_projects(const Principal& who) {
  if (who.kind == Kind::task) return projects_of(who, Role::viewer);
  return {std::string(store::kDefaultProject)};
}

/// What the body names; where it does not say it right the handler does.
class BodyOwners {
 public:
  BodyOwners(const Parts& parts, const Principal& who) : parts_(parts), who_(who) {}

  Result<std::vector<Needed>> of(Owner owner, const json::Value& body, bool is_use) {
    switch (owner) {
      case Owner::body_dag: return dag(body);
      case Owner::body_asset: return asset(body, is_use);
      case Owner::body_model: return model(body, is_use);
      case Owner::body_service: return service(body);
      case Owner::body_camera: return camera(body);
      default: return std::vector<Needed>{};
    }
  }

 private:
  /// What is there, and where it will be.
  Result<std::vector<Needed>> kept(Thing thing, const std::string& id) {
    AIFLOW_ASSIGN(Names owners, owners_of(parts_, thing, id));
    std::vector<Needed> all;
    if (!owners.empty()) all.push_back({std::move(owners)});
    all.push_back({own_projects(who_), For::making});
    return all;
  }
  Result<Needed> used(Thing thing, const std::string& id) {
    AIFLOW_ASSIGN(Names owners, owners_of(parts_, thing, id));
    return Needed{std::move(owners), For::use};
  }

  Result<std::vector<Needed>> dag(const json::Value& body) {
    AIFLOW_ASSIGN(const auto wanted, wire::parse_backfill_create(body));
    AIFLOW_ASSIGN(Names owners, owners_of(parts_, Thing::dag, wanted.dag_id));
    return std::vector<Needed>{{std::move(owners)}};
  }

  /// That one is new may be said by those who have a part in a DAG that makes it or waits for it.
  Result<std::vector<Needed>> asset(const json::Value& body, bool makers_only) {
    AIFLOW_ASSIGN(const auto wanted, wire::parse_asset_materialize(body));
    AIFLOW_ASSIGN(const auto dags, parts_.workflows.dags_of_asset(wanted.name, makers_only));
    AIFLOW_ASSIGN(const auto projects, parts_.store.read([&](db::Connection& db) {
      return store::ProjectStore(db).of_dags(dags);
    }));
    Names owners;
    for (const auto& [dag_id, project] : projects) owners.push_back(project);
    return std::vector<Needed>{{std::move(owners)}};
  }

  Result<std::vector<Needed>> model(const json::Value& body, bool is_report) {
    if (is_report) {
      AIFLOW_ASSIGN(const auto wanted, wire::parse_report_create(body));
      AIFLOW_ASSIGN(Names owners, owners_of(parts_, Thing::model, wanted.model));
      return std::vector<Needed>{{std::move(owners)}, {own_projects(who_), For::making}};
    }
    AIFLOW_ASSIGN(const auto wanted, wire::parse_variant_create(body));
    AIFLOW_ASSIGN(auto all, kept(Thing::model, wanted.model));
    if (const auto& parent = wanted.parent_variant_id) {
      AIFLOW_ASSIGN(all.emplace_back(), used(Thing::variant, std::to_string(*parent)));
    }
    return all;
  }

  Result<std::vector<Needed>> service(const json::Value& body) {
    AIFLOW_ASSIGN(const auto wanted, wire::parse_service_deploy(body));
    AIFLOW_ASSIGN(auto all, kept(Thing::service, wanted.name));
    AIFLOW_ASSIGN(all.emplace_back(), used(Thing::model, wanted.model));
    if (const auto& report = wanted.report_id) {
      AIFLOW_ASSIGN(all.emplace_back(), used(Thing::report, std::to_string(*report)));
    }
    return all;
  }

  Result<std::vector<Needed>> camera(const json::Value& body) {
    AIFLOW_ASSIGN(const auto wanted, wire::parse_camera_create(body));
    AIFLOW_ASSIGN(auto all, kept(Thing::camera, wanted.camera_id));
    AIFLOW_ASSIGN(all.emplace_back(), used(Thing::service, wanted.service));
    return all;
  }

  const Parts& parts_;
  const Principal& who_;
};

bool is_of_body(Owner owner) {
  return owner == Owner::body_dag || owner == Owner::body_asset || owner == Owner::body_model ||
         owner == Owner::body_service || owner == Owner::body_camera;
}

}  // namespace

store::Sight sight_of(const Principal& who, const wire::RouteInfo& route) {
  if (who.kind == Kind::task) return projects_of(who, Role::viewer);
  const auto needed = service::role_for(route.permission);
  // About these no role decides: nothing of a project is shown.
  if (!needed) return Names{};
  if (sees_all(who, *needed)) return std::nullopt;
  return projects_of(who, *needed);
}

bool names_thing(Owner owner) {
  return std::ranges::find(kNamed, owner, &Named::owner) != std::end(kNamed);
}

std::optional<Refusal> check_address(const Parts& parts, const Match& match, const Principal& who) {
  const wire::RouteInfo& route = *match.route;
  if (route.owner == Owner::self || route.owner == Owner::shared) return std::nullopt;
  if (!sight_of(who, route)) return std::nullopt;
  if (route.owner == Owner::site) {
    // The route says that it takes tasks.
    if (who.kind == Kind::task) return std::nullopt;
    return Refusal{
        403, ErrorCode::denied,
        "this needs the permission '" + std::string(route.permission) + "' for the whole site"};
  }
  if (route.owner == Owner::list || is_of_body(route.owner)) return std::nullopt;
  return check_thing(parts, match, who);
}

std::optional<Refusal> check_body(const Parts& parts, const Match& match, const Principal& who,
                                  const net::Request& request) {
  const wire::RouteInfo& route = *match.route;
  if (!is_of_body(route.owner) || !sight_of(who, route)) return std::nullopt;
  const auto body = json::parse(request.body, {.depth_max = 64, .bytes_max = 64U << 20});
  if (!body) return std::nullopt;
  const bool is_use =
      route.route == wire::Route::materialize_asset || route.route == wire::Route::create_report;
  const auto all = BodyOwners(parts, who).of(route.owner, *body, is_use);
  if (!all) {
    if (all.error().code == ErrorCode::invalid_argument) return std::nullopt;
    return failed(all.error());
  }
  for (const Needed& needed : *all) {
    if (auto refusal = decide(needed, route, who)) return refusal;
  }
  return std::nullopt;
}

}  // namespace aiflow::http_api::detail

// SPDX-License-Identifier: Apache-2.0
// The asset part of Workflows.
#include <map>
#include <utility>

#include "service/detail/principal_name.h"
#include "service/workflows.h"
#include "store/admin/project_store.h"
#include "store/asset_store.h"
#include "store/dag_store.h"

namespace aiflow::service {
namespace {

/// Who makes and who waits for an asset, by its name.
struct Relations {
  std::map<std::string, std::vector<wire::AssetTask>> makers;
  std::map<std::string, std::vector<std::string>> users;

  [[nodiscard]] bool has(const std::string& asset) const {
    return makers.contains(asset) || users.contains(asset);
  }
};

Result<Relations> relations_of(db::Connection& db, const store::Sight& sight = {}) {
  Relations found;
  store::DagStore dags(db);
  AIFLOW_ASSIGN(const auto rows, dags.list(sight));
  for (const store::DagRow& row : rows) {
    AIFLOW_ASSIGN(const auto version, dags.version(row.dag_id));
    const wire::DagSpec& spec = version.spec;
    for (const wire::TaskSpec& task : spec.tasks) {
      for (const auto& name : task.outlets.value_or(std::vector<std::string>{})) {
        found.makers[name].push_back({spec.dag_id, task.task_id});
      }
    }
    for (const auto& node : spec.schedule.assets.value_or(std::vector<wire::AssetNode>{})) {
      auto& users = found.users[node.name.value_or("")];
      if (users.empty() || users.back() != spec.dag_id) users.push_back(spec.dag_id);
    }
  }
  return found;
}

/// The assets that DAGs of `sight` make or wait for; nullopt: all.
Result<std::optional<std::vector<std::string>>> assets_in(db::Connection& db,
                                                          const store::Sight& sight) {
  if (!sight) return std::nullopt;
  AIFLOW_ASSIGN(const Relations relations, relations_of(db, sight));
  std::vector<std::string> names;
  for (const auto& [name, makers] : relations.makers) names.push_back(name);
  for (const auto& [name, users] : relations.users) {
    if (!relations.makers.contains(name)) names.push_back(name);
  }
  return names;
}

/// That something came from elsewhere is to be seen, from where is not.
void hide_sources(std::vector<wire::AssetEvent>& events, const store::VisibleDags& visible) {
  for (wire::AssetEvent& event : events) {
    if (!event.source_dag_id || visible.sees(*event.source_dag_id)) continue;
    event.source_dag_id = event.source_run_id = event.source_task_id = std::nullopt;
    event.source_map_index = std::nullopt;
  }
}

}  // namespace

Result<std::vector<wire::Asset>> Workflows::assets(const store::Sight& sight) {
  return parts_.store.read([&](db::Connection& db) -> Result<std::vector<wire::Asset>> {
    store::AssetStore assets(db);
    AIFLOW_ASSIGN(const auto rows, assets.list());
    AIFLOW_ASSIGN(Relations relations, relations_of(db, sight));
    std::vector<wire::Asset> out;
    for (const store::AssetRow& row : rows) {
      if (sight && !relations.has(row.spec.name)) continue;
      AIFLOW_ASSIGN(const auto activity, assets.activity({row.spec.name}));
      out.push_back({.name = row.spec.name,
                     .uri = row.spec.uri,
                     .group = row.spec.group,
                     .extra = row.spec.extra,
                     .is_active = row.is_active,
                     .created_at = row.created_at,
                     .last_event_at = activity.last_event_at,
                     .event_count = activity.events,
                     .producing_tasks = std::move(relations.makers[row.spec.name]),
                     .scheduled_dags = std::move(relations.users[row.spec.name])});
    }
    return out;
  });
}

Result<store::Listed<wire::AssetEvent>> Workflows::asset_events(const AssetEvents& query) {
  using Events = store::Listed<wire::AssetEvent>;
  return parts_.store.read([&](db::Connection& db) -> Result<Events> {
    store::AssetEventQuery asked{.asset = query.asset};
    AIFLOW_ASSIGN(asked.among, assets_in(db, query.sight));
    auto counted = query.page;
    if (query.before) counted.limit = 0;
    AIFLOW_ASSIGN(auto rows, store::AssetStore(db).events(asked, counted));
    if (query.before) {
      AIFLOW_ASSIGN(rows.items,
                    store::asset_events_before(db, asked, *query.before, query.page.limit));
    }
    Events out;
    out.total = rows.total;
    for (const auto& row : rows.items) out.items.push_back(store::to_wire(row));
    AIFLOW_ASSIGN(const auto visible, store::VisibleDags::read(db, query.sight));
    hide_sources(out.items, visible);
    return out;
  });
}

Result<std::vector<wire::AssetEvent>> Workflows::triggering_events(const store::RunKey& key,
                                                                   const store::Sight& sight) {
  constexpr int kEventsMax = 1000;
  AIFLOW_TRY(run(key));
  return parts_.store.read([&](db::Connection& db) -> Result<std::vector<wire::AssetEvent>> {
    AIFLOW_ASSIGN(const auto rows, store::AssetStore(db).consumed(key, kEventsMax));
    std::vector<wire::AssetEvent> out;
    for (const auto& row : rows) out.push_back(store::to_wire(row));
    AIFLOW_ASSIGN(const auto visible, store::VisibleDags::read(db, sight));
    hide_sources(out, visible);
    return out;
  });
}

Result<std::set<std::string>> Workflows::dags_of_asset(const std::string& name, bool makers_only) {
  AIFLOW_ASSIGN(Relations relations,
                parts_.store.read([](db::Connection& db) { return relations_of(db); }));
  std::set<std::string> out;
  for (const wire::AssetTask& maker : relations.makers[name]) out.insert(maker.dag_id);
  if (!makers_only) out.insert(relations.users[name].begin(), relations.users[name].end());
  return out;
}

Result<wire::AssetEvent> Workflows::tell_asset(const wire::AssetEventCreate& request,
                                               const Principal& who) {
  const conductor::TellAsset tell{.asset = {request.name},
                                  .extra = request.extra.value_or(json::Value()),
                                  .user = detail::name_of(who)};
  AIFLOW_ASSIGN(const auto row, conductor::wait_for<store::AssetEventRow>([&](auto answer) {
                  parts_.conductor.asset_changed(tell, answer);
                }));
  return store::to_wire(row);
}

Result<wire::DagRun> Workflows::materialize(const wire::AssetMaterialize& request,
                                            const store::Sight& sight, const Principal& who) {
  AIFLOW_ASSIGN(Relations relations,
                parts_.store.read([&](db::Connection& db) { return relations_of(db, sight); }));
  const auto& makers = relations.makers[request.name];
  if (makers.empty()) {
    return fail(ErrorCode::not_found, "no task has the asset '" + request.name + "' as an outlet");
  }
  for (const wire::AssetTask& maker : makers) {
    if (maker.dag_id == makers.front().dag_id) continue;
    return fail(ErrorCode::conflict, "several DAGs make the asset '" + request.name +
                                         "': trigger one of them, such as '" + maker.dag_id + "'");
  }
  wire::TriggerRequest trigger_request;
  trigger_request.conf = request.conf;
  return trigger(DagId{makers.front().dag_id}, trigger_request, who);
}

}  // namespace aiflow::service

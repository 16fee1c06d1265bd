// SPDX-License-Identifier: Apache-2.0
// The asset part of Workflows.
#include <map>
#include <utility>

#include "service/detail/principal_name.h"
#include "service/workflows.h"
#include "store/asset_store.h"
#include "store/dag_store.h"

namespace aiflow::service {
namespace {

/// Who makes and who waits for an asset, by its name.
struct Relations {
  std::map<std::string, std::vector<wire::AssetTask>> makers;
  std::map<std::string, std::vector<std::string>> users;
};

Result<Relations> relations_of(db::Connection& db) {
  Relations found;
  store::DagStore dags(db);
  AIFLOW_ASSIGN(const auto rows, dags.list());
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

}  // namespace

Result<std::vector<wire::Asset>> Workflows::assets() {
  return parts_.store.read([](db::Connection& db) -> Result<std::vector<wire::Asset>> {
    store::AssetStore assets(db);
    AIFLOW_ASSIGN(const auto rows, assets.list());
    AIFLOW_ASSIGN(Relations relations, relations_of(db));
    std::vector<wire::Asset> out;
    for (const store::AssetRow& row : rows) {
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

Result<store::Listed<wire::AssetEvent>> Workflows::asset_events(
    const std::optional<dag::AssetName>& asset, store::Page page,
    std::optional<std::int64_t> before) {
  using Rows = store::Listed<store::AssetEventRow>;
  AIFLOW_ASSIGN(const auto listed, parts_.store.read([&](db::Connection& db) -> Result<Rows> {
    auto counted = page;
    if (before) counted.limit = 0;
    AIFLOW_ASSIGN(auto rows, store::AssetStore(db).events(asset, counted));
    if (before) {
      AIFLOW_ASSIGN(rows.items, store::asset_events_before(db, asset, *before, page.limit));
    }
    return rows;
  }));
  store::Listed<wire::AssetEvent> out;
  out.total = listed.total;
  for (const auto& row : listed.items) out.items.push_back(store::to_wire(row));
  return out;
}

Result<std::vector<wire::AssetEvent>> Workflows::triggering_events(const store::RunKey& key) {
  constexpr int kEventsMax = 1000;
  AIFLOW_TRY(run(key));
  AIFLOW_ASSIGN(const auto rows, parts_.store.read([&](db::Connection& db) {
    return store::AssetStore(db).consumed(key, kEventsMax);
  }));
  std::vector<wire::AssetEvent> out;
  for (const auto& row : rows) out.push_back(store::to_wire(row));
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
                                            const Principal& who) {
  AIFLOW_ASSIGN(Relations relations, parts_.store.read(relations_of));
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

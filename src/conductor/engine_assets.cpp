// SPDX-License-Identifier: Apache-2.0
// Assets: which there are, by the newest versions of the active DAGs, and what people say of them.
#include <map>
#include <utility>

#include "conductor/detail/engine.h"

namespace aiflow::conductor {
namespace {

std::vector<wire::AssetSpec> assets_of(const wire::DagSpec& spec) {
  return spec.assets.value_or(std::vector<wire::AssetSpec>{});
}

}  // namespace

/// One name means one URI, in all DAGs.
Status Conductor::Engine::check_assets(const wire::DagSpec& spec) const {
  for (const wire::AssetSpec& asset : assets_of(spec)) {
    for (const auto& [id, known] : book_.dags) {
      if (!known.row.is_active || id.value == spec.dag_id) continue;
      for (const wire::AssetSpec& other : assets_of(known.spec)) {
        if (other.name != asset.name || other.uri == asset.uri) continue;
        return fail(ErrorCode::conflict, "dag '" + spec.dag_id + "': asset '" + asset.name +
                                             "' has another uri in dag '" + id.value + "': '" +
                                             other.uri + "'");
      }
    }
  }
  return {};
}

/// Brings the rows along after DAGs have come, changed or gone.
void Conductor::Engine::sync_assets(detail::Batch& batch) {
  std::map<std::string, wire::AssetSpec> named;
  for (const auto& [id, known] : book_.dags) {
    if (!known.row.is_active) continue;
    for (wire::AssetSpec& asset : assets_of(known.spec)) {
      asset.watchers.reset();  // they are the DAG's, not the row's
      named.emplace(asset.name, asset);
    }
  }
  const auto write = [&](const wire::AssetSpec& spec, bool is_active) {
    book_.assets[spec.name] = {spec, is_active};
    batch.writes.push_back([spec, is_active](detail::Writing& writing) {
      return store::AssetStore(writing.db)
          .put({.spec = spec, .is_active = is_active, .created_at = writing.now});
    });
  };
  for (const auto& [name, spec] : named) {
    const auto before = book_.assets.find(name);
    const std::pair wanted(spec, true);
    if (before == book_.assets.end() || before->second != wanted) write(spec, true);
  }
  std::vector<wire::AssetSpec> gone;
  for (const auto& [name, known] : book_.assets) {
    if (known.second && !named.contains(name)) gone.push_back(known.first);
  }
  for (const wire::AssetSpec& spec : gone) write(spec, false);
}

void Conductor::Engine::asset_changed(detail::Batch& batch, const TellAsset& request,
                                      Answer<store::AssetEventRow> answer) {
  if (!request.extra.is_null() && !request.extra.is_object()) {
    return answer(fail(ErrorCode::invalid_argument, "extra must be a JSON object"));
  }
  batch.add(
      sched::AssetChanged{.asset = request.asset,
                          .extra = request.extra.is_null() ? "{}" : json::write(request.extra),
                          .user = request.user},
      [this, answer = std::move(answer), name = request.asset](const auto& reply) {
        if (!reply) return answer(fail(reply.error()));
        if (!reply->accepted) return answer(fail(reply->code, reply->reason));
        answer(store_.read([&](db::Connection& db) -> Result<store::AssetEventRow> {
          AIFLOW_ASSIGN(auto newest, store::AssetStore(db).events({.asset = name}, {.limit = 1}));
          return std::move(newest.items.at(0));
        }));
      });
}

}  // namespace aiflow::conductor

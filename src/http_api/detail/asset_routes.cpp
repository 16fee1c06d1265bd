// SPDX-License-Identifier: Apache-2.0
// Assets and their events.
#include "http_api/detail/call.h"
#include "http_api/detail/front/cursor.h"

namespace aiflow::http_api::detail {
namespace {

Result<net::Response> list_assets(Call& call) {
  AIFLOW_ASSIGN(const auto assets, call.parts.workflows.assets(call.sight));
  return page_of(call, assets);
}

Result<net::Response> list_asset_events(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_asset_event_filter(call.query));
  service::Workflows::AssetEvents asked{.page = page_in(query), .sight = call.sight};
  if (query.name) asked.asset = dag::AssetName{*query.name};
  AIFLOW_ASSIGN(const auto before, parse_cursor(query.cursor, 1, false));
  if (before) asked.before = before->numbers[0];
  ++asked.page.limit;
  AIFLOW_ASSIGN(auto events, call.parts.workflows.asset_events(asked));
  const auto next = cut_page(events.items, query.limit,
                             [](const wire::AssetEvent& event) { return Cursor{{event.id}}; });
  return list_to(next, events.items, events.total);
}

Result<net::Response> create_asset_event(Call& call) {
  return with_body(call, wire::parse_asset_event_create,
                   [&](const wire::AssetEventCreate& request) -> Result<net::Response> {
                     call.about("asset", request.name);
                     AIFLOW_ASSIGN(const auto event,
                                   call.parts.workflows.tell_asset(request, call.who));
                     return one(event);
                   });
}

Result<net::Response> materialize_asset(Call& call) {
  return with_body(call, wire::parse_asset_materialize,
                   [&](const wire::AssetMaterialize& request) -> Result<net::Response> {
                     call.about("asset", request.name);
                     AIFLOW_ASSIGN(const auto run,
                                   call.parts.workflows.materialize(request, call.sight, call.who));
                     call.about("run", run.dag_id + "/" + run.dag_run_id, run.dag_id);
                     return one(run);
                   });
}

Result<net::Response> list_upstream_asset_events(Call& call) {
  AIFLOW_ASSIGN(const auto events,
                call.parts.workflows.triggering_events(call.run_key(), call.sight));
  return page_of(call, events);
}

}  // namespace

void add_asset_routes(Table& table) {
  using wire::Route;
  at(table, Route::list_assets) = list_assets;
  at(table, Route::list_asset_events) = list_asset_events;
  at(table, Route::create_asset_event) = create_asset_event;
  at(table, Route::materialize_asset) = materialize_asset;
  at(table, Route::list_upstream_asset_events) = list_upstream_asset_events;
}

}  // namespace aiflow::http_api::detail

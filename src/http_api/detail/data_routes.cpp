// SPDX-License-Identifier: Apache-2.0
// The result cache, lineage, and what is kept for how long.
#include "http_api/detail/call.h"

namespace aiflow::http_api::detail {
namespace {

Result<store::CacheQuery> cache_query(const Call& call) {
  store::CacheQuery query;
  if (const auto* text = call.query_text("dag_id")) query.dag_id = *text;
  if (const auto* text = call.query_text("task_id")) query.task_id = *text;
  if (const auto* text = call.query_text("key")) query.key = *text;
  AIFLOW_ASSIGN(query.page, call.page());
  return query;
}

Result<net::Response> lookup_cached_result(Call& call) {
  return with_body(
      call, wire::parse_cache_lookup, [&](const wire::CacheLookup& asked) -> Result<net::Response> {
        AIFLOW_ASSIGN(const auto hit, call.parts.result_cache.look_up(asked.key, call.who.attempt));
        return one(hit);
      });
}

Result<net::Response> list_cached_results(Call& call) {
  AIFLOW_ASSIGN(const auto query, cache_query(call));
  AIFLOW_ASSIGN(const auto listed, call.parts.result_cache.list(query));
  return list_of(listed.items, listed.total);
}

Result<net::Response> clear_cached_results(Call& call) {
  AIFLOW_ASSIGN(const auto query, cache_query(call));
  AIFLOW_ASSIGN(const auto removed, call.parts.result_cache.clear(query));
  return one(removed);
}

Result<net::Response> get_lineage(Call& call) {
  const auto* node = call.query_text("node");
  const auto* direction = call.query_text("direction");
  if (node == nullptr || (direction != nullptr && *direction != "up" && *direction != "down")) {
    return fail(ErrorCode::invalid_argument, "?node=KIND:ID, and direction=up or down");
  }
  store::LineageQuery query{.node = *node, .is_up = direction == nullptr || *direction == "up"};
  AIFLOW_ASSIGN(const auto depth, call.query_int("depth", 8, {1, store::kLineageDepthMax}));
  AIFLOW_ASSIGN(const auto nodes, call.query_int("limit", 200, {1, store::kLineageNodesMax}));
  query.depth_max = static_cast<int>(depth);
  query.nodes_max = static_cast<int>(nodes);
  AIFLOW_ASSIGN(const auto graph, call.parts.store.read([&](db::Connection& db) {
    return store::LineageStore(db).graph(query);
  }));
  return one(graph);
}

Result<net::Response> get_retention(Call& call) {
  AIFLOW_ASSIGN(const auto policy, call.parts.housekeeper.policy());
  return one(policy);
}

Result<net::Response> put_retention(Call& call) {
  return with_body(call, wire::parse_retention_policy,
                   [&](const wire::RetentionPolicy& policy) -> Result<net::Response> {
                     AIFLOW_TRY(call.parts.housekeeper.set_policy(policy));
                     return one(policy);
                   });
}

Result<net::Response> collect_garbage(Call& call) {
  return with_body(call, wire::parse_garbage_request,
                   [&](const wire::GarbageRequest& request) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto report,
                                   call.parts.housekeeper.collect(request.dry_run.value_or(false)));
                     return one(report);
                   });
}

}  // namespace

void add_data_routes(Table& table) {
  using wire::Route;
  at(table, Route::lookup_cached_result) = lookup_cached_result;
  at(table, Route::list_cached_results) = list_cached_results;
  at(table, Route::clear_cached_results) = clear_cached_results;
  at(table, Route::get_lineage) = get_lineage;
  at(table, Route::get_retention) = get_retention;
  at(table, Route::put_retention) = put_retention;
  at(table, Route::collect_garbage) = collect_garbage;
}

}  // namespace aiflow::http_api::detail

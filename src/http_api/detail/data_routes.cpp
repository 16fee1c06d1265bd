// SPDX-License-Identifier: Apache-2.0
// The result cache, lineage, and what is kept for how long.
#include "http_api/detail/call.h"
#include "http_api/detail/front/cursor.h"

namespace aiflow::http_api::detail {
namespace {

template <class Q>
store::CacheQuery chosen_by(const Call& call, const Q& asked) {
  store::CacheQuery query{.sight = call.sight};
  query.dag_id = asked.dag_id;
  query.task_id = asked.task_id;
  query.key = asked.key;
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
  AIFLOW_ASSIGN(const auto asked, wire::parse_cache_filter(call.query));
  auto query = chosen_by(call, asked);
  query.page = page_in(asked);
  ++query.page.limit;
  AIFLOW_ASSIGN(const auto after, parse_cursor(asked.cursor, 1, true));
  if (after) query.after = {WallTime{Duration{after->numbers[0]}}, after->text};
  AIFLOW_ASSIGN(auto listed, call.parts.result_cache.list(query));
  const auto next = cut_page(listed.items, asked.limit, [](const wire::CachedResult& one) {
    return Cursor{{one.created_at.time_since_epoch().count()}, one.key};
  });
  return list_to(next, listed.items, listed.total);
}

Result<net::Response> clear_cached_results(Call& call) {
  AIFLOW_ASSIGN(const auto asked, wire::parse_cache_choice(call.query));
  AIFLOW_ASSIGN(const auto removed, call.parts.result_cache.clear(chosen_by(call, asked)));
  return one(removed);
}

Result<net::Response> get_lineage(Call& call) {
  AIFLOW_ASSIGN(const auto asked, wire::parse_lineage_from(call.query));
  store::LineageQuery query{.node = asked.node, .is_up = asked.direction == "up"};
  query.depth_max = static_cast<int>(asked.depth);
  query.nodes_max = static_cast<int>(asked.limit);
  query.sight = call.sight;
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

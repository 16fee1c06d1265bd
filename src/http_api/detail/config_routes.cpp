// SPDX-License-Identifier: Apache-2.0
// What DAGs are run with: pools.
#include "http_api/detail/call.h"

namespace aiflow::http_api::detail {
namespace {

Result<net::Response> list_pools(Call& call) {
  AIFLOW_ASSIGN(const auto pools, call.parts.workflows.pools());
  return page_of(call, pools);
}

Result<net::Response> get_pool(Call& call) {
  AIFLOW_ASSIGN(const auto pool, call.parts.workflows.pool(call.param("pool_name")));
  return one(pool);
}

Result<net::Response> create_pool(Call& call) {
  return with_body(
      call, wire::parse_pool_create, [&](const wire::PoolCreate& request) -> Result<net::Response> {
        call.about("pool", request.name);
        AIFLOW_ASSIGN(const auto pool, call.parts.workflows.create_pool(request, call.who));
        return one(pool);
      });
}

Result<net::Response> patch_pool(Call& call) {
  return with_body(
      call, wire::parse_pool_patch, [&](const wire::PoolPatch& patch) -> Result<net::Response> {
        AIFLOW_ASSIGN(const auto pool,
                      call.parts.workflows.patch_pool(call.param("pool_name"), patch, call.who));
        return one(pool);
      });
}

Result<net::Response> delete_pool(Call& call) {
  AIFLOW_TRY(call.parts.workflows.delete_pool(call.param("pool_name"), call.who));
  return nothing();
}

}  // namespace

void add_config_routes(Table& table) {
  using wire::Route;
  at(table, Route::list_pools) = list_pools;
  at(table, Route::get_pool) = get_pool;
  at(table, Route::create_pool) = create_pool;
  at(table, Route::patch_pool) = patch_pool;
  at(table, Route::delete_pool) = delete_pool;
}

}  // namespace aiflow::http_api::detail

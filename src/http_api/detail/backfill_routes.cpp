// SPDX-License-Identifier: Apache-2.0
// Backfills, under Airflow's paths.
#include "http_api/detail/call.h"
#include "http_api/detail/front/cursor.h"

namespace aiflow::http_api::detail {
namespace {

using Action = conductor::SteerBackfill::Action;

Result<dag::BackfillId> backfill_id(const Call& call) {
  AIFLOW_ASSIGN(const auto id, call.param_int("backfill_id"));
  return dag::BackfillId{id};
}

Result<net::Response> list_backfills(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_backfill_filter(call.query));
  store::BackfillQuery asked{.sight = call.sight};
  if (query.dag_id) asked.dag_id = DagId{*query.dag_id};
  AIFLOW_ASSIGN(const auto before, parse_cursor(query.cursor, 1, false));
  auto page = page_in(query);
  ++page.limit;
  AIFLOW_ASSIGN(auto listed,
                call.parts.workflows.backfills(
                    asked, page, before ? std::optional(before->numbers[0]) : std::nullopt));
  const auto next = cut_page(listed.items, query.limit,
                             [](const wire::Backfill& one) { return Cursor{{one.id}}; });
  return list_to(next, listed.items, listed.total);
}

Result<net::Response> create_backfill(Call& call) {
  return with_body(call, wire::parse_backfill_create,
                   [&](const wire::BackfillCreate& request) -> Result<net::Response> {
                     call.about("dag", request.dag_id, request.dag_id);
                     AIFLOW_ASSIGN(const auto made,
                                   call.parts.workflows.create_backfill(request, call.who));
                     call.about("backfill", std::to_string(made.id), made.dag_id);
                     return one(made);
                   });
}

Result<net::Response> dry_run_backfill(Call& call) {
  AIFLOW_ASSIGN(const auto page, call.page());
  return with_body(call, wire::parse_backfill_create,
                   [&](const wire::BackfillCreate& request) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto dates, call.parts.workflows.dry_run(request, page));
                     return list_of(dates.items, dates.total);
                   });
}

Result<net::Response> get_backfill(Call& call) {
  AIFLOW_ASSIGN(const auto id, backfill_id(call));
  AIFLOW_ASSIGN(const auto found, call.parts.workflows.backfill(id));
  return one(found);
}

template <Action action>
Result<net::Response> steer(Call& call) {
  AIFLOW_ASSIGN(const auto id, backfill_id(call));
  AIFLOW_ASSIGN(const auto now, call.parts.workflows.steer_backfill(id, action, call.who));
  call.about("backfill", std::to_string(now.id), now.dag_id);
  return one(now);
}

}  // namespace

void add_backfill_routes(Table& table) {
  using wire::Route;
  at(table, Route::list_backfills) = list_backfills;
  at(table, Route::create_backfill) = create_backfill;
  at(table, Route::dry_run_backfill) = dry_run_backfill;
  at(table, Route::get_backfill) = get_backfill;
  at(table, Route::pause_backfill) = steer<Action::pause>;
  at(table, Route::unpause_backfill) = steer<Action::unpause>;
  at(table, Route::cancel_backfill) = steer<Action::cancel>;
}

}  // namespace aiflow::http_api::detail

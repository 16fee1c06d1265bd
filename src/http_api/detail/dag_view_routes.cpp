// SPDX-License-Identifier: Apache-2.0
// The settings of a DAG, its versions, durations and calendar; the tries of a run.
#include <algorithm>

#include "http_api/detail/call.h"
#include "http_api/detail/front/cursor.h"

namespace aiflow::http_api::detail {
namespace {

Result<net::Response> get_dag_details(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_dag_version(call.query));
  AIFLOW_ASSIGN(const auto details,
                call.parts.workflows.details(call.dag_id(), static_cast<int>(query.version)));
  return one(details);
}

Result<net::Response> list_dag_versions(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_version_page(call.query));
  auto page = page_in(query);
  page.limit = std::min(page.limit, service::kVersionsMax);
  AIFLOW_ASSIGN(const auto versions, call.parts.workflows.versions(call.dag_id(), page));
  return list_of(versions.items, versions.total);
}

Result<net::Response> list_durations(Call& call) {
  AIFLOW_ASSIGN(auto asked, wire::parse_duration_filter(call.query));
  service::DurationQuery query{.dag_id = call.dag_id(), .page = page_in(asked)};
  if (asked.task_id) query.task_id = TaskId{*std::move(asked.task_id)};
  AIFLOW_ASSIGN(const auto points, call.parts.workflows.durations(query));
  return list_of(points.items, points.total);
}

Result<net::Response> get_calendar(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_calendar_period(call.query));
  if (!query.start || !query.end) {
    return fail(ErrorCode::invalid_argument, "a calendar needs 'start' and 'end'");
  }
  AIFLOW_ASSIGN(const auto calendar,
                call.parts.workflows.calendar(
                    {.dag_id = call.dag_id(), .from = *query.start, .to = *query.end}));
  return one(calendar);
}

Result<net::Response> list_run_tries(Call& call) {
  AIFLOW_ASSIGN(const auto asked, wire::parse_run_try_page(call.query));
  AIFLOW_ASSIGN(const auto cursor, parse_cursor(asked.cursor, 2, true));
  store::RunTriesQuery query{.run = call.run_key(), .page = page_in(asked)};
  ++query.page.limit;
  if (cursor) query.after = {cursor->text, cursor->numbers[0], cursor->numbers[1]};
  AIFLOW_ASSIGN(auto tries, call.parts.workflows.run_tries(query));
  const auto next = cut_page(tries.items, asked.limit, [](const wire::RunTry& one) {
    return Cursor{{one.map_index, one.try_number}, one.task_id};
  });
  return list_to(next, tries.items, tries.total);
}

}  // namespace

void add_dag_view_routes(Table& table) {
  using wire::Route;
  at(table, Route::get_dag_details) = get_dag_details;
  at(table, Route::list_dag_versions) = list_dag_versions;
  at(table, Route::list_durations) = list_durations;
  at(table, Route::get_calendar) = get_calendar;
  at(table, Route::list_run_tries) = list_run_tries;
}

}  // namespace aiflow::http_api::detail

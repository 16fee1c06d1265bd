// SPDX-License-Identifier: Apache-2.0
// DAGs, runs, task instances, logs.
#include "http_api/detail/call.h"
#include "http_api/detail/front/cursor.h"
#include "http_api/detail/front/whole_list.h"
#include "http_api/detail/place_trouble.h"

namespace aiflow::http_api::detail {
namespace {

Result<net::Response> list_dags(Call& call) {
  AIFLOW_ASSIGN(const auto asked, wire::parse_dag_filter(call.query));
  AIFLOW_ASSIGN(const auto cursor, parse_cursor(asked.cursor, 0, true));
  auto page = page_in(asked);
  ++page.limit;
  const auto after = cursor ? std::optional(DagId{cursor->text}) : std::nullopt;
  AIFLOW_ASSIGN(auto dags, call.parts.workflows.dags(call.sight, after, page));
  const auto next = cut_page(dags.items, asked.limit,
                             [](const wire::Dag& dag) { return Cursor{{}, dag.dag_id}; });
  return list_to(next, dags.items, dags.total);
}

Result<net::Response> get_dag(Call& call) {
  AIFLOW_ASSIGN(const auto dag, call.parts.workflows.dag(call.dag_id()));
  return one(dag);
}

Result<net::Response> patch_dag(Call& call) {
  return with_body(call, wire::parse_dag_patch,
                   [&](const wire::DagPatch& patch) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto dag,
                                   call.parts.workflows.patch_dag(call.dag_id(), patch, call.who));
                     return one(dag);
                   });
}

Result<int> version_of(const Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_dag_version(call.query));
  return static_cast<int>(query.version);
}

Result<net::Response> get_dag_graph(Call& call) {
  AIFLOW_ASSIGN(const auto version, version_of(call));
  AIFLOW_ASSIGN(const auto graph, call.parts.workflows.graph(call.dag_id(), version));
  return one(graph);
}

Result<net::Response> get_dag_source(Call& call) {
  AIFLOW_ASSIGN(const auto version, version_of(call));
  AIFLOW_ASSIGN(const auto source, call.parts.workflows.source(call.dag_id(), version));
  return one(source);
}

Result<net::Response> get_workload(Call& call) {
  AIFLOW_ASSIGN(const auto asked, wire::parse_workload_period(call.query));
  if (asked.start.has_value() != asked.end.has_value()) {
    return fail(ErrorCode::invalid_argument, "a period has 'start' and 'end'");
  }
  service::WorkloadQuery query{.sight = call.sight};
  if (asked.start) query.period = {*asked.start, *asked.end};
  AIFLOW_ASSIGN(const auto workload, call.parts.workflows.workload(query));
  return one(workload);
}

Result<net::Response> get_grid(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_grid_query(call.query));
  const int runs = static_cast<int>(query.limit);
  AIFLOW_ASSIGN(const auto grid, call.parts.workflows.grid(call.dag_id(), runs));
  return one(grid);
}

Result<net::Response> list_import_errors(Call& call) {
  AIFLOW_ASSIGN(const auto errors, call.parts.workflows.import_errors(call.sight));
  return page_of(call, errors);
}

/// "~" as the DAG means all DAGs, as in Airflow.
Result<net::Response> list_dag_runs(Call& call) {
  AIFLOW_ASSIGN(auto asked, wire::parse_run_filter(call.query));
  constexpr std::array<std::string_view, 2> kOrders = {"-run_after", "run_after"};
  const auto order = asked.order_by.value_or("-run_after");
  if (auto refusal = check_order(call, order, kOrders)) return *std::move(refusal);
  AIFLOW_ASSIGN(const auto cursor, parse_cursor(asked.cursor, 2, true));
  store::RunQuery query;
  if (call.param("dag_id") != "~") {
    query.dag_id = call.dag_id();
  } else {
    query.sight = call.sight;
  }
  query.states = std::move(asked.state);
  query.logical_date_gte = asked.logical_date_gte;
  query.logical_date_lte = asked.logical_date_lte;
  query.run_after_gte = asked.run_after_gte;
  query.run_after_lt = asked.run_after_lt;
  query.newest_first = order == "-run_after";
  query.page = page_in(asked);
  std::optional<store::RunCursor> after;
  if (cursor) {
    after = {.run_after = WallTime{Duration{cursor->numbers[0]}},
             .number = cursor->numbers[1],
             .dag_id = DagId{cursor->text}};
  }
  AIFLOW_ASSIGN(const auto runs, call.parts.workflows.runs(query, after));
  std::optional<std::string> next;
  if (const auto& last = runs.next) {
    next = write_cursor(
        {{last->run_after.time_since_epoch().count(), last->number}, last->dag_id.value});
  }
  return list_to(next, runs.items, runs.total);
}

Result<net::Response> trigger_dag_run(Call& call) {
  return with_body(call, wire::parse_trigger_request,
                   [&](const wire::TriggerRequest& request) -> Result<net::Response> {
                     conductor::AlsoStore<wire::DagRun> also;
                     if (auto keep = std::exchange(call.keep, {})) {
                       also = [keep = std::move(keep)](auto& db, const wire::DagRun& run) {
                         return keep(db, one(run));
                       };
                     }
                     AIFLOW_ASSIGN(const auto run,
                                   call.parts.workflows.trigger(call.dag_id(), request, call.who,
                                                                std::move(also)));
                     call.about("run", run.dag_id + "/" + run.dag_run_id, run.dag_id);
                     return one(run);
                   });
}

/// The sender's id of a delivery, by whatever name it goes.
std::string delivery_id(const net::Request& request) {
  for (const char* name : {"idempotency-key", "x-delivery-id", "x-github-delivery"}) {
    if (const auto* id = request.header(name)) return *id;
  }
  return {};
}

Result<net::Response> receive_webhook(Call& call) {
  const auto header = [&](const char* name) {
    const auto* value = call.request.header(name);
    return value == nullptr ? std::string() : *value;
  };
  AIFLOW_ASSIGN(const auto run,
                call.parts.workflows.receive({.dag_id = call.dag_id(),
                                              .name = call.param("name"),
                                              .id = delivery_id(call.request),
                                              .token = header("x-webhook-token"),
                                              .signature = header("x-hub-signature-256"),
                                              .body = call.request.body},
                                             call.who));
  call.about("run", run.dag_id + "/" + run.dag_run_id, run.dag_id);
  return one(run);
}

Result<net::Response> get_dag_run(Call& call) {
  AIFLOW_ASSIGN(const auto run, call.parts.workflows.run(call.run_key()));
  return one(run);
}

Result<net::Response> patch_dag_run(Call& call) {
  return with_body(call, wire::parse_dag_run_patch,
                   [&](const wire::DagRunPatch& patch) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto run,
                                   call.parts.workflows.patch_run(call.run_key(), patch, call.who));
                     return one(run);
                   });
}

Result<net::Response> delete_dag_run(Call& call) {
  AIFLOW_TRY(call.parts.workflows.delete_run(call.run_key(), call.who));
  return nothing();
}

Result<net::Response> clear_dag_run(Call& call) {
  return with_body(call, wire::parse_clear_run_request,
                   [&](const wire::ClearRunRequest& request) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto tasks, call.parts.workflows.clear_run(
                                                         call.run_key(), request, call.who));
                     return list_of(tasks, std::ssize(tasks));
                   });
}

/// Of a task instance, in an order that no change of state moves, or by the time of its start;
/// those that have not started come last.
Cursor cursor_of(const wire::TaskInstance& task, const std::string& order) {
  std::int64_t start = 0;
  if (order != "task_id") {
    start = task.start_date ? task.start_date->time_since_epoch().count() : INT64_MAX;
    if (order == "-start_date" && task.start_date) start = -start;
  }
  return {{start, task.map_index}, task.task_id};
}

bool comes_before(const Cursor& a, const Cursor& b) {
  return std::tie(a.numbers[0], a.text, a.numbers[1]) <
         std::tie(b.numbers[0], b.text, b.numbers[1]);
}

Result<net::Response> list_task_instances(Call& call) {
  AIFLOW_ASSIGN(auto asked, wire::parse_task_filter(call.query));
  constexpr std::array<std::string_view, 3> kOrders = {"task_id", "start_date", "-start_date"};
  const auto order = asked.order_by.value_or("task_id");
  if (auto refusal = check_order(call, order, kOrders)) return *std::move(refusal);
  AIFLOW_ASSIGN(const auto after, parse_cursor(asked.cursor, 2, true));
  service::TaskFilter filter{.states = std::move(asked.state)};
  if (asked.task_id) filter.task_id = TaskId{*asked.task_id};
  AIFLOW_ASSIGN(auto tasks, call.parts.workflows.tasks(call.run_key(), filter));
  const auto total = std::ssize(tasks);
  if (order != "task_id") {
    std::ranges::sort(tasks, [&](const auto& a, const auto& b) {
      return comes_before(cursor_of(a, order), cursor_of(b, order));
    });
  }
  if (after) {
    std::erase_if(tasks,
                  [&](const auto& task) { return !comes_before(*after, cursor_of(task, order)); });
  }
  tasks.erase(tasks.begin(),
              tasks.begin() + std::min<std::int64_t>(asked.offset, std::ssize(tasks)));
  const auto next =
      cut_page(tasks, asked.limit, [&](const auto& task) { return cursor_of(task, order); });
  add_place_trouble(call.parts, tasks);
  return list_to(next, tasks, total);
}

Result<net::Response> get_task_instance(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_one_instance(call.query));
  const auto key = call.task_key(query.map_index);
  AIFLOW_ASSIGN(auto task, call.parts.workflows.task(key));
  add_place_trouble(call.parts, {&task, 1});
  return one(task);
}

Result<net::Response> mark(Call& call, service::Workflows::MarkMode mode) {
  AIFLOW_ASSIGN(const auto query, wire::parse_one_instance(call.query));
  const auto key = call.task_key(query.map_index);
  return with_body(call, wire::parse_mark_request,
                   [&](const wire::MarkRequest& request) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto tasks,
                                   call.parts.workflows.mark(key, request, mode, call.who));
                     return list_of(tasks, std::ssize(tasks));
                   });
}

Result<net::Response> mark_task_instance(Call& call) {
  return mark(call, service::Workflows::MarkMode::change);
}

Result<net::Response> preview_mark(Call& call) {
  return mark(call, service::Workflows::MarkMode::preview);
}

Result<net::Response> list_tries(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_try_page(call.query));
  const auto key = call.task_key(query.map_index);
  AIFLOW_ASSIGN(const auto tries, call.parts.workflows.tries(key));
  return page_after(tries, query, {},
                    [](const wire::TaskTry& one) { return Cursor{{one.try_number}}; });
}

Result<service::TryKey> try_key(const Call& call, std::int64_t map_index) {
  AIFLOW_ASSIGN(const auto number, call.param_int("try_number"));
  if (number > 1'000'000) return fail(ErrorCode::not_found, "there is no such try");
  return service::TryKey{call.task_key(map_index), static_cast<int>(number)};
}

Result<net::Response> get_try(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_one_instance(call.query));
  AIFLOW_ASSIGN(const auto key, try_key(call, query.map_index));
  AIFLOW_ASSIGN(const auto details, call.parts.workflows.try_details(key));
  return one(details);
}

Result<net::Response> get_log(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_instance_log_part(call.query));
  AIFLOW_ASSIGN(const auto key, try_key(call, query.map_index));
  AIFLOW_ASSIGN(const auto chunk, call.parts.workflows.log(key, query.offset));
  return one(chunk);
}

Status stream_log(Call& call, net::Responder& responder) {
  AIFLOW_ASSIGN(const auto query, wire::parse_instance_log_part(call.query));
  AIFLOW_ASSIGN(const auto key, try_key(call, query.map_index));
  AIFLOW_ASSIGN(auto file, call.parts.workflows.log_file(key));
  const auto events = std::move(responder).open_event_stream();
  events.on_close(call.on_stream_end([events] { events.cut(); }));
  service::LogFollower::Watch watch;
  watch.file = std::move(file);
  watch.offset = query.offset;
  watch.send = [events, key, workflows = &call.parts.workflows](wire::LogChunk chunk) {
    workflows->add_silent_end(key, chunk);
    const bool is_there = events.send({.data = json::write(to_json(chunk))});
    if (chunk.complete) events.close();
    return is_there;
  };
  watch.is_full = [events] { return events.is_open() && events.waiting() > 8; };
  watch.has_ended = [workflows = &call.parts.workflows, events, key,
                     is_over = call.session_over()] {
    if (is_over()) events.cut();
    // A watcher that went away is noticed here too: the next send says so.
    return !events.is_open() || workflows->has_ended(key);
  };
  call.parts.logs.follow(std::move(watch));
  return {};
}

Result<net::Response> list_xcoms(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_instance_list(call.query));
  const auto key = call.task_key(query.map_index);
  const bool is_task = call.who.kind == service::Principal::Kind::task;
  if (is_task && call.who.attempt.key.dag_id != key.dag_id.value) {
    return fail(ErrorCode::denied, "a task reads the values of its own DAG only");
  }
  AIFLOW_ASSIGN(const auto xcoms, call.parts.workflows.xcoms(key));
  return page_of(call, xcoms);
}

Result<net::Response> get_xcom(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_one_instance(call.query));
  const auto key = call.task_key(query.map_index);
  const bool is_task = call.who.kind == service::Principal::Kind::task;
  if (is_task && call.who.attempt.key.dag_id != key.dag_id.value) {
    return fail(ErrorCode::denied, "a task reads the values of its own DAG only");
  }
  AIFLOW_ASSIGN(const auto item, call.parts.workflows.xcom(key, call.param("xcom_key")));
  return one(item);
}

Result<net::Response> delete_xcom(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_one_instance(call.query));
  const auto key = call.task_key(query.map_index);
  AIFLOW_TRY(call.parts.workflows.delete_xcom(key, call.param("xcom_key")));
  return nothing();
}

Result<net::Response> report_service(Call& call) {
  return with_body(call, wire::parse_service_report,
                   [&](const wire::ServiceReport& report) -> Result<net::Response> {
                     AIFLOW_TRY(call.parts.workflows.report_service(report, call.who));
                     return nothing();
                   });
}

Result<net::Response> list_run_notices(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_notice_page(call.query));
  AIFLOW_ASSIGN(auto notices, call.parts.workflows.notices(call.run_key()));
  const auto place = [](const wire::RunNotice& one) {
    return Cursor{{one.created_at.time_since_epoch().count()}, one.name};
  };
  std::ranges::sort(notices, {}, place);
  return page_after(notices, query, {.with_text = true}, place);
}

Result<net::Response> get_notice_log(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_log_part(call.query));
  AIFLOW_ASSIGN(const auto chunk, call.parts.workflows.notice_log(
                                      call.run_key(), call.param("notice_name"), query.offset));
  return one(chunk);
}

Result<net::Response> clear_task_instances(Call& call) {
  return with_body(call, wire::parse_clear_request,
                   [&](const wire::ClearRequest& request) -> Result<net::Response> {
                     const auto told = [](const std::vector<wire::TaskInstance>& tasks) {
                       return list_of(tasks, static_cast<std::int64_t>(tasks.size()));
                     };
                     service::Workflows::AlsoStoreTasks also;
                     if (auto keep = std::exchange(call.keep, {})) {
                       also = [keep = std::move(keep), told](auto& db, const auto& tasks) {
                         return keep(db, told(tasks));
                       };
                     }
                     AIFLOW_ASSIGN(const auto tasks,
                                   call.parts.workflows.clear(call.dag_id(), request, call.who,
                                                              std::move(also)));
                     return told(tasks);
                   });
}

}  // namespace

void add_workflow_routes(Table& table) {
  using wire::Route;
  at(table, Route::list_dags) = list_dags;
  at(table, Route::get_dag) = get_dag;
  at(table, Route::patch_dag) = patch_dag;
  at(table, Route::get_dag_graph) = get_dag_graph;
  at(table, Route::get_dag_source) = get_dag_source;
  at(table, Route::get_workload) = get_workload;
  at(table, Route::get_grid) = get_grid;
  at(table, Route::list_import_errors) = list_import_errors;
  at(table, Route::list_dag_runs) = list_dag_runs;
  at(table, Route::trigger_dag_run) = trigger_dag_run;
  at(table, Route::receive_webhook) = receive_webhook;
  at(table, Route::get_dag_run) = get_dag_run;
  at(table, Route::patch_dag_run) = patch_dag_run;
  at(table, Route::delete_dag_run) = delete_dag_run;
  at(table, Route::clear_dag_run) = clear_dag_run;
  at(table, Route::list_task_instances) = list_task_instances;
  at(table, Route::get_task_instance) = get_task_instance;
  at(table, Route::mark_task_instance) = mark_task_instance;
  at(table, Route::preview_mark) = preview_mark;
  at(table, Route::list_tries) = list_tries;
  at(table, Route::get_try) = get_try;
  at(table, Route::get_log) = get_log;
  at(table, Route::stream_log) = stream_log;
  at(table, Route::list_xcoms) = list_xcoms;
  at(table, Route::get_xcom) = get_xcom;
  at(table, Route::delete_xcom) = delete_xcom;
  at(table, Route::report_service) = report_service;
  at(table, Route::list_run_notices) = list_run_notices;
  at(table, Route::get_notice_log) = get_notice_log;
  at(table, Route::clear_task_instances) = clear_task_instances;
}

}  // namespace aiflow::http_api::detail

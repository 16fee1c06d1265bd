// SPDX-License-Identifier: Apache-2.0
#include "service/workflows.h"

#include <algorithm>
#include <map>
#include <optional>
#include <ranges>

#include "conductor/log_path.h"
#include "service/detail/grid_frames.h"
#include "service/detail/principal_name.h"
#include "store/dag_store.h"
#include "store/data/history_store.h"
#include "store/data/try_details.h"
#include "store/notice_store.h"
#include "store/run_store.h"

namespace aiflow::service {
namespace {

using detail::name_of;

constexpr int kBars = 14;

/// Of one list; each is a question to the conductor.
constexpr std::size_t kExplainedMax = 200;

Error no_try(const TryKey& key) {
  return {.code = ErrorCode::not_found,
          .message =
              "task '" + key.task.task_id.value + "' has no try " + std::to_string(key.try_number)};
}

bool is_waiting(TaskState state) {
  return state == TaskState::no_status || state == TaskState::scheduled ||
         state == TaskState::queued || state == TaskState::deferred;
}

bool is_over(TaskState state) {
  switch (state) {
    case TaskState::success:
    case TaskState::failed:
    case TaskState::upstream_failed:
    case TaskState::skipped:
    case TaskState::removed:
    case TaskState::up_for_retry: return true;
    default: return false;
  }
}

wire::XComItem to_wire(store::XComRow row) {
  return {.key = row.name,
          .task_id = row.key.task_id.value,
          .map_index = row.key.map_index,
          .value = std::move(row.value),
          .timestamp = row.stored_at};
}

/// The words on the edge to a task, if there are any.
std::optional<std::string> label_of(const wire::TaskSpec& task, const std::string& upstream) {
  if (!task.upstream_labels) return std::nullopt;
  const auto found = task.upstream_labels->find(upstream);
  if (found == task.upstream_labels->end()) return std::nullopt;
  return found->second;
}

}  // namespace

Workflows::Workflows(Parts parts)
    : parts_(std::move(parts)), frames_(std::make_unique<detail::GridFrames>()) {}

Workflows::~Workflows() = default;

Result<store::Listed<wire::Dag>> Workflows::dags(const store::Sight& sight,
                                                 const std::optional<DagId>& after,
                                                 store::Page page) {
  return parts_.store.read([&](db::Connection& db) -> Result<store::Listed<wire::Dag>> {
    store::DagStore dags(db);
    AIFLOW_ASSIGN(const auto rows, dags.list(sight));
    store::Listed<wire::Dag> out{.items = {}, .total = std::ssize(rows)};
    const auto first =
        after ? std::ranges::upper_bound(rows, after->value, {},
                                         [](const store::DagRow& row) { return row.dag_id.value; })
              : rows.begin() + std::min<std::ptrdiff_t>(page.offset, std::ssize(rows));
    const auto rest = std::ranges::subrange(first, rows.end()) | std::views::take(page.limit);
    for (const auto& row : rest) {
      AIFLOW_ASSIGN(out.items.emplace_back(), dags.view(row, kBars));
    }
    return out;
  });
}

Result<wire::Dag> Workflows::dag(const DagId& id) {
  auto dag = parts_.store.read([&](db::Connection& db) -> Result<wire::Dag> {
    store::DagStore dags(db);
    AIFLOW_ASSIGN(const auto row, dags.get(id));
    return dags.view(row, kBars);
  });
  if (!dag) return dag;
  auto why = conductor::wait_for<wire::Explanation>(
      [&](auto answer) { parts_.conductor.explain(id, answer); });
  if (why) dag->explanation = *std::move(why);
  return dag;
}

Result<wire::DagGraph> Workflows::graph(const DagId& id, int version) {
  AIFLOW_ASSIGN(const auto row, parts_.store.read([&](db::Connection& db) {
    return store::DagStore(db).version(id, version);
  }));
  wire::DagGraph graph;
  graph.dag_id = id.value;
  graph.version = row.version;
  graph.params = row.spec.params;
  for (const auto& task : row.spec.tasks) {
    graph.nodes.push_back({.id = task.task_id,
                           .label = task.label,
                           .operator_name = task.operator_name,
                           .group = task.group,
                           .trigger_rule = task.trigger_rule,
                           .is_branch = task.is_branch,
                           .is_mapped = is_mapped(row.spec, task),
                           .doc_md = task.doc_md,
                           .params = task.params});
    for (const auto& upstream : task.upstream) {
      graph.edges.push_back({upstream, task.task_id, label_of(task, upstream)});
    }
  }
  for (const auto& group : row.spec.task_groups) {
    graph.groups.push_back({group.group_id, group.label, group.parent, group.expand.has_value()});
  }
  return graph;
}

Result<wire::DagSource> Workflows::source(const DagId& id, int version) {
  AIFLOW_ASSIGN(auto row, parts_.store.read([&](db::Connection& db) {
    return store::DagStore(db).version(id, version);
  }));
  return wire::DagSource{id.value, row.version, std::move(row.source)};
}

Result<std::vector<wire::ImportError>> Workflows::import_errors(const store::Sight& sight) {
  return parts_.store.read(
      [&](db::Connection& db) { return store::DagStore(db).import_errors(sight); });
}

Result<Workflows::RunPage> Workflows::runs(const store::RunQuery& query,
                                           const std::optional<store::RunCursor>& after) {
  return parts_.store.read([&](db::Connection& db) -> Result<RunPage> {
    if (query.dag_id) AIFLOW_TRY(store::DagStore(db).get(*query.dag_id));
    auto asked = query;
    asked.page.limit = after ? 0 : query.page.limit + 1;
    AIFLOW_ASSIGN(auto listed, store::RunStore(db).list_runs(asked));
    asked.page.limit = query.page.limit + 1;
    if (after) {
      AIFLOW_ASSIGN(listed.items, store::runs_after(db, asked, *after));
    }
    RunPage out{.total = listed.total};
    const bool has_more = std::ssize(listed.items) > query.page.limit;
    if (has_more) listed.items.pop_back();
    for (const auto& row : listed.items) out.items.push_back(store::to_wire(row));
    if (has_more && !listed.items.empty()) {
      const auto& last = listed.items.back();
      out.next = {.run_after = last.run_after, .number = last.number, .dag_id = last.key.dag_id};
    }
    return out;
  });
}

Result<wire::DagRun> Workflows::run(const store::RunKey& key) {
  AIFLOW_ASSIGN(const auto row, parts_.store.read([&](db::Connection& db) {
    return store::RunStore(db).run(key);
  }));
  auto run = store::to_wire(row);
  if (row.state != RunState::queued && row.state != RunState::running) return run;
  auto why = conductor::wait_for<wire::Explanation>(
      [&](auto answer) { parts_.conductor.explain(key, answer); });
  if (why) run.explanation = *std::move(why);
  return run;
}

Result<std::vector<wire::RunNotice>> Workflows::notices(const store::RunKey& key) {
  return parts_.store.read([&](db::Connection& db) -> Result<std::vector<wire::RunNotice>> {
    AIFLOW_TRY(store::RunStore(db).run(key));
    AIFLOW_ASSIGN(const auto rows, store::NoticeStore(db).of_run(key));
    std::vector<wire::RunNotice> out;
    for (const auto& row : rows) out.push_back(store::to_wire(row));
    return out;
  });
}

Result<wire::LogChunk> Workflows::notice_log(const store::RunKey& key, const std::string& name,
                                             std::int64_t offset) {
  AIFLOW_ASSIGN(const auto row, parts_.store.read([&](db::Connection& db) {
    return store::NoticeStore(db).find(key, name);
  }));
  if (!row) return fail(ErrorCode::not_found, "the run has no callback '" + name + "'");
  const bool ended = row->state == "success" || row->state == "failed";
  const auto file = conductor::notice_log_path(parts_.logs, key, row->name, row->attempts);
  AIFLOW_ASSIGN(auto chunk, read_log(file, {.offset = offset, .is_final = ended}));
  chunk.complete = ended && chunk.next_offset >= chunk.size;
  return chunk;
}

Result<std::vector<wire::TaskInstance>> Workflows::tasks(const store::RunKey& run,
                                                         const TaskFilter& filter) {
  AIFLOW_ASSIGN(const auto rows,
                parts_.store.read([&](db::Connection& db) -> Result<std::vector<store::TaskRow>> {
                  store::RunStore runs(db);
                  AIFLOW_TRY(runs.run(run));
                  return runs.tasks(run);
                }));
  std::vector<wire::TaskInstance> out;
  for (const auto& row : rows) {
    const bool wanted =
        filter.states.empty() || std::ranges::find(filter.states, row.state) != filter.states.end();
    const bool fits = wanted && (!filter.task_id || *filter.task_id == row.key.task_id);
    if (fits) out.push_back(with_progress(store::to_wire(row), row.key));
  }
  // The cause that is stored says why it may start; why it has not changes with the time.
  std::size_t explained = 0;
  for (wire::TaskInstance& task : out) {
    if (task.state != TaskState::scheduled || ++explained > kExplainedMax) continue;
    const store::TaskKey key{run.dag_id, run.run_id, TaskId{task.task_id},
                             static_cast<int>(task.map_index)};
    auto why = conductor::wait_for<wire::Explanation>(
        [&](auto answer) { parts_.conductor.explain(key, answer); });
    // It may have begun since its row was read: then the words are of another state.
    if (!why || why->code == "state" || why->text.empty()) continue;
    task.cause = why->text;
    task.explanation = *std::move(why);
  }
  return out;
}

Result<wire::TaskInstance> Workflows::task(const store::TaskKey& key) {
  AIFLOW_ASSIGN(const auto row, parts_.store.read([&](db::Connection& db) {
    return store::RunStore(db).task(key);
  }));
  auto task = with_progress(store::to_wire(row), key);
  const bool has_process = row.state == TaskState::running || row.state == TaskState::restarting;
  if (is_waiting(row.state) || has_process) {
    auto why = conductor::wait_for<wire::Explanation>(
        [&](auto answer) { parts_.conductor.explain(key, answer); });
    const bool is_news = why && (!has_process || why->code.ends_with("_away"));
    if (is_news && !why->text.empty()) {
      task.cause = why->text;
      task.explanation = *std::move(why);
    }
  }
  return task;
}

Result<std::vector<wire::TaskTry>> Workflows::tries(const store::TaskKey& key) {
  return parts_.store.read([&](db::Connection& db) -> Result<std::vector<wire::TaskTry>> {
    store::RunStore runs(db);
    AIFLOW_ASSIGN(const auto current, runs.task(key));
    AIFLOW_ASSIGN(const auto ended, runs.tries(key));
    std::vector<wire::TaskTry> out;
    for (const auto& row : ended) out.push_back(store::to_wire(row));
    const bool is_new = out.empty() || out.back().try_number < current.try_number;
    if (is_new && current.try_number > 0) {
      out.push_back({.try_number = current.try_number,
                     .state = current.state,
                     .cause = current.cause,
                     .start_date = current.start_date,
                     .end_date = current.end_date,
                     .hostname = current.worker_id});
    }
    return out;
  });
}

Result<wire::TryDetails> Workflows::try_details(const TryKey& key) {
  AIFLOW_ASSIGN(const auto all, tries(key.task));
  const auto found = std::ranges::find(all, key.try_number, &wire::TaskTry::try_number);
  if (found == all.end()) return fail(no_try(key));
  AIFLOW_ASSIGN(const auto kept, parts_.store.read([&](db::Connection& db) {
    return store::TryDetails(db).get({.task = key.task, .try_number = key.try_number});
  }));
  // Of a try that goes on after a deferral or a reschedule what is kept is not of this part.
  const bool is_newest = std::next(found) == all.end();
  auto samples = is_newest ? parts_.conductor.usage(key.task) : std::vector<UsageSample>{};
  if (samples.empty() && found->state != TaskState::running) samples = kept.samples;
  return wire::TryDetails{.try_number = found->try_number,
                          .state = found->state,
                          .cause = found->cause,
                          .start_date = found->start_date,
                          .end_date = found->end_date,
                          .hostname = found->hostname,
                          .cpu_user_ms = found->cpu_user_ms,
                          .cpu_system_ms = found->cpu_system_ms,
                          .memory_peak_bytes = found->memory_peak_bytes,
                          .memory_mean_bytes = found->memory_mean_bytes,
                          .usage_note = found->usage_note,
                          .samples = store::to_wire(samples),
                          .rendered_fields = kept.rendered};
}

Result<store::Listed<wire::RunTry>> Workflows::run_tries(const store::RunTriesQuery& query) {
  return parts_.store.read([&](db::Connection& db) -> Result<store::Listed<wire::RunTry>> {
    AIFLOW_TRY(store::RunStore(db).run(query.run));
    return store::HistoryStore(db).tries(query);
  });
}

Result<std::vector<wire::XComItem>> Workflows::xcoms(const store::TaskKey& key) {
  return parts_.store.read([&](db::Connection& db) -> Result<std::vector<wire::XComItem>> {
    store::RunStore runs(db);
    AIFLOW_TRY(runs.task(key));
    AIFLOW_ASSIGN(auto rows, runs.xcoms(key));
    std::vector<wire::XComItem> out;
    for (auto& row : rows) out.push_back(to_wire(std::move(row)));
    return out;
  });
}

Result<wire::XComItem> Workflows::xcom(const store::TaskKey& key, const std::string& name) {
  return parts_.store.read([&](db::Connection& db) -> Result<wire::XComItem> {
    AIFLOW_ASSIGN(auto row, store::RunStore(db).xcom(key, name));
    if (row) return to_wire(*std::move(row));
    return fail(ErrorCode::not_found,
                "task '" + key.task_id.value + "' has no value '" + name + "'");
  });
}

Result<wire::LogChunk> Workflows::log(const TryKey& key, std::int64_t offset) {
  AIFLOW_ASSIGN(const auto file, log_file(key));
  const bool ended = has_ended(key);  // before reading: what was written until then is read
  AIFLOW_ASSIGN(auto chunk, read_log(file, {.offset = offset, .is_final = ended}));
  chunk.complete = ended && chunk.next_offset >= chunk.size;
  add_silent_end(key, chunk);
  return chunk;
}

void Workflows::add_silent_end(const TryKey& key, wire::LogChunk& chunk) {
  if (!chunk.complete || chunk.size > 0 || chunk.next_offset > 0) return;
  const auto rows =
      parts_.store.read([&](db::Connection& db) { return store::RunStore(db).tries(key.task); });
  if (!rows) return;
  const auto row = std::ranges::find(*rows, key.try_number, &store::TryRow::try_number);
  if (row == rows->end() || !row->start_date || !row->end_date) return;
  const auto line = [&](WallTime at, const std::string& text) {
    chunk.content += "[" + format_time(at).substr(0, 23) + "Z] aiflow: " + text + "\n";
  };
  line(*row->start_date, "started, try " + std::to_string(key.try_number));
  line(*row->end_date, "ended: " + std::string(to_string(row->state)) + ", it printed nothing");
}

Result<std::filesystem::path> Workflows::log_file(const TryKey& key) {
  AIFLOW_ASSIGN(auto file, log_path(parts_.logs, key));
  AIFLOW_ASSIGN(const auto task, parts_.store.read([&](db::Connection& db) {
    return store::RunStore(db).task(key.task);
  }));
  if (key.try_number < 1 || key.try_number > std::max(task.try_number, 1)) {
    return fail(no_try(key));
  }
  return file;
}

bool Workflows::has_ended(const TryKey& key) {
  const auto ended = parts_.store.read([&](db::Connection& db) -> Result<bool> {
    store::RunStore runs(db);
    AIFLOW_ASSIGN(const auto task, runs.task(key.task));
    if (task.try_number != key.try_number) return task.try_number > key.try_number;
    if (is_over(task.state)) return true;
    AIFLOW_ASSIGN(const auto rows, runs.tries(key.task));
    return task.state != TaskState::running && std::ranges::any_of(rows, [&](const auto& row) {
             return row.try_number == key.try_number && row.epoch == task.epoch;
           });
  });
  return !ended || *ended;
}

wire::TaskInstance Workflows::with_progress(wire::TaskInstance task,
                                            const store::TaskKey& key) const {
  if (task.state == TaskState::running) task.progress = parts_.conductor.progress(key);
  return task;
}

}  // namespace aiflow::service

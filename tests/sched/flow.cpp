// SPDX-License-Identifier: Apache-2.0
#include "flow.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "dag/validate.h"
#include "flow_words.h"

namespace aiflow::flow {
namespace {

std::optional<int> optional_number(const Line& line, const std::string& name) {
  if (!has(line, name)) return std::nullopt;
  return std::atoi(option(line, name).c_str());
}

std::vector<TaskId> ids(const std::string& text) {
  std::vector<TaskId> result;
  for (const std::string& part : split(text, ',')) result.push_back({part});
  return result;
}

/// "3", "a", "a*3", "a+b": literals and tasks, as a product or in one list.
std::vector<dag::MapNode> map_nodes(const std::string& text) {
  const char joint = text.contains('+') ? '+' : '*';
  std::vector<dag::MapNode> nodes;
  for (const std::string& part : split(text, joint)) {
    const bool literal = part.find_first_not_of("0123456789") == std::string::npos;
    if (literal) {
      nodes.push_back({.length = std::atoi(part.c_str())});
    } else {
      nodes.push_back({.kind = dag::MapKind::xcom, .task_id = {part}});
    }
  }
  if (nodes.size() < 2) return nodes;
  dag::MapNode whole{.kind = joint == '+' ? dag::MapKind::concat : dag::MapKind::product};
  for (std::uint32_t i = 0; i < nodes.size(); ++i) whole.parts.push_back(i);
  nodes.push_back(std::move(whole));
  return nodes;
}

std::vector<dag::AssetName> assets(const std::string& text) {
  std::vector<dag::AssetName> names;
  for (const std::string& part : split(text, ',')) names.push_back({part});
  return names;
}

/// "gpu:true,site:seoul"
Labels labels(const std::string& text) {
  Labels made;
  for (const std::string& part : split(text, ',')) {
    const auto colon = part.rfind(':');
    made[part.substr(0, colon)] = part.substr(colon + 1);
  }
  return made;
}

WorkerOffer worker_offer(const Line& line) {
  return {.slots = number(line, "slots", 1),
          .executors = split(option(line, "executors", "local"), ','),
          .queues = split(option(line, "queues", "default"), ','),
          .labels = labels(option(line, "labels"))};
}

/// "a&b|c": a and b, or c.
std::vector<dag::AssetNode> condition(const std::string& text) {
  std::vector<dag::AssetNode> nodes;
  dag::AssetNode any{.kind = dag::AssetKind::any};
  for (const std::string& choice : split(text, '|')) {
    dag::AssetNode all{.kind = dag::AssetKind::all};
    for (const std::string& name : split(choice, '&')) {
      all.parts.push_back(static_cast<std::uint32_t>(nodes.size()));
      nodes.push_back({.name = {name}});
    }
    any.parts.push_back(static_cast<std::uint32_t>(nodes.size()));
    nodes.push_back(std::move(all));
  }
  nodes.push_back(std::move(any));
  return nodes;
}

std::string same_rows(const sched::Rows& a, const sched::Rows& b) {
  if (a.dags != b.dags) return "the stored DAG rows differ from the state";
  if (a.runs != b.runs) return "the stored run rows differ from the state";
  if (a.backfills != b.backfills) return "the stored backfill rows differ from the state";
  if (a.asset_queue != b.asset_queue) return "the stored asset queue differs from the state";
  if (a.last_asset_event != b.last_asset_event) return "an asset event has no row";
  if (a.pools != b.pools) return "the stored pool rows differ from the state";
  if (a.instances != b.instances) return "the stored instance rows differ from the state";
  return "";
}

}  // namespace

bool has(const Line& line, const std::string& name) { return line.options.contains(name); }

std::string option(const Line& line, const std::string& name, const std::string& otherwise) {
  const auto it = line.options.find(name);
  return it == line.options.end() ? otherwise : it->second;
}

int number(const Line& line, const std::string& name, int otherwise) {
  return has(line, name) ? std::atoi(option(line, name).c_str()) : otherwise;
}

Duration parse_duration(const std::string& text) {
  std::size_t used = 0;
  const double value = std::stod(text, &used);
  const std::string unit = text.substr(used);
  const double factor = unit == "ms"  ? 1e3
                        : unit == "s" ? 1e6
                        : unit == "m" ? 60e6
                        : unit == "h" ? 3600e6
                                      : 86400e6;
  return Duration(static_cast<std::int64_t>(value * factor));
}

Line parse_line(const std::string& text) {
  Line line;
  std::stringstream stream(text.substr(0, text.find('#')));
  stream >> line.verb;
  std::getline(stream >> std::ws, line.rest);
  while (!line.rest.empty() && line.rest.back() == ' ') line.rest.pop_back();
  std::stringstream rest(line.rest);
  for (std::string word; rest >> word;) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      line.words.push_back(word);
      line.options[word] = "";
    } else {
      line.options[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
  return line;
}

Flow::Flow() {
  options_.workers = {{.slots = 100}};
  options_.mean_runtime = [this](const sched::RuntimeQuestion& question) {
    return tables_.mean_runtime(question);
  };
  options_.stored_run = [this](const DagId& dag_id, WallTime date, const RunId& run_id) {
    return tables_.stored_run(dag_id, date, run_id);
  };
  state_ = sched::State(options_);
  now_.wall = parse_time("2026-01-01T00:00:00Z").value();
  now_.steady = SteadyTime(std::chrono::hours(1));
}

void Flow::fail(std::string message) {
  if (error_.empty()) error_ = std::move(message);
}

std::string Flow::run_line(const std::string& text) {
  error_.clear();
  Line line = parse_line(text);
  if (line.verb.empty()) return "";
  const bool refusal = line.verb == "refused";
  if (refusal) line = parse_line(line.rest);
  if (define(line)) return error_;
  put_dag();
  if (line.verb.starts_with("expect")) return expect(line);
  last_reply_ = {};
  if (!act(line) && !act_by_user(line)) return "unknown word '" + line.verb + "'";
  if (refusal == last_reply_.accepted) {
    fail(refusal ? "it was accepted" : "it was refused: " + last_reply_.reason);
  }
  return error_;
}

bool Flow::define(const Line& line) {
  if (line.verb == "dag") {
    put_dag();
    dag_ = {};
    dag_.dag_id = {line.words.at(0)};
    dag_.max_active_tasks = number(line, "max_active_tasks", 16);
    dag_.max_active_runs = number(line, "max_active_runs", 16);
    dag_.max_consecutive_failed_dag_runs = number(line, "max_failed_runs", 0);
    dag_.compat = number(line, "compat", 3);
    dag_.fail_fast = has(line, "fail_fast");
    dag_.catchup = has(line, "catchup");
    dag_.is_paused_upon_creation = has(line, "paused");
    if (has(line, "timeout")) dag_.dagrun_timeout = parse_duration(option(line, "timeout"));
    if (has(line, "start")) dag_.start_date = parse_time(option(line, "start")).value();
    if (has(line, "every")) {
      dag_.schedule = {dag::ScheduleKind::interval, "", parse_duration(option(line, "every")), ""};
    }
    if (has(line, "cron")) {
      dag_.schedule = {dag::ScheduleKind::cron, option(line, "cron"), {}, ""};
    }
    if (has(line, "assets")) dag_.schedule.assets = condition(option(line, "assets"));
    if (has(line, "continuous")) dag_.schedule.kind = dag::ScheduleKind::continuous;
    dag_.has_success_callback = has(line, "on_success");
    dag_.has_failure_callback = has(line, "on_failure");
  } else if (line.verb == "deadline") {
    define_deadline(line);
  } else if (line.verb == "task") {
    define_task(line);
  } else if (line.verb == "group") {
    dag_.task_groups.push_back({.group_id = line.words.at(0)});
    if (has(line, "parent")) dag_.task_groups.back().parent = option(line, "parent");
    if (has(line, "expand")) dag_.task_groups.back().expand = map_nodes(option(line, "expand"));
  } else {
    return false;
  }
  dirty_dag_ = true;
  return true;
}

void Flow::define_deadline(const Line& line) {
  dag::Deadline deadline{.interval = parse_duration(line.words.at(1)),
                         .name = option(line, "name")};
  const std::string& reference = line.words.at(0);
  if (reference == "logical_date") deadline.reference = dag::DeadlineReference::logical_date;
  if (reference == "fixed") {
    deadline.reference = dag::DeadlineReference::fixed;
    deadline.at = parse_time(option(line, "at")).value();
  }
  if (reference == "average_runtime") {
    deadline.reference = dag::DeadlineReference::average_runtime;
    deadline.runs_max = std::stoi(option(line, "max"));
    deadline.runs_min = std::stoi(option(line, "min"));
  }
  dag_.deadlines.push_back(std::move(deadline));
}

void Flow::define_task(const Line& line) {
  dag::Task task;
  task.task_id = {line.words.at(0)};
  task.upstream = ids(option(line, "up"));
  if (has(line, "rule")) {
    const auto rule = parse_trigger_rule(option(line, "rule"));
    if (!rule) return fail("unknown rule");
    task.trigger_rule = *rule;
  }
  task.operator_kind = option(line, "op", "bash");
  task.retries = number(line, "retries", 0);
  task.retry_delay = parse_duration(option(line, "delay", "10s"));
  task.retry_exponential_backoff = number(line, "backoff", 0);
  task.pool = {option(line, "pool", "default_pool")};
  task.placement.executor = option(line, "executor", "local");
  task.placement.queue = option(line, "queue", "default");
  task.placement.labels = labels(option(line, "labels"));
  task.pool_slots = number(line, "pool_slots", 1);
  task.priority_weight = number(line, "weight", 1);
  if (has(line, "absolute")) task.weight_rule = dag::WeightRule::absolute;
  task.max_active_tis_per_dag = optional_number(line, "per_dag");
  task.max_active_tis_per_dagrun = optional_number(line, "per_run");
  task.depends_on_past = has(line, "depends_on_past");
  task.ignore_first_depends_on_past = !has(line, "not_ignore_first");
  task.wait_for_downstream = has(line, "wait_for_downstream");
  task.is_setup = has(line, "setup");
  task.is_service = has(line, "service");
  task.is_teardown = has(line, "teardown");
  if (task.is_teardown) task.trigger_rule = TriggerRule::all_done_setup_success;
  task.on_failure_fail_dagrun = has(line, "fails_run");
  task.ignore_downstream_trigger_rules = !has(line, "respect_rules");
  if (has(line, "start")) task.start_date = parse_time(option(line, "start")).value();
  task.outlets = assets(option(line, "outlets"));
  if (has(line, "group")) task.group = option(line, "group");
  if (has(line, "expand")) task.expand = map_nodes(option(line, "expand"));
  dag_.tasks.push_back(std::move(task));
}

void Flow::put_dag() {
  if (!dirty_dag_) return;
  dirty_dag_ = false;
  if (auto status = dag::validate(dag_); !status) return fail(status.error().message);
  const sched::DagVersionRow row{++versions_[dag_.dag_id.value],
                                 std::make_shared<const dag::Dag>(dag_)};
  tables_.put_version(row);
  send(sched::DagPut{row});
}

void Flow::send(sched::Event event) {
  const auto effects = sched::step(state_, std::span(&event, 1), now_);
  last_reply_ = effects.replies.at(0);
  take(effects);
}

void Flow::tick() { take(sched::step(state_, {}, now_)); }

void Flow::take(const sched::Effects& effects) {
  tables_.apply(effects);
  for (const auto& submit : effects.submits) submitted_.push_back(name_of(submit.key));
  for (const auto& notice : effects.notices) {
    notices_.push_back(notice.run.run_id.value + "." + notice.name);
    if (notice.reason.empty()) fail("notice " + notice.name + " has no reason");
  }
  for (const auto& change : effects.changes) {
    if (change.cause.empty()) fail("a change of " + change.key.task_id.value + " has no cause");
  }
  if (const auto text = same_rows(tables_.rows(), state_.rows()); !text.empty()) fail(text);
}

/// The server dies and comes back from what it had stored; steady time starts anew.
void Flow::restart() {
  now_.steady = SteadyTime(std::chrono::hours(7));
  auto restored = sched::restore(tables_.rows(), options_, now_);
  if (!restored) return fail("restore: " + restored.error().message);
  state_ = std::move(*restored);
  tick();
}

sched::TaskKey Flow::key_of(const Line& line) const {
  const auto dag_id = dag_of_run_.find(line.words.at(0));
  const InstanceName name(line.words.size() > 1 ? line.words[1] : "");
  return {dag_id == dag_of_run_.end() ? dag_.dag_id : dag_id->second,
          {line.words.at(0)},
          name.task_id,
          name.map_index};
}

sched::TaskInstanceRow Flow::row_of(const Line& line) const {
  return state_.instance_row(key_of(line)).value_or(sched::TaskInstanceRow{});
}

void Flow::finish(const Line& line) {
  const auto row = row_of(line);
  sched::AttemptFinished event;
  event.key = key_of(line);
  event.try_number = row.try_number;
  event.epoch = number(line, "epoch", static_cast<int>(row.epoch));
  event.worker = {option(line, "worker", row.worker.value)};
  const auto outcome = parse_outcome(line.words.at(2));
  if (!outcome) return fail("unknown outcome");
  event.outcome = *outcome;
  if (has(line, "branch")) event.branch = ids(option(line, "branch"));
  event.skip_all_downstream = has(line, "short");
  if (has(line, "returns")) event.return_length = number(line, "returns", -1);
  if (has(line, "extra")) event.assets.push_back({{option(line, "extra")}, R"({"n":1})", ""});
  if (has(line, "alias")) {  // alias=ALIAS:ASSET
    const auto names = split(option(line, "alias"), ':');
    event.assets.push_back({{names.at(1)}, "{}", names.at(0)});
  }
  if (has(line, "delay")) event.retry_delay = parse_duration(option(line, "delay"));
  if (has(line, "in")) event.reschedule_at = now_.wall + parse_duration(option(line, "in"));
  if (*outcome == Outcome::deferred) {
    event.deferral = std::make_shared<const sched::Deferral>(
        sched::Deferral{.words = option(line, "for", "a trigger"), .next_method = "go_on"});
    if (has(line, "timeout")) event.deferral_timeout = parse_duration(option(line, "timeout"));
  }
  send(event);
}

bool Flow::act(const Line& line) {
  const auto epoch = [&] { return number(line, "epoch", static_cast<int>(row_of(line).epoch)); };
  const WorkerId worker{option(line, "worker", "w1")};
  if (line.verb == "wait") {
    now_.wall += parse_duration(line.words.at(0));
    now_.steady += parse_duration(line.words.at(0));
    tick();
  } else if (line.verb == "jump") {
    now_.wall += parse_duration(line.words.at(0));
    tick();
  } else if (line.verb == "restart") {
    restart();
  } else if (line.verb == "start") {
    send(sched::AttemptStarted{key_of(line), row_of(line).try_number, epoch(), worker});
  } else if (line.verb == "finish") {
    finish(line);
  } else if (line.verb == "heartbeat") {
    send(sched::Heartbeat{key_of(line), epoch(), worker});
  } else if (line.verb == "serves") {
    const auto state = sched::parse_service_state(line.words.at(2));
    if (!state) return false;
    send(sched::ServiceReported{key_of(line), epoch(), *state, line.words.at(2) + ": as it says"});
  } else if (line.verb == "waits") {
    send(sched::AttemptWaits{key_of(line), epoch(), option(line, "for")});
  } else if (line.verb == "lost") {
    send(sched::AttemptLost{key_of(line), epoch(), "worker w1 has gone"});
  } else if (line.verb == "refuse") {
    send(sched::SubmitRefused{key_of(line), epoch(), has(line, "permanent"), "no such image"});
  } else if (line.verb == "fire") {
    send(sched::TriggerFired{key_of(line), epoch(), "true", option(line, "error")});
  } else if (line.verb == "slots") {
    options_.workers = {{.slots = std::atoi(line.words.at(0).c_str())}};
    send(sched::WorkersChanged{options_.workers});
  } else if (line.verb == "worker") {
    options_.workers.push_back(worker_offer(line));
    send(sched::WorkersChanged{options_.workers});
  } else if (line.verb == "shut_out") {
    send(sched::WorkersChanged{options_.workers,
                               {{WorkerId{line.words.at(0)}, "it is not trusted"}}});
  } else {
    return false;
  }
  return true;
}

void Flow::clear(const Line& line) {
  const auto key = key_of(line);
  sched::TasksCleared event;
  event.run = {key.dag_id, key.run_id};
  event.user = "kim";
  const bool all = line.words.size() < 2 || has(line, "all");
  for (const std::string& part : split(all ? "" : line.words[1], ',')) {
    const InstanceName name(part);
    event.tasks.push_back({name.task_id, std::nullopt});
    if (part.contains('[')) event.tasks.back().map_index = name.map_index;
  }
  event.group = option(line, "group");
  event.include_downstream = !has(line, "only");
  event.include_upstream = has(line, "up");
  event.only_failed = has(line, "failed");
  event.only_running = has(line, "running");
  event.include_future = has(line, "future");
  event.include_past = has(line, "past");
  event.latest_version = has(line, "latest");
  event.dry_run = has(line, "dry");
  send(event);
}

bool Flow::act_by_user(const Line& line) {
  if (line.verb == "trigger") {
    const DagId dag_id{line.words.at(0)};
    const std::string run = line.words.at(1);
    sched::RunTriggered event{{dag_id, {run}}, RunType::manual, std::nullopt, "{}", "kim"};
    if (has(line, "date")) event.logical_date = parse_time(option(line, "date")).value();
    if (has(line, "after")) event.run_after = parse_time(option(line, "after")).value();
    send(event);
    if (last_reply_.accepted) dag_of_run_[run] = dag_id;
  } else if (line.verb == "clear") {
    const auto key = key_of(line);
    clear(line);
  } else if (line.verb == "mark") {
    sched::TaskMarked event{key_of(line), parse_task_state(line.words.at(2)).value(), "kim"};
    event.include_upstream = has(line, "up");
    event.include_downstream = has(line, "down");
    event.include_future = has(line, "future");
    event.include_past = has(line, "past");
    event.dry_run = has(line, "dry");
    send(event);
  } else if (line.verb == "delete") {
    send(sched::RunDeleted{{key_of(line).dag_id, key_of(line).run_id}, "kim"});
  } else if (line.verb == "mark_run") {
    const auto key = key_of(line);
    send(sched::RunMarked{
        {key.dag_id, key.run_id}, parse_run_state(line.words.at(1)).value(), "kim"});
  } else if (line.verb == "asset") {
    send(sched::AssetChanged{{line.words.at(0)}, "{}", "kim"});
  } else if (line.verb == "backfill") {
    ask_backfill(line);
  } else if (line.verb.ends_with("_backfill")) {
    const std::string verb = line.verb.substr(0, line.verb.find('_'));
    using Action = sched::BackfillSteered::Action;
    const Action action = verb == "pause"     ? Action::pause
                          : verb == "unpause" ? Action::unpause
                                              : Action::cancel;
    const dag::BackfillId id{std::atoi(line.words.at(1).c_str())};
    send(sched::BackfillSteered{{line.words.at(0)}, id, action, "kim"});
  } else if (line.verb == "pause" || line.verb == "unpause") {
    send(sched::DagPaused{{line.words.at(0)}, line.verb == "pause", "kim"});
  } else if (line.verb == "remove") {
    send(sched::DagRemoved{{line.words.at(0)}});
  } else if (line.verb == "pool") {
    send(sched::PoolPut{{.name = {line.words.at(0)},
                         .slots = std::atoi(line.words.at(1).c_str()),
                         .include_deferred = has(line, "deferred")}});
  } else if (line.verb == "unpool") {
    send(sched::PoolRemoved{{line.words.at(0)}});
  } else {
    return false;
  }
  return true;
}

/// Its id is the number of the backfill, from 1.
void Flow::ask_backfill(const Line& line) {
  sched::BackfillRow row;
  row.dag_id = {line.words.at(0)};
  row.id = {backfills_asked_ + 1};
  row.range.from = parse_time(line.words.at(1)).value();
  row.range.to = parse_time(line.words.at(2)).value();
  row.range.asked_at = now_.wall;
  row.range.max_active_runs = number(line, "max", 10);
  row.range.newest_first = has(line, "newest_first");
  row.range.reprocess = dag::parse_reprocess(option(line, "reprocess", "none")).value();
  row.user = "kim";
  send(sched::BackfillAsked{row});
  backfills_asked_ += last_reply_.accepted ? 1 : 0;
}

}  // namespace aiflow::flow

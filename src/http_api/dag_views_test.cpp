// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "base/prng.h"
#include "http_api/detail/fake_server.h"
#include "store/run_store.h"

namespace aiflow::http_api {
namespace {

struct Api {
  Bench bench;
  net::Client client = bench.local();

  net::ClientResponse ask(const std::string& path) {
    const auto answer = client.send({.method = "GET", .target = "/api/v2" + path}, soon());
    REQUIRE(answer);
    return *answer;
  }
  json::Value get(const std::string& path) {
    const auto answer = ask(path);
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    return json::parse(answer.body).value();
  }
};

std::vector<std::string> texts(const json::Value& object, const char* name) {
  std::vector<std::string> out;
  for (const auto& value : object.find(name)->as_array()) out.push_back(value.as_string());
  return out;
}

TEST_CASE("edges have the labels that the DAG's file gives them") {
  Api api;
  auto spec = Bench::one_task("d");
  spec.tasks.push_back(spec.tasks[0]);
  spec.tasks.push_back(spec.tasks[0]);
  spec.tasks[1].task_id = "u";
  spec.tasks[1].upstream = {"t"};
  spec.tasks[1].upstream_labels.emplace()["t"] = "when good";
  spec.tasks[2].task_id = "v";
  spec.tasks[2].upstream = {"t", "u"};
  spec.tasks[2].upstream_labels.emplace()["u"] = "then";
  api.bench.add_dag(spec);
  const auto graph = wire::parse_dag_graph(api.get("/dags/d/graph")).value();
  std::vector<std::string> edges;
  for (const auto& edge : graph.edges) {
    edges.push_back(edge.source + ">" + edge.target + " " + edge.label.value_or("-"));
  }
  CHECK(edges == std::vector<std::string>{"t>u when good", "t>v -", "u>v then"});
}

/// Rows of a run as an engine might leave them, and the word that they make: a letter for each
/// task of `names`.
std::string add_run(db::Connection& db, int number, const std::vector<std::string>& names,
                    Prng& prng) {
  store::RunRow run;
  run.key = {DagId{"d"}, RunId{"run" + std::to_string(number)}};
  run.number = number;
  run.run_after = run.queued_at = kClock.now() + std::chrono::seconds(number);
  run.dag_version = prng.below(4) == 0 ? 1 : 2;
  run.conf = json::object({});
  REQUIRE(store::RunStore(db).insert_run(run));
  const bool is_good = prng.below(3) == 0;
  std::string word;
  for (const std::string& name : names) {
    std::optional<TaskState> shown;
    const auto put = [&](int map_index) {
      store::TaskRow row;
      row.key = {run.key.dag_id, run.key.run_id, TaskId{name}, map_index};
      row.state = is_good ? TaskState::success : static_cast<TaskState>(prng.below(14));
      shown = shown ? service::most_telling(*shown, row.state) : row.state;
      REQUIRE(store::RunStore(db).upsert_task(row));
    };
    // A task is mapped in some runs, and not there in some.
    const auto kind = prng.below(8);
    if (kind > 1) put(-1);
    for (int i = 0; kind == 1 && i < 3; ++i) put(i);
    word += static_cast<char>('a' + static_cast<int>(shown.value_or(TaskState::no_status)));
  }
  return word;
}

TEST_CASE("a grid tells what the rows of each run say") {
  Api api;
  auto spec = Bench::one_task("d");
  api.bench.add_dag(spec);
  std::vector<std::string> names = {"t"};
  for (const char* name : {"a", "z", "m"}) {
    names.emplace_back(name);
    spec.tasks.push_back(spec.tasks[0]);
    spec.tasks.back().task_id = name;
  }
  api.bench.add_dag(spec);  // version 2
  Prng prng(7);
  std::vector<std::string> words;
  REQUIRE(api.bench.store->transact([&](db::Connection& db) -> Status {
    for (int n = 1; n <= 300; ++n) words.push_back(add_run(db, n, names, prng));
    return {};
  }));
  const auto grid = wire::parse_grid(api.get("/dags/d/grid?limit=300")).value();
  std::vector<std::string> order;
  for (const auto& task : grid.tasks) order.push_back(task.task_id);
  REQUIRE(order == names);
  REQUIRE(grid.states.size() == words.size());
  for (std::size_t i = 0; i < words.size(); ++i) CHECK(grid.states[i] == words[i]);
}

TEST_CASE("a grid shows the tasks of the newest version, also after others were seen") {
  Api api;
  auto spec = Bench::one_task("d");
  const auto tasks = [&] {
    const auto grid = wire::parse_grid(api.get("/dags/d/grid")).value();
    std::vector<std::string> ids;
    for (const auto& task : grid.tasks) ids.push_back(task.task_id + " " + task.label);
    return ids;
  };
  api.bench.add_dag(spec);
  CHECK(tasks() == std::vector<std::string>{"t t"});
  spec.tasks[0].label = "new";
  api.bench.add_dag(spec);
  for (int n = 0; n < 20; ++n) {
    const std::string other = "other" + std::to_string(n);
    api.bench.add_dag(Bench::one_task(other));
    (void)api.get("/dags/" + other + "/grid");
  }
  CHECK(tasks() == std::vector<std::string>{"t new"});
  CHECK(tasks() == std::vector<std::string>{"t new"});
}

TEST_CASE("details tell a DAG's settings, and what all its tasks share") {
  Api api;
  auto spec = Bench::one_task("d");
  spec.owner = "ada";
  spec.catchup = true;
  spec.tasks.push_back(spec.tasks[0]);
  spec.tasks[1].task_id = "u";
  spec.tasks[1].retries = 3;
  api.bench.add_dag(spec);
  const auto details = api.get("/dags/d/details");
  CHECK(details.find("owner")->as_string() == "ada");
  CHECK(details.find("catchup")->as_bool());
  CHECK(details.find("task_count")->as_int() == 2);
  const auto* shared = details.find("shared");
  CHECK(shared->find("pool")->as_string() == "default_pool");
  CHECK(shared->find("retries") == nullptr);
  CHECK(api.ask("/dags/nosuch/details").status == 404);
  CHECK(api.ask("/dags/d/details?version=9").status == 404);
}

TEST_CASE("each version tells what differs from the one before") {
  Api api;
  auto spec = Bench::one_task("d");
  api.bench.add_dag(spec);
  spec.tasks.push_back(spec.tasks[0]);
  spec.tasks[1].task_id = "u";
  spec.tasks[0].retries = 5;
  spec.tags = {"new"};
  api.bench.add_dag(spec);
  spec.tasks.erase(spec.tasks.begin());
  api.bench.add_dag(spec);
  const auto list = api.get("/dags/d/dagVersions");
  const auto& items = list.find("items")->as_array();
  REQUIRE(items.size() == 3);
  CHECK(texts(items[0], "tasks_removed") == std::vector<std::string>{"t"});
  CHECK(texts(items[1], "tasks_added") == std::vector<std::string>{"u"});
  CHECK(texts(items[1], "tasks_changed") == std::vector<std::string>{"t"});
  CHECK(texts(items[1], "settings_changed") == std::vector<std::string>{"tags"});
  CHECK(items[2].find("is_first")->as_bool());
  // The last of a page is compared with one that the page does not show.
  const auto page = api.get("/dags/d/dagVersions?limit=1&offset=1");
  CHECK(page.find("total_entries")->as_int() == 3);
  REQUIRE(page.find("items")->as_array().size() == 1);
  CHECK(texts(page.find("items")->as_array()[0], "tasks_added") == std::vector<std::string>{"u"});
}

TEST_CASE("durations are those of the runs, or of one task in them") {
  Api api;
  api.bench.start_task();
  const auto runs = api.get("/dags/d/durations");
  REQUIRE(runs.find("items")->as_array().size() == 1);
  const auto& run = runs.find("items")->as_array()[0];
  CHECK(run.find("dag_run_id")->as_string() == "r1");
  CHECK(run.find("state")->as_string() == "running");
  const auto tasks = api.get("/dags/d/durations?task_id=t");
  REQUIRE(tasks.find("items")->as_array().size() == 1);
  const auto& task = tasks.find("items")->as_array()[0];
  CHECK(task.find("state")->as_string() == "queued");
  CHECK(task.find("instances")->as_int() == 1);
  CHECK(api.get("/dags/d/durations?task_id=nosuch").find("items")->as_array().empty());
  CHECK(api.get("/dags/d/durations?offset=1").find("items")->as_array().empty());
  CHECK(api.get("/dags/d/durations?offset=1").find("total_entries")->as_int() == 1);
}

TEST_CASE("a calendar counts what was due and what is planned, by the DAG's own days") {
  Api api;
  auto spec = Bench::one_task("d");
  spec.schedule = {.kind = "cron", .cron = "30 0 * * *", .text = "every day"};
  spec.timezone = "Asia/Seoul";
  api.bench.add_dag(spec);
  const WallTime now = kClock.now();
  const auto at = [](WallTime time) { return format_time(time); };
  // The first tick is the conductor's, which knows no time zones here: what is asked for lies
  // after.
  const auto calendar =
      api.get("/dags/d/calendar?start=" + at(now + 48h) + "&end=" + at(now + 120h));
  CHECK(calendar.find("timezone")->as_string() == "Asia/Seoul");
  const auto& days = calendar.find("days")->as_array();
  REQUIRE(days.size() == 3);
  CHECK(days[0].find("planned")->as_int() == 1);
  // A day in Seoul begins at 15:00 UTC.
  CHECK(days[0].find("start")->as_string().substr(11, 8) == "15:00:00");
  CHECK(days[0].find("date")->as_string() < days[1].find("date")->as_string());
  const auto cut = api.get("/dags/d/calendar?start=" + at(now) + "&end=" + at(now + 400 * 24h));
  CHECK(cut.find("planned_until") == nullptr);  // the plan is whole
  CHECK(api.ask("/dags/d/calendar?start=" + at(now) + "&end=" + at(now)).status == 400);
  CHECK(api.ask("/dags/d/calendar?start=" + at(now) + "&end=" + at(now + 401 * 24h)).status == 400);
  CHECK(api.ask("/dags/d/calendar").status == 400);
}

TEST_CASE("a calendar counts runs by state, and lists of runs can be of one day") {
  Api api;
  api.bench.start_task();
  const WallTime now = kClock.now();
  const auto span = "start=" + format_time(now - 24h) + "&end=" + format_time(now + 24h);
  const auto calendar = api.get("/dags/d/calendar?" + span);
  REQUIRE(calendar.find("days")->as_array().size() == 1);
  const auto& day = calendar.find("days")->as_array()[0];
  REQUIRE(day.find("runs")->as_array().size() == 1);
  CHECK(day.find("runs")->as_array()[0].find("count")->as_int() == 1);
  const auto of_day = api.get("/dags/d/dagRuns?run_after_gte=" + day.find("start")->as_string() +
                              "&run_after_lt=" + day.find("end")->as_string());
  CHECK(of_day.find("total_entries")->as_int() == 1);
  const auto before = api.get("/dags/d/dagRuns?run_after_lt=" + day.find("start")->as_string());
  CHECK(before.find("total_entries")->as_int() == 0);
}

TEST_CASE("a schedule of every minute is planned up to a limit, which is told") {
  Api api;
  auto spec = Bench::one_task("d");
  spec.schedule = {.kind = "cron", .cron = "* * * * *", .text = "every minute"};
  api.bench.add_dag(spec);
  const WallTime now = kClock.now();
  const auto calendar =
      api.get("/dags/d/calendar?start=" + format_time(now) + "&end=" + format_time(now + 72h));
  std::int64_t planned = 0;
  for (const auto& day : calendar.find("days")->as_array()) {
    planned += day.find("planned")->as_int();
  }
  CHECK(planned <= service::kPlannedMax);
  CHECK(planned >= service::kPlannedMax - 2);
  REQUIRE(calendar.find("planned_until") != nullptr);
  CHECK(calendar.find("planned_until")->is_string());
}

TEST_CASE("tries of a run need the run") {
  Api api;
  api.bench.start_task();
  CHECK(api.get("/dags/d/dagRuns/r1/tries").find("total_entries")->as_int() == 0);
  CHECK(api.ask("/dags/d/dagRuns/nosuch/tries").status == 404);
}

}  // namespace
}  // namespace aiflow::http_api

// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "http_api/detail/fake_server.h"

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

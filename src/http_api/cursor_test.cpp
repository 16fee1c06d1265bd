// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/front/cursor.h"

#include <doctest/doctest.h>

#include "http_api/detail/fake_server.h"
#include "json/value.h"

namespace aiflow::http_api {
namespace {

using detail::Cursor;
using detail::parse_cursor;

struct Lists {
  Lists() {
    auto spec = Bench::one_task("d");
    for (const char* id : {"a", "b.c", "z"}) {
      spec.tasks.push_back(spec.tasks.front());
      spec.tasks.back().task_id = spec.tasks.back().label = id;
    }
    bench.add_dag(spec);
    for (int i = 0; i < 5; ++i) trigger();
  }
  void trigger() {
    const auto run = conductor::wait_for<store::RunRow>([&](auto answer) {
      bench.conductor.trigger({.dag_id = DagId{"d"}, .run_id = RunId{"r" + std::to_string(++runs)}},
                              answer);
    });
    REQUIRE(run);
  }
  net::ClientResponse get(const std::string& target) {
    return client.send({.target = target}, soon()).value();
  }
  /// Names of all items, in pages of two; before each page another run is made.
  std::string walk(const std::string& path, const std::string& member) {
    std::string names;
    std::string cursor;
    for (;;) {
      const auto answer = get(path + "limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor));
      REQUIRE_MESSAGE(answer.status == 200, answer.body);
      const auto page = json::parse(answer.body).value();
      for (const auto& item : page.find("items")->as_array()) {
        names += item.find(member)->as_string() + " ";
      }
      const auto* next = page.find("next_cursor");
      if (next->is_null()) return names;
      cursor = next->as_string();
      trigger();
    }
  }

  int runs = 0;
  Bench bench;
  net::Client client = bench.local();
};

TEST_CASE("a cursor is read as it was written, and nothing else is") {
  const auto read = parse_cursor(detail::write_cursor({{-7, 12}, "a.b"}), 2, true).value();
  REQUIRE(read);
  CHECK(read->numbers == std::vector<std::int64_t>{-7, 12});
  CHECK(read->text == "a.b");
  CHECK_FALSE(parse_cursor(std::nullopt, 2, true).value());
  for (const std::string bad :
       {"", "1", "1.2", "1.2.", "x.2.a", "1.99999999999999999999.a", "..a", "1 .2.a"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_cursor(bad, 2, true));
  }
  CHECK_FALSE(parse_cursor("1.text", 1, false));
  CHECK_FALSE(parse_cursor("1.2." + std::string(251, 'x'), 2, true));
}

TEST_CASE_FIXTURE(Lists, "each run comes once, while others are made") {
  CHECK(walk("/api/v2/dags/d/dagRuns?", "dag_run_id") == "r5 r4 r3 r2 r1 ");
  CHECK(walk("/api/v2/dags/~/dagRuns?", "dag_run_id").ends_with("r5 r4 r3 r2 r1 "));
}

TEST_CASE_FIXTURE(Lists, "each DAG comes once, by name, from where a page ended") {
  for (const char* id : {"e", "b", "가", "c.1"}) bench.add_dag(Bench::one_task(id));
  CHECK(walk("/api/v2/dags?", "dag_id") == "b c.1 d e 가 ");
  const auto rest = json::parse(get("/api/v2/dags?cursor=c.5").body).value();
  CHECK(rest.find("items")->as_array().size() == 3);  // its place is known though nobody is there
  CHECK(rest.find("total_entries")->as_int() == 5);
}

TEST_CASE_FIXTURE(Lists, "each API token comes once, while others are made and revoked") {
  const auto one = bench.api_token("ann");
  for (int i = 0; i < 4; ++i) REQUIRE(bench.tokens.create("ann", {.days = 1, .name = "more"}));
  const auto page = [&](const std::string& more) {
    return json::parse(get("/api/v2/tokens?limit=2" + more).body).value();
  };
  const auto ids = [](const json::Value& from) {
    std::vector<std::int64_t> out;
    for (const auto& item : from.find("items")->as_array())
      out.push_back(item.find("id")->as_int());
    return out;
  };
  const auto first = page("");
  CHECK(ids(first) == std::vector<std::int64_t>{5, 4});
  REQUIRE(bench.tokens.create("ann", {.days = 1, .name = "new"}));
  REQUIRE(bench.tokens.revoke(4, ""));
  const auto second = page("&cursor=" + first.find("next_cursor")->as_string());
  CHECK(ids(second) == std::vector<std::int64_t>{3, 2});
  const auto third = page("&cursor=" + second.find("next_cursor")->as_string());
  CHECK(ids(third) == std::vector<std::int64_t>{1});
  CHECK(third.find("next_cursor")->is_null());
  CHECK(ids(page("&offset=1")) == std::vector<std::int64_t>{5, 3});
}

TEST_CASE_FIXTURE(Lists, "task instances go on by cursor in each order") {
  const std::string path = "/api/v2/dags/d/dagRuns/r1/taskInstances?";
  for (const char* order :
       {"", "order_by=task_id&", "order_by=start_date&", "order_by=-start_date&"}) {
    CAPTURE(order);
    CHECK(walk(path + order, "task_id") == "a b.c t z ");
  }
}

TEST_CASE_FIXTURE(Lists, "another order is refused, and the answer names the words") {
  const auto answer = get("/api/v2/dags/d/dagRuns?order_by=conf;drop");
  CHECK(answer.status == 422);
  CHECK(answer.body.find("-run_after, run_after") != std::string::npos);
  const auto tasks = get("/api/v2/dags/d/dagRuns/r1/taskInstances?order_by=state");
  CHECK(tasks.status == 422);
  CHECK(tasks.body.find("task_id, start_date, -start_date") != std::string::npos);
}

TEST_CASE_FIXTURE(Lists, "a cursor of another list is refused") {
  for (const char* path :
       {"/api/v2/dags/d/dagRuns", "/api/v2/assets/events", "/api/v2/backfills", "/api/v2/artifacts",
        "/api/v2/events", "/api/v2/dags/d/dagRuns/r1/taskInstances", "/api/v2/reports",
        "/api/v2/resultCache", "/api/v2/tokens", "/api/v2/dags/d/dagRuns/r1/tries",
        "/api/v2/dags/d/dagRuns/r1/notices", "/api/v2/dags/d/dagRuns/r1/taskInstances/t/tries"}) {
    CAPTURE(path);
    const auto answer = get(std::string(path) + "?cursor=%27");
    CHECK(answer.status == 400);
    CHECK(answer.body.find("next_cursor") != std::string::npos);
    const auto first = json::parse(get(path).body).value();
    CHECK(first.find("next_cursor")->is_null());
  }
}

TEST_CASE_FIXTURE(Lists,
                  "a wrong outcome of the audit log is refused, and the answer names the words") {
  const auto answer = get("/api/v2/audit?outcome=WRONG");
  CHECK(answer.status == 400);
  for (const char* word : {"done", "denied", "failed", "unknown"}) {
    CHECK(answer.body.find(word) != std::string::npos);
  }
}

}  // namespace
}  // namespace aiflow::http_api

// SPDX-License-Identifier: Apache-2.0
// Who gets the jobs of an island, and for how long they are left to it.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/placement.h"
#include "executor/detail/assignment.h"

namespace aiflow::executor::detail {
namespace {

using namespace std::chrono_literals;

/// Keeps what leaves.
class Kept final : public Outlet {
 public:
  void send(const WorkerId& worker, const json::Value& message) override {
    sent.push_back(worker.value + " " + message.find("type")->as_string());
    if (sent.back().ends_with("HelloOk")) ok = wire::parse_hello_ok(message).value();
  }
  void report(Report report) override { reports.push_back(std::move(report)); }
  void worker_wanted() override {}

  std::vector<std::string> sent;
  std::vector<Report> reports;
  wire::HelloOk ok;
};

struct Bench {
  ManualClock clock;
  Kept out;
  Assignment assignment{
      clock,
      {.server_id = "s", .heartbeat = 3s, .lease = 15s, .island_lease = 1h, .workers_before = {}},
      out};
  Bench() { assignment.begin(); }

  static wire::Hello hello_of(const std::string& worker) {
    wire::Hello hello;
    hello.worker_id = worker;
    hello.slots = 1;
    hello.labels.emplace()[kIslandLabel] = "x";
    return hello;
  }
  void hello(const std::string& worker, std::vector<Attempt> running = {}) {
    wire::Hello hello = hello_of(worker);
    hello.running = std::move(running);
    assignment.hello(hello);
  }
  static Job job(const std::string& task) {
    Job made;
    made.key = {.dag_id = "d", .run_id = "r", .task_id = task, .map_index = -1};
    made.try_number = made.epoch = 1;
    made.executor = "local";
    made.queue = "default";
    made.placement[kIslandLabel] = "x";
    return made;
  }
  [[nodiscard]] std::ptrdiff_t count(const std::string& what) const {
    return std::ranges::count(out.sent, what);
  }
  [[nodiscard]] std::string state(const std::string& worker) const {
    for (const wire::Worker& one : assignment.workers()) {
      if (one.worker_id == worker) return one.state;
    }
    return "gone";
  }
};

TEST_CASE(
    "a worker that is shut out keeps what it has for its lease, and all that is lost says why") {
  Bench bench;
  const WorkerId w{"w"};
  bench.hello("w");
  bench.assignment.submit(Bench::job("a"));  // not claimed
  const std::string why = "the credential of worker 'w' was revoked";
  REQUIRE(bench.assignment.take(w, json::object({{"type", "ShutOut"}})));
  bench.assignment.disconnected(w);
  const auto& cut = std::get<WorkerChanged>(bench.out.reports.back());
  CHECK(cut.worker.state == "revoked");
  CHECK(cut.shut_out == why);
  const std::size_t before = bench.out.reports.size();
  bench.clock.advance(1h - 1s);
  bench.assignment.expire();
  CHECK(bench.out.reports.size() == before);
  bench.clock.advance(1s);
  bench.assignment.expire();
  REQUIRE(bench.out.reports.size() >= before + 2);
  CHECK(std::get<Lost>(bench.out.reports[before]).reason == why);
  bench.hello("w");  // it has joined anew
  bench.assignment.disconnected(w);
  CHECK(std::get<WorkerChanged>(bench.out.reports.back()).shut_out.empty());
}

TEST_CASE(
    "a worker is told at its hello that it is cordoned, and the server's key where it needs it") {
  ManualClock clock;
  Kept out;
  Assignment assignment(clock,
                        {.server_id = "s",
                         .heartbeat = 3s,
                         .lease = 15s,
                         .workers_before = {},
                         .cordoned = {WorkerId{"w1"}},
                         .server_pin = "f00d"},
                        out);
  assignment.begin();
  assignment.hello(Bench::hello_of("w1"));
  CHECK(out.ok.cordoned == true);
  CHECK(out.ok.server_pin == "f00d");
  assignment.order(WorkerId{"w1"}, WorkerOrder::uncordon);
  assignment.hello(Bench::hello_of("w1"));
  CHECK_FALSE(out.ok.cordoned);
  Bench bench;
  bench.hello("w1");
  CHECK_FALSE(bench.out.ok.server_pin);
}

TEST_CASE("who takes no more and has nothing in hand is gone with its connection") {
  Bench bench;
  const WorkerId w{"w"};
  bench.hello("w");
  wire::Hello drained = Bench::hello_of("w");
  drained.slots = 0;
  const auto last = [&] {
    bench.assignment.disconnected(w);
    const auto is_of_worker = [](const Report& one) {
      return std::holds_alternative<WorkerChanged>(one);
    };
    const auto found =
        std::ranges::find_if(bench.out.reports.rbegin(), bench.out.reports.rend(), is_of_worker);
    return std::get<WorkerChanged>(*found);
  };
  SUBCASE("it has drained") {
    bench.assignment.hello(drained);
    CHECK(last().worker.state == "gone");
    CHECK(bench.assignment.workers().empty());
    CHECK_FALSE(bench.assignment.knows(w));
  }
  SUBCASE("it was shut out") {
    REQUIRE(bench.assignment.take(w, json::object({{"type", "ShutOut"}})));
    const WorkerChanged gone = last();
    CHECK(gone.worker.state == "gone");
    CHECK(gone.shut_out == "the credential of worker 'w' was revoked");
  }
  SUBCASE("but not one that drains and has a task, before that has ended") {
    const Job job = Bench::job("a");
    bench.assignment.submit(job);
    drained.running = {attempt_of(job)};
    bench.assignment.hello(drained);
    CHECK(last().worker.state == "lost");
    bench.assignment.hello(drained);
    bench.assignment.finished(w, {.seq = 1, .attempt = attempt_of(job)});
    CHECK(last().worker.state == "gone");
  }
  SUBCASE("nor an island with something that nobody else knows") {
    drained.ahead = 1;
    bench.assignment.hello(drained);
    CHECK(last().worker.state == "lost");
  }
  SUBCASE("nor one that is cut off") { CHECK(last().worker.state == "lost"); }
}

TEST_CASE("an island's tasks are left to it for its own lease, while it is cut off") {
  Bench bench;
  bench.hello("w");
  CHECK(bench.out.ok.lease_ms == 15'000);
  CHECK(bench.out.ok.island_lease_ms == 3'600'000);
  const Job job = Bench::job("a");
  bench.assignment.submit(job);
  CHECK(bench.count("w Start") == 1);
  bench.assignment.started(WorkerId{"w"}, {.seq = 1, .attempt = attempt_of(job)});
  bench.clock.advance(16s);
  CHECK(bench.assignment.expire() == std::vector<WorkerId>{WorkerId{"w"}});  // nothing is heard
  CHECK(bench.state("w") == "lost");
  CHECK(bench.assignment.expire().empty());
  bench.clock.advance(59min);
  bench.hello("w", {attempt_of(job)});
  CHECK(bench.count("w Cancel") == 0);
  bench.assignment.disconnected(WorkerId{"w"});
  bench.clock.advance(61min);
  CHECK(bench.assignment.expire().size() == 1);
  CHECK(bench.state("w") == "gone");
}

TEST_CASE("another worker of the same island gets nothing before the first one's lease is over") {
  Bench bench;
  bench.hello("w");
  bench.hello("v");
  bench.assignment.submit(Bench::job("a"));
  bench.assignment.submit(Bench::job("b"));
  CHECK(bench.count("w Start") == 1);
  CHECK(bench.count("v Start") == 0);
  bench.assignment.disconnected(WorkerId{"w"});
  bench.clock.advance(59min);
  bench.hello("v");
  bench.assignment.expire();
  CHECK(bench.count("v Start") == 0);
  bench.clock.advance(2min);
  bench.hello("v");
  bench.assignment.expire();
  CHECK(bench.count("v Start") == 1);
}

TEST_CASE("what an island ran ahead is reported as such, and the answer goes back") {
  Bench bench;
  bench.hello("w");
  wire::Finished ran{.seq = 7, .attempt = attempt_of(Bench::job("a")), .outcome = Outcome::success};
  CHECK(bench.assignment.take(WorkerId{"w"}, typed("RanAhead", ran)));
  REQUIRE(std::holds_alternative<RanAhead>(bench.out.reports.back()));
  const auto& told = std::get<RanAhead>(bench.out.reports.back());
  CHECK(told.report.attempt == ran.attempt);
  bench.assignment.acknowledge(told.receipt, false, "decided otherwise");
  CHECK(bench.count("w Ack") == 1);
}

TEST_CASE("a picture goes to the worker that is the island, while it is connected") {
  Bench bench;
  const wire::Picture picture{.dag_id = "d", .run_id = "r", .made_at = 1, .part = {}};
  bench.assignment.show("x", picture);
  bench.hello("w");
  bench.hello("v");
  bench.assignment.show("x", picture);
  bench.assignment.show("y", picture);
  CHECK(bench.count("w Picture") == 1);
  bench.assignment.disconnected(WorkerId{"w"});
  bench.assignment.show("x", picture);
  CHECK(bench.count("w Picture") == 1);
  CHECK(bench.count("v Picture") == 0);
}

TEST_CASE("after a restart of the server an island's tasks wait for its worker of before") {
  ManualClock clock;
  Kept out;
  Assignment assignment{clock,
                        {.server_id = "s",
                         .heartbeat = 3s,
                         .lease = 15s,
                         .island_lease = 1h,
                         .workers_before = {},
                         .islands_before = {{"x", WorkerId{"w1"}}}},
                        out};
  assignment.begin();
  assignment.submit(Bench::job("a"));
  assignment.hello(Bench::hello_of("w2"));
  const auto pass = [&](int times) {
    for (int i = 0; i < times; ++i) {
      clock.advance(10s);
      assignment.heard(WorkerId{"w2"});
      assignment.expire();
    }
  };
  pass(2);
  CHECK(out.sent == std::vector<std::string>{"w2 HelloOk"});
  REQUIRE(assignment.workers().size() == 2);
  CHECK(assignment.workers()[0].state == "lost");

  const auto lost = [&] {
    return std::ranges::count_if(
        out.reports, [](const Report& report) { return std::holds_alternative<Lost>(report); });
  };

  SUBCASE("it comes back") {
    assignment.hello(Bench::hello_of("w1"));
    CHECK(out.sent.back() == "w1 Start");
  }
  SUBCASE("nobody else is there, and it may run ahead meanwhile") {
    wire::Hello leaves = Bench::hello_of("w2");
    leaves.slots = 0;
    assignment.hello(leaves);
    assignment.disconnected(WorkerId{"w2"});
    REQUIRE(assignment.workers().size() == 1);
    pass(30);
    CHECK(lost() == 0);
    assignment.order(WorkerId{"w1"}, WorkerOrder::cordon);
    pass(1);
    CHECK(lost() == 0);
    clock.advance(1h);
    assignment.expire();
    CHECK(lost() == 1);
  }
  SUBCASE("it does not, for its lease") {
    pass(360);
    CHECK(out.sent.back() == "w2 Start");
    CHECK(std::ranges::any_of(out.reports, [](const Report& report) {
      const auto* given = std::get_if<IslandGiven>(&report);
      return given != nullptr && given->island == "x" && given->worker == WorkerId{"w2"};
    }));
  }
}

TEST_CASE("an island goes on to another worker when the first one has no part in it any more") {
  Bench bench;
  bench.hello("w1");
  bench.hello("w2");
  const auto given = [&] {
    bench.assignment.submit(Bench::job("b"));
    return bench.count("w2 Start") == 1;
  };
  wire::Hello again = Bench::hello_of("w1");

  SUBCASE("it is started again with another label") {
    again.labels.emplace()[kIslandLabel] = "y";
    bench.assignment.hello(again);
    CHECK(given());
  }
  SUBCASE("it is drained") {
    again.slots = 0;
    bench.assignment.hello(again);
    CHECK(given());
  }
  SUBCASE("it is cordoned") {
    bench.assignment.order(WorkerId{"w1"}, WorkerOrder::cordon);
    CHECK(given());
  }
  SUBCASE("but not while it knows of what the server does not") {
    again.ahead = 1;
    again.slots = 0;
    bench.assignment.hello(again);
    CHECK_FALSE(given());
    CHECK(bench.assignment.take(WorkerId{"w1"},
                                typed("Heartbeat", wire::Heartbeat{.attempts = {}, .ahead = 0})));
    CHECK(bench.count("w2 Start") == 1);
  }
  SUBCASE("nor while it has a task of it") {
    bench.assignment.submit(Bench::job("a"));
    again.slots = 0;
    again.running = {attempt_of(Bench::job("a"))};
    bench.assignment.hello(again);
    CHECK_FALSE(given());
  }
}

wire::Hello hello_of(const std::string& worker, std::int64_t slots = 1) {
  wire::Hello hello;
  hello.worker_id = worker;
  hello.slots = slots;
  return hello;
}

TEST_CASE("a server that stops gives out nothing more, and tells what workers elsewhere have") {
  ManualClock clock;
  Kept out;
  Assignment assignment{clock,
                        {.server_id = "s",
                         .own_worker = WorkerId{"own"},
                         .heartbeat = 3s,
                         .lease = 15s,
                         .workers_before = {}},
                        out};
  assignment.begin();
  assignment.hello(hello_of("w", 1));
  const auto job = [](const std::string& task) {
    Job made = Bench::job(task);
    made.placement.clear();
    return made;
  };
  assignment.submit(job("sent"));
  CHECK(out.sent.back() == "w Start");
  assignment.hello(hello_of("own", 1));
  assignment.hello(hello_of("gone", 0));
  assignment.disconnected(WorkerId{"gone"});
  const wire::LeftBehind left = assignment.wind_down();
  CHECK(left.workers == std::vector<std::string>{"w"});
  REQUIRE(left.sent.size() == 1);
  CHECK(left.sent[0] == wire::SentAttempt{.attempt = attempt_of(job("sent")), .worker = "w"});
  const auto before = out.sent.size();
  assignment.submit(job("late"));
  CHECK(out.sent.size() == before);
}

TEST_CASE("what was sent to a worker before a stop waits for it for as long as it was left") {
  ManualClock clock;
  Kept out;
  Job job = Bench::job("sent");
  job.placement.clear();
  Job other = job;
  other.key.task_id = "other";
  Assignment assignment{clock,
                        {.server_id = "s",
                         .heartbeat = 3s,
                         .lease = 15s,
                         .workers_before = {WorkerId{"w1"}},
                         .left_before = {.lease_ms = 300'000,
                                         .workers = {"w1"},
                                         .sent = {{.attempt = attempt_of(job), .worker = "w1"}}}},
                        out};
  assignment.submit(job);
  assignment.submit(other);
  assignment.begin();
  assignment.hello(hello_of("w2", 8));
  const auto starts = [&] { return std::ranges::count(out.sent, "w2 Start"); };
  const auto pass = [&](Duration time) {
    clock.advance(time);
    assignment.heard(WorkerId{"w2"});
    assignment.expire();
  };
  pass(16s);
  CHECK(starts() == 1);  // what was not sent to anybody
  SUBCASE("it comes back and does not have it") {
    assignment.hello(hello_of("w1", 0));
    pass(1s);
    CHECK(starts() == 2);
  }
  SUBCASE("it comes back with it") {
    wire::Hello back = hello_of("w1");
    back.running = {attempt_of(job)};
    assignment.hello(back);
    pass(1s);
    CHECK(starts() == 1);
  }
  SUBCASE("it does not come back") {
    pass(283s);
    CHECK(starts() == 1);
    pass(1s);
    CHECK(starts() == 2);
  }
}

TEST_CASE("a worker that comes back after a restart without what it ran has lost it at once") {
  ManualClock clock;
  Kept out;
  Assignment assignment{
      clock, {.server_id = "s", .heartbeat = 3s, .lease = 15s, .workers_before = {}}, out};
  const Attempt ran = attempt_of(Bench::job("ran"));
  assignment.reconcile({{.attempt = ran, .worker = WorkerId{"w1"}}});
  assignment.begin();
  const auto lost = [&] {
    return std::ranges::count_if(out.reports, [&](const Report& report) {
      const auto* one = std::get_if<Lost>(&report);
      return one != nullptr && one->attempt == ran;
    });
  };
  assignment.hello(hello_of("w2", 2));  // of another one's attempts it can say nothing
  CHECK(lost() == 0);
  wire::Hello back = hello_of("w1", 2);
  SUBCASE("it has it") {
    back.running = {ran};
    assignment.hello(back);
    CHECK(lost() == 0);
    CHECK(assignment.workers()[0].running == 1);
    assignment.hello(hello_of("w1", 2));
    CHECK(lost() == 1);
    CHECK(assignment.workers()[0].running == 0);
  }
  SUBCASE("it has not") {
    assignment.hello(back);
    CHECK(lost() == 1);
    CHECK(assignment.workers()[0].running == 0);
  }
}

}  // namespace
}  // namespace aiflow::executor::detail

// SPDX-License-Identifier: Apache-2.0
// The uplink of an island: what it does in the server's place, and what it tells afterwards.
#include "uplink/detail/uplink_bench.h"
#include "wire/dag.h"

namespace aiflow::uplink {
namespace {

/// b follows a, and both are the island's; a picture of the moment at which a was given out.
wire::IslandPart picture(const Bench& bench) {
  wire::DagSpec dag;
  dag.dag_id = "d";
  dag.schedule.kind = "none";
  dag.timezone = "UTC";
  dag.max_active_tasks = dag.max_active_runs = 16;
  dag.compat = 3;
  dag.params = json::object({});
  wire::IslandPart part{.made_at = 1, .dag_version = 1, .run_number = 1};
  for (const std::string id : {"a", "b"}) {
    wire::TaskSpec task;
    task.task_id = task.label = id;
    task.operator_ = "python";
    if (id == "b") task.upstream = {"a"};
    task.trigger_rule = TriggerRule::all_success;
    task.payload = json::object({});
    task.pool = "default_pool";
    task.pool_slots = task.priority_weight = 1;
    task.weight_rule = "downstream";
    dag.tasks.push_back(task);
    const bool is_first = id == "a";
    part.tasks.push_back({.task_id = id,
                          .map_index = -1,
                          .state = is_first ? TaskState::queued : TaskState::no_status,
                          .try_number = 1,
                          .epoch = is_first ? 1 : 0});
    part.jobs.push_back(wire::to_json(bench.job(id)));
  }
  part.dag = wire::to_json(dag);
  return part;
}

/// The server has given the island's first task out.
wire::Job give_first(Bench& bench) {
  bench.connect();
  bench.carrier.deliver("HelloOk", wire::HelloOk{.server_id = "s",
                                                 .heartbeat_ms = 3000,
                                                 .lease_ms = 15'000,
                                                 .island_lease_ms = 86'400'000});
  CHECK(detail::type_of(bench.hear()) == "HelloOk");
  wire::Job first = bench.job("a");
  first.island = picture(bench);
  bench.start(first, std::nullopt);
  CHECK_FALSE(wire::parse_start(bench.hear()).value().job.island);
  return first;
}

/// The core hears nothing more: what it hears next is the answer to this heartbeat.
void beat(Bench& bench, std::int64_t seq) {
  bench.say("Heartbeat", wire::Heartbeat{.attempts = {}, .seq = seq});
  CHECK(wire::parse_heartbeat_ok(bench.hear()).value().seq == seq);
}

/// The same; lease or not.
void ask_alone(Bench& bench, const wire::Job& job) {
  bench.say("XComGet", wire::XComGet{.request_id = 9,
                                     .attempt = Bench::ref(job),
                                     .dag_id = "d",
                                     .run_id = "r",
                                     .task_id = "a",
                                     .map_index = -1,
                                     .key = "k"});
  CHECK(wire::parse_xcom_value(bench.hear()).value().request_id == 9);
}

TEST_CASE("an island whose machine has slept past the lease begins nothing, and confirms nothing") {
  for (const Duration slept : {Duration(23h), Duration(25h)}) {
    Bench bench{WorkerOffer{.slots = 2}};
    const wire::Job first = give_first(bench);
    bench.carrier.events().lost();
    beat(bench, 5);
    bench.boot_clock.set_slept(slept);
    bench.say("Heartbeat", wire::Heartbeat{.attempts = {}, .seq = 6});
    bench.finish(first);
    if (slept < 24h) {
      CHECK(wire::parse_heartbeat_ok(bench.hear()).value().seq == 6);
      CHECK(wire::parse_start(bench.hear()).value().job.key.task_id == "b");
    }
    ask_alone(bench, first);
  }
}

TEST_CASE(
    "the server's picture of a run holds when it is cut off, and is no business of the core") {
  Bench bench{WorkerOffer{.slots = 2}};
  const wire::Job first = give_first(bench);
  wire::IslandPart paused = picture(bench);
  paused.made_at = 2;
  paused.paused = true;
  bench.carrier.deliver("Picture",
                        wire::Picture{.dag_id = "d", .run_id = "r", .made_at = 2, .part = paused});
  bench.carrier.events().lost();
  beat(bench, 5);
  bench.finish(first);
  beat(bench, 6);
}

TEST_CASE("an island goes on when the server is gone, and tells it when that gives it out") {
  Bench bench{WorkerOffer{.slots = 2}};
  const wire::Job first = give_first(bench);

  bench.carrier.events().lost();
  bench.say("Heartbeat", wire::Heartbeat{.attempts = {}, .seq = 5});
  CHECK(wire::parse_heartbeat_ok(bench.hear()).value().seq == 5);
  bench.say("Finished", wire::Finished{.seq = 1,
                                       .attempt = Bench::ref(first),
                                       .outcome = Outcome::success,
                                       .xcoms = {{.key = "k", .value = 7}}});
  const auto second = wire::parse_start(bench.hear()).value().job;
  CHECK(second.key.task_id == "b");
  bench.say("XComGet", wire::XComGet{.request_id = 3,
                                     .attempt = Bench::ref(second),
                                     .dag_id = "d",
                                     .run_id = "r",
                                     .task_id = "a",
                                     .map_index = -1,
                                     .key = "k"});
  CHECK(wire::parse_xcom_value(bench.hear()).value().value == json::Value(7));
  std::ofstream(second.log_path, std::ios::app) << "alone\n";
  const wire::Finished end{.seq = 2, .attempt = Bench::ref(second), .outcome = Outcome::success};
  bench.say("Finished", end);

  bench.carrier.events().connected();
  CHECK_FALSE(os::recv_exact(bench.core.get(), 1, soon()));
  bench.core.reset();
  bench.say_hello();  // the core says again what was not acknowledged
  bench.say("Finished", end);
  const auto told = wire::parse_finished(bench.carrier.next("RanAhead")).value();
  CHECK(told.attempt == Bench::ref(second));
  CHECK_FALSE(bench.carrier.has("Finished"));
  CHECK_FALSE(bench.carrier.has("LogPiece"));
  wire::Job again = bench.job("b");
  bench.start(again, std::nullopt, 30);
  CHECK(wire::parse_start(bench.hear()).value().trouble);  // the core has it, and does nothing
  CHECK(bench.piece().offset == 30);
  bench.taken(again, 36);
  CHECK(wire::parse_finished(bench.carrier.next("Finished")).value().attempt == Bench::ref(second));
}

}  // namespace
}  // namespace aiflow::uplink

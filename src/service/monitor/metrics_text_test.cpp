// SPDX-License-Identifier: Apache-2.0
#include "service/monitor/metrics_text.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "service/monitor/counters.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

bool holds(const std::string& text, const std::string& line) {
  return text.starts_with(line + "\n") || text.find("\n" + line + "\n") != std::string::npos;
}

wire::StreamEvent task_event(const std::string& state, const std::string& started) {
  return {.id = 1,
          .kind = "task_instance",
          .data = json::object({{"state", state},
                                {"scheduled_when", "2026-01-01T00:00:00Z"},
                                {"queued_when", "2026-01-01T00:00:02Z"},
                                {"start_date", started}})};
}

TEST_CASE("changes are counted by state, and what a try waited once it has ended") {
  Counters counters;
  counters.changes({task_event("running", "2026-01-01T00:00:05Z"),
                    task_event("success", "2026-01-01T00:00:05Z"),
                    {.id = 2, .kind = "dag_run", .data = json::object({{"state", "success"}})},
                    {.id = 3, .kind = "pool", .data = json::object({{"state", "success"}})}});
  const auto text = counters.text();
  CHECK(holds(text, "aiflow_task_state_changes_total{state=\"running\"} 1"));
  CHECK(holds(text, "aiflow_task_state_changes_total{state=\"success\"} 1"));
  CHECK(holds(text, "aiflow_task_state_changes_total{state=\"failed\"} 0"));
  CHECK(holds(text, "aiflow_dag_run_state_changes_total{state=\"success\"} 1"));
  CHECK(holds(text, "aiflow_task_queued_seconds_count 1"));
  CHECK(holds(text, "aiflow_task_queued_seconds_sum 3"));
  CHECK(holds(text, "aiflow_task_scheduled_seconds_sum 2"));
}

TEST_CASE("what a change says wrongly is not counted") {
  Counters counters;
  counters.changes({task_event("no such state", "2026-01-01T00:00:05Z"),
                    task_event("success", "2025-01-01T00:00:00Z"),
                    task_event("failed", "no time"),
                    {.id = 2, .kind = "task_instance", .data = json::Value()}});
  CHECK(holds(counters.text(), "aiflow_task_queued_seconds_count 0"));
  CHECK(counters.text().find("no such state") == std::string::npos);
}

TEST_CASE("names of pools and services are quoted, and a hundred at most are labels") {
  Figures figures;
  figures.pools.resize(150);
  figures.pools[0].name = "a \"b\"\\\nc";
  figures.pools[0].slots = 7;
  const auto text = metrics_text(figures);
  CHECK(holds(text, R"(aiflow_pool_slots{pool="a \"b\"\\\nc"} 7)"));
  std::size_t samples = 0;
  for (auto at = text.find("\naiflow_pool_slots{"); at != std::string::npos;
       at = text.find("\naiflow_pool_slots{", at + 1)) {
    ++samples;
  }
  CHECK(samples == 100);
}

TEST_CASE("slots are told by queue, of connected workers, and the machine's memory") {
  Figures figures;
  figures.workers.resize(3);
  for (auto& worker : figures.workers) {
    worker.state = "connected";
    worker.queues = {"default"};
    worker.slots = 4;
    worker.running = 1;
  }
  figures.workers[1].queues = {"default", "gpu"};
  figures.workers[2].state = "lost";
  figures.host = os::HostUse{.memory_bytes = 64, .memory_used_bytes = 16};
  const auto text = metrics_text(figures);
  CHECK(holds(text, "aiflow_queue_slots{queue=\"default\"} 8"));
  CHECK(holds(text, "aiflow_queue_slots_used{queue=\"default\"} 2"));
  CHECK(holds(text, "aiflow_queue_slots{queue=\"gpu\"} 4"));
  CHECK(holds(text, "aiflow_host_memory_bytes 64"));
  CHECK(holds(text, "aiflow_host_memory_used_bytes 16"));
  figures.workers[0].queues.assign(150, "");
  for (int i = 0; i < 150; ++i) figures.workers[0].queues[i] = "q" + std::to_string(i);
  const auto many = metrics_text(figures);
  CHECK(many.find("queue=\"q97\"") != std::string::npos);
  CHECK(many.find("queue=\"q149\"") == std::string::npos);
}

TEST_CASE("who waits longest is told as an age, never below 0") {
  Figures figures;
  figures.at = WallTime{100s};
  figures.census = store::Census{};
  figures.census->oldest_scheduled = WallTime{70s};
  figures.census->oldest_queued = WallTime{101s};
  const auto text = metrics_text(figures);
  CHECK(holds(text, "aiflow_task_oldest_wait_seconds{state=\"scheduled\"} 30"));
  CHECK(holds(text, "aiflow_task_oldest_wait_seconds{state=\"queued\"} 0"));
}

TEST_CASE("who waits is told by queue and pool, those that no worker serves too") {
  Figures figures;
  figures.at = WallTime{100s};
  figures.workers.resize(1);
  figures.workers[0].state = "connected";
  figures.workers[0].queues = {"default", "night"};
  figures.pools.resize(1);
  figures.pools[0].name = "gpu";
  figures.waits.queues["night"] = {.number = 3, .since = WallTime{70s}};
  figures.waits.queues["lost"] = {.number = 1, .since = WallTime{101s}};
  figures.waits.pools[PoolName{"no such pool"}] = {.number = 1, .since = WallTime{99s}};
  auto text = metrics_text(figures);
  CHECK(holds(text, "aiflow_queue_waiting_tasks{queue=\"default\"} 0"));
  CHECK(holds(text, "aiflow_queue_waiting_tasks{queue=\"night\"} 3"));
  CHECK(holds(text, "aiflow_queue_waiting_tasks{queue=\"lost\"} 1"));
  CHECK(holds(text, "aiflow_queue_oldest_wait_seconds{queue=\"default\"} 0"));
  CHECK(holds(text, "aiflow_queue_oldest_wait_seconds{queue=\"night\"} 30"));
  CHECK(holds(text, "aiflow_queue_oldest_wait_seconds{queue=\"lost\"} 0"));
  CHECK(holds(text, "aiflow_pool_oldest_wait_seconds{pool=\"gpu\"} 0"));
  CHECK(holds(text, "aiflow_pool_oldest_wait_seconds{pool=\"no such pool\"} 1"));
  // Those that wait have the room.
  figures.workers[0].queues.assign(150, "");
  for (int i = 0; i < 150; ++i) figures.workers[0].queues[i] = "a" + std::to_string(i);
  text = metrics_text(figures);
  CHECK(holds(text, "aiflow_queue_waiting_tasks{queue=\"night\"} 3"));
  CHECK(holds(text, "aiflow_queue_waiting_tasks{queue=\"a97\"} 0"));
  CHECK(text.find("aiflow_queue_waiting_tasks{queue=\"a149\"}") == std::string::npos);
}

TEST_CASE("workers are counted by state, their slots by executor while they are connected") {
  Figures figures;
  figures.workers.resize(3);
  for (auto& worker : figures.workers) {
    worker.state = "connected";
    worker.executors = {"local"};
    worker.slots = 4;
    worker.running = 1;
  }
  figures.workers[1].executors = {"local", "docker"};
  figures.workers[2].state = "lost";
  const auto text = metrics_text(figures);
  CHECK(holds(text, "aiflow_workers{state=\"connected\"} 2"));
  CHECK(holds(text, "aiflow_workers{state=\"lost\"} 1"));
  CHECK(holds(text, "aiflow_executor_slots{executor=\"local\"} 8"));
  CHECK(holds(text, "aiflow_executor_slots_used{executor=\"docker\"} 1"));
}

}  // namespace
}  // namespace aiflow::service

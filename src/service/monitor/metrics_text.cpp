// SPDX-License-Identifier: Apache-2.0
#include "service/monitor/metrics_text.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <span>

#include "log/exposition.h"

namespace aiflow::service {
namespace {

constexpr std::size_t kNamedMax = 100;

template <class T>
std::span<const T> some(const std::vector<T>& all) {
  return std::span(all).first(std::min(all.size(), kNamedMax));
}

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

class Writer {
 public:
  /// A family of one sample.
  template <class T>
  void gauge(std::string_view name, std::string_view help, T value) {
    out.family(name, "gauge", help);
    out.sample(static_cast<double>(value));
  }
  log::Exposition out;
};

void add_process(Writer& to, const Figures& of) {
  to.out.family("aiflow_build_info", "gauge", "The server's version; always 1.");
  to.out.sample(1, {{"version", of.version}});
  to.out.family("aiflow_component_healthy", "gauge",
                "1 when a part of the server works, else 0; /api/v2/monitor/health says why.");
  for (const auto& part : of.health.components) {
    to.out.sample(part.status == "healthy" ? 1 : 0, {{"component", part.name}});
  }
  to.gauge("process_start_time_seconds", "When the server started, in Unix time.",
           seconds(of.started_at.time_since_epoch()));
  if (!of.process) return;
  to.out.family("process_cpu_seconds_total", "counter", "Processor time that the server has used.");
  to.out.sample(of.process->cpu_s);
  to.gauge("process_resident_memory_bytes", "The server's memory.", of.process->resident_bytes);
  to.gauge("process_virtual_memory_bytes", "The server's addresses.", of.process->virtual_bytes);
  to.gauge("process_open_fds", "Open files and sockets of the server.", of.process->open_files);
  to.gauge("process_max_fds", "How many it may open.", of.process->open_files_max);
}

void add_oldest(Writer& to, const Figures& of) {
  to.out.family("aiflow_task_oldest_wait_seconds", "gauge",
                "How long the task that waits longest is in this state; 0 when none is.");
  const auto add = [&](std::string_view state, const std::optional<WallTime>& since) {
    to.out.sample(since ? std::max(0.0, seconds(of.at - *since)) : 0, {{"state", state}});
  };
  add("scheduled", of.census->oldest_scheduled);
  add("queued", of.census->oldest_queued);
}

void add_work(Writer& to, const Figures& of) {
  if (!of.census) return;
  to.out.family("aiflow_dags", "gauge", "DAGs that are in a file now.");
  to.out.sample(static_cast<double>(of.census->dags_active), {{"paused", "false"}});
  to.out.sample(static_cast<double>(of.census->dags_paused), {{"paused", "true"}});
  to.gauge("aiflow_dag_import_errors", "DAG files that could not be read.",
           of.census->import_errors);
  to.out.family("aiflow_dag_runs", "gauge", "Runs that have not ended.");
  for (const auto& [state, count] : of.census->runs) {
    to.out.sample(static_cast<double>(count), {{"state", to_string(state)}});
  }
  to.out.family("aiflow_task_instances", "gauge", "Task instances of runs that have not ended.");
  for (const auto& [state, count] : of.census->tasks) {
    to.out.sample(static_cast<double>(count), {{"state", to_string(state)}});
  }
  add_oldest(to, of);
  to.gauge("aiflow_executor_queue_length",
           "Jobs and cancellations that no executor has taken over yet.", of.census->outbox);
}

void add_queues(Writer& to, const Figures& of) {
  to.gauge("aiflow_scheduler_queue_length", "What waits for the scheduler's next step.",
           of.scheduler_waiting);
  to.gauge("aiflow_event_streams", "Open event streams: dashboards and waiting commands.",
           of.event_streams);
  to.gauge("aiflow_http_connections", "Open connections.", of.http.connections);
  to.gauge("aiflow_worker_listener_connections",
           "Of these, on the listener for workers; 0 without one.", of.http.of_workers.value_or(0));
  to.out.family("aiflow_http_requests_in_progress", "gauge",
                "Requests that wait for a thread or have one, by lane.");
  to.out.sample(static_cast<double>(of.http.people), {{"lane", "people"}});
  to.out.sample(static_cast<double>(of.http.machines), {{"lane", "machines"}});
}

/// Executors by the first word of their names ("kubernetes" of "kubernetes:site-2").
void add_workers(Writer& to, const Figures& of) {
  std::map<std::string, int> states = {{"connected", 0}, {"lost", 0}, {"gone", 0}};
  struct Executor {
    int workers = 0;
    std::int64_t slots = 0;
    std::int64_t used = 0;
  };
  std::map<std::string, Executor> executors;
  std::int64_t cordoned = 0;
  for (const auto& worker : of.workers) {
    ++states[worker.state];
    if (worker.state != "connected") continue;
    if (worker.cordoned) ++cordoned;
    for (const auto& name : worker.executors) {
      if (executors.size() >= kNamedMax && !executors.contains(name)) continue;
      auto& one = executors[name];
      ++one.workers;
      one.slots += worker.slots;
      one.used += worker.running;
    }
  }
  to.out.family("aiflow_workers", "gauge", "Workers that are known.");
  for (const auto& [state, count] : states) to.out.sample(count, {{"state", state}});
  to.gauge("aiflow_workers_cordoned", "Workers that are connected and take no new jobs.", cordoned);
  const auto add = [&](std::string_view name, std::string_view help, auto value) {
    to.out.family(name, "gauge", help);
    for (const auto& [executor, one] : executors) {
      to.out.sample(static_cast<double>(one.*value), {{"executor", executor}});
    }
  };
  add("aiflow_executor_workers", "Connected workers that an executor can use.", &Executor::workers);
  add("aiflow_executor_slots", "Slots of these workers; one that serves two counts in both.",
      &Executor::slots);
  add("aiflow_executor_slots_used", "Slots of these workers that are in use.", &Executor::used);
}

void add_pools(Writer& to, const Figures& of) {
  const auto add = [&](std::string_view name, std::string_view help, auto member) {
    to.out.family(name, "gauge", help);
    for (const auto& pool : some(of.pools)) {
      to.out.sample(static_cast<double>(pool.*member), {{"pool", pool.name}});
    }
  };
  add("aiflow_pool_slots", "Slots of a pool; -1: no limit.", &wire::Pool::slots);
  add("aiflow_pool_occupied_slots", "Slots in use.", &wire::Pool::occupied_slots);
  add("aiflow_pool_scheduled_slots", "Slots that waiting tasks want.",
      &wire::Pool::scheduled_slots);
}

/// By name: who waits, and 0 for the others of `known`. A hundred at most, those that wait first.
using WaitingByName = std::map<std::string, sched::Waiting>;
WaitingByName waiting_of(const WaitingByName& waiting, const std::vector<std::string>& known) {
  WaitingByName out;
  for (const auto& [name, one] : waiting) {
    if (out.size() < kNamedMax) out.emplace(name, one);
  }
  for (const auto& name : known) {
    if (out.size() < kNamedMax) out.try_emplace(name);
  }
  return out;
}

double age_of(const sched::Waiting& waiting, WallTime at) {
  return waiting.since ? std::max(0.0, seconds(at - *waiting.since)) : 0;
}

/// Queues that tasks wait for are told too when no worker serves them.
void add_waits(Writer& to, const Figures& of) {
  std::vector<std::string> served;
  for (const auto& worker : of.workers) {
    if (worker.state == "connected") std::ranges::copy(worker.queues, std::back_inserter(served));
  }
  const auto queues = waiting_of(of.waits.queues, served);
  to.out.family("aiflow_queue_waiting_tasks", "gauge",
                "Task instances of a queue that are ready and that no worker has begun.");
  for (const auto& [name, one] : queues) {
    to.out.sample(static_cast<double>(one.number), {{"queue", name}});
  }
  to.out.family("aiflow_queue_oldest_wait_seconds", "gauge",
                "How long the first of them has been ready; 0 when none waits.");
  for (const auto& [name, one] : queues) to.out.sample(age_of(one, of.at), {{"queue", name}});
  WaitingByName pools;
  std::vector<std::string> there;
  for (const auto& [name, one] : of.waits.pools) pools.emplace(name.value, one);
  for (const auto& pool : of.pools) there.push_back(pool.name);
  to.out.family(
      "aiflow_pool_oldest_wait_seconds", "gauge",
      "How long the first task of a pool has been ready without a place; 0 when none is.");
  for (const auto& [name, one] : waiting_of(pools, there)) {
    to.out.sample(age_of(one, of.at), {{"pool", name}});
  }
}

void add_services(Writer& to, const Figures& of) {
  const auto services = some(of.services);
  to.out.family("aiflow_service_up", "gauge", "1 when a service of inference answers, else 0.");
  for (const auto& one : services) {
    to.out.sample(one.state == "ready" ? 1 : 0, {{"service", one.name}});
  }
  to.out.family("aiflow_service_requests_total", "counter", "Requests to a service of inference.");
  for (const auto& one : services) {
    to.out.sample(static_cast<double>(one.requests), {{"service", one.name}});
  }
  to.out.family("aiflow_service_latency_seconds", "gauge",
                "How long a service takes to answer: half of, and 99 of 100 requests.");
  for (const auto& one : services) {
    if (one.latency_ms_p50) {
      to.out.sample(*one.latency_ms_p50 / 1e3, {{"service", one.name}, {"quantile", "0.5"}});
    }
    if (one.latency_ms_p99) {
      to.out.sample(*one.latency_ms_p99 / 1e3, {{"service", one.name}, {"quantile", "0.99"}});
    }
  }
}

void add_host(Writer& to, const Figures& of) {
  if (!of.host) return;
  to.gauge("aiflow_host_memory_bytes", "Memory of the server's machine.", of.host->memory_bytes);
  to.gauge("aiflow_host_memory_used_bytes", "Of that, what could not be had: caches do not count.",
           of.host->memory_used_bytes);
}

/// Of each worker's machine, as its last heartbeat said.
void add_machines(Writer& to, const Figures& of) {
  const auto add = [&](std::string_view name, std::string_view help, auto member) {
    to.out.family(name, "gauge", help);
    for (const auto& worker : some(of.workers)) {
      if (worker.state != "connected" || !(worker.*member)) continue;
      to.out.sample(static_cast<double>(*(worker.*member)), {{"worker", worker.worker_id}});
    }
  };
  add("aiflow_worker_cpu_used_ratio", "The busy part of its machine's processors, 0 to 1.",
      &wire::Worker::cpu_used);
  add("aiflow_worker_memory_used_bytes", "Memory in use on its machine, without caches.",
      &wire::Worker::memory_used_bytes);
}

/// Connected workers by the queues that they take tasks of; one that takes of two counts in both.
void add_worker_queues(Writer& to, const Figures& of) {
  struct Queue {
    std::int64_t slots = 0;
    std::int64_t running = 0;
  };
  std::map<std::string, Queue> queues;
  for (const auto& worker : of.workers) {
    if (worker.state != "connected") continue;
    for (const auto& name : worker.queues) {
      if (queues.size() >= kNamedMax && !queues.contains(name)) continue;
      queues[name].slots += worker.slots;
      queues[name].running += worker.running;
    }
  }
  to.out.family("aiflow_queue_slots", "gauge", "Slots of the workers that serve a queue.");
  for (const auto& [name, queue] : queues) {
    to.out.sample(static_cast<double>(queue.slots), {{"queue", name}});
  }
  to.out.family("aiflow_queue_slots_used", "gauge", "Of these slots, those that have a task.");
  for (const auto& [name, queue] : queues) {
    to.out.sample(static_cast<double>(queue.running), {{"queue", name}});
  }
}

void add_storage(Writer& to, const Figures& of) {
  if (of.database_bytes) {
    to.gauge("aiflow_database_size_bytes", "The SQLite file with its log.", *of.database_bytes);
  }
  if (!of.disk) return;
  to.gauge("aiflow_disk_free_bytes", "What is free where the data directory is.",
           of.disk->free_bytes);
  to.gauge("aiflow_disk_size_bytes", "The size of the data directory's disk.", of.disk->bytes);
}

}  // namespace

std::string metrics_text(const Figures& figures) {
  Writer to;
  add_process(to, figures);
  add_work(to, figures);
  add_queues(to, figures);
  add_workers(to, figures);
  add_pools(to, figures);
  add_services(to, figures);
  add_storage(to, figures);
  add_host(to, figures);
  add_machines(to, figures);
  add_worker_queues(to, figures);
  add_waits(to, figures);
  return to.out.take();
}

}  // namespace aiflow::service

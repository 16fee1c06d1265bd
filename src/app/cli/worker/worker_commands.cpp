// SPDX-License-Identifier: Apache-2.0
// aiflow workers ...: who works, what they are asked to do, and who may work from elsewhere.
#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <optional>

#include "app/cli/commands.h"
#include "wire/listeners.h"

namespace aiflow::app {
namespace {

/// "sha256:" and as many hex digits as tell two packs apart.
constexpr std::size_t kDigestShown = 19;

std::string load_text(const wire::Worker& worker) {
  if (!worker.load) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", *worker.load);
  return text.data() + (worker.cpus ? " of " + std::to_string(*worker.cpus) : std::string());
}

/// What its whole machine uses, in a sentence's part; "" where nobody tells.
std::string machine_text(const wire::Worker& worker) {
  std::string text;
  if (worker.cpu_used) {
    text += ", processors " + std::to_string(std::lround(*worker.cpu_used * 100)) + " % busy";
  }
  if (worker.memory_used_bytes && worker.memory_bytes) {
    text += ", memory " + format_bytes(static_cast<double>(*worker.memory_used_bytes)) + " of " +
            format_bytes(static_cast<double>(*worker.memory_bytes));
  }
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

std::string labels_text(const std::map<std::string, std::string>& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    text += (text.empty() ? "" : ",") + name + "=" + value;
  }
  return text.empty() ? "-" : text;
}

/// A cluster that was never reached has no time.
std::string last_seen_text(const wire::Worker& worker, WallTime now) {
  return worker.last_seen == WallTime{} ? "never" : format_ago(worker.last_seen, now);
}

/// Executors may have no worker that could tell why their tasks wait.
Status print_unhealthy(ApiClient& client) {
  AIFLOW_ASSIGN(const auto answer, client.get("/api/v2/monitor/health"));
  AIFLOW_ASSIGN(const auto health, wire::parse_health(answer));
  for (const auto& part : health.components) {
    const bool runs_tasks = part.name == "redis" || part.name.starts_with("kubernetes");
    if (!runs_tasks || part.status == "healthy") continue;
    std::cout << part.name << " is " << part.status << ": " << part.reason << "\n";
  }
  return {};
}

/// cordon, uncordon or drain: of each that was named, also after one that failed.
Status order_workers(const Clock& clock, const Invocation& in, const std::string& order,
                     const std::string& done) {
  auto client = client_for(clock, in);
  std::optional<Error> failed;
  json::Array ordered;
  for (const std::string& worker : in.list("worker")) {
    const auto given = client.call("POST", api_path({"workers", worker, order}));
    if (given && in.flag("--json")) {
      ordered.push_back(json::object({{"worker_id", worker}, {"order", order}}));
    } else if (given) {
      std::cout << "worker " << worker << " " << done << "\n";
    } else if (failed) {
      failed->message += "; " + given.error().message;
    } else {
      failed = given.error();
    }
  }
  if (in.flag("--json")) std::cout << json::write_pretty(json::Value(std::move(ordered))) << "\n";
  if (failed) return fail(*std::move(failed));
  return {};
}

Status list_workers(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/workers"));
  AIFLOW_TRY(print_list(in, items,
                        {.header = {"WORKER", "STATE", "RUNNING", "SLOTS", "LOAD", "QUEUES",
                                    "EXECUTORS", "LABELS", "PACKS", "VERSION", "LAST SEEN"},
                         .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
                           AIFLOW_ASSIGN(const auto worker, wire::parse_worker(item));
                           return std::vector<std::string>{
                               worker.worker_id,
                               worker.cordoned ? worker.state + ", cordoned" : worker.state,
                               std::to_string(worker.running),
                               std::to_string(worker.slots),
                               load_text(worker),
                               joined(worker.queues),
                               joined(worker.executors),
                               labels_text(worker.labels),
                               std::to_string(worker.packs.size()),
                               worker.version.empty() ? "-" : worker.version,
                               last_seen_text(worker, clock.now())};
                         },
                         .empty = "no worker is connected: aiflow worker"}));
  return in.flag("--json") ? Status{} : print_unhealthy(client);
}

/// "90m", "2h", "7d" -> minutes.
Result<std::int64_t> parse_life(const std::string& text) {
  const auto bad = [&] {
    return fail(ErrorCode::invalid_argument,
                "--expires is a number with m, h or d behind it, like 1h, not '" + text + "'");
  };
  if (text.size() < 2 || text.size() > 6) return bad();
  const std::string digits = text.substr(0, text.size() - 1);
  if (digits.find_first_not_of("0123456789") != std::string::npos) return bad();
  const std::int64_t number = std::stoll(digits);
  switch (text.back()) {
    case 'm': return number;
    case 'h': return number * 60;
    case 'd': return number * 60 * 24;
    default: return bad();
  }
}

Status make_token(const Clock& clock, const Invocation& in) {
  AIFLOW_ASSIGN(const auto minutes, parse_life(in.text("--expires")));
  AIFLOW_ASSIGN(const auto uses, in.number("--uses"));
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto made, client.call("POST", "/api/v2/workers/joinTokens",
                                             json::object({{"minutes", minutes}, {"uses", uses}})));
  if (in.flag("--json")) {
    print_object(in, made);
    return {};
  }
  AIFLOW_ASSIGN(const auto token, wire::parse_join_token(made));
  std::cout << token.token << "\n" << std::flush;
  // The token is made, whatever an earlier server knows of its address.
  const auto answer = client.get("/api/v2/workers/address");
  const auto known = answer ? wire::parse_worker_address(*answer) : fail(answer.error());
  const auto address = known.value_or(wire::WorkerAddress{.url = "URL"});
  std::cerr << "shown this once; put it into a file on the worker's machine and run there: "
               "aiflow worker --server "
            << address.url << " --token-file FILE\n";
  if (address.is_local) {
    std::cerr << "no other machine reaches that address: start the server with --host or "
                 "--workers-listen\n";
  }
  return {};
}

Status list_joined(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/workers/credentials"));
  return print_list(
      in, items,
      {.header = {"WORKER", "JOINED", "FROM", "LAST CONNECTED"},
       .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto worker, wire::parse_worker_credential(item));
         return std::vector<std::string>{
             worker.worker_id, format_ago(worker.joined_at, clock.now()), worker.joined_from,
             worker.last_seen_at ? format_ago(*worker.last_seen_at, clock.now()) : "never"};
       },
       .empty = "no worker has joined from elsewhere: aiflow workers token"});
}

std::string task_text(const wire::WorkerTask& task) {
  const std::string index = task.map_index < 0 ? "" : "[" + std::to_string(task.map_index) + "]";
  return task.task_id + index;
}

Result<json::Value> find_worker(ApiClient& client, const std::string& id) {
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/workers"));
  for (const json::Value& item : items) {
    AIFLOW_ASSIGN(const auto worker, wire::parse_worker(item));
    if (worker.worker_id == id) return item;
  }
  return fail(ErrorCode::not_found,
              "there is no worker '" + id + "' now; those there are: aiflow workers list");
}

void print_worker(const wire::Worker& worker, const std::vector<wire::WorkerTask>& tasks,
                  WallTime now) {
  const std::string state = worker.cordoned ? worker.state + ", cordoned" : worker.state;
  std::cout << worker.worker_id << ": " << state << ", " << worker.running << " running, "
            << worker.slots << " slots\n"
            << "host " << (worker.host.empty() ? "-" : worker.host) << ", process " << worker.pid
            << ", version " << worker.version << ", load " << load_text(worker)
            << machine_text(worker) << ", last heard " << last_seen_text(worker, now) << "\n";
  Table packs{.header = {"PACK", "VERSION", "SIZE", "DIGEST"}, .rows = {}};
  for (const wire::WorkerPack& pack : worker.packs) {
    packs.rows.push_back({pack.name, pack.version, format_bytes(static_cast<double>(pack.size)),
                          pack.digest.substr(0, kDigestShown)});
  }
  std::cout << (worker.packs.empty() ? "no packs\n" : render(packs));
  Table running{.header = {"DAG", "RUN", "TASK", "TRY", "SINCE"}, .rows = {}};
  for (const wire::WorkerTask& task : tasks) {
    running.rows.push_back({task.dag_id, task.dag_run_id, task_text(task),
                            std::to_string(task.try_number),
                            task.start_date ? format_ago(*task.start_date, now) : "-"});
  }
  std::cout << (tasks.empty() ? "no tasks\n" : render(running));
}

Status show(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  const std::string id = in.text("worker");
  AIFLOW_ASSIGN(json::Value item, find_worker(client, id));
  AIFLOW_ASSIGN(const auto all, client.list("/api/v2/workers/tasks"));
  std::vector<wire::WorkerTask> tasks;
  json::Value list{json::Array{}};
  for (const json::Value& one : all) {
    AIFLOW_ASSIGN(auto task, wire::parse_worker_task(one));
    if (task.worker_id != id) continue;
    tasks.push_back(std::move(task));
    list.push_back(one);
  }
  if (in.flag("--json")) {
    item.set("tasks", std::move(list));
    print_object(in, item);
    return {};
  }
  AIFLOW_ASSIGN(const auto worker, wire::parse_worker(item));
  print_worker(worker, tasks, clock.now());
  return {};
}

Status revoke(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  const std::string worker = in.text("worker");
  AIFLOW_TRY(client.call("DELETE", api_path({"workers", "credentials", worker})));
  std::cout << "the credential of worker " << worker
            << " is revoked; its connection and its tasks end\n";
  return {};
}

}  // namespace

std::vector<Command> worker_commands(const Clock& clock) {
  const Parameter worker{.name = "worker", .help = "its id, as in workers list", .required = true};
  const Parameter workers{
      .name = "worker", .help = "their ids, as in workers list", .required = true, .many = true};
  return {
      {.words = {"workers", "cordon"},
       .summary = "gives a worker no new tasks, until uncordon; what runs goes on",
       .parameters = with_common({workers}),
       .examples = {"aiflow workers cordon edge-7"},
       .run =
           [&clock](const Invocation& in) {
             return order_workers(clock, in, "cordon", "gets no new tasks");
           }},
      {.words = {"workers", "uncordon"},
       .summary = "gives a worker tasks again",
       .parameters = with_common({workers}),
       .examples = {"aiflow workers uncordon edge-7"},
       .run =
           [&clock](const Invocation& in) {
             return order_workers(clock, in, "uncordon", "gets tasks again");
           }},
      {.words = {"workers", "drain"},
       .summary = "gives a worker no new tasks, and ends it after its last one",
       .parameters = with_common({workers}),
       .examples = {"aiflow workers drain edge-7", "aiflow workers drain edge-7 edge-8"},
       .run =
           [&clock](const Invocation& in) {
             return order_workers(clock, in, "drain", "ends after its last task");
           }},
      {.words = {"workers", "list"},
       .summary = "connected workers, their slots and load",
       .parameters = with_common({}),
       .examples = {"aiflow workers list --json"},
       .run = [&clock](const Invocation& in) { return list_workers(clock, in); }},
      {.words = {"workers", "token"},
       .summary = "makes a token by which workers on other machines join this server",
       .parameters = with_common(
           {{.name = "--expires", .help = "how long it is good: 30m, 1h, 7d", .otherwise = "1h"},
            {.name = "--uses", .help = "how many workers may join by it", .otherwise = "1"}}),
       .examples = {"(umask 077; aiflow workers token > join.token)",
                    "aiflow workers token --expires 1d --uses 10"},
       .run = [&clock](const Invocation& in) { return make_token(clock, in); }},
      {.words = {"workers", "show"},
       .summary = "one worker: its load, the packs that it holds, the tasks that it runs",
       .parameters = with_common({worker}),
       .examples = {"aiflow workers show gpu-3", "aiflow workers show gpu-3 --json"},
       .run = [&clock](const Invocation& in) { return show(clock, in); }},
      {.words = {"workers", "joined"},
       .summary = "workers that have joined from other machines, connected or not",
       .parameters = with_common({}),
       .examples = {"aiflow workers joined", "aiflow workers joined --json"},
       .run = [&clock](const Invocation& in) { return list_joined(clock, in); }},
      {.words = {"workers", "revoke"},
       .summary = "ends the credential of a worker that has joined",
       .parameters =
           with_common({{.name = "worker", .help = "name of the worker", .required = true}}),
       .examples = {"aiflow workers revoke gpu-3"},
       .names_from = "workers joined",
       .run = [&clock](const Invocation& in) { return revoke(clock, in); }},
  };
}

}  // namespace aiflow::app

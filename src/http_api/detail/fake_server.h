// SPDX-License-Identifier: Apache-2.0
// For tests: the whole server behind its API with a fake executor, without processes.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "executor/fake_executor.h"
#include "http_api/api.h"
#include "net/client.h"
#include "os/file.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"
#include "store/run_store.h"

namespace aiflow::http_api {

using namespace std::chrono_literals;

inline const os::SystemClock kClock;

inline Deadline soon() { return Deadline::after(kClock, 20s); }

/// The server without processes: a fake executor, no worker, no engine.
struct Bench {
  explicit Bench(RateLimit limit = {}) : rate_limit(limit) {
    audit.start();
    REQUIRE(events.start());
    REQUIRE(logs.start());
    server_log.start();
    REQUIRE(conductor.open());
    conductor.start();
    executor.set_slots(4);
    net::ServerOptions options;
    options.port = 0;
    options.unix_socket = folder.path() / "api.sock";
    http = net::Server::start(options, api).value();
  }
  ~Bench() {
    http->stop(1s);
    conductor.stop();
    logs.stop();
    server_log.stop();
    events.stop();
  }

  conductor::Options conductor_options() {
    conductor::Options options;
    options.data_dir = folder.path();
    options.dag_folders = {"/dags"};
    options.on_changes = [this](const auto& changes) { events.publish(changes), logs.wake(); };
    return options;
  }
  net::Client local() { return {kClock, {.unix_socket = folder.path() / "api.sock"}}; }
  net::Client tcp() { return {kClock, {.port = http->port()}}; }
  std::string host() const { return "127.0.0.1:" + std::to_string(http->port()); }

  /// A session of a new user of that role: headers that a browser would send.
  net::Headers session(Role role) {
    return session_of(std::string(to_string(role)) + std::to_string(++users), role);
  }
  net::Headers session_of(const std::string& name, std::optional<Role> role) {
    REQUIRE(auth->create_user({.username = name, .role = role, .password = "long enough"}));
    const auto in = auth->login({name, Secret(std::string_view("long enough")), "test"});
    REQUIRE(in);
    return {{"cookie", "aiflow_session=" + std::string(in->cookie.reveal())},
            {"x-csrf-token", in->session.csrf_token}};
  }
  /// An API token of a new user, a viewer.
  std::string api_token(const std::string& name) {
    REQUIRE(auth->create_user({.username = name, .role = Role::viewer, .password = "long enough"}));
    return tokens.create(name, {.days = 1, .name = "script"}).value().token;
  }
  /// A DAG of one Bash task, "t".
  static wire::DagSpec one_task(const std::string& dag_id) {
    wire::DagSpec spec;
    spec.dag_id = dag_id;
    spec.timezone = "UTC";
    spec.schedule.kind = "none";
    spec.max_active_tasks = spec.max_active_runs = 16;
    spec.compat = 3;
    spec.params = json::object({});
    wire::TaskSpec task;
    task.task_id = task.label = "t";
    task.operator_ = "bash";
    task.operator_name = "BashOperator";
    task.pool = "default_pool";
    task.pool_slots = task.priority_weight = 1;
    task.weight_rule = "downstream";
    task.payload = json::object({{"bash_command", "true"}});
    spec.tasks = {task};
    return spec;
  }
  /// `below`: a folder of the DAG folder, with a '/' at its end.
  void add_dag(const wire::DagSpec& spec, const std::string& below = "") {
    wire::DagFile file;
    file.file = "/dags/" + below + spec.dag_id + ".py";
    file.dags = {spec};
    const auto parsed = conductor::wait_for<std::vector<DagId>>(
        [&](auto answer) { conductor.parsed({file, "text of the file"}, answer); });
    REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.error().message));
  }
  /// The DAG "d" with a run "r1" whose task is queued.
  wire::AttemptRef start_task() {
    add_dag(one_task("d"));
    const auto run = conductor::wait_for<store::RunRow>([&](auto answer) {
      conductor.trigger({.dag_id = DagId{"d"}, .run_id = RunId{"r1"}}, answer);
    });
    REQUIRE_MESSAGE(run, (run ? "" : run.error().message));
    const store::TaskKey key{DagId{"d"}, RunId{"r1"}, TaskId{"t"}, -1};
    return await_queued(key);
  }
  /// Waits for the scheduler.
  wire::AttemptRef await_queued(const store::TaskKey& key) {
    for (;;) {
      const auto row =
          store->read([&](db::Connection& db) { return store::RunStore(db).task(key); });
      if (row && row->state == TaskState::queued) {
        return {store::to_wire(key), row->try_number, row->epoch};
      }
      os::sleep_for(1ms);
    }
  }
  net::Headers task_token() {
    return {{"authorization", "Bearer " + auth->sign_attempt(start_task())}};
  }

  RateLimit rate_limit;
  os::TempDir folder = os::TempDir::create("api-test").value();
  int users = 0;
  std::unique_ptr<store::Store> store =
      store::Store::open((folder.path() / "a.db").string(), kClock.now()).value();
  std::unique_ptr<service::Auth> auth =
      service::Auth::open(kClock, *store, {.hash_memory_bytes = 8192, .hash_passes = 1}).value();
  service::ApiTokens tokens{kClock, *store};
  std::unique_ptr<service::Vault> vault =
      service::Vault::open(folder.path() / "secrets.key").value();
  service::KeptValues values{{kClock, *store, *vault}};
  /// Reads `dag_id: NAME`, and finds a mistake in what is "broken".
  static void parse(const std::vector<std::filesystem::path>& files,
                    const supervise::ParsedFile& done) {
    const auto text = os::read_file(files.front(), 1U << 20).value();
    wire::DagFile parsed{.file = files.front().string()};
    const auto at = text.find("dag_id: ");
    if (text.find("broken") == std::string::npos && at != std::string::npos) {
      parsed.dags = {one_task(text.substr(at + 8, text.find('\n', at) - at - 8))};
    } else {
      parsed.error.emplace().problems = {{{.message = "a mistake", .line = 2, .column = 3}}};
    }
    done(files.front(), parsed);
  }
  std::filesystem::path dags() const { return folder.path() / "dags"; }

  service::AuditTrail audit{kClock, *store};
  service::EventHub events{*store, stream_text};
  service::LogFollower logs;
  executor::FakeExecutor executor{kClock};
  conductor::Conductor conductor{kClock, *store, executor, conductor_options()};
  blobs::BlobStore blobs{folder.path() / "blobs"};
  runtime::Pool packs{folder.path() / "packs"};
  service::Workflows workflows{{kClock, *store, conductor, folder.path() / "logs"}};
  service::DagEditor editor{
      {.clock = kClock,
       .store = *store,
       .folders = {dags()},
       .scratch = folder.path() / "texts",
       .parse = parse,
       .describe = [] { return Result<std::string>(R"({"operators":[],"common":[],"dag":[]})"); },
       .load = [this](wire::DagFile file, std::string text) -> Status {
         const auto loaded = conductor::wait_for<std::vector<DagId>>(
             [&](auto answer) { conductor.parsed({std::move(file), std::move(text)}, answer); });
         return loaded ? Status{} : fail(loaded.error());
       },
       .unload = [this](const std::string& file) -> Status {
         const auto gone = conductor::wait_for<std::vector<DagId>>(
             [&](auto answer) { conductor.file_removed(file, answer); });
         return gone ? Status{} : fail(gone.error());
       }}};
  service::Catalogue catalogue{{kClock, *store, blobs, packs, events}};
  service::Artifacts artifacts{{kClock, *store, blobs}};
  service::ResultCache result_cache{{kClock, *store}};
  service::Housekeeper housekeeper{{kClock, *store, conductor, blobs, folder.path() / "logs"}};
  service::Deployments services{
      {kClock, *store, catalogue, packs, events, "/nonexistent/aiflow-infer", folder.path()}};
  service::Cameras cameras{{kClock, *store, catalogue, services, events,
                            "/nonexistent/aiflow-camera",
                            service::CameraPictures(folder.path() / "cameras")}};
  service::WorkerAccess worker_access{{kClock, *store, folder.path() / "logs"}};
  std::unique_ptr<uplink::Gateway> gateway =
      uplink::Gateway::start(kClock, {.executor_socket = folder.path() / "worker.sock"}).value();
  service::Counters counters;
  service::History history;
  std::shared_ptr<log::Recent> recent_log = std::make_shared<log::Recent>();
  service::ServerLog server_log{recent_log};
  service::FigureSources sources{.clock = kClock,
                                 .store = *store,
                                 .conductor = conductor,
                                 .events = events,
                                 .services = services,
                                 .workers = [] { return std::vector<wire::Worker>{}; },
                                 .health = [] { return wire::Health{}; },
                                 .http = [] { return service::Figures::Http{.connections = 3}; },
                                 .home = folder.path(),
                                 .version = "test"};
  Api api{{kClock,
           *store,
           *auth,
           tokens,
           audit,
           values,
           editor,
           workflows,
           catalogue,
           artifacts,
           result_cache,
           housekeeper,
           services,
           cameras,
           events,
           logs,
           worker_access,
           *gateway,
           [] { return std::vector<wire::Worker>{}; },
           [](const WorkerId& worker, Parts::WorkerOrder, const std::string&) -> Status {
             return fail(ErrorCode::not_found, "there is no worker '" + worker.value + "'");
           },
           [] { return wire::Health{}; },
           "test",
           folder.path(),
           static_cast<std::uint32_t>(::geteuid()),
           counters,
           [this] { return service::read_figures(sources); },
           history,
           server_log,
           rate_limit}};
  std::unique_ptr<net::Server> http;
};

}  // namespace aiflow::http_api

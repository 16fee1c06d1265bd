// SPDX-License-Identifier: Apache-2.0
// aiflow serve | worker | demo
#include <array>
#include <csignal>
#include <iostream>

#include "app/cli/access/provider_options.h"
#include "app/cli/broker/broker.h"
#include "app/cli/broker/broker_options.h"
#include "app/cli/broker/worker_offer.h"
#include "app/cli/commands.h"
#include "app/cli/data/blob_place.h"
#include "app/cli/database/database_options.h"
#include "app/cli/demo.h"
#include "app/cli/listeners/listen_options.h"
#include "app/cli/serve.h"
#include "app/cli/worker/remote_worker.h"
#include "docker/engine.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/lock_file.h"
#include "os/signals.h"
#include "supervise/worker.h"

namespace aiflow::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kClip = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";

/// As many instances of one task as the scheduler makes at most.
constexpr std::int64_t kMapLengthMax = 100'000;
constexpr std::int64_t kIslandLeaseMin = 30;  // a lease of the worker and a margin go off
constexpr std::int64_t kIslandLeaseMax = 31'536'000;
constexpr std::int64_t kStopLeaseMax = 86'400;

/// A daemon that takes longer to answer is none that a worker should offer by itself.
constexpr Duration kDockerLook = std::chrono::seconds(2);

fs::path home_of(const Invocation& in) {
  return in.given("--home") ? fs::absolute(in.text("--home")) : default_home();
}

/// A file of ours: in the source tree two folders above the build's bin/, or installed beside it.
fs::path shared_file(const fs::path& in_tree, const fs::path& installed) {
  const fs::path programs = os::program_path().parent_path();
  std::error_code ignored;
  for (const auto& candidate : {programs / "../../.." / in_tree, programs / ".." / installed}) {
    if (fs::exists(candidate, ignored)) return fs::weakly_canonical(candidate, ignored);
  }
  return programs / ".." / installed;
}

/// A daemon may come later, so this is no error; but nobody shall wait for it unknowingly.
void warn_of_docker(const Invocation& in) {
  std::error_code ignored;
  if (!in.given("--docker") || fs::is_socket(in.text("--docker"), ignored)) return;
  std::cerr << "--docker: there is no socket '" << in.text("--docker")
            << "' now; tasks in containers wait a minute for it, then they fail\n";
}

Status serve(const Invocation& in) {
  ServeOptions options;
  options.home = home_of(in);
  AIFLOW_ASSIGN(options.database, database_of(in, options.home));
  AIFLOW_ASSIGN(options.blob_remote, blob_remote_of(in));
  options.sdk = sdk_folder();
  AIFLOW_TRY(read_listen(in, options));
  for (const auto& folder : in.list("--dags")) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) {
      return fail(ErrorCode::invalid_argument, "--dags: there is no folder '" + folder + "'");
    }
    options.dag_folders.push_back(fs::absolute(folder));
  }
  AIFLOW_ASSIGN(const auto slots, in.number("--slots"));
  if (slots < 1 || slots > 4096) {
    return fail(ErrorCode::invalid_argument, "--slots is from 1 to 4096");
  }
  options.worker_slots = static_cast<int>(slots);
  AIFLOW_ASSIGN(options.max_map_length, in.number("--max-map-length"));
  if (options.max_map_length < 1 || options.max_map_length > kMapLengthMax) {
    return fail(ErrorCode::invalid_argument, "--max-map-length is from 1 to 100000");
  }
  AIFLOW_ASSIGN(const auto island_lease, in.number("--island-lease"));
  if (island_lease < kIslandLeaseMin || island_lease > kIslandLeaseMax) {
    return fail(ErrorCode::invalid_argument, "--island-lease is from 30 to 31536000 seconds");
  }
  options.island_lease = std::chrono::seconds(island_lease);
  AIFLOW_ASSIGN(const auto stop_lease, in.number("--stop-lease"));
  if (stop_lease < 0 || stop_lease > kStopLeaseMax) {
    return fail(ErrorCode::invalid_argument, "--stop-lease is from 0 to 86400 seconds");
  }
  options.stop_lease = std::chrono::seconds(stop_lease);
  AIFLOW_ASSIGN(options.requests_per_second, in.number("--rate-limit"));
  if (options.requests_per_second < 0 || options.requests_per_second > 1'000'000) {
    return fail(ErrorCode::invalid_argument, "--rate-limit is from 0 (none) to 1000000");
  }
  options.start_worker = !in.flag("--no-worker");
  AIFLOW_ASSIGN(options.broker, broker_of(in));
  AIFLOW_ASSIGN(options.provider_login, provider_of(in));
  AIFLOW_ASSIGN(options.tracing, tracing_of(in));
  AIFLOW_ASSIGN(options.clusters, cluster_options(in.list("--kubernetes")));
  options.pod_image = in.text("--pod-image");
  if (in.given("--docker")) options.worker_words = {"--docker", in.text("--docker")};
  if (in.flag("--no-docker")) options.worker_words.emplace_back("--no-docker");
  if (in.flag("--docker-privileged")) options.worker_words.emplace_back("--docker-privileged");
  warn_of_docker(in);
  if (in.given("--run-as-users")) {
    AIFLOW_TRY(users_of(in));
    options.worker_words.insert(options.worker_words.end(),
                                {"--run-as-users", in.text("--run-as-users")});
  }
  options.pod_server_url = in.text("--pod-server-url");
  // It has said why by itself: an empty message adds no second line.
  if (run_server(options) != 0) return fail(ErrorCode::internal, "");
  return {};
}

/// The daemon that tasks may use: the one that was named, or one that answers where they usually
/// listen.
std::optional<supervise::WorkerDocker> docker_of(const Clock& clock, const Invocation& in) {
  if (in.flag("--no-docker")) return std::nullopt;
  supervise::WorkerDocker found{.socket = in.text("--docker"),
                                .program = {},
                                .allow_privileged = in.flag("--docker-privileged")};
  if (in.given("--docker")) return found;
  found.socket = docker::kDefaultSocket;
  docker::Engine engine(clock, found.socket);
  if (!engine.ping(Deadline::after(clock, kDockerLook))) return std::nullopt;
  return found;
}

/// Waiting is right when the server comes later, and all that a new user would see otherwise.
void hint_at_servers(const fs::path& home) {
  if (os::LockFile::holder(home / "run/server.lock") != 0) return;
  std::cerr << "waiting for a server on this data directory, '" << home.string()
            << "'; for one elsewhere:\n"
               "  aiflow worker --server https://HOST:8080 --token-file FILE --home FOLDER\n"
               "  aiflow worker --broker redis://HOST:6379 --home FOLDER\n";
}

Status work(const Clock& clock, const Invocation& in) {
  // Before any thread starts: one that had them unblocked would be ended by them, and all with it.
  AIFLOW_ASSIGN(const os::Fd signals, os::signal_fd({SIGTERM, SIGINT, SIGUSR1}));
  AIFLOW_ASSIGN(const auto slots, in.number("--slots"));
  supervise::WorkerOptions options;
  options.worker_id = in.text("--id");
  options.home = home_of(in);
  options.slots = static_cast<int>(slots);
  options.sdk = sdk_folder();
  warn_of_docker(in);
  options.docker = docker_of(clock, in);
  if (options.docker) {
    options.docker->server = in.given("--server") ? in.text("--server") : options.home.string();
  }
  if (in.given("--leave-after")) {
    AIFLOW_ASSIGN(const auto seconds, in.number("--leave-after"));
    options.leave_after = std::chrono::seconds(std::max<std::int64_t>(seconds, 1));
  }
  AIFLOW_TRY(read_offer(in, options));
  AIFLOW_ASSIGN(auto broker, broker_of(in));
  if (broker && in.list("--server").size() > 1) {
    return fail(ErrorCode::invalid_argument, "with --broker there is one --server");
  }
  if (broker && in.given("--token-file")) {
    return fail(ErrorCode::invalid_argument,
                "a worker with --broker (or AIFLOW_BROKER) takes its tasks from Redis and joins no"
                " server: leave --token-file away; with --token-file, leave the broker away");
  }
  if (broker) {
    return run_broker_worker(clock, {.address = *std::move(broker),
                                     .server = in.text("--server"),
                                     .worker = std::move(options)});
  }
  if (in.given("--server")) {
    return run_remote_worker(clock, {.servers = in.list("--server"),
                                     .token_file = in.text("--token-file"),
                                     .worker = std::move(options)});
  }
  if (in.given("--token-file")) {
    return fail(ErrorCode::invalid_argument, "--token-file goes with --server URL");
  }
  if (options.worker_id.empty()) options.worker_id = os::host_name();
  hint_at_servers(options.home);
  return supervise::run_worker(options, {});
}

std::array<Parameter, 3> docker_parameters() {
  return {Parameter{.name = "--docker",
                    .help = "socket of the Docker daemon for tasks in containers; "
                            "/var/run/docker.sock when left out, if one answers there"},
          Parameter{.name = "--no-docker", .help = "run no containers", .flag = true},
          Parameter{.name = "--docker-privileged",
                    .help = "tasks may run privileged containers, which own the machine",
                    .flag = true}};
}

Status demo(const Clock& clock, const Invocation& in) {
  DemoOptions options{.home = in.given("--home") ? fs::absolute(in.text("--home"))
                                                 : default_home().parent_path() / "aiflow-demo",
                      .examples = shared_file("examples", "share/aiflow/examples"),
                      .clip = fs::absolute(in.text("--clip")),
                      .port = in.text("--port"),
                      .once = in.flag("--once")};
  return run_demo(clock, options);
}

/// Which clusters run tasks, and what pods get.
std::vector<Parameter> cluster_parameters() {
  return {{.name = "--kubernetes",
           .help = "[NAME=]KUBECONFIG[#CONTEXT]: a cluster that runs tasks; the one"
                   " that the server is in when left out",
           .repeat = true},
          {.name = "--pod-image",
           .help = "image of tasks in a cluster that name none",
           .otherwise = ""},
          {.name = "--pod-server-url",
           .help = "how pods reach this server; its own address when left out",
           .otherwise = ""}};
}

}  // namespace

fs::path sdk_folder() { return shared_file("sdk/python", "lib/aiflow/python"); }

namespace {

std::vector<Parameter> serve_parameters(const Parameter& home, const Parameter& slots) {
  const std::array docker = docker_parameters();
  std::vector<Parameter> out = {
      home,
      slots,
      {.name = "--max-map-length",
       .help = "items of one value that a task may be mapped over",
       .otherwise = "1024"},
      {.name = "--island-lease",
       .help = "seconds that the tasks of an island are left to it while it is cut off",
       .otherwise = "86400"},
      {.name = "--stop-lease",
       .help = "seconds that tasks of workers elsewhere go on without a server after it was"
               " stopped (SIGTERM), e.g. for an upgrade; 0: for their lease of 15",
       .otherwise = "300"},
      {.name = "--rate-limit",
       .help = "requests a second of each user, token or address; 0: no limit",
       .otherwise = "200"},
      {.name = "--dags", .help = "folder with DAG files; HOME/dags when left out", .many = true},
      {.name = "--no-worker", .help = "start no worker", .flag = true}};
  const auto add = [&](const auto& more) { out.insert(out.end(), more.begin(), more.end()); };
  add(listen_parameters());
  add(cluster_parameters());
  add(docker);
  out.push_back(run_as_parameter());
  add(database_parameters());
  add(blob_parameters());
  add(broker_parameters());
  add(provider_parameters());
  add(tracing_parameters());
  return out;
}

Command serve_command(const Parameter& home, const Parameter& slots) {
  return {.words = {"serve"},
          .summary = "runs the server, and a worker when none is there",
          .parameters = serve_parameters(home, slots),
          .examples = {"aiflow serve", "aiflow serve --home /srv/aiflow --port 9000 --dags ./dags",
                       "aiflow serve --host 0.0.0.0 --tls self",
                       "aiflow serve --host 0.0.0.0 --tls self --workers-listen 0.0.0.0:8081",
                       "aiflow serve --database mysql://aiflow@db.local/aiflow"
                       " --database-password-file /etc/aiflow/db.password",
                       "aiflow serve --blobs s3://my-bucket/site-7 --s3-endpoint https://s3.local"
                       " --s3-keys-file /etc/aiflow/s3.keys",
                       "aiflow serve --kubernetes main=~/.kube/config --kubernetes"
                       " site-2=/etc/aiflow/site-2.yaml#aiflow",
                       "aiflow serve --broker redis://redis.local:6379"
                       " --broker-password-file /etc/aiflow/redis.password",
                       "aiflow serve --otlp-endpoint http://collector.local:4318",
                       "aiflow serve --tls self --host 0.0.0.0 --public-url https://flow.local:8080"
                       " --oidc-issuer https://id.local/realms/site --oidc-client-id aiflow"
                       " --oidc-secret-file /etc/aiflow/oidc.secret --oidc-name Keycloak"
                       " --oidc-role flow-admins=admin --oidc-role staff=user"},
          .run = serve};
}

Command worker_command(const Clock& clock, const Parameter& home, const Parameter& slots) {
  const std::array docker = docker_parameters();
  const auto offer = offer_parameters();
  const auto broker = broker_parameters();
  return {
      .words = {"worker"},
      .summary = "runs tasks, for the server on the same data directory or one elsewhere",
      .parameters = {home,
                     slots,
                     {.name = "--id", .help = "name of this worker; the host's when left out"},
                     {.name = "--server",
                      .help =
                          "URL of a server on another machine; again for each of several on "
                          "one database: the worker goes to the one that leads. With --broker: "
                          "where tasks reach its API; the key of --tls self comes through Redis",
                      .repeat = true},
                     {.name = "--token-file",
                      .help = "file with a join token (aiflow workers token); the first time; not "
                              "with --broker"},
                     offer[0],
                     offer[1],
                     offer[2],
                     broker[0],
                     broker[1],
                     {.name = "--leave-after",
                      .help = "end after so many seconds without a server and without tasks"},
                     docker[0],
                     docker[1],
                     docker[2]},
      .examples =
          {"aiflow worker --slots 4", "aiflow worker --docker /run/user/1000/docker.sock",
           "aiflow worker --server https://flow.local:8080 --token-file join.token"
           " --home /var/lib/aiflow-worker",
           "aiflow worker --server https://a.local:8080 --server https://b.local:8080",
           "aiflow worker --broker redis://redis.local:6379 --server https://flow.local:8080"
           " --home /var/lib/aiflow-worker --queues default,reports --label gpu=true"},
      .run = [&clock](const Invocation& in) { return work(clock, in); }};
}

}  // namespace

std::vector<Command> process_commands(const Clock& clock) {
  const Parameter home{.name = "--home", .help = "data directory"};
  const Parameter slots{.name = "--slots", .help = "tasks at a time", .otherwise = "8"};
  return {
      serve_command(home, slots),
      worker_command(clock, home, slots),
      {.words = {"demo"},
       .summary = "the smart-city workflow on a real clip",
       .parameters = {home,
                      {.name = "--once", .help = "end with the run", .flag = true},
                      {.name = "--port", .help = "port, or auto", .otherwise = "auto"},
                      {.name = "--clip",
                       .help = "the pedestrian clip; AIFLOW_CLIP, or opencv-doc's, when left out",
                       .otherwise = os::get_env("AIFLOW_CLIP").value_or(kClip)}},
       .examples = {"aiflow demo", "aiflow demo --once"},
       .run = [&clock](const Invocation& in) { return demo(clock, in); }},
  };
}

}  // namespace aiflow::app

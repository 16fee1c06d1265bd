// SPDX-License-Identifier: Apache-2.0
#include "app/cli/server.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>

#include "app/cli/broker/broker.h"
#include "app/cli/workflow/editor_parts.h"
#include "digest/sha256.h"
#include "log/log.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/host/address.h"
#include "os/signals.h"
#include "service/dag_files/dag_file_print.h"
#include "service/time_zone.h"
#include "store/admin/cordons.h"
#include "store/dag_store.h"
#include "store/event_log.h"
#include "store/run_store.h"
#include "supervise/sdk.h"

namespace aiflow::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kServerIdBytesMax = 256;
/// A server on standby looks so often whether the lead is free: workers' leases end soon after it.
constexpr int kStandbyPoll_ms = 250;
constexpr auto kStopGrace = std::chrono::seconds(3);

std::vector<fs::path> dag_folders(const ServeOptions& options) {
  if (!options.dag_folders.empty()) return options.dag_folders;
  return {options.home / "dags"};
}

/// Ten seconds' worth in one go: a page that opens asks for much at once.
http_api::RateLimit rate_limit(const ServeOptions& options) {
  const auto rate = static_cast<double>(options.requests_per_second);
  return {.per_second = rate, .burst = rate * 10};
}

}  // namespace

Status Server::open() {
  AIFLOW_TRY(make_folders());
  AIFLOW_TRY(lock());
  listeners_ = std::make_unique<Listeners>(
      ListenersOptions{.host = options_.host,
                       .port = options_.port,
                       .port_auto = options_.port_auto,
                       .workers = options_.workers_listen,
                       .tls = options_.tls,
                       .unix_socket = options_.home / "run" / "api.sock"});
  os::remove_temporaries(options_.home / "run");
  AIFLOW_TRY(set_up_log());
  AIFLOW_ASSIGN(store_, store::Store::open(options_.database, clock_.now()));
  if (!options_.database.is_server()) return {};
  AIFLOW_ASSIGN(lost_, os::make_pipe());
  AIFLOW_ASSIGN(auto name, holder());
  lead_ = std::make_unique<store::Lead>(options_.database,
                                        store::LeadOptions{.holder = std::move(name)});
  store_->fence(0);
  return {};
}

/// The same after each start on this data directory, whose lock keeps two from running at once.
Result<std::string> Server::holder() {
  const fs::path file = options_.home / "server_id";
  if (auto known = os::read_file(file, kServerIdBytesMax)) return *std::move(known);
  AIFLOW_ASSIGN(const auto uuid, os::read_file("/proc/sys/kernel/random/uuid", kServerIdBytesMax));
  const std::string made = os::host_name() + "-" + uuid.substr(0, 8);
  AIFLOW_TRY(os::write_atomic(file, made));
  return made;
}

Result<bool> Server::wait_for_lead(const os::Fd& signals, const std::function<void()>& on_standby) {
  if (!lead_) return true;
  for (;;) {
    const auto epoch = lead_->take();
    if (epoch && *epoch) {
      log::info("leads", {{"epoch", **epoch}});
      store_->fence(**epoch);
      break;
    }
    if (auto leader = lead_->leader()) standby_.set_leader(*std::move(leader));
    if (!listeners_->is_open()) {
      AIFLOW_TRY(listeners_->open(standby_));
      AIFLOW_TRY(write_address());
      log::info("on standby");
      on_standby();
    }
    pollfd waiting{.fd = signals.get(), .events = POLLIN, .revents = 0};
    (void)::poll(&waiting, 1, kStandbyPoll_ms);
    if (os::read_signal(signals.get())) return false;
  }
  listeners_->stop(kStopGrace);
  return true;
}

void Server::keep_lead() {
  if (!lead_) return;
  lead_->keep(url(), [this] {
    log::error("another server has taken the lead; this one goes on standby");
    static_cast<void>(os::write_all(lost_.write_end.get(), "x"));
  });
}

Status Server::start() {
  AIFLOW_ASSIGN(auth_, service::Auth::open(clock_, *store_));
  AIFLOW_ASSIGN(setup_token_, auth_->offer_setup());
  tokens_ = std::make_unique<service::ApiTokens>(clock_, *store_);
  AIFLOW_ASSIGN(vault_, service::Vault::open(options_.home / "secrets.key"));
  if (options_.provider_login) {
    provider_ = std::make_unique<ProviderSignIn>(clock_, *auth_, *vault_, *options_.provider_login);
  }
  values_ =
      std::make_unique<service::KeptValues>(service::KeptValues::Parts{clock_, *store_, *vault_});
  audit_ = std::make_unique<service::AuditTrail>(clock_, *store_);
  audit_->start();
  events_ = std::make_unique<service::EventHub>(*store_, http_api::stream_text);
  AIFLOW_TRY(events_->start());
  logs_ = std::make_unique<service::LogFollower>();
  AIFLOW_TRY(logs_->start());
  AIFLOW_TRY(open_worker_access());
  AIFLOW_TRY(open_scheduler());
  AIFLOW_TRY(open_gateway());
  make_services();
  AIFLOW_TRY(listeners_->open(*api_));
  AIFLOW_TRY(write_address());
  keep_lead();
  start_loader();
  start_background();
  start_history();
  return {};
}

Status Server::make_folders() {
  for (const char* name : {"run", "logs", "spool", "blobs", "packs", "dags", "uploads"}) {
    AIFLOW_TRY(os::make_dirs(options_.home / name));
  }
  options_.dag_folders = dag_folders(options_);
  if (!options_.own_certificate) return {};
  AIFLOW_ASSIGN(options_.tls, net::own_certificate(options_.home, names_to_certify(options_)));
  return {};
}

Status Server::lock() {
  auto lock = os::LockFile::acquire(options_.home / "run" / "server.lock");
  if (!lock && lock.error().code == ErrorCode::conflict) {
    const int pid = os::LockFile::holder(options_.home / "run" / "server.lock");
    return fail(ErrorCode::conflict, "another server (process " + std::to_string(pid) +
                                         ") runs on the data directory '" + options_.home.string() +
                                         "'");
  }
  if (!lock) return fail(std::move(lock).error());
  lock_ = *std::move(lock);
  return {};
}

/// The same for this data directory on this machine, after each start.
std::string Server::client_name() const {
  std::error_code error;
  const auto home = fs::weakly_canonical(options_.home, error);
  const std::string place = os::host_name() + ":" + (error ? options_.home : home).string();
  return "aiflow-" + digest::sha256_of(place).substr(0, 12);
}

Status Server::make_executors() {
  worker_ = std::make_unique<WorkerStarter>(clock_, options_);
  executor::LocalExecutorOptions executor_options;
  executor_options.socket_path = options_.home / "run" / "worker.sock";
  executor_options.island_lease = options_.island_lease;
  executor_options.server_id = os::host_name() + ":" + std::to_string(os::process_id());
  AIFLOW_ASSIGN(executor_options.workers_before, conductor::workers_before(*store_, "local"));
  AIFLOW_ASSIGN(left_before_, conductor::left_before(*store_));
  executor_options.left_before = left_before_;
  AIFLOW_ASSIGN(const auto cordoned,
                store_->read([](db::Connection& db) { return store::Cordons(db).all(); }));
  executor_options.cordoned = {cordoned.begin(), cordoned.end()};
  AIFLOW_ASSIGN(executor_options.islands_before, conductor::islands_before(*store_));
  executor_options.own_worker = WorkerId{os::host_name()};  // as `aiflow worker` calls itself
  if (options_.start_worker) executor_options.worker_wanted = [this] { worker_->want(); };
  auto local = std::make_unique<executor::LocalExecutor>(clock_, std::move(executor_options));
  local_ = local.get();
  executor_ = std::make_unique<executor::ExecutorSet>();
  executor_->add("local", std::move(local));
  const ClusterParts parts{
      .clock = clock_,
      .store = *store_,
      .logs = options_.home / "logs",
      .image = options_.pod_image,
      .python = options_.python,
      .sdk = options_.sdk,
      .scratch = options_.home / "run",
      .own_url = [this] { return url_for_pods(); },
      .own_certificate = options_.own_certificate ? options_.tls->certificate : fs::path(),
      .dag_folders = options_.dag_folders};
  AIFLOW_ASSIGN(clusters_, add_clusters(*executor_, options_.clusters, parts));
  if (!options_.broker) return {};
  AIFLOW_ASSIGN(auto before, conductor::workers_before(*store_, "redis"));
  broker_ = add_broker(*executor_, clock_, *options_.broker,
                       {.workers_before = std::move(before),
                        .left_before = left_before_,
                        .cordoned = {cordoned.begin(), cordoned.end()},
                        .server_pin = worker_access_->pin(),
                        .depot = depot_options()});
  return {};
}

Status Server::open_scheduler() {
  AIFLOW_TRY(make_executors());
  open_tracing();
  triggers_ = std::make_unique<trigger::LoopHost>(
      clock_, trigger::LoopHost::Options{.environment = os::get_env, .client_name = client_name()});
  conductor::Options options;
  options.triggers = triggers_.get();
  options.data_dir = options_.home;
  options.dag_folders = options_.dag_folders;
  options.max_map_length = options_.max_map_length;
  options.island_lease = options_.island_lease;
  options.left_before = std::move(left_before_);
  options.sign_token = [this](const wire::Job& job) {
    return auth_->sign_attempt(executor::attempt_of(job));
  };
  options.zone = [](const std::string& name) { return service::utc_offset_of(name); };
  options.on_changes = [this](const auto& changes) { note_changes(changes); };
  options.on_step = [this](const conductor::StepTimes& times) {
    counters_.step(times);
    history_.step(times);
  };
  AIFLOW_TRY(store_->transact([](db::Connection& db) { return store::RunStore(db).recount(); }));
  conductor_ = std::make_unique<conductor::Conductor>(clock_, *store_, *executor_, options);
  AIFLOW_TRY(conductor_->open());
  conductor_->start();
  return {};
}

/// On this machine, elsewhere, or of Redis.
bool Server::has_worker() const {
  const auto all = broker_ == nullptr ? std::vector<wire::Worker>() : broker_->workers();
  return local_->has_worker() ||
         std::ranges::any_of(all, [](const auto& one) { return one.state == "connected"; });
}

/// A worker that drains, as after a restart with other settings, takes nothing new.
std::string Server::worker_trouble() const {
  if (has_worker()) return {};
  const auto all = local_->workers();
  const auto draining = std::ranges::count(all, "draining", &wire::Worker::state);
  if (draining == 0) return "no worker is connected";
  return std::to_string(draining) + (draining == 1 ? " worker is" : " workers are") +
         " draining, and no other one is connected: new tasks wait (aiflow workers list)";
}

Status Server::open_worker_access() {
  std::string pin;
  if (options_.tls) {
    AIFLOW_ASSIGN(pin, net::pin_of(options_.tls->certificate));
  }
  worker_access_ = std::make_unique<service::WorkerAccess>(
      service::WorkerAccess::Parts{.clock = clock_,
                                   .store = *store_,
                                   .logs = options_.home / "logs",
                                   .pin = std::move(pin),
                                   .own_worker = options_.start_worker ? os::host_name() : ""});
  return {};
}

uplink::DepotOptions Server::depot_options() {
  return {.store = options_.home / "bundles",
          .dag_folders = options_.dag_folders,
          .log_of = [this](const std::string& worker, const wire::AttemptRef& attempt) {
            return worker_access_->log_of(worker, attempt);
          }};
}

Status Server::open_gateway() {
  uplink::GatewayOptions options;
  options.executor_socket = options_.home / "run" / "worker.sock";
  options.depot = depot_options();
  AIFLOW_ASSIGN(gateway_, uplink::Gateway::start(clock_, std::move(options)));
  return {};
}

void Server::make_services() {
  blobs_ = std::make_unique<blobs::BlobStore>(options_.home / "blobs", options_.blob_remote);
  packs_ = std::make_unique<runtime::Pool>(options_.home / "packs");
  workflows_ = std::make_unique<service::Workflows>(
      service::Workflows::Parts{clock_, *store_, *conductor_, options_.home / "logs", os::get_env});
  editor_ =
      std::make_unique<service::DagEditor>(editor_parts(clock_, *store_, options_, loader_parts()));
  catalogue_ = std::make_unique<service::Catalogue>(
      service::Catalogue::Parts{clock_, *store_, *blobs_, *packs_, *events_});
  artifacts_ =
      std::make_unique<service::Artifacts>(service::Artifacts::Parts{clock_, *store_, *blobs_});
  result_cache_ =
      std::make_unique<service::ResultCache>(service::ResultCache::Parts{clock_, *store_});
  housekeeper_ = std::make_unique<service::Housekeeper>(
      service::Housekeeper::Parts{clock_, *store_, *conductor_, *blobs_, options_.home / "logs"});
  services_ = std::make_unique<service::Deployments>(
      service::Deployments::Parts{clock_, *store_, *catalogue_, *packs_, *events_,
                                  program(options_, "aiflow-infer"), options_.home / "run"});
  cameras_ = std::make_unique<service::Cameras>(service::Cameras::Parts{
      clock_, *store_, *catalogue_, *services_, *events_, program(options_, "aiflow-camera"),
      service::CameraPictures(options_.home / "cameras")});
  api_ = std::make_unique<http_api::Api>(
      http_api::Parts{clock_,
                      *store_,
                      *auth_,
                      *tokens_,
                      *audit_,
                      *values_,
                      *editor_,
                      *workflows_,
                      *catalogue_,
                      *artifacts_,
                      *result_cache_,
                      *housekeeper_,
                      *services_,
                      *cameras_,
                      *events_,
                      *logs_,
                      *worker_access_,
                      *gateway_,
                      [this] { return executor_->workers(); },
                      [this](const WorkerId& worker, http_api::Parts::WorkerOrder order,
                             const std::string& who) { return order_worker(worker, order, who); },
                      [this] { return health(); },
                      options_.version,
                      options_.home / "uploads",
                      static_cast<std::uint32_t>(::geteuid()),
                      counters_,
                      [this] { return figures(); },
                      history_,
                      server_log_,
                      rate_limit(options_),
                      provider_ ? &provider_->login() : nullptr,
                      [this] { return address_to_join(); }});
}

wire::WorkerAddress Server::address_to_join() const {
  auto address = worker_address();
  if (!provider_ || address.is_separate || address.url.empty()) return address;
  return {.url = provider_->login().public_url(), .is_separate = false, .is_local = false};
}

Status Server::write_address() {
  const auto address = json::object({{"pid", os::process_id()},
                                     {"url", url()},
                                     {"workers_url", worker_address().url},
                                     {"socket", (options_.home / "run" / "api.sock").string()}});
  return os::write_atomic(options_.home / "run" / "server.json", json::write(address));
}

service::DagLoaderParts Server::loader_parts() {
  service::DagLoaderParts parts;
  parts.parse = [parse = supervise::ParseOptions{.python = options_.python,
                                                 .sdk = options_.sdk,
                                                 .dag_folders = options_.dag_folders}](
                    std::vector<fs::path> files, const supervise::ParsedFile& done) {
    supervise::parse_dag_files(parse, std::move(files), done);
  };
  parts.save = [this](wire::DagFile file, std::string source) -> Status {
    const std::string filename = file.file;
    const bool good = !file.error;
    const auto saved = conductor::wait_for<std::vector<DagId>>([&](auto answer) {
      conductor_->parsed({.file = std::move(file), .source = std::move(source)}, answer);
    });
    AIFLOW_TRY(saved);
    return good ? Status{} : forget_file(filename);
  };
  parts.remember = [this](const store::DagFileRow& file) {
    return store_->transact([&](db::Connection& db) { return store::DagStore(db).put_file(file); });
  };
  parts.remove = [this](const std::string& filename) -> Status {
    const auto removed = conductor::wait_for<std::vector<DagId>>(
        [&](auto answer) { conductor_->file_removed(filename, answer); });
    AIFLOW_TRY(removed);
    return forget_file(filename);
  };
  parts.known_files = [this] {
    return store_->read([](db::Connection& db) { return store::DagStore(db).files(); });
  };
  return parts;
}

Status Server::forget_file(const std::string& filename) {
  return store_->transact(
      [&](db::Connection& db) { return store::DagStore(db).forget_file(filename); });
}

void Server::start_loader() {
  service::DagLoaderOptions options;
  options.folders = options_.dag_folders;
  options.parser = service::parser_print(options_.python, options_.sdk);
  loader_ = std::make_unique<service::DagLoader>(std::move(options), loader_parts());
  if (const auto started = loader_->start(); !started) {
    log::error("DAG files are not watched", {{"error", started.error()}});
  }
}

/// What takes its time and nobody waits for.
void Server::start_background() {
  restorer_ = std::jthread([this] {
    services_->restore();
    cameras_->restore();
  });
  housekeeper_->start();
  // Asks for none while a worker of before this start still lives: it connects by itself.
  worker_->serving();
  if (options_.start_worker) worker_->want();
}

void Server::stop() {
  const bool is_open = listeners_ && listeners_->is_open();
  if (is_open) log::info("server stops");
  if (loader_) loader_->stop();
  if (is_open) leave_workers();
  // Requests that wait for the conductor are answered while it still runs.
  if (is_open) listeners_->stop(kStopGrace);
  stop_monitor();
  if (audit_) audit_->stop();
  if (cameras_) cameras_->stop_all();
  if (services_) services_->stop();
  restorer_ = {};
  if (housekeeper_) housekeeper_->stop();
  if (conductor_) conductor_->stop();
  if (tracer_) tracer_->stop();
  if (executor_) executor_->stop();
  if (logs_) logs_->stop();
  if (events_) events_->stop();
  // Last: nothing of this server runs any more when another takes over.
  if (lead_) lead_->release();
}

/// What was said, or else the address it listens on. Asked while tasks run: it listens by then.
std::string Server::url_for_pods() const {
  return options_.pod_server_url.empty() ? worker_address().url : options_.pod_server_url;
}

wire::Health Server::health() {
  wire::Health out;
  out.version = options_.version;
  const auto add = [&](std::string name, std::string trouble) {
    out.components.push_back({.name = std::move(name),
                              .status = trouble.empty() ? "healthy" : "unhealthy",
                              .reason = std::move(trouble)});
  };
  const auto database =
      store_->read([](db::Connection& db) { return store::EventLog(db).last_id(); });
  add("database", database ? "" : database.error().message);
  add("scheduler", conductor_->trouble());
  add("audit log", audit_->trouble());
  const Status keys = values_->check_keys();
  add("secrets", keys ? "" : keys.error().message);
  const Status sdk = supervise::check_sdk(options_.python, options_.sdk);
  add("sdk", sdk ? "" : sdk.error().message);
  add("worker", worker_trouble());
  if (const auto trouble = listeners_->workers_trouble()) {
    add("worker listener", *trouble);
    if (trouble->empty()) out.components.back().reason = "at " + worker_address().url;
  }
  for (const auto* cluster : clusters_) add(cluster->name(), cluster->trouble());
  if (broker_ != nullptr) add("redis", broker_->trouble());
  if (provider_) add("sign-in provider", provider_->login().trouble());
  std::string failed;
  const auto services = services_->list();
  for (const auto& service : services.value_or(std::vector<wire::Service>{})) {
    if (service.state == "failed") failed += (failed.empty() ? "" : ", ") + service.name;
  }
  add("services", failed.empty() ? "" : "failed: " + failed);
  const bool is_well = std::ranges::all_of(
      out.components, [](const auto& component) { return component.status == "healthy"; });
  out.status = is_well ? "healthy" : "degraded";
  return out;
}

}  // namespace aiflow::app

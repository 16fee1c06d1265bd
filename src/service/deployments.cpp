// SPDX-License-Identifier: Apache-2.0
#include "service/deployments.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "log/log.h"
#include "os/file.h"
#include "store/event_log.h"
#include "store/model_store.h"
#include "store/pack_store.h"

namespace aiflow::service {
namespace {

/// The words of the API: a process between two starts is starting.
std::string state_word(infer::ServiceState state) {
  switch (state) {
    case infer::ServiceState::ready: return "ready";
    case infer::ServiceState::failed: return "failed";
    case infer::ServiceState::stopped: return "stopped";
    case infer::ServiceState::starting:
    case infer::ServiceState::backing_off: return "starting";
  }
  return "failed";
}

/// Why it is not ready; of one that is ready again, why it had to be.
std::string cause_of(const infer::ServiceStatus& status) {
  if (status.state != infer::ServiceState::ready || status.last_error.empty()) {
    return status.last_error;
  }
  return "restarted: " + status.last_error;
}

/// Half of the cores: the other half decodes video and runs tasks.
int default_threads() {
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency() / 2, 1U, 16U));
}

/// What a server that was killed left behind: sockets and descriptions of its processes, which died
/// with it. The lock on the data directory says that no other server lives.
void remove_leftovers(const std::filesystem::path& run) {
  std::error_code error;
  std::vector<std::filesystem::path> old;
  for (const auto& entry : std::filesystem::directory_iterator(run, error)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("infer-")) old.push_back(entry.path());
  }
  for (const auto& path : old) std::filesystem::remove(path, error);
}

}  // namespace

Result<wire::Service> Deployments::deploy(const wire::ServiceDeploy& request,
                                          const wire::Lineage& lineage) {
  const std::scoped_lock one_at_a_time(deploy_mutex_);
  AIFLOW_ASSIGN(auto row, plan(request, lineage));
  bool is_first = false;
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return fail(ErrorCode::cancelled, "the server is stopping");
    is_first = !live_.contains(row.name);
  }
  if (is_first) AIFLOW_TRY(save(row));
  auto made = replace(row);
  if (!made && is_first) {
    row.state = "failed";
    row.cause = made.error().message;
    AIFLOW_TRY(save(row));
  }
  return made;
}

/// Looks everything up that the request names.
Result<store::ServiceRow> Deployments::plan(const wire::ServiceDeploy& request,
                                            const wire::Lineage& lineage) {
  AIFLOW_TRY(check_name("service", request.name));
  const auto threads = request.threads.value_or(0);
  if (threads < 0 || threads > 256) {
    return fail(ErrorCode::invalid_argument, "'threads' must be between 0 and 256");
  }
  AIFLOW_ASSIGN(const auto variant, parts_.store.read([&](db::Connection& db) {
    return store::ModelStore(db).variant({.model = request.model,
                                          .version = static_cast<int>(request.version),
                                          .variant = request.variant});
  }));
  AIFLOW_ASSIGN(const auto pack, parts_.catalogue.pack(request.pack));
  if (request.report_id) AIFLOW_TRY(parts_.catalogue.report(*request.report_id));
  store::ServiceRow row;
  row.name = request.name;
  row.state = "starting";
  row.model = variant.model;
  row.version = static_cast<int>(variant.version);
  row.variant = variant.variant;
  row.variant_id = variant.variant_id;
  row.pack_digest = pack.digest;
  row.report_id = request.report_id;
  row.threads = static_cast<int>(threads);
  row.address = address(request.name).string();
  row.created_at = parts_.clock.now();
  row.lineage = lineage;
  return row;
}

Result<std::shared_ptr<Deployments::Live>> Deployments::launch(const store::ServiceRow& row) {
  AIFLOW_ASSIGN(const auto pack, parts_.packs.acquire(PackDigest{row.pack_digest}));
  AIFLOW_ASSIGN(const auto variant, parts_.catalogue.variant(row.variant_id));
  AIFLOW_ASSIGN(const auto model_file, parts_.catalogue.blob_file(variant.blob.sha256));
  auto live = std::make_shared<Live>();
  live->row = row;
  {
    const std::scoped_lock lock(mutex_);
    const auto stem = "infer-" + row.name + "." + std::to_string(::getpid()) + "-" +
                      std::to_string(++generation_);
    live->socket = parts_.run / (stem + ".sock");
    live->meta = parts_.run / (stem + ".json");
  }
  const auto meta = json::object({{"model", row.model},
                                  {"version", std::to_string(row.version)},
                                  {"variant", row.variant},
                                  {"decoder", variant.decoder}});
  AIFLOW_TRY(os::write_atomic(live->meta, json::write(meta)));
  infer::ServiceSpec spec;
  spec.program = parts_.program;
  spec.pack_folder = pack.folder;
  spec.model_file = model_file;
  spec.meta_file = live->meta;
  spec.socket = live->socket;
  spec.threads = row.threads > 0 ? row.threads : default_threads();
  spec.ready_timeout = parts_.ready_timeout;
  live->clients = std::make_shared<infer::Clients>(live->socket, parts_.clock);
  live->process = std::make_unique<infer::ServiceProcess>(
      std::move(spec), parts_.clock,
      [this, weak = std::weak_ptr(live)](const infer::ServiceStatus& status) {
        if (const auto target = weak.lock()) on_change(target, status);
      });
  const auto started = live->process->start(Deadline::after(parts_.clock, parts_.ready_timeout));
  if (!started) {
    retire(live);
    return fail(Error(started.error()).with_context("service '" + row.name + "'"));
  }
  return live;
}

/// Starts the new process, lets it take the address, and ends the old one.
Result<wire::Service> Deployments::replace(const store::ServiceRow& row) {
  AIFLOW_ASSIGN(auto live, launch(row));
  const auto status = live->process->status();
  live->row.state = "ready";
  live->row.pid = status.pid;
  live->row.started_at = parts_.clock.now();
  if (auto pointed = point_address(*live); !pointed) {
    retire(live);
    return fail(std::move(pointed).error());
  }
  std::shared_ptr<Live> old;
  bool is_late = false;
  {
    const std::scoped_lock lock(mutex_);
    is_late = stopping_;
    if (!is_late) old = std::exchange(live_[row.name], live);
  }
  if (is_late) {
    retire(live);
    return fail(ErrorCode::cancelled, "the server is stopping");
  }
  AIFLOW_TRY(save(live->row));
  if (old) retire(old);
  log::info(
      "service ready",
      {{"service", row.name}, {"model", row.model}, {"variant", row.variant}, {"pid", status.pid}});
  return with_numbers(store::to_wire(live->row));
}

Status Deployments::remove(const std::string& name) {
  const std::scoped_lock one_at_a_time(deploy_mutex_);
  std::shared_ptr<Live> old;
  {
    const std::scoped_lock lock(mutex_);
    if (auto node = live_.extract(name)) old = node.mapped();
    numbers_.erase(name);
  }
  auto gone = parts_.store.transact([&](db::Connection& db) -> Result<wire::Service> {
    store::ServiceStore services(db);
    AIFLOW_ASSIGN(auto row, services.get(name));
    AIFLOW_TRY(services.remove(name));
    row.state = "removed";
    row.pid = std::nullopt;
    auto service = store::to_wire(row);
    AIFLOW_TRY(store::EventLog(db).append_deleted(store::kind::service, parts_.clock.now(),
                                                  to_json(service)));
    return service;
  });
  if (old) retire(old);
  ::unlink(address(name).c_str());
  parts_.events.wake();
  AIFLOW_TRY(gone);
  return {};
}

Result<std::vector<wire::Service>> Deployments::list() {
  AIFLOW_ASSIGN(const auto rows, parts_.store.read([](db::Connection& db) {
    return store::ServiceStore(db).list();
  }));
  std::vector<wire::Service> out;
  for (const auto& row : rows) out.push_back(with_numbers(store::to_wire(row)));
  return out;
}

Result<wire::Service> Deployments::get(const std::string& name) {
  AIFLOW_ASSIGN(const auto row, parts_.store.read([&](db::Connection& db) {
    return store::ServiceStore(db).get(name);
  }));
  return with_numbers(store::to_wire(row));
}

void Deployments::restore() {
  {
    const std::scoped_lock one_at_a_time(deploy_mutex_);
    const std::scoped_lock lock(mutex_);
    if (live_.empty() && generation_ == 0) remove_leftovers(parts_.run);
  }
  const auto rows =
      parts_.store.read([](db::Connection& db) { return store::ServiceStore(db).list(); });
  if (!rows) {
    log::error("services cannot be restored", {{"error", rows.error()}});
    return;
  }
  for (auto row : *rows) {
    if (row.state == "stopped") continue;
    const std::scoped_lock one_at_a_time(deploy_mutex_);
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) return;
      if (live_.contains(row.name)) continue;  // deployed anew in the meantime
    }
    row.state = "starting";
    row.pid = std::nullopt;
    const auto restored = replace(row);
    if (restored) continue;
    log::error("service not restored", {{"service", row.name}, {"error", restored.error()}});
    row.state = "failed";
    row.cause = restored.error().message;
    if (const auto saved = save(row); !saved) {
      log::error("service not saved", {{"service", row.name}, {"error", saved.error()}});
    }
  }
}

void Deployments::stop() {
  std::map<std::string, std::shared_ptr<Live>> all;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    all.swap(live_);
  }
  for (const auto& [name, live] : all) retire(live);
}

/// Out of `live_` by now, so that on_change leaves the row alone.
void Deployments::retire(const std::shared_ptr<Live>& live) {
  live->process->stop();
  ::unlink(live->socket.c_str());
  ::unlink(live->meta.c_str());
}

Result<std::shared_ptr<infer::Clients>> Deployments::clients(const std::string& name) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = live_.find(name);
    if (found != live_.end() && found->second->row.state == "ready") return found->second->clients;
  }
  AIFLOW_ASSIGN(const auto service, get(name));
  return fail(ErrorCode::unavailable, "service '" + name + "' is " + service.state +
                                          (service.cause.empty() ? "" : ": " + service.cause));
}

void Deployments::observe(const std::string& name, Duration latency) {
  const std::scoped_lock lock(mutex_);
  auto& numbers = numbers_[name];
  ++numbers.requests;
  numbers.latency_s.observe(static_cast<double>(latency.count()) * 1e-6);
}

std::filesystem::path Deployments::address(const std::string& name) const {
  return parts_.run / ("infer-" + name + ".sock");
}

void Deployments::on_change(const std::shared_ptr<Live>& live, const infer::ServiceStatus& status) {
  store::ServiceRow row;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = live_.find(live->row.name);
    if (stopping_ || found == live_.end() || found->second != live) return;
    live->row.state = state_word(status.state);
    live->row.cause = cause_of(status);
    live->row.restarts = static_cast<int>(status.restarts);
    live->row.pid = status.pid > 0 ? std::optional<std::int64_t>(status.pid) : std::nullopt;
    row = live->row;
  }
  log::info("service changed", {{"service", row.name}, {"state", row.state}, {"cause", row.cause}});
  if (const auto saved = save(row); !saved) {
    log::error("service not saved", {{"service", row.name}, {"error", saved.error()}});
  }
}

Status Deployments::save(const store::ServiceRow& row) {
  const auto service = with_numbers(store::to_wire(row));
  auto saved = parts_.store.transact([&](db::Connection& db) -> Result<wire::StreamEvent> {
    AIFLOW_TRY(store::ServiceStore(db).put(row));
    return store::EventLog(db).append(store::kind::service, parts_.clock.now(), to_json(service));
  });
  AIFLOW_TRY(saved);
  parts_.events.wake();
  return {};
}

/// A link is replaced by one rename: cameras that connect anew meet the old or the new process.
Status Deployments::point_address(const Live& live) {
  const auto target = address(live.row.name);
  auto temporary = target;
  temporary += ".new";
  std::error_code error;
  std::filesystem::remove(temporary, error);
  std::filesystem::create_symlink(live.socket.filename(), temporary, error);
  if (!error) std::filesystem::rename(temporary, target, error);
  if (error) {
    return fail(ErrorCode::unavailable,
                "'" + target.string() + "' cannot be made: " + error.message());
  }
  return {};
}

wire::Service Deployments::with_numbers(wire::Service service) {
  const std::scoped_lock lock(mutex_);
  const auto found = numbers_.find(service.name);
  if (found == numbers_.end()) return service;
  service.requests = found->second.requests;
  service.latency_ms_p50 = found->second.latency_s.quantile(0.5) * 1e3;
  service.latency_ms_p99 = found->second.latency_s.quantile(0.99) * 1e3;
  return service;
}

}  // namespace aiflow::service

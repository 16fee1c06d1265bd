// SPDX-License-Identifier: Apache-2.0
// Services: a model variant and a runtime pack, answered by one supervised engine process. A new
// deployment of a name takes over only when it is ready; until then the old one answers.
// The address run/infer-<name>.sock is a symbolic link to the socket of the process that answers.
// Thread-safe; deploy blocks until the process is ready or has failed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "infer/client.h"
#include "infer/service_process.h"
#include "log/metrics.h"
#include "service/catalogue.h"
#include "service/event_hub.h"
#include "store/service_store.h"
#include "wire/engine.h"

namespace aiflow::service {

class Deployments {
 public:
  struct Parts {
    const Clock& clock;
    store::Store& store;
    Catalogue& catalogue;
    runtime::Pool& packs;
    EventHub& events;
    std::filesystem::path program;  ///< aiflow-infer
    std::filesystem::path run;      ///< <data>/run
    Duration ready_timeout = std::chrono::seconds(60);
  };

  explicit Deployments(Parts parts) : parts_(std::move(parts)) {}
  ~Deployments() { stop(); }
  Deployments(const Deployments&) = delete;
  Deployments& operator=(const Deployments&) = delete;

  /// Errors: not_found (variant, pack, report), invalid_argument, and the engine's own words when
  /// the process does not become ready; the old one then still serves.
  [[nodiscard]] Result<wire::Service> deploy(const wire::ServiceDeploy& request,
                                             const wire::Lineage& lineage);
  Status remove(const std::string& name);
  [[nodiscard]] Result<std::vector<wire::Service>> list();
  [[nodiscard]] Result<wire::Service> get(const std::string& name);

  /// Starts again what was deployed before this server started. Blocks; stops early on stop().
  void restore();
  /// Ends all processes; they are restored at the next start.
  void stop();

  /// Connections to a service. Errors: not_found, unavailable (not ready).
  [[nodiscard]] Result<std::shared_ptr<infer::Clients>> clients(const std::string& name);
  /// A request that went through the server or a camera.
  void observe(const std::string& name, Duration latency);
  [[nodiscard]] std::filesystem::path address(const std::string& name) const;

 private:
  struct Live {
    store::ServiceRow row;
    std::unique_ptr<infer::ServiceProcess> process;
    std::shared_ptr<infer::Clients> clients;
    std::filesystem::path socket;
    std::filesystem::path meta;
  };
  struct Numbers {
    log::Histogram latency_s{log::latency_buckets_s()};
    std::int64_t requests = 0;
  };

  [[nodiscard]] Result<store::ServiceRow> plan(const wire::ServiceDeploy& request,
                                               const wire::Lineage& lineage);
  [[nodiscard]] Result<std::shared_ptr<Live>> launch(const store::ServiceRow& row);
  [[nodiscard]] Result<wire::Service> replace(const store::ServiceRow& row);
  void on_change(const std::shared_ptr<Live>& live, const infer::ServiceStatus& status);
  Status save(const store::ServiceRow& row);
  [[nodiscard]] Status point_address(const Live& live);
  [[nodiscard]] wire::Service with_numbers(wire::Service service);
  void retire(const std::shared_ptr<Live>& live);

  const Parts parts_;
  std::mutex deploy_mutex_;  ///< one deployment at a time
  std::mutex mutex_;         ///< guards the rest
  std::map<std::string, std::shared_ptr<Live>> live_;
  std::map<std::string, Numbers> numbers_;
  std::int64_t generation_ = 0;
  bool stopping_ = false;
};

}  // namespace aiflow::service

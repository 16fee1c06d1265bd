// SPDX-License-Identifier: Apache-2.0
// All parts of the server, in the order in which they come to life and end. Private to serve.cpp.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "app/cli/access/provider_sign_in.h"
#include "app/cli/database/standby.h"
#include "app/cli/listeners/listeners.h"
#include "app/cli/serve.h"
#include "app/cli/worker/worker_starter.h"
#include "conductor/conductor.h"
#include "executor/executor_set.h"
#include "executor/local_executor.h"
#include "executor/redis/redis_executor.h"
#include "http_api/api.h"
#include "os/lock_file.h"
#include "os/system_clock.h"
#include "service/dag_files/dag_editor.h"
#include "service/dag_files/dag_loader.h"
#include "service/worker_access.h"
#include "store/admin/lead.h"
#include "trigger/loop_host.h"
#include "uplink/gateway.h"

namespace aiflow::app {

class Server {
 public:
  explicit Server(ServeOptions options) : options_(std::move(options)) {}
  ~Server() { stop(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The data directory and the database. Errors name what is in the way.
  [[nodiscard]] Status open();
  /// On a database that several servers share: waits until this one leads, and answers meanwhile
  /// who does; `on_standby` is called when it has to wait. False when a signal came first.
  [[nodiscard]] Result<bool> wait_for_lead(const os::Fd& signals,
                                           const std::function<void()>& on_standby);
  /// Everything up to the answering port. Errors name what is in the way.
  [[nodiscard]] Status start();
  /// Becomes readable when another server has taken the lead; -1 when none can.
  [[nodiscard]] int lost_lead() const { return lost_.read_end.get(); }
  /// Ends all in reverse order; running tasks go on in their worker.
  void stop();

  [[nodiscard]] std::string url() const { return listeners_->url(); }
  [[nodiscard]] wire::WorkerAddress worker_address() const { return listeners_->worker_address(); }
  /// Of the set-up link, while there is no user.
  [[nodiscard]] const std::optional<Secret>& setup_token() const { return setup_token_; }
  /// Every part with its state, and why it is unhealthy. From any thread, after start.
  [[nodiscard]] wire::Health health();
  /// The port that was asked for, when it was taken and another one is used.
  [[nodiscard]] std::optional<std::uint16_t> taken_port() const { return listeners_->taken_port(); }

 private:
  [[nodiscard]] Status make_folders();
  [[nodiscard]] Status lock();
  [[nodiscard]] std::string client_name() const;
  [[nodiscard]] Status open_scheduler();
  [[nodiscard]] Status make_executors();
  [[nodiscard]] Status order_worker(const WorkerId& worker, http_api::Parts::WorkerOrder order,
                                    const std::string& who);
  void leave_workers();
  [[nodiscard]] bool has_worker() const;
  [[nodiscard]] std::string worker_trouble() const;
  void make_services();
  [[nodiscard]] Status open_worker_access();
  [[nodiscard]] Status open_gateway();
  [[nodiscard]] uplink::DepotOptions depot_options();
  [[nodiscard]] service::Figures figures();
  [[nodiscard]] Status set_up_log();
  void note_changes(const std::vector<wire::StreamEvent>& changes);
  [[nodiscard]] std::string site_name() const;
  void open_tracing();
  void start_history();
  void stop_monitor();
  [[nodiscard]] Result<std::string> holder();
  void keep_lead();
  [[nodiscard]] Status write_address();
  /// What people are told: behind a name that browsers use, that name, which the certificate has.
  [[nodiscard]] wire::WorkerAddress address_to_join() const;
  [[nodiscard]] service::DagLoaderParts loader_parts();
  [[nodiscard]] Status forget_file(const std::string& filename);
  void start_loader();
  void start_background();
  [[nodiscard]] std::string url_for_pods() const;

  ServeOptions options_;
  const os::SystemClock clock_;
  const WallTime started_at_ = clock_.now();
  service::Counters counters_;
  service::History history_;
  std::shared_ptr<log::Recent> recent_log_ = std::make_shared<log::Recent>();
  service::ServerLog server_log_{recent_log_};
  std::optional<os::LockFile> lock_;
  std::unique_ptr<store::Store> store_;
  wire::LeftBehind left_before_;       ///< until the conductor has it
  std::unique_ptr<store::Lead> lead_;  ///< with a MariaDB server only
  os::Pipe lost_;                      ///< written to once, when the lead is lost
  std::unique_ptr<service::Auth> auth_;
  std::unique_ptr<service::ApiTokens> tokens_;
  std::unique_ptr<service::Vault> vault_;
  std::unique_ptr<ProviderSignIn> provider_;  ///< null: passwords alone
  std::unique_ptr<service::KeptValues> values_;
  std::optional<Secret> setup_token_;
  std::unique_ptr<service::AuditTrail> audit_;
  std::unique_ptr<service::EventHub> events_;
  std::unique_ptr<service::LogFollower> logs_;
  std::unique_ptr<WorkerStarter> worker_;
  executor::LocalExecutor* local_ = nullptr;  ///< one of executor_'s
  std::unique_ptr<executor::ExecutorSet> executor_;
  std::vector<const executor::KubernetesExecutor*> clusters_;  ///< of executor_
  const executor::RedisExecutor* broker_ = nullptr;            ///< one of executor_'s, if any
  std::unique_ptr<trigger::LoopHost> triggers_;
  std::unique_ptr<service::RunTracer> tracer_;  ///< null: nobody wants traces
  std::unique_ptr<conductor::Conductor> conductor_;
  std::unique_ptr<blobs::BlobStore> blobs_;
  std::unique_ptr<runtime::Pool> packs_;
  std::unique_ptr<service::DagEditor> editor_;
  std::unique_ptr<service::Workflows> workflows_;
  std::unique_ptr<service::Catalogue> catalogue_;
  std::unique_ptr<service::Artifacts> artifacts_;
  std::unique_ptr<service::ResultCache> result_cache_;
  std::unique_ptr<service::Housekeeper> housekeeper_;
  std::unique_ptr<service::Deployments> services_;
  std::unique_ptr<service::Cameras> cameras_;
  std::unique_ptr<service::DagLoader> loader_;
  std::unique_ptr<service::WorkerAccess> worker_access_;
  std::unique_ptr<uplink::Gateway> gateway_;
  std::unique_ptr<http_api::Api> api_;
  StandbyHandler standby_;
  std::unique_ptr<Listeners> listeners_;  ///< from open() on
  std::jthread restorer_;
};

}  // namespace aiflow::app

// SPDX-License-Identifier: Apache-2.0
// The REST API, the Open Inference Protocol and the dashboard's files over net::Server.
// In: requests; who makes them is found out first (cookie session, Unix socket's uid, attempt
// token), then the route's permission decides, before a body is read. Every route of
// api/engine.yaml has one handler in the table; a route without one stops the program at start.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "net/server.h"
#include "service/access/api_tokens.h"
#include "service/access/audit_trail.h"
#include "service/access/kept_values.h"
#include "service/access/provider_login.h"
#include "service/auth.h"
#include "service/cameras.h"
#include "service/catalogue.h"
#include "service/dag_files/dag_editor.h"
#include "service/data/artifacts.h"
#include "service/data/housekeeper.h"
#include "service/data/result_cache.h"
#include "service/deployments.h"
#include "service/event_hub.h"
#include "service/monitor/counters.h"
#include "service/monitor/figures.h"
#include "service/monitor/history.h"
#include "service/monitor/server_log.h"
#include "service/task_log.h"
#include "service/worker_access.h"
#include "service/workflows.h"
#include "store/store.h"
#include "uplink/gateway.h"
#include "wire/engine.h"
#include "wire/listeners.h"

namespace aiflow::http_api {

/// Of each user, each API token, and each address that has not signed in. Tasks, workers, inference
/// and the Unix socket have none.
struct RateLimit {
  double per_second = 0;  ///< 0: no limit
  double burst = 0;       ///< in one go
};

/// All must outlive the Api.
struct Parts {
  const Clock& clock;
  store::Store& store;
  service::Auth& auth;
  service::ApiTokens& tokens;
  service::AuditTrail& audit;
  service::KeptValues& values;
  service::DagEditor& editor;
  service::Workflows& workflows;
  service::Catalogue& catalogue;
  service::Artifacts& artifacts;
  service::ResultCache& result_cache;
  service::Housekeeper& housekeeper;
  service::Deployments& services;
  service::Cameras& cameras;
  service::EventHub& events;
  service::LogFollower& logs;
  service::WorkerAccess& worker_access;
  uplink::Gateway& gateway;  ///< workers elsewhere
  std::function<std::vector<wire::Worker>()> workers;
  enum class WorkerOrder { cordon, uncordon, drain };
  /// Who - the user that asked. Errors: not_found, unavailable.
  std::function<Status(const WorkerId&, WorkerOrder, const std::string& who)> order_worker;
  std::function<wire::Health()> health;
  std::string version;
  std::filesystem::path uploads;  ///< folder for bodies on their way to a blob
  std::uint32_t uid = 0;          ///< the server's: peers of the Unix socket with it are admins
  service::Counters& counters;    ///< where requests are counted
  std::function<service::Figures()> figures;
  const service::History& history;
  service::ServerLog& server_log;
  RateLimit rate_limit{};
  service::ProviderLogin* provider_login = nullptr;  ///< null: there are passwords alone
  std::function<wire::WorkerAddress()> worker_address = [] { return wire::WorkerAddress{}; };
};

class Api final : public net::Handler {
 public:
  /// Stops the program when a route has no handler or an unknown permission.
  explicit Api(Parts parts);
  ~Api() override;

  /// Tasks, workers, and who asks whether the server is well, wait for no browser.
  [[nodiscard]] Lane lane(const net::Request& request) const override;
  [[nodiscard]] std::variant<net::BodyRule, net::Response> admit(net::Request& request) override;
  void handle(net::Request request, net::Responder responder) override;
  [[nodiscard]] net::Response refuse(int status, std::string_view reason,
                                     std::string_view request_id) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Events as the event stream carries them.
[[nodiscard]] std::string stream_text(const std::vector<wire::StreamEvent>& events);

/// The one place where error codes become HTTP statuses.
[[nodiscard]] int http_status(ErrorCode code);

}  // namespace aiflow::http_api

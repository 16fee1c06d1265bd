// SPDX-License-Identifier: Apache-2.0
// The service tasks of a cluster, each a Deployment with a Service: made, asked every second how
// they do, removed. They are few and live long, so they are asked about and not watched, and
// nothing has to be remembered of them that the cluster does not tell. On the loop's thread;
// private to the Kubernetes executor.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "executor/executor.h"
#include "executor/kubernetes/detail/pod_logs.h"
#include "executor/kubernetes/service_plan.h"
#include "executor/kubernetes/service_rate.h"
#include "kubernetes/backoff.h"
#include "kubernetes/client.h"

namespace aiflow::executor::detail {

class ServiceTasks {
 public:
  struct Parts {
    const Clock& clock;
    kubernetes::Client& client;
    PodLogs& logs;
    WorkerId worker;  ///< under which name it reports
    ReportSink report;
    kubernetes::Backoff pause;  ///< after answers that pass
    Duration address_every{};   ///< how often it is looked whether Services are still there
    Duration rate_every{};      ///< how often a service's metrics are read
  };
  explicit ServiceTasks(Parts parts);

  /// What the database has as running, services or not; before the first adopt.
  void reconcile(const std::vector<Held>& running) { held_ = running; }
  /// A Deployment that is there at the start. One whose attempt is not running is removed.
  void adopt(const ServiceThere& there);
  void submit(ServicePlan plan);
  /// False: it is none of these.
  bool cancel(const CancelRequest& request);
  bool acknowledge(const Receipt& receipt);
  /// Once a second.
  void tick();
  [[nodiscard]] std::vector<Attempt> attempts() const;

 private:
  /// making (until the API has taken it) -> there -> ending (being removed) -> ended (reported).
  enum class Phase { making, there, ending, ended };
  struct Service {
    PodName name;
    ServiceTerms terms;
    std::optional<ServicePlan> plan;  ///< until it is made
    Phase phase = Phase::making;
    bool is_asking = false;  ///< an answer is under way
    bool is_begun = false;   ///< Started was reported
    bool is_ours = true;  ///< the database knows its attempt; else anybody may have written its ids
    bool is_removed = false;  ///< the API has neither of both any more
    std::string pod{};        ///< whose log is read
    std::int64_t restarts = 0;
    std::int64_t starts_before = 0;  ///< of other pods
    std::int64_t node_port = 0;      ///< 0: not known yet
    std::string host_ip{};
    std::string said{};  ///< the state and cause that were reported last
    bool has_served = false;
    SteadyTime served_at{};    ///< last; at first its beginning
    SteadyTime looked_at{};    ///< the last answer about its pods
    SteadyTime address_at{};   ///< the last look at its Service
    SteadyTime rate_at{};      ///< the last question for its metrics
    bool is_counting = false;  ///< the answer to it is under way
    ServiceRate rate{};
    std::string rate_trouble{};  ///< said already
    WallTime begun_at{};
    std::string ending{};  ///< why
    Outcome outcome = Outcome::killed;
    SteadyTime ending_at{};
    SteadyTime removed_at{};  ///< when the API had taken the removal
    Duration grace{};
    std::int64_t seq = 0;
  };
  using Answer = std::function<void(Service&, const kubernetes::Response&)>;

  void ask(Service& service, kubernetes::Request request, Answer answer);
  void make(Service& service);
  void make_address(Service& service);
  void made(Service& service);
  void refused(Service& service, const kubernetes::Response& response);
  void look(Service& service);
  void ask_pods(Service& service);
  void on_pods(Service& service, const kubernetes::Response& response);
  void on_pod(Service& service, const kubernetes::Pod& pod);
  void check_there(Service& service);
  void ask_node_port(Service& service);
  void check_address(Service& service);
  void ask_rate(Service& service);
  void on_metrics(Service& service, const kubernetes::Response& response);
  void say(Service& service, const std::string& trouble);
  void tell_waiting(Service& service, const std::string& trouble);
  void keep_in_mind(Service& service, const std::string& trouble);
  void refused_removal(Service& service, const kubernetes::Response& response);
  void check_limit(Service& service);
  void end(Service& service, std::string cause, Outcome outcome);
  void remove(Service& service);
  void check_gone(Service& service);
  [[nodiscard]] bool is_late(const Service& service) const;
  void finish(Service& service);
  void begin(Service& service, const kubernetes::Pod& pod);

  Parts parts_;
  std::vector<Held> held_;
  std::map<std::string, Service> services_;  ///< by name, which is of (task, epoch)
  std::int64_t next_seq_;
  SteadyTime paused_until_{};  ///< the API wants to be left alone
};

}  // namespace aiflow::executor::detail

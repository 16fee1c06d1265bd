// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/kubernetes_executor.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "base/assert.h"
#include "base/bounded_queue.h"
#include "digest/sha256.h"
#include "executor/kubernetes/detail/base64.h"
#include "executor/kubernetes/detail/pod_logs.h"
#include "executor/kubernetes/detail/pod_orders.h"
#include "executor/kubernetes/detail/service_tasks.h"
#include "executor/kubernetes/pod_table.h"
#include "kubernetes/client.h"
#include "kubernetes/pod_watch.h"
#include "log/log.h"
#include "net/url.h"
#include "os/event_loop.h"
#include "os/fd.h"

namespace aiflow::executor {
namespace {

constexpr int kConflict = 409;
constexpr auto kTick = std::chrono::milliseconds(250);
/// More than any cluster gets at a time.
constexpr std::size_t kToPlanMax = 100'000;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
/// A Deployment may have a megabyte; an answer has 64 at most.
constexpr int kServicesAPage = 50;

std::optional<kubernetes::Pod> pod_of(const kubernetes::Response& response) {
  if (!response.ok()) return std::nullopt;
  const auto object = json::parse(response.body);
  if (!object) return std::nullopt;
  auto pod = kubernetes::parse_pod(*object);
  if (!pod) return std::nullopt;
  return *std::move(pod);
}

/// The token of the page after this one; empty: it is the last.
std::string next_page(const json::Value& list) {
  const json::Value* metadata = list.find("metadata");
  if (metadata == nullptr) return {};
  return json::get_string_or(*metadata, "continue", "").value_or("");
}

std::string pods_path(const PodName& pod) { return "/api/v1/namespaces/" + pod.space + "/pods"; }

}  // namespace

class KubernetesExecutor::Loop final : public PodOutlet {
 public:
  using Command = std::function<void(PodTable&)>;

  Loop(const Clock& clock, KubernetesExecutorOptions options)
      : clock_(clock),
        options_(std::move(options)),
        defaults_(table_options().defaults),
        table_(clock, table_options(), *this),
        list_pause_(backoff()) {
    AIFLOW_ASSERT(options_.log_file != nullptr && !options_.names.empty());
  }
  ~Loop() override { stop(); }

  Status start(ReportSink sink);
  void stop();
  void post(Command command);
  [[nodiscard]] bool stopping() const { return stopping_; }
  [[nodiscard]] wire::Worker describe() const;
  [[nodiscard]] std::string trouble() const;
  // On the loop's thread.
  void reconcile(const std::vector<Held>& running);
  void submit(const Job& job);
  void cancel(const CancelRequest& request);
  void acknowledge(const Receipt& receipt);

  // PodOutlet
  void report(Report report) override { sink_(std::move(report)); }
  void plan(const Job& job) override;
  void create(const PodPlan& plan, const Attempt& attempt) override;
  void remove(const PodName& pod, Duration grace) override { orders_->remove(pod, grace); }
  void remove_if_made(const PodName& pod, const Attempt& attempt, Duration grace) override {
    orders_->remove_if(pod, grace, [attempt](const kubernetes::Pod& there) {
      const auto note = read_note(there);
      return note && note->attempt == attempt;
    });
  }
  void mark_done(const PodName& pod) override { orders_->mark_done(pod); }
  void read_log(const PodName& pod, const PodTerms& terms, const Attempt& attempt,
                const std::string& init) override {
    init.empty() ? logs_->read(pod, terms, attempt) : logs_->read_end(pod, terms, attempt, init);
  }
  void finish_log(const PodName& pod) override { logs_->finish(pod); }
  void stop_log(const PodName& pod) override { logs_->stop(pod); }
  void deliver(const kubernetes::Pod& pod, const PodPlan& plan) override;
  void note(const PodName& pod, const Attempt& attempt, const std::string& text) override {
    logs_->note(pod, attempt, text);
  }

 private:
  [[nodiscard]] PodTableOptions table_options() const;
  [[nodiscard]] kubernetes::Backoff backoff() const;
  void connect();
  void run();
  void run_commands();
  void read_existing(const PodName& pod);
  void on_state(const std::string& trouble);
  void list_services(const std::string& space, const std::string& next = "");
  [[nodiscard]] std::string unseen(const std::string& space) const;
  void on_services(const std::string& space, const kubernetes::Response& response);
  void tick();
  void tick_services();
  void beat();
  void publish();

  const Clock& clock_;
  KubernetesExecutorOptions options_;
  PodDefaults defaults_;
  PodTable table_;
  ReportSink sink_;
  kubernetes::Backoff list_pause_;
  std::unique_ptr<os::EventLoop> events_;
  std::unique_ptr<kubernetes::Client> client_;
  std::unique_ptr<kubernetes::PodWatch> watch_;
  std::unique_ptr<detail::PodLogs> logs_;
  std::unique_ptr<detail::PodOrders> orders_;
  std::unique_ptr<detail::ServiceTasks> services_;
  std::string only_space_{};  ///< the account may list Deployments in this one alone; empty: in all
  os::Fd wake_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<Command> commands_;              ///< guarded by mutex_
  std::string trouble_ = "not connected yet";  ///< guarded by mutex_
  std::int64_t active_ = 0;                    ///< guarded by mutex_
  WallTime heard_{};                           ///< guarded by mutex_
  BoundedQueue<Job> to_plan_{kToPlanMax, WhenFull::reject};
  std::jthread planner_;
  std::jthread thread_;
};

PodTableOptions KubernetesExecutor::Loop::table_options() const {
  PodTableOptions made;
  made.worker = WorkerId{options_.names.front()};
  made.defaults = {
      .owner = options_.owner, .space = options_.cluster.space, .image = options_.image};
  if (!options_.sdk_zip.empty()) {
    made.defaults.sdk_config_map =
        "aiflow-sdk-" + digest::sha256_of(options_.sdk_zip).substr(0, 12);
  }
  made.defaults.server_url = options_.server_url;
  made.defaults.server_certificate = options_.server_certificate;
  made.defaults.dag_files = options_.dag_files;
  made.image_patience = options_.image_patience;
  made.log_patience = options_.log_patience;
  made.wait_pause = options_.wait_pause;
  made.pause_first = options_.pause_first;
  made.pause_last = options_.pause_last;
  return made;
}

kubernetes::Backoff KubernetesExecutor::Loop::backoff() const {
  const auto seed = static_cast<std::uint64_t>(clock_.steady_now().time_since_epoch().count());
  return {options_.pause_first, options_.pause_last, seed};
}

Status KubernetesExecutor::Loop::start(ReportSink sink) {
  sink_ = std::move(sink);
  AIFLOW_ASSIGN(events_, os::EventLoop::create(clock_));
  wake_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_.valid()) return fail(os::error_from_errno(errno, "eventfd"));
  events_->watch(wake_.get(), {}, [this] {
    std::uint64_t count = 0;
    static_cast<void>(::read(wake_.get(), &count, sizeof count));
    run_commands();
  });
  connect();
  thread_ = std::jthread([this] { run(); });
  planner_ = std::jthread([this] {
    while (const auto job = to_plan_.pop()) {
      if (stopping_) return;
      post([attempt = attempt_of(*job), plan = plan_pod(*job, defaults_)](PodTable& table) {
        table.planned(attempt, plan);
      });
    }
  });
  return {};
}

void KubernetesExecutor::Loop::connect() {
  client_ = std::make_unique<kubernetes::Client>(clock_, *events_, std::move(options_.cluster));
  orders_ = std::make_unique<detail::PodOrders>(*events_, *client_, backoff());
  detail::PodLogs::Hooks hooks;
  hooks.follow_later = options_.follow_later;
  hooks.file = options_.log_file;
  hooks.ended = [this](const PodName& pod, const PodOutput& output) {
    table_.log_ended(pod, output);
  };
  logs_ = std::make_unique<detail::PodLogs>(clock_, *events_, *client_, std::move(hooks));
  services_ = std::make_unique<detail::ServiceTasks>(
      detail::ServiceTasks::Parts{.clock = clock_,
                                  .client = *client_,
                                  .logs = *logs_,
                                  .worker = WorkerId{options_.names.front()},
                                  .report = [this](Report one) { report(std::move(one)); },
                                  .pause = backoff(),
                                  .address_every = 10 * options_.service_every,
                                  .rate_every = 5 * options_.service_every});
  kubernetes::PodWatchOptions wanted;
  wanted.selector = std::string(kOwnerLabel) + "=" + options_.owner + "," + kDoneLabel + "!=true";
  wanted.pause_first = options_.pause_first;
  wanted.pause_last = options_.pause_last;
  kubernetes::PodWatchSink& to = wanted.sink;
  to.listed = [this](const std::vector<kubernetes::Pod>& pods, SteadyTime asked_at) {
    table_.listed(pods, asked_at);
    publish();
  };
  to.changed = [this](const kubernetes::Pod& pod) { table_.changed(pod); };
  to.gone = [this](const kubernetes::Pod& pod) { table_.gone(pod); };
  to.state = [this](const std::string& trouble) { on_state(trouble); };
  watch_ = std::make_unique<kubernetes::PodWatch>(clock_, *events_, *client_, std::move(wanted));
}

void KubernetesExecutor::Loop::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_.get(), &one, sizeof one));
  thread_.join();
  to_plan_.close();
  planner_.join();
  watch_.reset();
  services_.reset();
  logs_.reset();
  orders_.reset();
  client_.reset();
}

void KubernetesExecutor::Loop::post(Command command) {
  if (stopping_) return;
  {
    const std::scoped_lock lock(mutex_);
    commands_.push_back(std::move(command));
  }
  const std::uint64_t one = 1;
  if (wake_.valid()) static_cast<void>(::write(wake_.get(), &one, sizeof one));
}

void KubernetesExecutor::Loop::run() {
  // What the database has comes before what the cluster has.
  run_commands();
  report(WorkerChanged{describe()});
  list_services("");
  tick();
  tick_services();
  beat();
  while (!stopping_) events_->run_once(std::chrono::seconds(1));
}

void KubernetesExecutor::Loop::run_commands() {
  std::vector<Command> commands;
  {
    const std::scoped_lock lock(mutex_);
    commands.swap(commands_);
  }
  for (const Command& command : commands) command(table_);
  publish();
}

/// Services come before the pods, so that none of them is taken for an attempt without its pod.
void KubernetesExecutor::Loop::list_services(const std::string& space, const std::string& next) {
  const std::string below = space.empty() ? "" : "namespaces/" + space + "/";
  std::string path = "/apis/apps/v1/" + below +
                     "deployments?labelSelector=" + std::string(kOwnerLabel) + "%3D" +
                     options_.owner + "&limit=" + std::to_string(kServicesAPage);
  if (!next.empty()) path += "&continue=" + net::percent_encode(next);
  client_->send({.path = std::move(path)}, [this, space](const kubernetes::Response& response) {
    on_services(space, response);
  });
}

void KubernetesExecutor::Loop::on_services(const std::string& space,
                                           const kubernetes::Response& response) {
  // What is not known is not taken for nothing: held services would be lost and begun twice.
  const auto list = response.ok() ? json::parse(response.body) : json::Value();
  const bool is_known =
      (response.ok() && list) || response.status == kForbidden || response.status == kNotFound;
  if (!is_known) {
    on_state(response.ok() ? "the list of Deployments cannot be read" : response.trouble);
    events_->after(list_pause_.failed(response.retry_after),
                   [this, space] { list_services(space); });
    return;
  }
  const std::string& own = client_->cluster().space;
  if (response.status == kForbidden && space.empty()) {
    only_space_ = own;
    return list_services(own);
  }
  // One that may not see Deployments has made none.
  const json::Value* items = list ? list->find("items") : nullptr;
  for (const json::Value& one :
       items != nullptr && items->is_array() ? items->as_array() : json::Array{}) {
    const auto there = read_service(one);
    if (!there) continue;
    services_->adopt(*there);
    table_.release(there->terms.attempt);
  }
  const std::string next = list ? next_page(*list) : std::string();
  if (!next.empty()) return list_services(space, next);
  watch_->start();
}

/// What is in a namespace that the account does not see would be made, never seen to run, and never
/// be removed. Empty: it is seen, or nobody knows yet.
std::string KubernetesExecutor::Loop::unseen(const std::string& space) const {
  const std::string& only = only_space_.empty() ? watch_->space() : only_space_;
  if (only.empty() || space == only) return {};
  return "the server's account sees namespace '" + only + "' alone, not '" + space +
         "': give it a ClusterRole with the same rules (docs/guide/kubernetes.md)";
}

void KubernetesExecutor::Loop::reconcile(const std::vector<Held>& running) {
  table_.reconcile(running);
  services_->reconcile(running);
}

void KubernetesExecutor::Loop::submit(const Job& job) {
  if (!is_service(job)) return table_.submit(job);
  auto plan = plan_service(job, defaults_);
  const std::string trouble = plan ? unseen(plan->name.space) : std::string();
  if (!trouble.empty()) plan = fail(ErrorCode::denied, trouble);
  if (plan) return services_->submit(*std::move(plan));
  report(Finished{.receipt = {.worker = WorkerId{options_.names.front()}, .seq = 0},
                  .report = {.attempt = attempt_of(job),
                             .outcome = Outcome::failed,
                             .cause = "no service can be made of it: " + plan.error().message,
                             .started_at = clock_.now(),
                             .ended_at = clock_.now()}});
}

void KubernetesExecutor::Loop::cancel(const CancelRequest& request) {
  if (!services_->cancel(request)) table_.cancel(request);
}

void KubernetesExecutor::Loop::acknowledge(const Receipt& receipt) {
  if (!services_->acknowledge(receipt)) table_.acknowledge(receipt);
}

void KubernetesExecutor::Loop::tick_services() {
  services_->tick();
  events_->after(options_.service_every, [this] { tick_services(); });
}

/// In the order in which they come, so that attempts get their pods in that order.
void KubernetesExecutor::Loop::plan(const Job& job) {
  if (to_plan_.push(job)) return;
  events_->after(Duration{0}, [this, attempt = attempt_of(job)] {
    table_.planned(attempt, fail(ErrorCode::unavailable, "too many pods wait for their plans"));
  });
}

void KubernetesExecutor::Loop::create(const PodPlan& plan, const Attempt&) {
  if (std::string trouble = unseen(plan.pod.space); !trouble.empty()) {
    kubernetes::Response refused;
    refused.status = kForbidden;
    refused.trouble = std::move(trouble);
    // Not from inside of the table's call.
    events_->after(Duration{0},
                   [this, pod = plan.pod, refused] { table_.created(pod, refused, std::nullopt); });
    return;
  }
  kubernetes::Request request{
      .method = "POST", .path = pods_path(plan.pod), .body = json::write(plan.manifest)};
  client_->send(std::move(request), [this, pod = plan.pod](const kubernetes::Response& response) {
    if (response.status == kConflict) return read_existing(pod);
    table_.created(pod, response, pod_of(response));
  });
}

/// The secret belongs to the pod and goes with it; the config maps belong to all pods that use them
/// and go with the last one. The node waits for all three.
void KubernetesExecutor::Loop::deliver(const kubernetes::Pod& pod, const PodPlan& plan) {
  orders_->share(pod, defaults_.sdk_config_map,
                 [this] { return json::object({{kSdkFile, detail::base64(options_.sdk_zip)}}); });
  orders_->share(pod, plan.dag_files->name, [packed = plan.dag_files->packed] {
    return json::object({{kDagFilesKey, detail::base64(*packed)}});
  });
  orders_->give_secret(pod, plan.files);
}

/// A pod of that name is there: most often this attempt's own, whose create got no answer.
void KubernetesExecutor::Loop::read_existing(const PodName& pod) {
  client_->send({.path = pods_path(pod) + "/" + pod.name},
                [this, pod](const kubernetes::Response& response) {
                  kubernetes::Response conflict;
                  conflict.status = response.is_passing() ? response.status : kConflict;
                  conflict.retry_after = response.retry_after;
                  table_.created(pod, conflict, pod_of(response));
                });
}

void KubernetesExecutor::Loop::on_state(const std::string& trouble) {
  {
    const std::scoped_lock lock(mutex_);
    if (trouble_ == trouble) return;
    trouble_ = trouble;
  }
  if (trouble.empty()) {
    log::info("cluster is reached", {{"executor", options_.names.front()}});
  } else {
    log::warn("cluster cannot be used",
              {{"executor", options_.names.front()}, {"reason", trouble}});
  }
  publish();
  report(WorkerChanged{describe()});
}

void KubernetesExecutor::Loop::tick() {
  table_.tick();
  publish();
  events_->after(kTick, [this] { tick(); });
}

void KubernetesExecutor::Loop::beat() {
  table_.beat();
  if (auto attempts = services_->attempts(); !attempts.empty()) {
    report(StillRunning{.worker = WorkerId{options_.names.front()}, .attempts = attempts});
  }
  events_->after(options_.heartbeat, [this] { beat(); });
}

void KubernetesExecutor::Loop::publish() {
  const std::int64_t active = table_.active_count() + std::ssize(services_->attempts());
  const std::scoped_lock lock(mutex_);
  active_ = active;
  if (trouble_.empty()) heard_ = clock_.now();
}

std::string KubernetesExecutor::Loop::trouble() const {
  const std::scoped_lock lock(mutex_);
  return trouble_;
}

wire::Worker KubernetesExecutor::Loop::describe() const {
  const std::scoped_lock lock(mutex_);
  const bool is_well = trouble_.empty();
  wire::Worker worker;
  worker.worker_id = options_.names.front();
  worker.state = is_well ? "connected" : "lost";
  // None while the cluster is away: what is queued here could not be cancelled for sure.
  worker.slots = is_well ? options_.pods_max : 0;
  worker.running = active_;
  worker.last_seen = heard_;
  worker.executors = options_.names;
  worker.queues = {"default"};
  return worker;
}

// --- KubernetesExecutor ------------------------------------------------------------------------

KubernetesExecutor::KubernetesExecutor(const Clock& clock, KubernetesExecutorOptions options)
    : loop_(std::make_unique<Loop>(clock, std::move(options))) {}
KubernetesExecutor::~KubernetesExecutor() = default;

void KubernetesExecutor::reconcile(const std::vector<Held>& running) {
  loop_->post([loop = loop_.get(), running](PodTable&) { loop->reconcile(running); });
}

Status KubernetesExecutor::start(ReportSink sink) { return loop_->start(std::move(sink)); }

Status KubernetesExecutor::submit(Job job) {
  if (loop_->stopping()) return fail(ErrorCode::unavailable, "the executor is stopping");
  loop_->post([loop = loop_.get(), job = std::move(job)](PodTable&) { loop->submit(job); });
  return {};
}

void KubernetesExecutor::cancel(const CancelRequest& request) {
  loop_->post([loop = loop_.get(), request](PodTable&) { loop->cancel(request); });
}

void KubernetesExecutor::acknowledge(const Receipt& receipt, bool, const std::string&) {
  loop_->post([loop = loop_.get(), receipt](PodTable&) { loop->acknowledge(receipt); });
}

void KubernetesExecutor::answer(const WorkerId&, const wire::XComValue&) {}

std::vector<wire::Worker> KubernetesExecutor::workers() const { return {loop_->describe()}; }
void KubernetesExecutor::stop() { loop_->stop(); }
std::string KubernetesExecutor::name() const { return loop_->describe().worker_id; }
std::string KubernetesExecutor::trouble() const { return loop_->trouble(); }

}  // namespace aiflow::executor

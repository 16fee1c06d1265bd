// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/detail/service_tasks.h"

#include <algorithm>
#include <utility>

#include "executor/kubernetes/detail/service_paths.h"
#include "executor/kubernetes/log_mask.h"
#include "executor/kubernetes/pod_outcome.h"
#include "kubernetes/watch_event.h"

namespace aiflow::executor::detail {
namespace {

constexpr int kConflict = 409;
/// After a longer silence of the API the time of it does not count as time without serving.
constexpr auto kSilence = std::chrono::seconds(5);
constexpr auto kMetricsPatience = std::chrono::seconds(5);
/// Receipts of services are told from those of pods by their numbers.
constexpr std::int64_t kSeqBegin = std::int64_t{1} << 62;

const std::string kRefused = "the cluster takes no such service: ";

bool is_ready(const kubernetes::Pod& pod) {
  const kubernetes::PodCondition* ready = pod.condition("Ready");
  return ready != nullptr && ready->status == "True" && !pod.is_deleting;
}

/// Why a pod does not serve.
std::string trouble_of(const kubernetes::Pod& pod, const std::string& base) {
  if (pod.is_deleting) return "its pod is being removed";
  const StartTrouble start = start_trouble(pod);
  if (!start.words.empty()) return start.words;
  const kubernetes::ContainerStatus* container = pod.container(base);
  if (container == nullptr || container->state == kubernetes::ContainerStatus::State::waiting) {
    return "its pod is starting";
  }
  if (container->state == kubernetes::ContainerStatus::State::terminated) {
    return "exit code " + std::to_string(container->exit_code);
  }
  return "it is not ready";
}

/// Why a Deployment has no pod: a quota, a rule of the namespace, an account that is not there.
std::string failure_of(const kubernetes::Response& response) {
  const auto object = response.ok() ? json::parse(response.body) : json::Value();
  const json::Value* status = object ? object->find("status") : nullptr;
  const json::Value* conditions = status == nullptr ? nullptr : status->find("conditions");
  if (conditions == nullptr || !conditions->is_array()) return {};
  for (const json::Value& one : conditions->as_array()) {
    if (json::get_string_or(one, "type", "").value_or("") != "ReplicaFailure") continue;
    return json::get_string_or(one, "message", "").value_or("");
  }
  return {};
}

/// Where other tasks reach it; empty: nowhere.
std::string address_of(const ServiceTerms& terms, const PodName& name) {
  if (terms.port == 0) return {};
  return terms.scheme + "://" + name.name + "." + name.space + ".svc:" + std::to_string(terms.port);
}

/// An address of IPv6 has colons of its own.
std::string in_address(const std::string& ip) { return ip.contains(':') ? "[" + ip + "]" : ip; }

}  // namespace

ServiceTasks::ServiceTasks(Parts parts)
    : parts_(std::move(parts)),
      next_seq_(kSeqBegin + parts_.clock.now().time_since_epoch().count() / 1000) {}

void ServiceTasks::adopt(const ServiceThere& there) {
  const auto [place, is_new] = services_.try_emplace(there.name.name);
  if (!is_new) return;  // submitted again before the list came
  Service& service = place->second;
  service.name = there.name;
  service.terms = there.terms;
  service.phase = Phase::there;
  const auto held = std::ranges::find(held_, there.terms.attempt, &Held::attempt);
  service.is_begun = held != held_.end();
  service.has_served = service.is_begun && held->has_served;
  service.begun_at = std::min(there.made_at, parts_.clock.now());
  service.served_at = service.looked_at = parts_.clock.steady_now();
  service.is_ours = service.is_begun;
  if (!service.is_ours) end(service, "it belongs to no running attempt", Outcome::killed);
}

void ServiceTasks::submit(ServicePlan plan) {
  const auto [place, is_new] = services_.try_emplace(plan.name.name);
  if (!is_new) return;
  Service& service = place->second;
  service.name = plan.name;
  service.terms = plan.terms;
  service.plan = std::move(plan);
  make(service);
}

bool ServiceTasks::cancel(const CancelRequest& request) {
  for (auto& [name, service] : services_) {
    if (service.terms.attempt != request.attempt) continue;
    service.grace = request.grace;
    end(service, request.reason, Outcome::killed);
    return true;
  }
  return false;
}

bool ServiceTasks::acknowledge(const Receipt& receipt) {
  if (receipt.seq < kSeqBegin) return false;
  std::erase_if(services_, [&](const auto& entry) {
    return entry.second.phase == Phase::ended && entry.second.seq == receipt.seq;
  });
  return true;
}

std::vector<Attempt> ServiceTasks::attempts() const {
  std::vector<Attempt> all;
  for (const auto& [name, service] : services_) {
    if (service.phase != Phase::ended) all.push_back(service.terms.attempt);
  }
  return all;
}

void ServiceTasks::tick() {
  const bool is_pause = parts_.clock.steady_now() < paused_until_;
  for (auto& [name, service] : services_) {
    check_limit(service);
    if (is_pause || service.is_asking || service.phase == Phase::ended) continue;
    if (service.phase == Phase::making) {
      make(service);
    } else {
      look(service);
    }
  }
}

/// The answer finds the service by its name: it may be gone by then.
void ServiceTasks::ask(Service& service, kubernetes::Request request, Answer answer) {
  service.is_asking = true;
  parts_.client.send(std::move(request), [this, name = service.name.name,
                                          answer](const kubernetes::Response& response) {
    // What the API says of itself goes for all of them.
    if (response.is_passing()) {
      paused_until_ = parts_.clock.steady_now() + parts_.pause.failed(response.retry_after);
    } else {
      parts_.pause.succeeded();
    }
    const auto found = services_.find(name);
    if (found == services_.end()) return;
    found->second.is_asking = false;
    answer(found->second, response);
  });
}

/// A create whose answer was lost is a conflict the next time: the name is of (task, epoch).
void ServiceTasks::make(Service& service) {
  ask(service,
      {.method = "POST",
       .path = deployments(service.name),
       .body = json::write(service.plan->deployment)},
      [this](Service& one, const kubernetes::Response& response) {
        if (one.phase != Phase::making) return;
        if (!response.ok() && response.status != kConflict) return refused(one, response);
        one.plan->service.is_null() ? made(one) : make_address(one);
      });
}

void ServiceTasks::make_address(Service& service) {
  ask(service,
      {.method = "POST",
       .path = services(service.name),
       .body = json::write(service.plan->service)},
      [this](Service& one, const kubernetes::Response& response) {
        if (one.phase != Phase::making) return;
        if (response.ok() || response.status == kConflict) return made(one);
        if (response.is_passing()) return;  // asked again at the next tick
        end(one, kRefused + response.trouble, Outcome::failed);
      });
}

/// There is nothing of it to be removed.
void ServiceTasks::refused(Service& service, const kubernetes::Response& response) {
  if (response.is_passing()) return;  // asked again at the next tick
  service.ending = kRefused + response.trouble;
  service.outcome = Outcome::failed;
  finish(service);
}

void ServiceTasks::made(Service& service) {
  service.plan.reset();
  service.phase = Phase::there;
  service.served_at = service.looked_at = service.address_at = parts_.clock.steady_now();
  parts_.logs.note({service.name.space, service.name.name}, service.terms.attempt,
                   "deployment " + service.name.space + "/" + service.name.name + " is made");
}

void ServiceTasks::look(Service& service) {
  if (service.phase != Phase::ending) return ask_pods(service);
  service.is_removed ? check_gone(service) : remove(service);
}

void ServiceTasks::ask_pods(Service& service) {
  ask(service, {.path = pods(service.name)},
      [this](Service& one, const kubernetes::Response& response) { on_pods(one, response); });
}

void ServiceTasks::on_pods(Service& service, const kubernetes::Response& response) {
  const bool is_removed = service.phase == Phase::ending && service.is_removed;
  // A refusal that does not pass tells no more than a silent node does.
  if (is_late(service) && !response.is_passing()) return finish(service);
  if (!response.ok()) return;
  const auto page = kubernetes::parse_pod_list(response.body);
  if (!page) return;
  if (service.phase == Phase::ending) {
    if (is_removed && page->pods.empty()) finish(service);
    return;  // or it was asked before the end
  }
  const kubernetes::Pod* best = nullptr;
  for (const kubernetes::Pod& pod : page->pods) {
    if (best == nullptr || best->is_deleting) best = &pod;
  }
  if (best != nullptr) return on_pod(service, *best);
  check_there(service);
}

/// Nobody but us is to remove it.
void ServiceTasks::check_there(Service& service) {
  if (service.phase != Phase::there) return;
  ask(service, {.path = deployments(service.name) + "/" + service.name.name},
      [this](Service& one, const kubernetes::Response& response) {
        if (one.phase != Phase::there) return;
        if (response.status == kNotFound) {
          return end(one, "its Deployment was deleted from outside", Outcome::failed);
        }
        const std::string why = failure_of(response);
        say(one, why.empty() ? "it has no pod" : "it has no pod: " + why);
      });
}

void ServiceTasks::on_pod(Service& service, const kubernetes::Pod& pod) {
  if (has_begun(pod, {.base = service.terms.base})) begin(service, pod);
  service.host_ip = pod.host_ip;
  const bool lacks_address = service.terms.has_node_port && service.node_port == 0;
  if (lacks_address && is_ready(pod)) return ask_node_port(service);
  const SteadyTime now = parts_.clock.steady_now();
  if (service.terms.port > 0 && now - service.address_at >= parts_.address_every) {
    service.address_at = now;
    check_address(service);
  }
  say(service, is_ready(pod) ? "" : trouble_of(pod, service.terms.base));
  const bool is_due = now - service.rate_at >= parts_.rate_every && !service.is_counting;
  const bool has_rate = !service.terms.metrics.empty() && service.phase == Phase::there;
  if (has_rate && is_due && is_ready(pod)) ask_rate(service);
}

/// Beside the questions that follow it: a slow page, or a status that is the service's own, holds
/// nothing up.
void ServiceTasks::ask_rate(Service& service) {
  service.rate_at = parts_.clock.steady_now();
  service.is_counting = true;
  parts_.client.send(
      {.path = metrics_url(service.name, service.terms), .timeout = kMetricsPatience},
      [this, name = service.name.name](const kubernetes::Response& response) {
        const auto found = services_.find(name);
        if (found == services_.end()) return;
        found->second.is_counting = false;
        on_metrics(found->second, response);
      });
}

/// What is wrong with its metrics is said once, and is no trouble of the service.
void ServiceTasks::on_metrics(Service& service, const kubernetes::Response& response) {
  if (service.phase != Phase::there) return;
  const Result<double> requests = response.ok()
                                      ? sum_of_metric(response.body, service.terms.requests)
                                      : fail(ErrorCode::unavailable, response.trouble);
  if (requests) {
    const auto rate = service.rate.take(parts_.clock.steady_now(), *requests);
    if (!rate) return;
    return parts_.report(Progress{wire::Progress{.attempt = service.terms.attempt,
                                                 .done = *requests,
                                                 .total = 0,
                                                 .unit = "requests",
                                                 .what = *rate}});
  }
  std::string trouble = "the rate is not known: GET " + service.terms.metrics + ": " +
                        LogMask(service.terms.masks).masked(requests.error().message);
  cut(trouble);
  if (trouble == service.rate_trouble) return;
  service.rate_trouble = trouble;
  parts_.logs.note({service.name.space, service.name.name}, service.terms.attempt, trouble);
}

/// Its pod runs, or another one does, or the same one again: another log.
void ServiceTasks::begin(Service& service, const kubernetes::Pod& pod) {
  const std::int64_t restarts = pod.container(service.terms.base)->restart_count;
  if (service.pod != pod.name || service.restarts != restarts) {
    if (!service.pod.empty()) parts_.logs.stop({service.name.space, service.pod});
    const bool is_another = !service.pod.empty() && service.pod != pod.name;
    if (is_another) service.starts_before += service.restarts + 1;
    service.pod = pod.name;
    service.restarts = restarts;
    const std::string mark = pod.name + (restarts == 0 ? "" : "#" + std::to_string(restarts));
    parts_.logs.read({service.name.space, pod.name},
                     {.base = service.terms.base, .masks = service.terms.masks},
                     service.terms.attempt, mark);
  }
  if (service.is_begun) return;
  service.is_begun = true;
  service.begun_at = parts_.clock.now();
  wire::Started report{
      .seq = ++next_seq_, .attempt = service.terms.attempt, .pid = 0, .at = service.begun_at};
  const Receipt receipt{.worker = parts_.worker, .seq = report.seq};
  parts_.report(Started{.receipt = receipt, .report = std::move(report)});
}

/// The API has chosen it as it took the Service.
void ServiceTasks::ask_node_port(Service& service) {
  ask(service, {.path = services(service.name) + "/" + service.name.name},
      [this](Service& one, const kubernetes::Response& response) {
        const auto object = response.ok() ? json::parse(response.body) : json::Value();
        const json::Value* spec = object ? object->find("spec") : nullptr;
        const json::Value* ports = spec == nullptr ? nullptr : spec->find("ports");
        if (ports == nullptr || !ports->is_array() || ports->as_array().empty()) {
          if (one.phase != Phase::there) return;
          if (response.status == kNotFound) {
            return end(one, "its Service was deleted from outside", Outcome::failed);
          }
          return say(one, "its node port is not known: " + response.trouble);
        }
        one.node_port = json::get_int_or(ports->as_array().front(), "nodePort", 0).value_or(0);
      });
}

/// Without its Service nobody reaches it, however well its pod does.
void ServiceTasks::check_address(Service& service) {
  ask(service, {.path = services(service.name) + "/" + service.name.name},
      [this](Service& one, const kubernetes::Response& response) {
        if (one.phase != Phase::there || response.status != kNotFound) return;
        end(one, "its Service was deleted from outside", Outcome::failed);
      });
}

void ServiceTasks::say(Service& service, const std::string& trouble) {
  const SteadyTime now = parts_.clock.steady_now();
  const Duration silence = now - std::exchange(service.looked_at, now);
  if (silence > kSilence) service.served_at += silence;
  if (trouble.empty()) {
    service.served_at = now;
    service.has_served = true;
  } else if (now - service.served_at > service.terms.ready_limit) {
    const std::string limit = seconds_of(service.terms.ready_limit);
    return end(service, "the service has not served for " + limit + ": " + trouble,
               Outcome::failed);
  }
  if (!service.is_begun) return tell_waiting(service, trouble);
  const std::string address = service.node_port == 0
                                  ? address_of(service.terms, service.name)
                                  : service.terms.scheme + "://" + in_address(service.host_ip) +
                                        ":" + std::to_string(service.node_port);
  Serves report{.attempt = service.terms.attempt,
                .state = trouble.empty()      ? "serving"
                         : service.has_served ? "degraded"
                                              : "starting",
                .cause = {},
                .value = {}};
  report.cause = report.state + ": " +
                 (!trouble.empty()  ? trouble
                  : address.empty() ? "it runs"
                                    : address);
  const std::int64_t starts = service.starts_before + service.restarts + 1;
  if (starts > 1) report.cause += " (started " + std::to_string(starts) + " times)";
  if (trouble.empty() && !address.empty()) report.value = json::Value(address);
  report.cause = LogMask(service.terms.masks).masked(report.cause);
  cut(report.cause);
  if (report.cause == service.said) return;
  service.said = report.cause;
  parts_.report(std::move(report));
}

/// Nothing has begun that could have a state: why, in its log.
void ServiceTasks::tell_waiting(Service& service, const std::string& trouble) {
  if (trouble.empty() || trouble == service.said) return;
  service.said = trouble;
  std::string words = LogMask(service.terms.masks).masked(trouble);
  cut(words);
  parts_.logs.note({service.name.space, service.name.name}, service.terms.attempt,
                   "waiting: " + words);
}

void ServiceTasks::end(Service& service, std::string cause, Outcome outcome) {
  if (service.phase >= Phase::ending) return;
  service.ending = std::move(cause);
  service.outcome = outcome;
  service.phase = Phase::ending;
  service.ending_at = parts_.clock.steady_now();
  const bool is_pause = parts_.clock.steady_now() < paused_until_;
  if (!service.is_asking && !is_pause) look(service);
}

void ServiceTasks::check_limit(Service& service) {
  const auto& limit = service.terms.time_limit;
  if (service.phase != Phase::there || !service.is_begun || !limit) return;
  if (parts_.clock.now() - service.begun_at < *limit) return;
  end(service, "timed out after " + seconds_of(*limit), Outcome::failed);
}

}  // namespace aiflow::executor::detail

// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/service_plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "executor/kubernetes/detail/pod_wish.h"
#include "executor/kubernetes/service_rate.h"

namespace aiflow::executor {
namespace {

constexpr const char* kServiceAnnotation = "aiflow.dev/service-task";
constexpr std::size_t kNoteBytesMax = 200U << 10;
constexpr double kSecondsMax = 366.0 * 24 * 3600;
constexpr std::int64_t kPortMax = 65535;

Result<Duration> seconds(const json::Value& of, std::string_view key, double otherwise) {
  AIFLOW_ASSIGN(const double given, json::get_double_or(of, key, otherwise));
  if (!(given >= 0 && given <= kSecondsMax)) {
    return fail(ErrorCode::invalid_argument, std::string(key) + " is out of range");
  }
  return Duration(std::chrono::milliseconds(std::llround(given * 1000)));
}

std::int64_t whole_seconds(Duration time, std::int64_t least) {
  return std::max(least, std::chrono::ceil<std::chrono::seconds>(time).count());
}

/// How the node asks whether it serves.
Result<json::Value> probe_of(const json::Value& wanted, std::int64_t port) {
  AIFLOW_ASSIGN(const Duration period, seconds(wanted, "health_interval", 5));
  AIFLOW_ASSIGN(const Duration patience, seconds(wanted, "health_timeout", 5));
  json::Value probe = json::object({{"periodSeconds", whole_seconds(period, 1)},
                                    {"timeoutSeconds", whole_seconds(patience, 1)},
                                    {"failureThreshold", 1}});
  const json::Value* health = wanted.find("health");
  if (health != nullptr && health->is_string()) {
    AIFLOW_ASSIGN(const std::string scheme, json::get_string_or(wanted, "scheme", "http"));
    probe.set("httpGet", json::object({{"path", health->as_string()},
                                       {"port", port},
                                       {"scheme", scheme == "https" ? "HTTPS" : "HTTP"}}));
  } else if (health != nullptr && health->is_array()) {
    probe.set("exec", json::object({{"command", *health}}));
  } else if (port > 0) {
    probe.set("tcpSocket", json::object({{"port", port}}));
  } else {
    return json::Value();  // it serves while it runs
  }
  return probe;
}

/// The pod's spec as the Deployment's template has it.
Result<json::Value> template_spec(const json::Value& pod, const json::Value& wanted,
                                  const ServiceTerms& terms) {
  AIFLOW_ASSIGN(json::Value probe, probe_of(wanted, terms.port));
  json::Value spec = *pod.find("spec");
  spec.set("restartPolicy", "Always");
  spec.set("terminationGracePeriodSeconds", whole_seconds(terms.stop_grace, 0));
  json::Array containers = spec.find("containers")->as_array();
  for (json::Value& one : containers) {
    if (one.find("name")->as_string() != terms.base) continue;
    if (one.find("readinessProbe") == nullptr && !probe.is_null()) {
      one.set("readinessProbe", probe);
    }
  }
  spec.set("containers", std::move(containers));
  return spec;
}

std::int64_t milliseconds(Duration time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

json::Value note_of(const ServiceTerms& terms) {
  json::Value note = json::object({{"attempt", wire::to_json(terms.attempt)},
                                   {"base", terms.base},
                                   {"scheme", terms.scheme},
                                   {"port", terms.port},
                                   {"node_port", terms.has_node_port},
                                   {"ready_ms", milliseconds(terms.ready_limit)},
                                   {"grace_ms", milliseconds(terms.stop_grace)}});
  if (terms.time_limit) note.set("limit_ms", milliseconds(*terms.time_limit));
  json::Array masks;
  for (const std::string& mask : terms.masks) masks.emplace_back(mask);
  if (!masks.empty()) note.set("masks", std::move(masks));
  if (!terms.metrics.empty()) {
    note.set("metrics", terms.metrics);
    note.set("requests", terms.requests);
  }
  return note;
}

Result<Duration> noted(const json::Value& note, std::string_view key) {
  AIFLOW_ASSIGN(const std::int64_t given, json::get_int(note, key));
  constexpr auto kMost = static_cast<std::int64_t>(kSecondsMax) * 1000;
  return Duration(std::chrono::milliseconds(std::clamp<std::int64_t>(given, 0, kMost)));
}

/// Of a job, or of an annotation, which others may have written too.
Status read_metrics(ServiceTerms& terms, const json::Value& from) {
  AIFLOW_ASSIGN(terms.metrics, json::get_string_or(from, "metrics", ""));
  AIFLOW_ASSIGN(terms.requests, json::get_string_or(from, "requests", ""));
  if (terms.metrics.empty() || (is_metrics_path(terms.metrics) && terms.port > 0)) return {};
  return fail(ErrorCode::invalid_argument,
              "metrics is a path like '/metrics' of a service with a port");
}

Result<ServiceTerms> read_note(const json::Value& note) {
  ServiceTerms terms;
  AIFLOW_ASSIGN(const json::Value* attempt, json::get_object(note, "attempt"));
  AIFLOW_ASSIGN(terms.attempt, wire::parse_attempt_ref(*attempt));
  AIFLOW_ASSIGN(terms.base, json::get_string(note, "base"));
  AIFLOW_ASSIGN(terms.scheme, json::get_string(note, "scheme"));
  AIFLOW_ASSIGN(terms.port, json::get_int(note, "port"));
  AIFLOW_ASSIGN(terms.has_node_port, json::get_bool_or(note, "node_port", false));
  AIFLOW_ASSIGN(terms.ready_limit, noted(note, "ready_ms"));
  AIFLOW_ASSIGN(terms.stop_grace, noted(note, "grace_ms"));
  if (note.find("limit_ms") != nullptr) {
    AIFLOW_ASSIGN(terms.time_limit, noted(note, "limit_ms"));
  }
  if (const json::Value* masks = note.find("masks")) {
    AIFLOW_TRY(read_texts(terms.masks, *masks, "masks"));
  }
  AIFLOW_TRY(read_metrics(terms, note));
  return terms;
}

Result<ServiceTerms> terms_of(const PodTerms& pod, const json::Value& wanted) {
  ServiceTerms terms;
  terms.base = pod.base;
  terms.time_limit = pod.time_limit;
  terms.masks = pod.masks;
  AIFLOW_ASSIGN(terms.ready_limit, seconds(wanted, "ready_timeout", 120));
  AIFLOW_ASSIGN(terms.stop_grace, seconds(wanted, "stop_grace", 10));
  AIFLOW_ASSIGN(terms.port, json::get_int_or(wanted, "port", 0));
  AIFLOW_ASSIGN(terms.scheme, json::get_string_or(wanted, "scheme", "http"));
  AIFLOW_ASSIGN(terms.has_node_port, json::get_bool_or(wanted, "node_port", false));
  if (terms.port < 0 || terms.port > kPortMax) {
    return fail(ErrorCode::invalid_argument, "port is out of range");
  }
  AIFLOW_TRY(read_metrics(terms, wanted));
  return terms;
}

/// What gives it an address.
json::Value service_manifest(const ServicePlan& plan, const json::Value& selector) {
  const json::Array ports{
      json::object({{"port", plan.terms.port}, {"targetPort", plan.terms.port}})};
  return json::object(
      {{"apiVersion", "v1"},
       {"kind", "Service"},
       {"metadata",
        json::object(
            {{"name", plan.name.name}, {"namespace", plan.name.space}, {"labels", selector}})},
       {"spec", json::object({{"type", plan.terms.has_node_port ? "NodePort" : "ClusterIP"},
                              {"selector", selector},
                              {"ports", ports}})}});
}

}  // namespace

bool is_service(const Job& job) { return detail::service_of(job) != nullptr; }

Result<ServicePlan> plan_service(const Job& job, const PodDefaults& defaults) {
  const json::Value& wanted = *detail::service_of(job);
  AIFLOW_ASSIGN(const PodPlan pod, plan_pod(job, defaults));
  ServicePlan plan;
  // The name of a Service begins with a letter.
  plan.name = {.space = pod.pod.space, .name = "s-" + pod.pod.name};
  AIFLOW_ASSIGN(plan.terms, terms_of(pod.terms, wanted));
  plan.terms.attempt = attempt_of(job);
  AIFLOW_ASSIGN(json::Value spec, template_spec(pod.manifest, wanted, plan.terms));

  const json::Value metadata_of_pod = *pod.manifest.find("metadata");
  const json::Value selector = json::object({{kServiceLabel, plan.name.name}});
  json::Value labels = json::object({{kServiceLabel, plan.name.name}});
  for (const auto& [name, value] : metadata_of_pod.find("labels")->as_object()) {
    if (name != kOwnerLabel) labels.set(name, value);  // the pods are not followed one by one
  }
  json::Value own_labels = labels;
  own_labels.set(kOwnerLabel, defaults.owner);
  if (plan.terms.port > 0) plan.service = service_manifest(plan, selector);
  const json::Value annotations =
      json::object({{kServiceAnnotation, json::write(note_of(plan.terms))}});
  json::Value pod_annotations = json::object({});
  for (const auto& [name, value] : metadata_of_pod.find("annotations")->as_object()) {
    if (name != kAttemptAnnotation) pod_annotations.set(name, value);  // its pods are no attempts
  }
  const json::Value pod_template = json::object(
      {{"metadata", json::object({{"labels", labels}, {"annotations", pod_annotations}})},
       {"spec", std::move(spec)}});
  plan.deployment = json::object({{"apiVersion", "apps/v1"}, {"kind", "Deployment"}});
  plan.deployment.set("metadata", json::object({{"name", plan.name.name},
                                                {"namespace", plan.name.space},
                                                {"labels", own_labels},
                                                {"annotations", annotations}}));
  plan.deployment.set("spec", json::object({{"replicas", 1},
                                            {"strategy", json::object({{"type", "Recreate"}})},
                                            {"selector", json::object({{"matchLabels", selector}})},
                                            {"template", pod_template}}));
  return plan;
}

Result<ServiceThere> read_service(const json::Value& deployment) {
  ServiceThere read;
  AIFLOW_ASSIGN(const json::Value* metadata, json::get_object(deployment, "metadata"));
  AIFLOW_ASSIGN(read.name.name, json::get_string(*metadata, "name"));
  AIFLOW_ASSIGN(read.name.space, json::get_string_or(*metadata, "namespace", "default"));
  AIFLOW_ASSIGN(const json::Value* annotations, json::get_object(*metadata, "annotations"));
  AIFLOW_ASSIGN(const std::string text, json::get_string(*annotations, kServiceAnnotation));
  AIFLOW_ASSIGN(const json::Value note,
                json::parse(text, {.depth_max = 16, .bytes_max = kNoteBytesMax}));
  AIFLOW_ASSIGN(read.terms, read_note(note));
  AIFLOW_ASSIGN(const std::string made, json::get_string_or(*metadata, "creationTimestamp", ""));
  if (const auto at = parse_time(made)) read.made_at = *at;
  return read;
}

}  // namespace aiflow::executor

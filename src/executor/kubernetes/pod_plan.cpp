// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/pod_plan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "digest/sha256.h"
#include "executor/kubernetes/detail/pod_wish.h"
#include "executor/kubernetes/log_mask.h"
#include "kubernetes/yaml.h"

namespace aiflow::executor {
namespace {

constexpr std::size_t kNamePrefixMax = 40;
constexpr std::size_t kLabelMax = 63;
constexpr std::size_t kNoteBytesMax = 200U << 10;
/// All annotations of a pod together may have 256 KiB.
constexpr std::size_t kMasksBytesMax = 64U << 10;
constexpr auto kOwnLimitLeeway = std::chrono::seconds(5);
constexpr auto kLimitMax = std::chrono::hours(24 * 366);

std::int64_t to_ms(Duration d) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

/// Lower-case letters, digits and '-', neither first nor last a '-': a name as the API takes it.
std::string slug(std::string_view text) {
  std::string made;
  for (const char c : text.substr(0, kNamePrefixMax)) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    made.push_back(is_upper ? static_cast<char>(c - 'A' + 'a') : is_plain ? c : '-');
  }
  while (made.ends_with('-')) made.pop_back();
  while (made.starts_with('-')) made.erase(0, 1);
  return made.empty() ? "task" : made;
}

/// As a label's value may be; what does not fit is replaced, and told apart by its digest.
std::string label_value(const std::string& text) {
  const auto is_end = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto is_inner = [&](char c) { return is_end(c) || c == '-' || c == '_' || c == '.'; };
  const bool fits = text.size() <= kLabelMax && std::ranges::all_of(text, is_inner) &&
                    (text.empty() || (is_end(text.front()) && is_end(text.back())));
  if (fits) return text;
  std::string made = "x";
  for (const char c : text.substr(0, 40)) made.push_back(is_inner(c) ? c : '_');
  return made + "-" + digest::sha256_of(text).substr(0, 10);
}

json::Value note_of(const Attempt& attempt, const PodTerms& terms) {
  json::Value note = json::object({{"attempt", wire::to_json(attempt)},
                                   {"base", terms.base},
                                   {"startup_ms", to_ms(terms.startup_limit)},
                                   {"xcom", terms.wants_xcom},
                                   {"xcom_of_log", terms.xcom_of_log},
                                   {"speaks", terms.speaks},
                                   {"ends_on_worker", terms.is_told_to_worker},
                                   {"xcom_reader", terms.has_xcom_reader},
                                   {"keep", static_cast<int>(terms.keep)}});
  if (terms.grace) note.set("grace_ms", to_ms(*terms.grace));
  json::Array masks;
  for (const std::string& mask : terms.masks) masks.emplace_back(mask);
  if (!masks.empty()) note.set("masks", std::move(masks));
  if (terms.time_limit) note.set("limit_ms", to_ms(*terms.time_limit));
  json::Array codes;
  for (const std::int64_t code : terms.skip_codes) codes.emplace_back(code);
  note.set("skip_codes", std::move(codes));
  return note;
}

Result<Duration> limit(const json::Value& from, std::string_view key, Duration otherwise) {
  AIFLOW_ASSIGN(const std::int64_t ms, json::get_int_or(from, key, to_ms(otherwise)));
  if (ms < 0 || std::chrono::milliseconds(ms) > kLimitMax) {
    return fail(ErrorCode::invalid_argument, std::string(key) + " is out of range");
  }
  return Duration(std::chrono::milliseconds(ms));
}

Status read_codes(std::vector<std::int64_t>& codes, const json::Value& from, std::string_view key) {
  const json::Value* given = from.find(key);
  if (given == nullptr || given->is_null()) return {};
  const json::Array one{*given};
  for (const json::Value& code : given->is_array() ? given->as_array() : one) {
    if (!code.is_int()) {
      return fail(ErrorCode::invalid_argument, std::string(key) + " is no list of numbers");
    }
    codes.push_back(code.as_int());
  }
  return {};
}

Status read_keep(PodTerms& terms, const json::Value& wish) {
  AIFLOW_ASSIGN(const std::string action,
                json::get_string_or(wish, "on_finish_action", "delete_pod"));
  if (action == "delete_pod") {
    terms.keep = KeepPods::none;
  } else if (action == "delete_succeeded_pod" || action == "keep_failed") {
    terms.keep = KeepPods::failed;
  } else if (action == "keep_pod" || action == "delete_active_pod") {
    terms.keep = KeepPods::all;
  } else {
    return fail(
        ErrorCode::invalid_argument,
        "on_finish_action '" + action +
            "' is not one of delete_pod, delete_succeeded_pod, delete_active_pod, keep_pod");
  }
  return {};
}

Result<PodTerms> terms_of(const Job& job, const json::Value& wish) {
  PodTerms terms;
  AIFLOW_ASSIGN(terms.base, json::get_string_or(wish, "base_container_name", "base"));
  AIFLOW_ASSIGN(const double seconds, json::get_double_or(wish, "startup_timeout_seconds", 120));
  const double most = std::chrono::duration<double>(kLimitMax).count();
  if (!(seconds > 0 && seconds <= most)) {
    return fail(ErrorCode::invalid_argument, "startup_timeout_seconds is out of range");
  }
  terms.startup_limit = std::chrono::milliseconds(std::llround(seconds * 1000));
  if (job.execution_timeout_ms && *job.execution_timeout_ms > 0) {
    terms.time_limit = std::chrono::milliseconds(*job.execution_timeout_ms);
  }
  AIFLOW_TRY(read_keep(terms, wish));
  const bool is_pod = detail::pod_wish_of(job) != nullptr;
  const json::Value& task = is_pod ? wish : detail::arguments_of(job);
  AIFLOW_ASSIGN(const bool pushes, json::get_bool_or(task, "do_xcom_push", !is_pod));
  AIFLOW_ASSIGN(terms.is_told_to_worker, json::get_bool_or(task, "ends_on_worker", false));
  terms.wants_xcom = is_pod && pushes;
  const bool serves = detail::service_of(job) != nullptr;
  terms.speaks = !is_pod && !serves && !detail::is_bash(job);
  terms.xcom_of_log = !is_pod && !serves && !terms.speaks && pushes;
  // It keeps its limit itself, so that its callbacks run; this is for one that cannot.
  if (terms.speaks && terms.time_limit) *terms.time_limit += kOwnLimitLeeway;
  AIFLOW_TRY(read_codes(terms.skip_codes, task, "skip_on_exit_code"));
  return terms;
}

/// Those of the pod's variables, and those that a worker rendered into it.
Result<std::vector<std::string>> masks_of(const Job& job, const json::Value& manifest) {
  std::vector<std::string> masks = secrets_of(manifest);
  if (const json::Value* told = detail::arguments_of(job).find("mask")) {
    AIFLOW_TRY(read_texts(masks, *told, "mask"));
  }
  std::size_t bytes = 0;
  for (const std::string& mask : masks) bytes += mask.size();
  if (bytes <= kMasksBytesMax) return masks;
  return fail(ErrorCode::invalid_argument,
              "its secrets have more than " + std::to_string(kMasksBytesMax) +
                  " bytes together, too many to keep them out of its log: hand them to it as a "
                  "Kubernetes secret (secrets=)");
}

std::optional<Duration> grace_of(const json::Value& manifest) {
  const json::Value* spec = manifest.find("spec");
  const json::Value* given = spec->find("terminationGracePeriodSeconds");
  if (given == nullptr || !given->is_int()) return std::nullopt;
  constexpr std::int64_t kMost = std::chrono::seconds(kLimitMax).count();
  return std::chrono::seconds(std::clamp<std::int64_t>(given->as_int(), 0, kMost));
}

/// Beside it where there is an image to read it with; else as the node reads it, which cuts it.
Status add_xcom(detail::Manifest& manifest, PodTerms& terms, const json::Value& wish,
                const PodDefaults& defaults) {
  AIFLOW_ASSIGN(const std::string image,
                json::get_string_or(wish, "do_xcom_push_sidecar_image", defaults.image));
  terms.has_xcom_reader = !image.empty();
  if (terms.has_xcom_reader) {
    manifest.add_xcom_reader(image);
  } else {
    manifest.set_message_path(detail::kXComPath);
  }
  return {};
}

json::Value labels_of(const Job& job, const std::string& owner) {
  json::Value labels = json::object({{"app.kubernetes.io/managed-by", "aiflow"},
                                     {kOwnerLabel, owner},
                                     {"aiflow.dev/dag-id", label_value(job.key.dag_id)},
                                     {"aiflow.dev/run-id", label_value(job.key.run_id)},
                                     {"aiflow.dev/task-id", label_value(job.key.task_id)},
                                     {"aiflow.dev/try-number", std::to_string(job.try_number)}});
  if (job.key.map_index < 0) return labels;
  labels.set("aiflow.dev/map-index", std::to_string(job.key.map_index));
  return labels;
}

std::string name_of(const Job& job, const std::string& owner, const std::string& wished) {
  const std::string key = json::write(wire::to_json(job.key));
  return slug(wished.empty() ? job.key.task_id : wished) + "-" +
         digest::sha256_of(owner + key).substr(0, 10) + "-" + std::to_string(job.epoch);
}

/// The operator's own wish, or what executor_config says for a task of another kind.
Result<json::Value> wish_of(const Job& job, const PodDefaults& defaults) {
  if (const json::Value* wish = detail::pod_wish_of(job)) return *wish;
  if (job.operator_ == kPodOperator) {
    return fail(ErrorCode::invalid_argument, "the task has no pod");
  }
  json::Value wish = job.executor_config.value_or(json::object({}));
  if (!wish.is_object()) {
    return fail(ErrorCode::invalid_argument, "executor_config is no object");
  }
  const json::Value* image = wish.find("image");
  if ((image == nullptr || image->is_null()) && !defaults.image.empty()) {
    wish.set("image", defaults.image);
  }
  if (const json::Value* service = detail::service_of(job)) {
    AIFLOW_TRY(detail::add_service(wish, *service));
    return wish;
  }
  AIFLOW_TRY(detail::is_bash(job) ? detail::add_bash(wish, job)
                                  : detail::add_python(wish, defaults));
  return wish;
}

}  // namespace

Status read_texts(std::vector<std::string>& texts, const json::Value& from, const char* what) {
  if (!from.is_array()) return fail(ErrorCode::invalid_argument, std::string(what) + " is no list");
  for (const json::Value& text : from.as_array()) {
    if (!text.is_string()) {
      return fail(ErrorCode::invalid_argument, std::string(what) + " is no list of texts");
    }
    texts.push_back(text.as_string());
  }
  return {};
}

Result<PodPlan> plan_pod(const Job& job, const PodDefaults& defaults) {
  AIFLOW_ASSIGN(const json::Value wish, wish_of(job, defaults));
  PodPlan plan;
  AIFLOW_ASSIGN(plan.terms, terms_of(job, wish));
  AIFLOW_ASSIGN(plan.manifest, detail::manifest_of(wish, plan.terms.base));
  AIFLOW_ASSIGN(const std::string wished, json::get_string_or(wish, "name", ""));
  detail::Manifest manifest(plan.manifest, plan.terms.base);
  plan.pod = {.space = manifest.space(defaults.space),
              .name = name_of(job, defaults.owner, wished)};
  if (plan.terms.speaks) {
    if (!defaults.dag_files) return fail(ErrorCode::unavailable, "DAG files cannot be read");
    AIFLOW_ASSIGN(plan.dag_files, defaults.dag_files(job.dag_file));
    plan.files = detail::files_of(job, plan.dag_files->dag_file);
    manifest.mount_files(plan.pod.name, defaults.sdk_config_map, plan.dag_files->name);
  }
  manifest.add_place(job);
  AIFLOW_TRY(manifest.add_environment(job.env));
  if (plan.terms.wants_xcom) AIFLOW_TRY(add_xcom(manifest, plan.terms, wish, defaults));
  plan.terms.grace = grace_of(plan.manifest);
  AIFLOW_ASSIGN(plan.terms.masks, masks_of(job, plan.manifest));
  const Attempt attempt = attempt_of(job);
  manifest.finish(plan.pod, labels_of(job, defaults.owner),
                  json::object({{kAttemptAnnotation, json::write(note_of(attempt, plan.terms))}}));
  return plan;
}

Result<PodOwnerNote> read_note(const kubernetes::Pod& pod) {
  const auto found = pod.annotations.find(kAttemptAnnotation);
  if (found == pod.annotations.end()) {
    return fail(ErrorCode::invalid_argument, std::string("it has no ") + kAttemptAnnotation);
  }
  AIFLOW_ASSIGN(const json::Value note,
                json::parse(found->second, {.depth_max = 16, .bytes_max = kNoteBytesMax}));
  PodOwnerNote read;
  AIFLOW_ASSIGN(const json::Value* attempt, json::get_object(note, "attempt"));
  AIFLOW_ASSIGN(read.attempt, wire::parse_attempt_ref(*attempt));
  PodTerms& terms = read.terms;
  AIFLOW_ASSIGN(terms.base, json::get_string_or(note, "base", "base"));
  AIFLOW_ASSIGN(terms.startup_limit, limit(note, "startup_ms", terms.startup_limit));
  if (note.find("limit_ms") != nullptr) {
    AIFLOW_ASSIGN(terms.time_limit, limit(note, "limit_ms", Duration{0}));
  }
  if (note.find("grace_ms") != nullptr) {
    AIFLOW_ASSIGN(terms.grace, limit(note, "grace_ms", Duration{0}));
  }
  if (const json::Value* masks = note.find("masks")) {
    AIFLOW_TRY(read_texts(terms.masks, *masks, "masks"));
  }
  AIFLOW_ASSIGN(terms.wants_xcom, json::get_bool_or(note, "xcom", false));
  AIFLOW_ASSIGN(terms.has_xcom_reader, json::get_bool_or(note, "xcom_reader", false));
  AIFLOW_ASSIGN(terms.xcom_of_log, json::get_bool_or(note, "xcom_of_log", false));
  AIFLOW_ASSIGN(terms.speaks, json::get_bool_or(note, "speaks", false));
  AIFLOW_ASSIGN(terms.is_told_to_worker, json::get_bool_or(note, "ends_on_worker", false));
  AIFLOW_ASSIGN(const std::int64_t keep, json::get_int_or(note, "keep", 0));
  if (keep < 0 || keep > 2) return fail(ErrorCode::invalid_argument, "keep is out of range");
  terms.keep = static_cast<KeepPods>(keep);
  AIFLOW_TRY(read_codes(terms.skip_codes, note, "skip_codes"));
  return read;
}

}  // namespace aiflow::executor

// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/pod_report.h"

#include <algorithm>

namespace aiflow::executor {
namespace {

constexpr std::size_t kXComBytesMax = 48U << 10;
/// A termination message of this length was cut by the kubelet.
constexpr std::size_t kMessageBytesMax = 4096;
constexpr const char* kReturnValue = "return_value";

/// nullopt: the container wrote none. Errors: what is wrong with it, as the rest of a sentence.
Result<std::optional<json::Value>> xcom_of(const PodTerms& terms, const PodVerdict& verdict,
                                           const PodOutput& output) {
  if (terms.has_xcom_reader && !output.xcom) {
    return fail(ErrorCode::unavailable, std::string("could not be read: container '") +
                                            kXComContainer + "' of the pod did not tell it");
  }
  const std::string& text = terms.has_xcom_reader ? *output.xcom : verdict.message;
  if (text.empty()) return std::optional<json::Value>();
  if (text.size() > kXComBytesMax) {
    return fail(ErrorCode::invalid_argument,
                "is longer than " + std::to_string(kXComBytesMax) + " bytes");
  }
  auto value = json::parse(text);
  if (value) return std::optional(*std::move(value));
  if (!terms.has_xcom_reader && text.size() >= kMessageBytesMax) {
    return fail(ErrorCode::invalid_argument,
                "is longer than 4096 bytes; for up to 48 KiB name an image that reads it with "
                "do_xcom_push_sidecar_image, or start the server with --pod-image");
  }
  return fail(ErrorCode::invalid_argument, "is no JSON: " + value.error().message);
}

}  // namespace

WallTime end_of(const PodVerdict& verdict, const PodSpan& span) {
  const WallTime latest = std::max(span.now, span.from);
  WallTime ended = verdict.ended_at.value_or(span.now);
  if (ended <= span.from) ended += std::chrono::milliseconds(999);
  return std::clamp(ended, span.from, latest);
}

void add_xcom(const PodTerms& terms, const PodVerdict& verdict, const PodOutput& output,
              wire::Finished& report) {
  if (report.outcome != Outcome::success) return;
  const auto& last = output.last_line;
  if (terms.xcom_of_log && last && *last) {
    report.xcoms.push_back({.key = kReturnValue, .value = **last});
  }
  if (!terms.wants_xcom) return;
  auto value = xcom_of(terms, verdict, output);
  if (value && *value) report.xcoms.push_back({.key = kReturnValue, .value = **std::move(value)});
  if (value) return;
  report.outcome = Outcome::failed;
  report.cause = "its XCom in /airflow/xcom/return.json " + value.error().message;
}

void add_result(const PodOutput& output, wire::Finished& report) {
  const auto said = json::parse(output.result);
  const json::Value* words = said ? said->find("done") : nullptr;
  auto done = words == nullptr ? Result<wire::TaskDone>(fail(ErrorCode::corrupt, "nothing"))
                               : wire::parse_task_done(*words);
  if (!done) {
    if (report.outcome != Outcome::success) return;
    report.outcome = Outcome::failed;
    report.cause = "the task's process ended without saying how the task went";
    return;
  }
  report.outcome = done->outcome;
  report.cause = std::move(done->cause);
  report.branch = std::move(done->branch);
  report.skip_all_downstream = done->skip_all_downstream;
  report.reschedule_at = done->reschedule_at;
  report.deferral = std::move(done->deferral);
  report.assets = std::move(done->assets);
  report.cache_key = std::move(done->cache_key);
  report.cache_ttl_ms = done->cache_ttl_ms;
  report.retry_delay_ms = done->retry_delay_ms;
  if (const json::Value* fields = said->find("rendered"); fields != nullptr) {
    report.rendered = *fields;
  }
  const json::Value* xcoms = said->find("xcoms");
  const bool counts = report.outcome == Outcome::success || report.outcome == Outcome::skipped ||
                      report.outcome == Outcome::deferred;
  if (!counts || xcoms == nullptr || !xcoms->is_array()) return;
  for (const json::Value& one : xcoms->as_array()) {
    if (auto published = wire::parse_xcom_entry(one)) report.xcoms.push_back(*published);
  }
}

void tell_worker(wire::Finished& report) {
  json::Value end = json::object({{"outcome", to_string(report.outcome)}, {"cause", report.cause}});
  if (report.exit_code) end.set("exit_code", *report.exit_code);
  if (!report.xcoms.empty()) end.set("value", report.xcoms.front().value);
  const json::Value now = json::object({{"kind", "time"}, {"at", format_time(report.ended_at)}});
  report.outcome = Outcome::deferred;
  report.cause.clear();
  report.xcoms.clear();
  report.deferral = wire::Deferral{.trigger = now,
                                   .next_method = "pod_ended",
                                   .next_kwargs = json::object({{"end", std::move(end)}}),
                                   .timeout_ms = std::nullopt};
}

}  // namespace aiflow::executor

// SPDX-License-Identifier: Apache-2.0
#include "service/trace/otlp.h"

#include <algorithm>

namespace aiflow::service {
namespace {

json::Value to_json(const SpanAttributes& attributes) {
  json::Array out;
  out.reserve(attributes.size());
  for (const auto& [name, value] : attributes) {
    const auto* number = std::get_if<std::int64_t>(&value);
    auto typed = number == nullptr ? json::object({{"stringValue", std::get<std::string>(value)}})
                                   : json::object({{"intValue", std::to_string(*number)}});
    out.push_back(json::object({{"key", name}, {"value", std::move(typed)}}));
  }
  return out;
}

std::string nanoseconds(WallTime time) {
  constexpr std::int64_t kPerMicrosecond = 1000;
  return std::to_string(std::max<std::int64_t>(time.time_since_epoch().count(), 0) *
                        kPerMicrosecond);
}

json::Value to_json(const SpanLink& link) {
  return json::object({{"traceId", link.trace_id},
                       {"spanId", link.span_id},
                       {"attributes", to_json(link.attributes)}});
}

json::Value to_json(const Span& span) {
  auto out = json::object({{"traceId", span.trace_id},
                           {"spanId", span.span_id},
                           {"name", span.name},
                           {"kind", static_cast<int>(span.kind)},
                           {"startTimeUnixNano", nanoseconds(span.start)},
                           {"endTimeUnixNano", nanoseconds(span.end)},
                           {"attributes", to_json(span.attributes)}});
  if (!span.parent_id.empty()) out.set("parentSpanId", span.parent_id);
  if (!span.links.empty()) {
    json::Array links;
    for (const auto& link : span.links) links.push_back(to_json(link));
    out.set("links", std::move(links));
  }
  auto status = json::object({{"code", static_cast<int>(span.outcome)}});
  if (!span.cause.empty()) status.set("message", span.cause);
  out.set("status", std::move(status));
  return out;
}

}  // namespace

json::Value otlp_request(const SpanAttributes& resource, const std::string& version,
                         const std::vector<Span>& spans) {
  json::Array items;
  items.reserve(spans.size());
  for (const auto& span : spans) items.push_back(to_json(span));
  auto scope = json::object({{"scope", json::object({{"name", "aiflow"}, {"version", version}})},
                             {"spans", std::move(items)}});
  auto of_resource = json::object({{"resource", json::object({{"attributes", to_json(resource)}})},
                                   {"scopeSpans", json::Array{std::move(scope)}}});
  return json::object({{"resourceSpans", json::Array{std::move(of_resource)}}});
}

}  // namespace aiflow::service

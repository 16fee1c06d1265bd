// SPDX-License-Identifier: Apache-2.0
// Spans, and how OTLP/HTTP carries them as JSON: the protocol's own JSON mapping, with ids in
// hexadecimal, 64-bit numbers as text and enumerations as numbers.
// Source: https://opentelemetry.io/docs/specs/otlp/ (OTLP/HTTP, JSON Protobuf Encoding).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "json/value.h"

namespace aiflow::service {

/// Name and value, by OpenTelemetry's semantic conventions where they have one.
using SpanAttribute = std::pair<std::string, std::variant<std::string, std::int64_t>>;
using SpanAttributes = std::vector<SpanAttribute>;

struct SpanLink {
  std::string trace_id;
  std::string span_id;
  SpanAttributes attributes{};
};

struct Span {
  std::string trace_id;   ///< 32 hexadecimal digits
  std::string span_id;    ///< 16
  std::string parent_id;  ///< 16; empty: it is the root
  std::string name;
  enum class Kind : std::uint8_t { internal = 1, server = 2 } kind = Kind::internal;
  WallTime start{};
  WallTime end{};  ///< not before start
  SpanAttributes attributes{};
  std::vector<SpanLink> links{};
  enum class Outcome : std::uint8_t { unset = 0, ok = 1, error = 2 } outcome = Outcome::unset;
  std::string cause{};  ///< of an error
};

/// An ExportTraceServiceRequest. resource - what made the spans, such as service.name.
[[nodiscard]] json::Value otlp_request(const SpanAttributes& resource, const std::string& version,
                                       const std::vector<Span>& spans);

}  // namespace aiflow::service

// SPDX-License-Identifier: Apache-2.0
// Where traces of runs go: --otlp-endpoint, or OpenTelemetry's own environment variables.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/command.h"
#include "base/clock.h"
#include "base/secret.h"
#include "net/client.h"
#include "service/trace/run_tracer.h"

namespace aiflow::app {

struct TracingOptions {
  net::Endpoint endpoint;
  std::string target = "/v1/traces";
  std::string service_name = "aiflow";
  /// Sent along, such as a key of the collector; copies share them.
  std::shared_ptr<const std::vector<std::pair<std::string, Secret>>> headers{};
};

[[nodiscard]] std::vector<Parameter> tracing_parameters();

/// --otlp-endpoint, else OTEL_EXPORTER_OTLP_TRACES_ENDPOINT (the whole address), else
/// OTEL_EXPORTER_OTLP_ENDPOINT (/v1/traces is added), else none. Name and headers:
/// OTEL_SERVICE_NAME and OTEL_EXPORTER_OTLP_HEADERS ("name=value,name=value", percent-encoded),
/// which is taken out of the environment: it may hold a secret. Called before any thread starts.
/// Errors: invalid_argument. Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/
[[nodiscard]] Result<std::optional<TracingOptions>> tracing_of(const Invocation& in);

/// Sends requests there, over a connection that is kept.
[[nodiscard]] service::RunTracer::Send collector(const Clock& clock, const TracingOptions& options);

}  // namespace aiflow::app

// SPDX-License-Identifier: Apache-2.0
#include "app/cli/monitor/tracing.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "net/http.h"
#include "net/url.h"
#include "os/environment.h"

namespace aiflow::app {
namespace {

constexpr std::string_view kTracesPath = "/v1/traces";
/// A collector's answer is some words.
constexpr std::size_t kAnswerBytesMax = 64U << 10;
constexpr std::size_t kHeadersMax = 32;

struct Place {
  net::Endpoint endpoint;
  std::string path;  ///< without a '/' at its end
};

Result<Place> parse_place(const std::string& what, const std::string& text) {
  const auto scheme = text.find("://");
  const auto slash = text.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  auto endpoint = net::parse_server_url(text.substr(0, slash));
  std::string path = slash == std::string::npos ? "" : text.substr(slash);
  while (path.ends_with('/')) path.pop_back();
  const bool is_plain = std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7f; });
  if (endpoint && is_plain && path.find_first_of("?#") == std::string::npos) {
    return Place{*std::move(endpoint), std::move(path)};
  }
  return fail(ErrorCode::invalid_argument,
              what + (endpoint ? ": the path is not plain" : ": " + endpoint.error().message) +
                  "; a collector listens at http://HOST:4318");
}

/// "name=value,name=value" as OpenTelemetry writes headers.
Result<std::vector<std::pair<std::string, Secret>>> parse_headers(std::string_view text) {
  // What is wrong is not repeated: it may be the secret.
  const auto bad = [] {
    return fail(ErrorCode::invalid_argument,
                "OTEL_EXPORTER_OTLP_HEADERS is name=value, several with commas between them");
  };
  std::vector<std::pair<std::string, Secret>> out;
  while (!text.empty()) {
    const auto one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const auto equals = one.find('=');
    if (equals == std::string_view::npos || equals == 0 || out.size() == kHeadersMax) return bad();
    auto name = net::percent_decode(one.substr(0, equals));
    auto value = net::percent_decode(one.substr(equals + 1));
    if (!name || !value) return bad();
    const auto trim = [](std::string& word) {
      while (word.starts_with(' ')) word.erase(0, 1);
      while (word.ends_with(' ')) word.pop_back();
    };
    trim(*name);
    trim(*value);
    const bool is_name = !name->empty() && std::ranges::all_of(*name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_';
    });
    const bool is_value = std::ranges::all_of(*value, [](char c) { return c >= ' ' && c != 0x7f; });
    if (!is_name || !is_value) return bad();
    out.emplace_back(*std::move(name), Secret(*std::move(value)));
  }
  return out;
}

/// Seconds; a date says nothing that the own pause does not.
std::optional<Duration> retry_after(const net::Headers& headers) {
  const auto* text = net::find_header(headers, "retry-after");
  if (text == nullptr) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  const bool is_number = error == std::errc() && end == text->data() + text->size();
  if (!is_number || seconds < 0 || seconds > 86'400) return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace

std::vector<Parameter> tracing_parameters() {
  return {{.name = "--otlp-endpoint",
           .help = "OpenTelemetry collector that gets a trace of each run, http://HOST:4318;"
                   " OTEL_EXPORTER_OTLP_ENDPOINT when left out"}};
}

Result<std::optional<TracingOptions>> tracing_of(const Invocation& in) {
  const auto headers = os::take_env("OTEL_EXPORTER_OTLP_HEADERS");
  std::string what = "--otlp-endpoint";
  std::string text = in.text(what);
  bool is_whole = false;
  if (text.empty()) {
    what = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    text = os::get_env(what).value_or("");
    is_whole = !text.empty();
  }
  if (text.empty()) {
    what = "OTEL_EXPORTER_OTLP_ENDPOINT";
    text = os::get_env(what).value_or("");
  }
  if (text.empty()) return std::nullopt;
  AIFLOW_ASSIGN(auto place, parse_place(what, text));
  TracingOptions options;
  options.endpoint = std::move(place.endpoint);
  options.target = is_whole ? place.path : place.path + std::string(kTracesPath);
  if (options.target.empty()) options.target = "/";
  if (const auto name = os::get_env("OTEL_SERVICE_NAME"); name && !name->empty()) {
    options.service_name = *name;
  }
  AIFLOW_ASSIGN(auto read, parse_headers(headers.value_or("")));
  options.headers =
      std::make_shared<const std::vector<std::pair<std::string, Secret>>>(std::move(read));
  return options;
}

service::RunTracer::Send collector(const Clock& clock, const TracingOptions& options) {
  const auto client = std::make_shared<net::Client>(clock, options.endpoint);
  return [client, target = options.target, more = options.headers](
             const std::string& body, Deadline deadline,
             std::stop_token stop) -> Result<service::CollectorAnswer> {
    std::string text;
    net::Client::BodyCall call;
    call.request = {.method = "POST",
                    .target = target,
                    .headers = {{"Content-Type", "application/json"}},
                    .body = body,
                    .answer_bytes_max = kAnswerBytesMax};
    for (const auto& [name, value] : *more) {
      call.request.headers.emplace_back(name, std::string(value.reveal()));
    }
    call.on_piece = [&](std::string_view piece) -> Result<bool> {
      text += piece.substr(0, kAnswerBytesMax - std::min(text.size(), kAnswerBytesMax));
      return true;
    };
    call.stop = std::move(stop);
    AIFLOW_ASSIGN(const auto answer, client->stream_body(std::move(call), deadline));
    if (answer.status == 0) return fail(ErrorCode::cancelled, "the server ends");
    if (text.empty()) text = answer.body;  // a refusal comes whole
    return service::CollectorAnswer{.status = answer.status,
                                    .retry_after = retry_after(answer.headers),
                                    .body = std::move(text)};
  };
}

}  // namespace aiflow::app

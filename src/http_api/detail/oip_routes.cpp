// SPDX-License-Identifier: Apache-2.0
// The Open Inference Protocol v2. A model of the protocol is a deployed service.
#include <charconv>

#include "http_api/detail/call.h"
#include "infer/oip.h"

namespace aiflow::http_api::detail {
namespace {

constexpr auto kDescribeTime = std::chrono::seconds(5);
constexpr auto kInferTime = std::chrono::seconds(60);

Result<net::Response> oip_server(Call& call) {
  return json_response(infer::oip_server_metadata(call.parts.version));
}

Result<net::Response> oip_live(Call&) { return json_response(json::object({{"live", true}})); }
Result<net::Response> oip_ready(Call&) { return json_response(json::object({{"ready", true}})); }

/// The service; with a version in the path it must be the deployed one.
Result<wire::Service> service_of(Call& call) {
  AIFLOW_ASSIGN(auto service, call.parts.services.get(call.param("model")));
  const auto version = call.parameters.find("version");
  const bool is_other =
      version != call.parameters.end() && version->second != std::to_string(service.version);
  if (is_other) {
    return fail(ErrorCode::not_found, "service '" + service.name + "' serves version " +
                                          std::to_string(service.version) + ", not " +
                                          version->second);
  }
  return service;
}

Result<net::Response> oip_model(Call& call) {
  AIFLOW_ASSIGN(const auto service, service_of(call));
  AIFLOW_ASSIGN(const auto clients, call.parts.services.clients(service.name));
  AIFLOW_ASSIGN(auto description,
                clients->describe(Deadline::after(call.parts.clock, kDescribeTime)));
  description.model = service.name;
  return json_response(infer::oip_model_metadata(description));
}

Result<net::Response> oip_model_ready(Call& call) {
  AIFLOW_ASSIGN(const auto service, service_of(call));
  const bool is_ready = service.state == "ready";
  return json_response(json::object({{"name", service.name}, {"ready", is_ready}}),
                       is_ready ? 200 : 503);
}

/// The extension's header: how many bytes of the body are JSON.
Result<std::optional<std::size_t>> json_bytes_of(const net::Request& request) {
  const auto* text = request.header(infer::kOipHeaderLength);
  if (text == nullptr) return std::optional<std::size_t>();
  std::size_t value = 0;
  const auto* end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end || value > request.body.size()) {
    return fail(ErrorCode::invalid_argument,
                std::string(infer::kOipHeaderLength) + " must be a length within the body");
  }
  return std::optional(value);
}

Result<net::Response> oip_infer(Call& call) {
  AIFLOW_ASSIGN(const auto service, service_of(call));
  AIFLOW_ASSIGN(const auto clients, call.parts.services.clients(service.name));
  AIFLOW_ASSIGN(const auto json_bytes, json_bytes_of(call.request));
  AIFLOW_ASSIGN(const auto request, infer::parse_oip_request(call.request.body, json_bytes));
  std::vector<std::string> wanted;
  for (const auto& output : request.outputs) wanted.push_back(output.name);
  const auto begin = call.parts.clock.steady_now();
  const auto inputs = infer::oip_inputs(request);
  AIFLOW_ASSIGN(const auto answer,
                clients->infer(inputs, wanted, Deadline::after(call.parts.clock, kInferTime)));
  call.parts.services.observe(service.name, call.parts.clock.steady_now() - begin);
  const infer::OipModel model{.name = service.name, .version = std::to_string(service.version)};
  AIFLOW_ASSIGN(auto reply, infer::write_oip_response(request, model, answer.outputs));
  net::Response response;
  response.content_type = reply.json_bytes ? "application/octet-stream" : "application/json";
  if (reply.json_bytes) {
    response.headers.emplace_back(std::string(infer::kOipHeaderLength),
                                  std::to_string(*reply.json_bytes));
  }
  response.body = std::move(reply.body);
  return response;
}

}  // namespace

void add_oip_routes(Table& table) {
  using wire::Route;
  at(table, Route::oip_server) = oip_server;
  at(table, Route::oip_live) = oip_live;
  at(table, Route::oip_ready) = oip_ready;
  at(table, Route::oip_model) = oip_model;
  at(table, Route::oip_model_version) = oip_model;
  at(table, Route::oip_model_ready) = oip_model_ready;
  at(table, Route::oip_model_version_ready) = oip_model_ready;
  at(table, Route::oip_infer) = oip_infer;
  at(table, Route::oip_infer_version) = oip_infer;
}

}  // namespace aiflow::http_api::detail

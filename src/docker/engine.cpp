// SPDX-License-Identifier: Apache-2.0
#include "docker/engine.h"

#include <algorithm>
#include <map>

#include "docker/detail/base64url.h"
#include "docker/detail/pull_answer.h"

namespace aiflow::docker {
namespace {

constexpr const char* kApi = "/v1.41";
/// The daemon answers at once, or does real work (unpacking, ending processes), or hangs.
constexpr Duration kCallTime = std::chrono::seconds(60);
constexpr std::size_t kWordsMax = 600;

std::string words_of(const net::ClientResponse& response) {
  const auto body = json::parse(response.body);
  auto words = body ? json::get_string_or(*body, "message", "") : Result<std::string>("");
  std::string text = words && !words->empty() ? *words : net::status_text(response.status).data();
  if (text.size() > kWordsMax) text = text.substr(0, kWordsMax) + "…";
  std::ranges::replace(text, '\n', ' ');
  return text;
}

ErrorCode code_of(int status) {
  switch (status) {
    case 400: return ErrorCode::invalid_argument;
    case 401:
    case 403: return ErrorCode::denied;
    case 404: return ErrorCode::not_found;
    case 409: return ErrorCode::conflict;
    case 429:
    case 503: return ErrorCode::unavailable;
    default: return ErrorCode::internal;
  }
}

Status check(const net::ClientResponse& response) {
  if (response.status / 100 == 2 || response.status == 304) return {};
  return fail(code_of(response.status), words_of(response));
}

Result<json::Value> read_json(const net::ClientResponse& response) {
  auto value = json::parse(response.body);
  if (!value) return fail(ErrorCode::corrupt, "the Docker daemon's answer is no JSON");
  return value;
}

std::string path_of(const std::string& id, std::string_view rest) {
  return kApi + std::string("/containers/") + net::percent_encode(id) + std::string(rest);
}

std::vector<std::pair<std::string, std::string>> labels_of(const json::Value* labels) {
  std::vector<std::pair<std::string, std::string>> out;
  if (labels == nullptr || !labels->is_object()) return out;
  for (const auto& [name, value] : labels->as_object()) {
    if (value.is_string()) out.emplace_back(name, value.as_string());
  }
  return out;
}

/// Of ContainerStats. Times are in nanoseconds. As the docker command does, cached files that are
/// not in use do not count as memory: "inactive_file", with version 1 of control groups
/// "total_inactive_file".
Result<ContainerUse> use_of(const json::Value& stats) {
  AIFLOW_ASSIGN(const json::Value* processor, json::get_object(stats, "cpu_stats"));
  AIFLOW_ASSIGN(const json::Value* times, json::get_object(*processor, "cpu_usage"));
  AIFLOW_ASSIGN(const auto total, json::get_int_or(*times, "total_usage", 0));
  AIFLOW_ASSIGN(const auto system, json::get_int_or(*times, "usage_in_kernelmode", 0));
  AIFLOW_ASSIGN(const json::Value* memory, json::get_object(stats, "memory_stats"));
  AIFLOW_ASSIGN(const auto charged, json::get_int_or(*memory, "usage", 0));
  if (charged <= 0) return fail(ErrorCode::not_found, "the container does not run");
  AIFLOW_ASSIGN(const auto peak, json::get_int_or(*memory, "max_usage", 0));
  std::int64_t idle = 0;
  if (const json::Value* parts = memory->find("stats"); parts != nullptr && parts->is_object()) {
    AIFLOW_ASSIGN(idle, json::get_int_or(*parts, "inactive_file", 0));
    AIFLOW_ASSIGN(idle, json::get_int_or(*parts, "total_inactive_file", idle));
  }
  const auto time_of = [](std::int64_t ns) {
    return std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(ns));
  };
  ContainerUse use{.user = time_of(std::max<std::int64_t>(total - system, 0)),
                   .system = time_of(system),
                   .memory_bytes = idle < charged ? charged - idle : charged};
  if (peak > 0) use.memory_peak_bytes = peak;
  return use;
}

}  // namespace

std::string ContainerRef::label(std::string_view name) const {
  const auto found = std::ranges::find(labels, name, [](const auto& one) { return one.first; });
  return found == labels.end() ? std::string() : found->second;
}

Engine::Engine(const Clock& clock, std::filesystem::path socket)
    : clock_(clock), socket_(std::move(socket)), client_(clock, {.unix_socket = socket_}) {}

/// What a connection that could not be made means, and what to do about it.
Error Engine::explain(Error error) const {
  const std::string where = "'" + socket_.string() + "'";
  if (error.code == ErrorCode::denied) {
    error.message = "no permission on Docker's socket " + where +
                    ": put the worker's user into the socket's group (usually 'docker')";
  } else if (error.code == ErrorCode::not_found || error.code == ErrorCode::unavailable) {
    error.message = "the Docker daemon does not answer on " + where + " (" + error.message + ")";
    error.code = ErrorCode::unavailable;
  }
  return error;
}

Result<net::ClientResponse> Engine::send(std::string method, std::string target, std::string body) {
  net::ClientRequest request{.method = std::move(method), .target = std::move(target)};
  if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(body);
  auto response = client_.send(request, Deadline::after(clock_, kCallTime));
  if (!response) return fail(explain(std::move(response.error())));
  AIFLOW_TRY(check(*response));
  return response;
}

Status Engine::ping(Deadline deadline) {
  auto response = client_.send({.target = "/_ping"}, deadline);
  if (!response) return fail(explain(std::move(response.error())));
  return check(*response);
}

Result<std::string> Engine::create(const std::string& name, const json::Value& body) {
  const std::string target = kApi + ("/containers/create?name=" + net::percent_encode(name));
  AIFLOW_ASSIGN(const auto response, send("POST", target, json::write(body)));
  AIFLOW_ASSIGN(const auto value, read_json(response));
  return json::get_string(value, "Id");
}

Status Engine::start(const std::string& id) {
  AIFLOW_TRY(send("POST", path_of(id, "/start")));
  return {};
}

Result<ContainerState> Engine::inspect(const std::string& id) {
  AIFLOW_ASSIGN(const auto response, send("GET", path_of(id, "/json")));
  AIFLOW_ASSIGN(const auto value, read_json(response));
  ContainerState state;
  AIFLOW_ASSIGN(state.id, json::get_string(value, "Id"));
  AIFLOW_ASSIGN(const json::Value* found, json::get_object(value, "State"));
  AIFLOW_ASSIGN(state.running, json::get_bool_or(*found, "Running", false));
  AIFLOW_ASSIGN(const auto status, json::get_string_or(*found, "Status", ""));
  state.never_ran = status == "created";
  AIFLOW_ASSIGN(const auto code, json::get_int_or(*found, "ExitCode", 0));
  state.exit_code = static_cast<int>(code);
  AIFLOW_ASSIGN(state.out_of_memory, json::get_bool_or(*found, "OOMKilled", false));
  AIFLOW_ASSIGN(state.error, json::get_string_or(*found, "Error", ""));
  return state;
}

Result<ContainerUse> Engine::use(const std::string& id, Deadline deadline) {
  auto response =
      client_.send({.target = path_of(id, "/stats?stream=false&one-shot=true")}, deadline);
  if (!response) return fail(explain(std::move(response.error())));
  AIFLOW_TRY(check(*response));
  AIFLOW_ASSIGN(const auto value, read_json(*response));
  return use_of(value);
}

Status Engine::stop(const std::string& id, Duration grace) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(grace).count();
  const std::string target = path_of(id, "/stop?t=" + std::to_string(seconds));
  const Deadline deadline = Deadline::after(clock_, grace + kCallTime);
  auto response = client_.send({.method = "POST", .target = target}, deadline);
  if (!response) return fail(explain(std::move(response.error())));
  return check(*response);
}

Status Engine::remove(const std::string& id) {
  const auto gone = send("DELETE", path_of(id, "?force=1&v=1"));
  // conflict: somebody else's removal is on its way.
  const bool is_fine =
      gone || gone.error().code == ErrorCode::not_found || gone.error().code == ErrorCode::conflict;
  return is_fine ? Status{} : Status(fail(gone.error()));
}

Status Engine::rename(const std::string& id, const std::string& name) {
  AIFLOW_TRY(send("POST", path_of(id, "/rename?name=" + net::percent_encode(name))));
  return {};
}

Result<int> Engine::wait(const std::string& id, std::stop_token stop) {
  std::string body;
  net::Client::BodyCall call{
      .request = {.method = "POST", .target = path_of(id, "/wait")}, .on_piece = {}, .stop = stop};
  call.on_piece = [&body](std::string_view piece) -> Result<bool> {
    body.append(piece);
    return body.size() < (1U << 20);
  };
  auto response = client_.stream_body(std::move(call), Deadline::never());
  if (stop.stop_requested()) return fail(ErrorCode::cancelled, "stopped");
  if (!response) return fail(explain(std::move(response.error())));
  AIFLOW_TRY(check(*response));
  response->body = std::move(body);
  AIFLOW_ASSIGN(const auto value, read_json(*response));
  AIFLOW_ASSIGN(const auto code, json::get_int(value, "StatusCode"));
  return static_cast<int>(code);
}

Result<std::vector<ContainerRef>> Engine::list(const std::string& label) {
  const json::Value filters = json::object({{"label", json::Array{json::Value(label)}}});
  const std::string target =
      kApi + ("/containers/json?all=1&filters=" + net::percent_encode(json::write(filters)));
  AIFLOW_ASSIGN(const auto response, send("GET", target));
  AIFLOW_ASSIGN(const auto value, read_json(response));
  if (!value.is_array()) return fail(ErrorCode::corrupt, "the Docker daemon's list is none");
  std::vector<ContainerRef> out;
  for (const auto& one : value.as_array()) {
    ContainerRef ref;
    AIFLOW_ASSIGN(ref.id, json::get_string(one, "Id"));
    AIFLOW_ASSIGN(const auto state, json::get_string_or(one, "State", ""));
    ref.running = state == "running";
    ref.labels = labels_of(one.find("Labels"));
    out.push_back(std::move(ref));
  }
  return out;
}

Status Engine::logs(const LogCall& call) {
  std::string target = path_of(call.id, "/logs?stdout=1&stderr=1&timestamps=1");
  if (call.follow) target += "&follow=1";
  if (const auto since = call.place->since(); !since.empty()) target += "&since=" + since;
  call.place->start_again();
  LogFrames frames;
  const auto on_frame = [&call](Stream stream, std::string_view frame) {
    const std::string_view text = call.place->take(frame);
    if (!text.empty()) call.on_output(stream, text);
  };
  net::Client::BodyCall body{
      .request = {.target = std::move(target)}, .on_piece = {}, .stop = call.stop};
  body.on_piece = [&](std::string_view piece) -> Result<bool> {
    AIFLOW_TRY(frames.feed(piece, on_frame));
    return true;
  };
  const Deadline deadline = call.follow ? Deadline::never() : Deadline::after(clock_, kCallTime);
  auto response = client_.stream_body(std::move(body), deadline);
  if (!response) return fail(explain(std::move(response.error())));
  if (call.stop.stop_requested()) return {};
  return check(*response);
}

Status Engine::pull(const PullCall& call, Deadline deadline) {
  const auto [name, tag] = detail::split_image(call.image);
  net::ClientRequest request{
      .method = "POST",
      .target = kApi + ("/images/create?fromImage=" + net::percent_encode(name) +
                        "&tag=" + net::percent_encode(tag))};
  if (!call.auth.empty()) {
    request.headers.emplace_back("X-Registry-Auth", detail::base64url(call.auth));
  }
  detail::PullAnswer answer(call.on_progress);
  net::Client::BodyCall body{.request = std::move(request), .on_piece = {}, .stop = call.stop};
  body.on_piece = [&answer](std::string_view piece) -> Result<bool> {
    AIFLOW_TRY(answer.feed(piece));
    return true;
  };
  auto response = client_.stream_body(std::move(body), deadline);
  const std::string what = "image '" + call.image + "' cannot be pulled: ";
  if (call.stop.stop_requested()) return fail(ErrorCode::cancelled, what + "stopped");
  if (!response && response.error().code == ErrorCode::timeout) {
    return fail(ErrorCode::timeout, what + "it took too long");
  }
  if (!response) return fail(explain(std::move(response.error())));
  std::string words = answer.error();
  if (const auto fine = check(*response); !fine) words = fine.error().message;
  if (words.empty()) return {};
  return fail(ErrorCode::invalid_argument, what + detail::explain_pull(call.image, words));
}

}  // namespace aiflow::docker

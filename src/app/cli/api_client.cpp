// SPDX-License-Identifier: Apache-2.0
#include "app/cli/api_client.h"

#include "os/environment.h"
#include "os/file.h"

namespace aiflow::app {
namespace {

constexpr Duration kCallTimeout = std::chrono::minutes(3);
constexpr Duration kTransferTimeout = std::chrono::minutes(15);
constexpr std::size_t kTokenBytesMax = 4096;

/// The attempt token of the task that this process runs in; empty outside of a task.
std::string task_token() {
  const auto file = os::get_env("AIFLOW_TOKEN_FILE");
  if (!file) return "";
  return os::read_file(*file, kTokenBytesMax).value_or("");
}

std::filesystem::path socket_of(const std::filesystem::path& home) {
  if (const auto socket = os::get_env("AIFLOW_API_SOCKET")) return *socket;
  return home / "run" / "api.sock";
}

ErrorCode code_of(int status) {
  switch (status) {
    case 400: return ErrorCode::invalid_argument;
    case 401:
    case 403: return ErrorCode::denied;
    case 404: return ErrorCode::not_found;
    case 409: return ErrorCode::conflict;
    case 503: return ErrorCode::unavailable;
    case 504: return ErrorCode::timeout;
    default: return ErrorCode::internal;
  }
}

/// The message of an error answer, or its status when the body is no ErrorBody.
Error error_of(const net::ClientResponse& response) {
  std::string message = "the server answered " + std::to_string(response.status);
  if (const auto body = json::parse(response.body)) {
    if (const json::Value* error = body->find("error")) {
      if (auto text = json::get_string(*error, "message")) message = *std::move(text);
    }
  }
  return {code_of(response.status), std::move(message)};
}

}  // namespace

std::filesystem::path default_home() {
  if (const auto home = os::get_env("AIFLOW_HOME")) return *home;
  return std::filesystem::path(os::get_env("HOME").value_or("/root")) / ".local/share/aiflow";
}

ApiClient::ApiClient(const Clock& clock, std::filesystem::path home)
    : clock_(clock),
      home_(std::move(home)),
      socket_(socket_of(home_)),
      token_(task_token()),
      client_(clock, net::Endpoint{.unix_socket = socket_}) {}

net::ClientRequest ApiClient::request(std::string_view method, std::string_view path) const {
  net::ClientRequest out;
  out.method = std::string(method);
  out.target = std::string(path);
  if (!token_.empty()) out.headers.emplace_back("Authorization", "Bearer " + token_);
  return out;
}

Error ApiClient::explain(Error error) const {
  std::error_code trouble;
  const bool is_there = std::filesystem::exists(socket_, trouble);
  if (trouble == std::errc::permission_denied) {
    return {ErrorCode::denied, "no permission to reach the AIflow server on " + home_.string() +
                                   "; run this as the user who started it"};
  }
  // The socket of a server that was killed stays behind, and refuses.
  const bool refused = error.message.find("Connection refused") != std::string::npos;
  if (!is_there || refused) {
    return {ErrorCode::unavailable, "AIflow is not running on " + home_.string() +
                                        "; start it with: aiflow serve (or set AIFLOW_HOME)"};
  }
  return error;
}

Result<json::Value> ApiClient::call(std::string_view method, std::string_view path,
                                    const json::Value& body) {
  auto message = request(method, path);
  if (!body.is_null()) {
    message.headers.emplace_back("Content-Type", "application/json");
    message.body = json::write(body);
  }
  auto response = client_.send(message, Deadline::after(clock_, kCallTimeout));
  if (!response) return fail(explain(std::move(response).error()));
  if (response->status >= 300) return fail(error_of(*response));
  if (response->body.empty()) return json::Value();
  return json::parse(response->body);
}

Result<json::Array> ApiClient::list(std::string_view path) {
  AIFLOW_ASSIGN(const auto answer, get(path));
  AIFLOW_ASSIGN(const json::Array* items, json::get_array(answer, "items"));
  return *items;
}

Result<net::ClientResponse> ApiClient::text(std::string_view path) {
  auto response = client_.send(request("GET", path), Deadline::after(clock_, kCallTimeout));
  if (!response) return fail(explain(std::move(response).error()));
  if (response->status >= 300) return fail(error_of(*response));
  return response;
}

Result<wire::BlobInfo> ApiClient::put_blob(const std::filesystem::path& file) {
  auto message = request("POST", "/api/v2/blobs");
  message.headers.emplace_back("Content-Type", "application/octet-stream");
  message.body_file = file;
  auto response = client_.send(message, Deadline::after(clock_, kTransferTimeout));
  if (!response) return fail(explain(std::move(response).error()));
  if (response->status >= 300) return fail(error_of(*response));
  AIFLOW_ASSIGN(const auto answer, json::parse(response->body));
  return wire::parse_blob_info(answer);
}

Status ApiClient::get_blob(std::string_view sha256, const std::filesystem::path& file) {
  auto response = client_.download(request("GET", "/api/v2/blobs/" + std::string(sha256)), file,
                                   Deadline::after(clock_, kTransferTimeout));
  if (!response) return fail(explain(std::move(response).error()));
  if (response->status != 200) return fail(error_of(*response));
  return {};
}

Status ApiClient::stream(std::string_view path, net::Client::EventCall call) {
  const net::Headers own = call.request.headers;
  call.request = request("GET", path);
  call.request.headers.insert(call.request.headers.end(), own.begin(), own.end());
  auto response = client_.stream_events(std::move(call), Deadline::never());
  if (!response) return fail(explain(std::move(response).error()));
  if (response->status != 200) return fail(error_of(*response));
  return {};
}

std::string api_path(const std::vector<std::string>& parts) {
  std::string path = "/api/v2";
  for (const auto& part : parts) path += "/" + net::percent_encode(part);
  return path;
}

}  // namespace aiflow::app

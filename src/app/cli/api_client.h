// SPDX-License-Identifier: Apache-2.0
// The CLI's way to the server: HTTP over the data directory's Unix socket. Inside a task it sends
// the attempt's token, so that what is made there remembers the DAG run. Not thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"
#include "net/client.h"
#include "wire/engine.h"

namespace aiflow::app {

/// $AIFLOW_HOME, or ~/.local/share/aiflow.
[[nodiscard]] std::filesystem::path default_home();

class ApiClient {
 public:
  ApiClient(const Clock& clock, std::filesystem::path home);

  /// One call with a JSON body (null = none). An error answer becomes an Error with the server's
  /// message; no server becomes unavailable with the command that starts one.
  [[nodiscard]] Result<json::Value> call(std::string_view method, std::string_view path,
                                         const json::Value& body = {});
  [[nodiscard]] Result<json::Value> get(std::string_view path) { return call("GET", path); }
  /// The `items` of a list answer.
  [[nodiscard]] Result<json::Array> list(std::string_view path);

  /// An answer that is no JSON, with its headers.
  [[nodiscard]] Result<net::ClientResponse> text(std::string_view path);

  [[nodiscard]] Result<wire::BlobInfo> put_blob(const std::filesystem::path& file);
  [[nodiscard]] Status get_blob(std::string_view sha256, const std::filesystem::path& file);

  /// Reads the event stream until `call.on_event` says false.
  [[nodiscard]] Status stream(std::string_view path, net::Client::EventCall call);

  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }

 private:
  [[nodiscard]] net::ClientRequest request(std::string_view method, std::string_view path) const;
  [[nodiscard]] Error explain(Error error) const;

  const Clock& clock_;
  std::filesystem::path home_;
  std::filesystem::path socket_;
  std::string token_;
  net::Client client_;
};

/// "/api/v2/dags/" + percent-encoded id and so on: path({"dags", id, "dagRuns"}).
[[nodiscard]] std::string api_path(const std::vector<std::string>& parts);

}  // namespace aiflow::app

// SPDX-License-Identifier: Apache-2.0
// A cluster's API for pods in memory, over plain HTTP on loopback: create, get, list in pages,
// watch, delete, patch of metadata, logs. The test plays the nodes (it sets a pod's status) and
// makes the API misbehave. Threads: one for each connection.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "json/value.h"
#include "os/fd.h"

namespace aiflow::kubernetes::testing {

struct ApiRequest {
  std::string method;
  std::string path;   ///< without the query
  std::string query;  ///< as sent
  std::string body;
  std::map<std::string, std::string> headers{};  ///< names in lower case

  [[nodiscard]] bool has(std::string_view part) const { return query.find(part) != query.npos; }
  [[nodiscard]] bool is_watch() const { return has("watch=true"); }
  [[nodiscard]] bool is_list() const {
    return method == "GET" && path.ends_with("/pods") && !is_watch();
  }
};

/// The next request of a connection; `buffer` keeps what comes after it. nullopt: the peer is gone.
[[nodiscard]] std::optional<ApiRequest> read_request(int fd, std::string& buffer);
/// False: the peer is gone.
bool send_all(int fd, std::string_view bytes);

/// An answer instead of the API's own. `after`: the request is carried out first, its answer lost.
struct Misbehaviour {
  int status = 500;       ///< 0: the connection is closed without an answer
  std::string headers{};  ///< lines with "\r\n"
  std::string body{};
  bool after = false;
};

class FakeApi {
 public:
  FakeApi();
  ~FakeApi();

  [[nodiscard]] std::string url() const;

  /// Asked for each request, before it is answered; nothing: the API answers as it should.
  void misbehave(std::function<std::optional<Misbehaviour>(const ApiRequest&)> how);
  /// All that were asked so far that `wanted` accepts.
  [[nodiscard]] int count(const std::function<bool(const ApiRequest&)>& wanted) const;
  [[nodiscard]] std::vector<ApiRequest> requests() const;

  /// The pod, or nullopt.
  [[nodiscard]] std::optional<json::Value> pod(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> pod_names() const;
  /// Of another kind, which is only kept: "secrets/NAME".
  [[nodiscard]] std::optional<json::Value> object(const std::string& kind_and_name) const;
  /// Somebody else changes one of these; null: removes it.
  void put(const std::string& kind_and_name, const json::Value& object);
  /// Waits for a pod whose name begins so; empty when none comes within seconds.
  [[nodiscard]] std::string await_pod(const std::string& prefix = "");
  [[nodiscard]] bool await_no_pod(const std::string& name);
  [[nodiscard]] bool await(const std::function<bool()>& holds);

  /// Sets status from JSON text, and tells the watchers.
  void set_status(const std::string& name, const std::string& status);
  void add(const std::string& pod);  ///< JSON text with metadata.name
  /// Removed at once, as by a node that is gone for good.
  void remove(const std::string& name);
  /// Of a pod's container "base", or of "POD/CONTAINER".
  void set_log(const std::string& name, const std::string& text, bool ended);
  /// From now on streams that follow a log bring nothing more, and do not end.
  void hold_followed();
  /// Deletes take effect only by remove().
  void keep_deleted();
  /// Sends a line to all watchers, as it is.
  void say(const std::string& line);
  /// What was watched until now is forgotten: watches from before get 410 in their stream.
  void compact();
  void cut_watches();

 private:
  struct State;
  void accept_all();
  void serve(int fd);

  std::shared_ptr<State> state_;
  std::jthread acceptor_;
};

}  // namespace aiflow::kubernetes::testing

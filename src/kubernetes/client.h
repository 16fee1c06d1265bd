// SPDX-License-Identifier: Apache-2.0
// Requests to a cluster's API: HTTPS with a client certificate or a bearer token, several at a time
// over few connections. In: paths and bodies; out: answers, or pieces of a stream, on the thread of
// the loop. It neither repeats nor waits: that is for the caller to decide.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "kubernetes/cluster.h"
#include "os/event_loop.h"

namespace aiflow::kubernetes {

struct Request {
  std::string method = "GET";
  std::string path;  ///< with its query, percent-encoded: "/api/v1/pods?limit=500"
  std::string body{};
  std::string content_type = "application/json";
  Duration timeout = std::chrono::seconds(30);
};

struct Response {
  int status = 0;    ///< 0: no answer came
  std::string body;  ///< of a stream that was accepted: empty
  std::optional<Duration> retry_after;
  std::string trouble;  ///< for people; empty when the status is 2xx

  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
  /// The same request may go through later: no answer, 429, or 5xx.
  [[nodiscard]] bool is_passing() const { return status == 0 || status == 429 || status >= 500; }
};

class Client {
 public:
  using Id = std::uint64_t;
  using OnResponse = std::function<void(Response)>;
  using OnData = std::function<void(std::string_view)>;

  /// Both live longer than the client.
  Client(const Clock& clock, os::EventLoop& loop, Cluster cluster);
  ~Client();  ///< what is under way gets no answer any more

  /// `done` is called once, never from inside send. An answer of more than 64 MiB is none.
  Id send(Request request, OnResponse done);
  /// As send, but the body of a 2xx answer goes to `data` as it comes; without a limit of its
  /// length.
  Id stream(Request request, OnData data, OnResponse done);
  /// No callback of it comes any more. Unknown ids are ignored.
  void cancel(Id id);

  [[nodiscard]] const Cluster& cluster() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::kubernetes

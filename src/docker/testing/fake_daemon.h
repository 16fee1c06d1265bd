// SPDX-License-Identifier: Apache-2.0
// A daemon that answers each request with the next thing it was told to, and remembers what was
// asked. Answers are raw bytes, so that they may be cut, hostile or none at all.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "os/fd.h"
#include "os/temp_dir.h"

namespace aiflow::docker {

class FakeDaemon {
 public:
  /// To the first request from here on whose "METHOD /path" begins like that.
  struct Answer {
    std::string request;
    std::string bytes;
    bool close = false;  ///< the connection, after these bytes
  };

  explicit FakeDaemon(std::vector<Answer> answers);
  ~FakeDaemon();
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

  [[nodiscard]] os::Path socket() const { return folder_.path() / "docker.sock"; }
  /// Head and body of all requests so far, "METHOD /path" first.
  [[nodiscard]] std::vector<std::string> requests();
  /// Whether one began like that.
  [[nodiscard]] bool was_asked(std::string_view start);

 private:
  void serve();
  void serve_connection(const os::Fd& connection);
  Answer next(const std::string& request);

  os::TempDir folder_;
  os::Fd listener_;
  std::mutex mutex_;
  std::vector<Answer> answers_;
  std::vector<std::string> requests_;
  std::atomic<bool> ends_ = false;
  std::jthread thread_;
};

/// A whole answer with that status and body.
[[nodiscard]] std::string answer(int status, std::string_view body);
/// The head of a 200 answer that ends with its connection.
[[nodiscard]] std::string open_answer();

}  // namespace aiflow::docker

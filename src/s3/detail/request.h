// SPDX-License-Identifier: Apache-2.0
// One signed HTTP request over libcurl. Private to src/s3.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "s3/s3_remote.h"

namespace aiflow::s3::detail {

struct Request {
  std::string method = "GET";
  std::string path;   ///< "/bucket/key", of characters that need no encoding
  std::string query;  ///< encoded, its names in order; may be empty
  std::string body{};
  int upload_fd = -1;  ///< set: its bytes from `upload_from` on are the body
  std::uint64_t upload_from = 0;
  std::uint64_t upload_bytes = 0;
  std::string body_sha256{};  ///< of what is sent; empty = of `body`
  int download_fd = -1;       ///< set: the body of a 200 answer goes there, from its start
};

struct Answer {
  long status = 0;
  std::string body;  ///< at most kAnswerBytesMax
  std::string etag;
};

/// Connections are kept for the next request. Thread-safe.
class Connections {
 public:
  explicit Connections(const S3Options& options) : options_(options) {}
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// The answer, whatever its status, after as many tries as it takes. Errors: unavailable, when
  /// none came or the server was not well; names the endpoint, never a key.
  [[nodiscard]] Result<Answer> send(const Request& request);

 private:
  [[nodiscard]] Result<Answer> send_once(const Request& request);
  void* take();
  void give_back(void* handle);

  const S3Options& options_;
  std::mutex mutex_;
  std::vector<void*> idle_;  ///< CURL handles
};

/// Strict encoding of one value in a query.
[[nodiscard]] std::string encode(std::string_view text);
/// The text between the first <name> and </name> at or after `from`, which moves behind it; empty
/// when there is none.
[[nodiscard]] std::string next_element(std::string_view xml, std::string_view name,
                                       std::size_t& from);

}  // namespace aiflow::s3::detail

// SPDX-License-Identifier: Apache-2.0
// HTTP values shared by the server and the client: plain data, no sockets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace aiflow::net {

/// Header fields in order. Names are lower case where the server or client parsed them.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// First field of that name (compared without case), or null.
[[nodiscard]] const std::string* find_header(const Headers& headers, std::string_view name);

/// One Server-Sent Event.
struct SseMessage {
  std::string id{};     ///< empty = none
  std::string event{};  ///< empty = "message"
  std::string data{};   ///< may hold line breaks
};

/// As it goes over the wire, with the blank line at its end.
[[nodiscard]] std::string format_sse(const SseMessage& message);

/// Cuts a byte stream into Server-Sent Events (WHATWG rules; comments are dropped).
class SseParser {
 public:
  /// Events completed by these bytes. Errors: corrupt when one event exceeds 16 MiB.
  [[nodiscard]] Result<std::vector<SseMessage>> feed(std::string_view bytes);

 private:
  void take_line(std::string_view line, std::vector<SseMessage>& out);

  std::string rest_;
  SseMessage next_;
  bool has_data_ = false;
};

/// Percent-decoding of a path segment or query word ('+' stays). Errors: invalid_argument for a bad
/// escape, NUL or invalid UTF-8.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text);
/// Escapes everything but unreserved characters, for one path segment or query word.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// "a=1&b=x%20y" in order; '+' means space. Errors: invalid_argument.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> parse_query(
    std::string_view query);

/// Reason phrase of a status, e.g. "Not Found".
[[nodiscard]] std::string_view status_text(int status);

[[nodiscard]] bool is_valid_utf8(std::string_view text);

}  // namespace aiflow::net

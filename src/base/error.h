// SPDX-License-Identifier: Apache-2.0
// Errors as data. A code is one of a small closed set, mapped 1:1 to HTTP in src/http_api.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace aiflow {

enum class ErrorCode {
  invalid_argument,
  not_found,
  conflict,
  denied,
  unavailable,
  timeout,
  cancelled,
  corrupt,
  internal,
};

/// The spelling used in JSON and in logs, e.g. "not_found".
std::string_view to_string(ErrorCode code);

/// An expected failure. `message` is one sentence for a person: it names the thing that failed and,
/// where there is one, the next step. It never holds a secret.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;

  /// Puts the caller's noun in front: "dag 'etl': " + message.
  [[nodiscard]] Error with_context(std::string_view context) && {
    message.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }
};

}  // namespace aiflow

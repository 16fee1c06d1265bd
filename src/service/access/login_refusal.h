// SPDX-License-Identifier: Apache-2.0
// Why somebody whom a provider signs in is not let in: a word that pages have texts for, and what
// the log says.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace aiflow::service {

struct LoginRefusal {
  /// over (unknown, done, too old, of another browser), cancelled (by the person), unavailable,
  /// untrusted (what the provider says), no_role, name_taken, name_unusable, last_admin, failed.
  std::string_view word;
  Error error;

  LoginRefusal(std::string_view why, ErrorCode code, std::string message)
      : word(why), error{code, std::move(message)} {}
  /// Of what went wrong on the way: AIFLOW_TRY gives it on.
  explicit(false) LoginRefusal(Error cause) : word(word_of(cause.code)), error(std::move(cause)) {}

 private:
  static std::string_view word_of(ErrorCode code) {
    if (code == ErrorCode::unavailable || code == ErrorCode::timeout) return "unavailable";
    return code == ErrorCode::corrupt ? "untrusted" : "failed";
  }
};

}  // namespace aiflow::service

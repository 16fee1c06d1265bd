// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <cstdio>
#include <cstdlib>

#include "base/assert.h"
#include "base/result.h"

namespace aiflow {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return "invalid_argument";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::denied: return "denied";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::timeout: return "timeout";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::corrupt: return "corrupt";
    case ErrorCode::internal: return "internal";
  }
  AIFLOW_ASSERT(false);
}

void error_used_as_value(const Error& error) {
  std::fprintf(stderr, "the value of a failed operation was used: %s: %s\n",
               std::string(to_string(error.code)).c_str(), error.message.c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace aiflow

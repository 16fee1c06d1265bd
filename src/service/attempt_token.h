// SPDX-License-Identifier: Apache-2.0
// The token that names one attempt of one task: whoever holds it acts as that task and nothing
// else. Text: base64url(json{dag_id,run_id,task_id,map_index,try,epoch,exp}) + "." +
// base64url(HMAC-SHA256 by the server's key).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "digest/base64url.h"
#include "wire/worker.h"

namespace aiflow::service {

class AttemptTokens {
 public:
  /// `key`: 32 random bytes.
  explicit AttemptTokens(Secret key);

  [[nodiscard]] std::string sign(const wire::AttemptRef& attempt, WallTime expires_at) const;

  /// Errors: denied, for anything but an unexpired token of this server. That the epoch is still
  /// the current one is for the caller to look up.
  [[nodiscard]] Result<wire::AttemptRef> verify(std::string_view token, WallTime now) const;

 private:
  Secret key_;
};

/// Random bytes from the kernel.
[[nodiscard]] std::string random_bytes(std::size_t count);
using digest::base64url;
using digest::base64url_decode;
[[nodiscard]] std::string to_hex(std::string_view bytes);
/// Takes the same time wherever the texts differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace aiflow::service

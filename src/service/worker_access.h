// SPDX-License-Identifier: Apache-2.0
// Who may work from elsewhere: join tokens, the credentials that workers got by them, and what
// such a worker may write. Thread-safe.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "service/auth.h"
#include "store/store.h"
#include "wire/engine.h"

namespace aiflow::service {

class WorkerAccess {
 public:
  struct Parts {
    const Clock& clock;
    store::Store& store;
    std::filesystem::path logs;
    /// net::pin_of this server's certificate: join tokens carry it. May be empty.
    std::string pin{};
    /// The name of the worker that the server starts: nobody else's. May be empty.
    std::string own_worker{};
  };
  explicit WorkerAccess(Parts parts) : parts_(std::move(parts)) {}

  /// Errors: invalid_argument (life beyond 1 minute to 7 days, uses beyond 1 to 1000).
  [[nodiscard]] Result<wire::JoinToken> make_token(const wire::JoinTokenCreate& wanted);

  /// Registers a worker under the credential of which it gives the hash; the same worker with the
  /// same credential may ask again. Errors: denied (the token is unknown, used up or over),
  /// conflict (the name is another's, or the server's own worker's), invalid_argument.
  [[nodiscard]] Result<wire::WorkerJoined> join(const wire::WorkerJoin& request,
                                                const std::string& address);

  [[nodiscard]] static bool is_credential(std::string_view token);
  /// Whose credential it is. Errors: denied, also when the server's own worker has its name by now:
  /// of two workers with one name each would end the other's tasks.
  [[nodiscard]] Result<Principal> worker(std::string_view credential);
  [[nodiscard]] bool is_joined(const std::string& worker_id);
  /// It has connected.
  Status seen(const std::string& worker_id);

  [[nodiscard]] Result<std::vector<wire::WorkerCredential>> list();
  /// Errors: not_found.
  Status revoke(const std::string& worker_id);

  /// The log of an attempt that this worker runs or has just run. Errors: denied, unavailable
  /// (nobody is known to run it yet).
  [[nodiscard]] Result<std::filesystem::path> log_of(const std::string& worker_id,
                                                     const wire::AttemptRef& attempt);

  [[nodiscard]] const std::string& pin() const { return parts_.pin; }

 private:
  const Parts parts_;
};

}  // namespace aiflow::service

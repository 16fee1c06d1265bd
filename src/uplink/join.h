// SPDX-License-Identifier: Apache-2.0
// How a worker elsewhere comes to be known: with a join token it registers a credential that it has
// made itself; from then on it shows that. The credential is kept in HOME/worker.json (0600); the
// server has its hash.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "net/client.h"

namespace aiflow::uplink {

struct Membership {
  std::string worker_id;
  Secret credential;
  std::vector<net::Endpoint> servers;
};

struct JoinOptions {
  std::filesystem::path home;
  std::vector<net::Endpoint> servers;  ///< of one database: any of them may lead; not empty
  /// Empty: the name of before, or the host's.
  std::string worker_id;
  std::filesystem::path token_file;  ///< needed once; may be empty later
};

/// What HOME holds of an earlier join at one of these servers, else joins; while none of them leads
/// it tries again, each in turn, until `stop`. Errors: invalid_argument (no token, or a bad one),
/// denied (the token is over), conflict (the name is taken), cancelled.
[[nodiscard]] Result<Membership> join(const Clock& clock, const JoinOptions& options,
                                      const std::stop_token& stop);

/// The server has refused the credential that HOME holds: the next join() needs a token again.
Status leave(const std::filesystem::path& home);

}  // namespace aiflow::uplink

// SPDX-License-Identifier: Apache-2.0
// Signing in by an OpenID provider, as a part of the server: beside what requests do, a thread that
// asks the provider from time to time, so that health tells of its trouble before people do.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "service/access/provider_login.h"

namespace aiflow::app {

class ProviderSignIn {
 public:
  /// `auth` and `vault` must outlive it.
  ProviderSignIn(const Clock& clock, service::Auth& auth, const service::Vault& vault,
                 service::ProviderLoginOptions options);

  [[nodiscard]] service::ProviderLogin& login() { return login_; }

 private:
  void watch(const std::stop_token& stop);

  service::ProviderLogin login_;
  std::mutex mutex_;
  std::condition_variable_any wake_;  ///< with mutex_; for the end alone
  std::jthread watcher_;
};

}  // namespace aiflow::app

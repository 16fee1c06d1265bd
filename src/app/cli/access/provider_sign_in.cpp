// SPDX-License-Identifier: Apache-2.0
#include "app/cli/access/provider_sign_in.h"

#include "log/log.h"

namespace aiflow::app {
namespace {

constexpr auto kLook = std::chrono::seconds(30);

}  // namespace

ProviderSignIn::ProviderSignIn(const Clock& clock, service::Auth& auth, const service::Vault& vault,
                               service::ProviderLoginOptions options)
    : login_(clock, auth, vault, std::move(options)),
      watcher_([this](const std::stop_token& stop) { watch(stop); }) {}

void ProviderSignIn::watch(const std::stop_token& stop) {
  std::string told;
  while (!stop.stop_requested()) {
    static_cast<void>(login_.look());
    const auto trouble = login_.trouble();
    if (!trouble.empty() && trouble != told) {
      log::warn("nobody can sign in by the provider now", {{"error", trouble}});
    }
    told = trouble;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kLook, [] { return false; });
  }
}

}  // namespace aiflow::app

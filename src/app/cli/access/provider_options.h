// SPDX-License-Identifier: Apache-2.0
// The OpenID provider that signs people in: --oidc-issuer and what goes with it.
#pragma once

#include <optional>
#include <vector>

#include "app/cli/command.h"
#include "service/access/provider_login.h"

namespace aiflow::app {

[[nodiscard]] std::vector<Parameter> provider_parameters();

/// nullopt without --oidc-issuer. The client's secret comes from the file of --oidc-secret-file or
/// AIFLOW_OIDC_SECRET_FILE, else from AIFLOW_OIDC_SECRET, which is taken out of the environment so
/// that no child inherits it. Called before any thread starts. Errors: invalid_argument, not_found
/// (the secret's file).
[[nodiscard]] Result<std::optional<service::ProviderLoginOptions>> provider_of(
    const Invocation& in);

}  // namespace aiflow::app

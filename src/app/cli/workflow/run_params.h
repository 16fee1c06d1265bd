// SPDX-License-Identifier: Apache-2.0
// A DAG's params on the command line: their table, and a run's values as they are typed.
#pragma once

#include "app/cli/api_client.h"
#include "app/cli/command.h"

namespace aiflow::app {

/// aiflow dags params DAG
[[nodiscard]] Status list_params(const Clock& clock, const Invocation& in);

/// --conf with each --param NAME=VALUE over it, typed by the param's schema. Errors:
/// invalid_argument that names the param and an example; the values themselves are the server's to
/// check.
[[nodiscard]] Result<json::Value> run_conf(ApiClient& client, const Invocation& in);

}  // namespace aiflow::app

// SPDX-License-Identifier: Apache-2.0
// Where `aiflow serve` listens: the options of its command line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/cli/command.h"

namespace aiflow::app {

struct ServeOptions;

/// Where to listen.
struct ListenAt {
  std::string host;
  std::uint16_t port = 0;  ///< 0: any free one
};

/// "HOST:PORT", an IPv6 address in brackets. Errors: invalid_argument.
[[nodiscard]] Result<ListenAt> parse_listen_at(const std::string& text);

/// --host, --port, --workers-listen, --tls and what goes with it.
[[nodiscard]] std::vector<Parameter> listen_parameters();
/// Errors: invalid_argument.
[[nodiscard]] Status read_listen(const Invocation& in, ServeOptions& options);

/// By which names and addresses others may call this server: what its own certificate is for.
[[nodiscard]] std::vector<std::string> names_to_certify(const ServeOptions& options);

}  // namespace aiflow::app

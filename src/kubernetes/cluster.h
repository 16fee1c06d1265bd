// SPDX-License-Identifier: Apache-2.0
// Where a cluster's API is and how to sign in: from a kubeconfig, or from what a pod finds in
// itself.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace aiflow::kubernetes {

struct Cluster {
  std::string server;  ///< "https://host:port", without a '/' at its end
  std::string ca_pem;  ///< empty: the machine's own authorities
  bool checks_certificate = true;
  std::string certificate_pem;       ///< of the client; empty: none
  Secret key_pem;                    ///< of the client certificate
  Secret token;                      ///< bearer token; empty: none
  std::filesystem::path token_file;  ///< read again as it is renewed; empty: none
  std::string space = "default";     ///< the namespace of pods that name none
};

/// Reads a kubeconfig. `context` empty: its current one. Files that it names are relative to
/// `folder`. Sign-in by a helper program (exec, auth-provider) is not available.
/// Errors: invalid_argument, not_found (context, file).
[[nodiscard]] Result<Cluster> parse_kubeconfig(std::string_view text, const std::string& context,
                                               const std::filesystem::path& folder);
[[nodiscard]] Result<Cluster> read_kubeconfig(const std::filesystem::path& file,
                                              const std::string& context);

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The cluster this process runs in as a pod. `account` is the folder of its service account.
/// Errors: not_found, when this is no pod.
[[nodiscard]] Result<Cluster> in_cluster(
    const Environment& environment,
    const std::filesystem::path& account = "/var/run/secrets/kubernetes.io/serviceaccount");

}  // namespace aiflow::kubernetes

// SPDX-License-Identifier: Apache-2.0
// Certificates and keys as files: making one of the server's own, and naming a server by its key.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace aiflow::net {

struct TlsFiles {
  std::filesystem::path certificate{};  ///< PEM, the server's first, then those in between
  std::filesystem::path key{};          ///< PEM, without a passphrase
};

/// A certificate that the server has signed itself, for these host names and addresses, in
/// `folder` (tls.crt, tls.key, 0600). What is there already is left as it is: workers know the key.
[[nodiscard]] Result<TlsFiles> own_certificate(const std::filesystem::path& folder,
                                               const std::vector<std::string>& hosts);

/// SHA-256 (hex) of the certificate's public key: what a client that has no authority to ask may
/// know a server by. Empty when an authority has signed it: then the client asks that. Errors: of
/// reading, invalid_argument when it is no certificate.
[[nodiscard]] Result<std::string> pin_of(const std::filesystem::path& certificate);

}  // namespace aiflow::net

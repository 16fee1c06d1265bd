// SPDX-License-Identifier: Apache-2.0
// Private to src/net.
#pragma once

#include <string>

struct x509_st;  // OpenSSL's X509

namespace aiflow::net::detail {

/// SHA-256 (hex) of the certificate's public key, as in HTTP public key pinning (RFC 7469).
[[nodiscard]] std::string key_print(x509_st* certificate);

}  // namespace aiflow::net::detail

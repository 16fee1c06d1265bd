// SPDX-License-Identifier: Apache-2.0
// Takes secrets out of a line of the log. A Secret cannot be a field, but an error text of a
// library or of another machine may quote a URL or a header that holds one.
#pragma once

#include <string>
#include <string_view>

namespace aiflow::log {

/// The line with *** for: what stands before the '@' of a URL's authority after its ':' (all of it
/// without one); the value of a name that ends in password, secret, token, api_key and the like, as
/// name=value, name:value, "name":"value" or, of what has a digit, name: value; what follows Bearer
/// and Basic; tokens that are known by their beginning (AIflow's, JSON web tokens, those of some
/// well-known services); a private key in PEM, to the end of the line.
[[nodiscard]] std::string mask_secrets(std::string_view line);

}  // namespace aiflow::log

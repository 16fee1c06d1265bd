// SPDX-License-Identifier: Apache-2.0
// The session cookie: HttpOnly and SameSite=Strict, so that scripts cannot read it and other sites
// cannot make the browser send it.
#pragma once

#include <string>
#include <string_view>

namespace aiflow::http_api::detail {

inline constexpr std::string_view kSessionCookie = "aiflow_session";

/// Value of the Set-Cookie header.
[[nodiscard]] inline std::string set_cookie(std::string_view value, bool is_encrypted) {
  return std::string(kSessionCookie) + "=" + std::string(value) +
         "; Path=/; HttpOnly; SameSite=Strict; Max-Age=604800" + (is_encrypted ? "; Secure" : "");
}
[[nodiscard]] inline std::string clear_cookie() {
  return std::string(kSessionCookie) + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
}

/// Holds a log-in by a provider on its way. Lax, for the provider's site sends the browser back.
inline constexpr std::string_view kLoginCookie = "aiflow_login";

[[nodiscard]] inline std::string set_login_cookie(std::string_view value, int seconds,
                                                  bool is_encrypted) {
  return std::string(kLoginCookie) + "=" + std::string(value) +
         "; Path=/auth/oidc; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(seconds) +
         (is_encrypted ? "; Secure" : "");
}

/// A value in a Cookie header, "" when there is none of that name.
[[nodiscard]] inline std::string_view cookie_of(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = header.find(';');
    auto pair = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
  }
  return {};
}

[[nodiscard]] inline std::string_view session_of(std::string_view header) {
  return cookie_of(header, kSessionCookie);
}

}  // namespace aiflow::http_api::detail

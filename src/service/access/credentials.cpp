// SPDX-License-Identifier: Apache-2.0
#include "service/access/credentials.h"

#include <algorithm>
#include <string>
#include <utility>

#include "service/attempt_token.h"

namespace aiflow::service {
namespace {

constexpr std::size_t kPasswordCharsMin = 10;

}  // namespace

Secret make_one_time_password() {
  static constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz23456789A";
  static_assert(kLetters.size() == 32);
  std::string out;
  for (const char c : random_bytes(20)) {
    out.push_back(kLetters[static_cast<unsigned char>(c) % kLetters.size()]);
  }
  return Secret(std::move(out));
}

Status check_new_password(std::string_view password) {
  if (password.size() < kPasswordCharsMin || password.size() > kPasswordBytesMax) {
    return fail(ErrorCode::invalid_argument, "a password has 10 to 1024 characters");
  }
  return {};
}

Status check_username(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '@';
  };
  if (name.empty() || name.size() > 64 || !std::ranges::all_of(name, fits)) {
    return fail(ErrorCode::invalid_argument,
                "a user name has 1 to 64 characters: letters, digits, '.', '_', '-', '@'");
  }
  return {};
}

}  // namespace aiflow::service

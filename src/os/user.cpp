// SPDX-License-Identifier: Apache-2.0
#include "os/user.h"

#include <pwd.h>

#include <array>
#include <charconv>

namespace aiflow::os {

Result<User> find_user(const std::string& name_or_number) {
  // Longer than any line of /etc/passwd; what a directory service says beyond is no user to us.
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  unsigned uid = 0;
  const char* end = name_or_number.data() + name_or_number.size();
  const auto number = std::from_chars(name_or_number.data(), end, uid);
  if (number.ec == std::errc{} && number.ptr == end) {
    ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  } else {
    ::getpwnam_r(name_or_number.c_str(), &entry, buffer.data(), buffer.size(), &found);
  }
  if (found == nullptr) {
    return fail(ErrorCode::not_found, "the worker's machine has no user '" + name_or_number + "'");
  }
  return User{
      .uid = found->pw_uid, .gid = found->pw_gid, .name = found->pw_name, .home = found->pw_dir};
}

}  // namespace aiflow::os

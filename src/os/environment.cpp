// SPDX-License-Identifier: Apache-2.0
#include "os/environment.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

namespace aiflow::os {

std::optional<std::string> get_env(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::optional<std::string> take_env(const std::string& name) {
  char* const value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  std::string taken = value;
  for (volatile char* byte = value; *byte != '\0'; ++byte) *byte = '\0';
  ::unsetenv(name.c_str());
  return taken;
}

std::string path_list(const std::vector<std::filesystem::path>& paths) {
  std::string list;
  for (const auto& path : paths) list += (list.empty() ? "" : ":") + path.string();
  return list;
}

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

bool is_root() { return ::geteuid() == 0; }

int process_id() { return ::getpid(); }

std::filesystem::path program_path() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

}  // namespace aiflow::os

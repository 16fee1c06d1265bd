// SPDX-License-Identifier: Apache-2.0
// The process's environment, user and host, read in one place so that the rest can be tested.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aiflow::os {

/// nullopt when the variable is not set.
[[nodiscard]] std::optional<std::string> get_env(const std::string& name);
/// The variable, which is removed from the environment and overwritten where it stood, so that
/// neither children nor /proc show it. Called before any thread starts. nullopt when it is not set.
[[nodiscard]] std::optional<std::string> take_env(const std::string& name);
/// "/a:/b", as PATH has it.
[[nodiscard]] std::string path_list(const std::vector<std::filesystem::path>& paths);
/// All variables of this process.
[[nodiscard]] std::map<std::string, std::string> environment();
/// Effective user id is 0.
[[nodiscard]] bool is_root();
/// This process's id.
[[nodiscard]] int process_id();
/// The running program's own file, e.g. to start a sibling beside it. Empty when unknown.
[[nodiscard]] std::filesystem::path program_path();
/// The machine's host name; "localhost" when unknown.
[[nodiscard]] std::string host_name();

}  // namespace aiflow::os

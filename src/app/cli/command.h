// SPDX-License-Identifier: Apache-2.0
// A command line command as data: words, parameters, examples, and what it does. command.cpp turns
// the table into a parser (CLI11, private there), help texts and shell completion.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aiflow::app {

/// A parameter: "--limit" is an option with a value, "--json" with `flag` set is a switch, and a
/// name without dashes is positional.
struct Parameter {
  std::string name;
  std::string help;
  std::string otherwise = {};  ///< value when it is left out; shown in the help
  bool required = false;
  bool flag = false;
  bool many = false;    ///< takes all values that follow
  bool repeat = false;  ///< an option that may be given again, one value each time
};

/// What was typed, by parameter name.
class Invocation {
 public:
  [[nodiscard]] bool flag(std::string_view name) const;
  /// The value, or "" when neither given nor defaulted.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] bool given(std::string_view name) const { return !text(name).empty(); }
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  /// Errors: invalid_argument naming the parameter.
  [[nodiscard]] Result<std::int64_t> number(std::string_view name) const;

  std::map<std::string, std::vector<std::string>> values;
};

struct Command {
  std::vector<std::string> words;  ///< {"dags", "list"}
  std::string summary;
  std::vector<Parameter> parameters;
  std::vector<std::string> examples;
  /// The command that lists what may be named, "workers joined"; empty: its group's list.
  std::string names_from = {};
  std::function<Status(const Invocation&)> run;
};

/// Groups of commands ("dags": "list, trigger and look into DAGs"), for the help.
using GroupSummaries = std::map<std::string, std::string>;

/// Parses and runs. Exit code: 0 done, 1 failed (one line on stderr), 2 wrong usage.
[[nodiscard]] int run_command_line(const std::vector<Command>& commands,
                                   const GroupSummaries& groups, std::vector<std::string> words);

/// A bash completion script for the commands.
[[nodiscard]] std::string bash_completion(const std::vector<Command>& commands);

}  // namespace aiflow::app

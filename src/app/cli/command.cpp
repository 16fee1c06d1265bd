// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <iostream>
#include <memory>
#include <set>

namespace aiflow::app {

bool Invocation::flag(std::string_view name) const { return values.contains(std::string(name)); }

std::string Invocation::text(std::string_view name) const {
  const auto found = values.find(std::string(name));
  return found == values.end() || found->second.empty() ? "" : found->second.front();
}

std::vector<std::string> Invocation::list(std::string_view name) const {
  const auto found = values.find(std::string(name));
  return found == values.end() ? std::vector<std::string>{} : found->second;
}

Result<std::int64_t> Invocation::number(std::string_view name) const {
  const std::string value = text(name);
  std::int64_t number = 0;
  const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (ec != std::errc{} || end != value.data() + value.size()) {
    return fail(ErrorCode::invalid_argument,
                std::string(name) + " must be a whole number, not '" + value + "'");
  }
  return number;
}

namespace {

/// One command's parser with the storage that CLI11 writes into.
struct Bound {
  const Command* command = nullptr;
  CLI::App* app = nullptr;
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, bool> flags;
};

std::string footer_of(const Command& command) {
  if (command.examples.empty()) return "";
  std::string text = "Examples:";
  for (const auto& example : command.examples) text += "\n  " + example;
  return text;
}

void bind_parameter(Bound& bound, const Parameter& parameter) {
  if (parameter.flag) {
    bound.app->add_flag(parameter.name, bound.flags[parameter.name], parameter.help);
    return;
  }
  auto* option = bound.app->add_option(parameter.name, bound.values[parameter.name],
                                       parameter.otherwise.empty()
                                           ? parameter.help
                                           : parameter.help + " [" + parameter.otherwise + "]");
  option->type_name(parameter.many ? "TEXT ..." : "TEXT");
  if (!parameter.many && !parameter.repeat) option->expected(1);
  if (!parameter.many) option->allow_extra_args(false);
  if (parameter.required) option->required();
}

CLI::App* find_subcommand(CLI::App& parent, const std::string& word) {
  for (CLI::App* app : parent.get_subcommands([](const CLI::App*) { return true; })) {
    if (app->get_name() == word) return app;
  }
  return nullptr;
}

/// The sub-parser at `words`, made with its groups when missing.
CLI::App* app_at(CLI::App& root, const Command& command, const GroupSummaries& groups) {
  CLI::App* at = &root;
  for (std::size_t i = 0; i < command.words.size(); ++i) {
    const std::string& word = command.words[i];
    const bool last = i + 1 == command.words.size();
    CLI::App* next = find_subcommand(*at, word);
    if (next == nullptr) {
      const auto group = groups.find(word);
      next = at->add_subcommand(word, last                    ? command.summary
                                      : group == groups.end() ? ""
                                                              : group->second);
      if (!last) next->require_subcommand(1);
    }
    at = next;
  }
  return at;
}

Invocation invocation_of(const Bound& bound) {
  Invocation invocation;
  for (const auto& parameter : bound.command->parameters) {
    if (parameter.flag) {
      if (bound.flags.at(parameter.name)) invocation.values[parameter.name] = {"true"};
    } else if (const auto& typed = bound.values.at(parameter.name); !typed.empty()) {
      invocation.values[parameter.name] = typed;
    } else if (!parameter.otherwise.empty()) {
      invocation.values[parameter.name] = {parameter.otherwise};
    }
  }
  return invocation;
}

int usage_error(const CLI::App& root, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    return root.exit(error);  // --help, --version
  }
  std::string what = error.what();
  const CLI::App* at = &root;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  // CLI11 says only that a subcommand is missing when the word is none that it knows.
  const auto unknown = at->remaining();
  if (!unknown.empty() && !at->get_subcommands([](const CLI::App*) { return true; }).empty()) {
    what = "unknown command '" + unknown.front() + "'";
  }
  if (!unknown.empty() && at->get_option_no_throw("--map-index") != nullptr) {
    what = "'" + unknown.front() +
           "' is one word too many: --run RUN names a run, load[3] or --map-index 3 an instance";
  }
  std::string name = at->get_name();
  for (const CLI::App* up = at->get_parent(); up != nullptr; up = up->get_parent()) {
    name = up->get_name() + " " + name;
  }
  std::cerr << "error: " << what << "\n       see: " << name << " --help\n";
  return 2;
}

/// Whoever named something that is not there wants to see what is.
void print_where_to_look(const std::vector<Command>& commands, const Command& failed) {
  if (!failed.names_from.empty()) {
    std::cerr << "       see: aiflow " << failed.names_from << "\n";
    return;
  }
  const std::vector<std::string> wanted = {failed.words.front(), "list"};
  if (failed.words == wanted || wanted.front() == "tasks") return;
  if (std::ranges::find(commands, wanted, &Command::words) == commands.end()) return;
  std::cerr << "       see: aiflow " << wanted.front() << " list\n";
}

}  // namespace

int run_command_line(const std::vector<Command>& commands, const GroupSummaries& groups,
                     std::vector<std::string> words) {
  CLI::App root("AIflow builds, optimises, deploys and runs AI services on edge servers.",
                "aiflow");
  root.require_subcommand(1);
  root.set_version_flag("--version", "aiflow 0.1.0");
  std::vector<std::unique_ptr<Bound>> all;
  for (const auto& command : commands) {
    auto bound = std::make_unique<Bound>();
    bound->command = &command;
    bound->app = app_at(root, command, groups);
    bound->app->footer(footer_of(command));
    for (const auto& parameter : command.parameters) bind_parameter(*bound, parameter);
    all.push_back(std::move(bound));
  }
  std::reverse(words.begin(), words.end());  // CLI11 takes the words from the back
  try {
    root.parse(words);
  } catch (const CLI::ParseError& error) {
    return usage_error(root, error);
  }
  for (const auto& bound : all) {
    if (!bound->app->parsed()) continue;
    const Status done = bound->command->run(invocation_of(*bound));
    if (done) return 0;
    std::cout.flush();
    if (!done.error().message.empty()) std::cerr << "error: " << done.error().message << "\n";
    if (done.error().code == ErrorCode::not_found) print_where_to_look(commands, *bound->command);
    return done.error().code == ErrorCode::invalid_argument ? 2 : 1;
  }
  return 2;
}

std::string bash_completion(const std::vector<Command>& commands) {
  std::map<std::string, std::set<std::string>> next;  // words typed so far -> words that may follow
  for (const auto& command : commands) {
    std::string so_far;
    for (const auto& word : command.words) {
      next[so_far].insert(word);
      so_far += (so_far.empty() ? "" : " ") + word;
    }
    next[so_far].insert("--help");
    for (const auto& parameter : command.parameters) {
      if (parameter.name.starts_with("-")) next[so_far].insert(parameter.name);
    }
  }
  std::string text =
      "_aiflow() {\n  local so_far= w\n"
      "  for w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case $w in -*) ;; *) so_far=\"${so_far:+$so_far }$w\" ;; esac\n  done\n"
      "  local words=\n  case $so_far in\n";
  for (const auto& [so_far, follow] : next) {
    text += "    '" + so_far + "') words='";
    for (const auto& word : follow) text += word + " ";
    text += "' ;;\n";
  }
  return text +
         "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"
         "complete -o default -F _aiflow aiflow\n";
}

}  // namespace aiflow::app

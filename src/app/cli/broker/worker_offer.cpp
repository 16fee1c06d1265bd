// SPDX-License-Identifier: Apache-2.0
#include "app/cli/broker/worker_offer.h"

#include <algorithm>
#include <string>

#include "os/user.h"

namespace aiflow::app {
namespace {

/// "a,b" -> a, b
std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (end > at) names.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

}  // namespace

Parameter run_as_parameter() {
  return {.name = "--run-as-users",
          .help = "users that a task's run_as_user may name, with commas between; needs root"};
}

Result<std::vector<std::string>> users_of(const Invocation& in) {
  std::vector<std::string> users = names_in(in.text("--run-as-users"));
  for (const std::string& user : users) {
    if (const auto known = os::find_user(user); !known) {
      return fail(ErrorCode::invalid_argument, "--run-as-users: " + known.error().message);
    }
  }
  return users;
}

std::vector<Parameter> offer_parameters() {
  return {
      {.name = "--queues",
       .help = "takes tasks of these queues, with commas between",
       .otherwise = "default"},
      {.name = "--label", .help = "NAME=VALUE that a task's placement may ask for", .many = true},
      run_as_parameter()};
}

Status read_offer(const Invocation& in, supervise::WorkerOptions& options) {
  options.queues = names_in(in.text("--queues"));
  AIFLOW_ASSIGN(options.run_as_users, users_of(in));
  if (options.queues.empty()) {
    return fail(ErrorCode::invalid_argument, "--queues names no queue");
  }
  for (const std::string& label : in.list("--label")) {
    const std::size_t equals = label.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorCode::invalid_argument, "--label is NAME=VALUE, not '" + label + "'");
    }
    options.labels[label.substr(0, equals)] = label.substr(equals + 1);
  }
  return {};
}

}  // namespace aiflow::app

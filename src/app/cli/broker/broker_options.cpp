// SPDX-License-Identifier: Apache-2.0
#include "app/cli/broker/broker_options.h"

#include "os/environment.h"
#include "os/file.h"

namespace aiflow::app {
namespace {

constexpr std::size_t kPasswordBytesMax = 4096;

Result<Secret> read_password(const Invocation& in) {
  auto from_environment = os::take_env("AIFLOW_BROKER_PASSWORD");
  const std::string file = in.given("--broker-password-file")
                               ? in.text("--broker-password-file")
                               : os::get_env("AIFLOW_BROKER_PASSWORD_FILE").value_or("");
  if (file.empty()) return Secret(std::move(from_environment).value_or(""));
  auto content = os::read_file(file, kPasswordBytesMax);
  if (!content) return fail(std::move(content).error().with_context("--broker-password-file"));
  while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
  return Secret(*std::move(content));
}

}  // namespace

std::vector<Parameter> broker_parameters() {
  return {{.name = "--broker",
           .help = "redis://HOST:PORT/DATABASE that carries tasks of executor 'redis'; "
                   "AIFLOW_BROKER when left out"},
          {.name = "--broker-password-file",
           .help = "file with the password of that Redis; or AIFLOW_BROKER_PASSWORD"}};
}

Result<std::optional<redis::Address>> broker_of(const Invocation& in) {
  AIFLOW_ASSIGN(Secret password, read_password(in));
  const Secret from_environment(os::take_env("AIFLOW_BROKER").value_or(""));
  const std::string argument = in.text("--broker");
  const std::string_view text =
      in.given("--broker") ? std::string_view(argument) : from_environment.reveal();
  if (text.empty()) return std::optional<redis::Address>();
  AIFLOW_ASSIGN(redis::Address address, redis::parse_address(text));
  if (in.given("--broker") && address.password) {
    return fail(ErrorCode::invalid_argument,
                "--broker holds a password, which every user of this machine can see; put it into"
                " a file: --broker-password-file FILE");
  }
  if (!password.empty()) address.password = std::make_shared<const Secret>(std::move(password));
  return std::optional(std::move(address));
}

}  // namespace aiflow::app

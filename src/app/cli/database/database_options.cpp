// SPDX-License-Identifier: Apache-2.0
#include "app/cli/database/database_options.h"

#include <memory>

#include "os/environment.h"
#include "os/file.h"

namespace aiflow::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPasswordBytesMax = 4096;

Result<Secret> read_password(const Invocation& in) {
  auto from_environment = os::take_env("AIFLOW_DATABASE_PASSWORD");
  const std::string file = in.given("--database-password-file")
                               ? in.text("--database-password-file")
                               : os::get_env("AIFLOW_DATABASE_PASSWORD_FILE").value_or("");
  if (file.empty()) return Secret(std::move(from_environment).value_or(""));
  auto content = os::read_file(file, kPasswordBytesMax);
  if (!content) {
    return fail(std::move(content).error().with_context("--database-password-file"));
  }
  while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
  return Secret(*std::move(content));
}

}  // namespace

std::vector<Parameter> database_parameters() {
  return {{.name = "--database",
           .help = "SQLite file, or mysql://USER@HOST:PORT/DATABASE of a MariaDB server; "
                   "AIFLOW_DATABASE, or HOME/aiflow.db, when left out"},
          {.name = "--database-password-file",
           .help = "file with the password of that user; or AIFLOW_DATABASE_PASSWORD"}};
}

Result<db::Address> database_of(const Invocation& in, const fs::path& home) {
  AIFLOW_ASSIGN(Secret password, read_password(in));
  const std::string text =
      in.given("--database") ? in.text("--database") : os::get_env("AIFLOW_DATABASE").value_or("");
  if (text.empty()) return db::Address((home / "aiflow.db").string());
  AIFLOW_ASSIGN(db::Address address, db::parse_address(text));
  if (!address.is_server()) return db::Address(fs::absolute(address.file).string());
  if (!password.empty()) address.password = std::make_shared<const Secret>(std::move(password));
  return address;
}

}  // namespace aiflow::app

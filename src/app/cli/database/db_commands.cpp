// SPDX-License-Identifier: Apache-2.0
// aiflow db check | upgrade | downgrade | backup | restore
#include <iostream>

#include "app/cli/commands.h"
#include "app/cli/database/database_options.h"
#include "db/migrate.h"
#include "os/file.h"
#include "os/lock_file.h"
#include "store/admin/backup.h"
#include "store/admin/check.h"
#include "store/admin/lead.h"
#include "store/admin/schema.h"

namespace aiflow::app {
namespace {

namespace fs = std::filesystem;

fs::path home_of(const Invocation& in) {
  return in.given("--home") ? fs::absolute(in.text("--home")) : default_home();
}

/// The database of the invocation, and proof that no server runs on it.
struct Target {
  db::Address address;
  std::optional<os::LockFile> lock{};
};

Status refuse_leader(const db::Address& address) {
  const auto leader = store::Lead(address, {.holder = "aiflow db"}).leader();
  // Without the table there was never a server.
  if (!leader || !leader->is_live) return {};
  return fail(ErrorCode::conflict, "the server " + leader->holder + " runs on the database" +
                                       (leader->url.empty() ? "" : " (" + leader->url + ")") +
                                       "; stop it first");
}

Result<Target> stopped_target(const Invocation& in) {
  AIFLOW_ASSIGN(auto address, database_of(in, home_of(in)));
  Target target{.address = std::move(address)};
  if (target.address.is_server()) {
    AIFLOW_TRY(refuse_leader(target.address));
    return target;
  }
  AIFLOW_TRY(os::make_dirs(home_of(in) / "run"));
  auto lock = os::LockFile::acquire(home_of(in) / "run" / "server.lock");
  if (!lock && lock.error().code == ErrorCode::conflict) {
    return fail(ErrorCode::conflict,
                "a server runs on '" + home_of(in).string() + "'; stop it first");
  }
  if (!lock) return fail(std::move(lock).error());
  target.lock = *std::move(lock);
  return target;
}

Result<std::unique_ptr<db::Connection>> connect(const db::Address& address) {
  std::error_code ignored;
  if (!address.is_server() && !fs::exists(address.file, ignored)) {
    return fail(ErrorCode::not_found,
                "there is no database '" + address.file + "'; aiflow serve makes one");
  }
  return db::Connection::open({.address = address, .check = false, .answer_timeout_s = 0});
}

std::string schema_text(const store::SchemaState& schema) {
  std::string text =
      std::to_string(schema.now) + ", this program needs " + std::to_string(schema.program);
  if (schema.begun > schema.program) return text + ": it is of a newer aiflow";
  if (schema.begun > schema.now) return text + ": a change was interrupted; aiflow db upgrade";
  return schema.pending.empty() ? text : text + ": aiflow db upgrade";
}

Status check(const Invocation& in) {
  AIFLOW_ASSIGN(const auto address, database_of(in, home_of(in)));
  AIFLOW_ASSIGN(const auto db, connect(address));
  AIFLOW_ASSIGN(const auto schema, store::schema_state(*db));
  AIFLOW_ASSIGN(const auto problems, store::find_damage(*db));
  if (in.flag("--json")) {
    json::Array list;
    for (const std::string& problem : problems) list.emplace_back(problem);
    std::cout << json::write_pretty(json::object({{"database", address.name()},
                                                  {"schema", schema.now},
                                                  {"schema_begun", schema.begun},
                                                  {"schema_needed", schema.program},
                                                  {"problems", std::move(list)}}))
              << "\n";
  } else {
    std::cout << "database  " << address.name() << "\nschema    " << schema_text(schema) << "\n"
              << "content   " << (problems.empty() ? "whole" : "damaged") << "\n";
    for (const std::string& problem : problems) std::cout << "  " << problem << "\n";
  }
  if (!problems.empty()) {
    return fail(ErrorCode::corrupt,
                "the database is damaged; stop the server and restore a backup: aiflow db restore");
  }
  if (schema.now == schema.program && schema.begun == schema.now) return {};
  return fail(ErrorCode::conflict, "schema " + schema_text(schema));
}

Status upgrade(const Clock& clock, const Invocation& in) {
  AIFLOW_ASSIGN(const auto target, stopped_target(in));
  AIFLOW_ASSIGN(const auto db, connect(target.address));
  AIFLOW_ASSIGN(const auto schema, store::schema_state(*db));
  for (const std::string& name : schema.pending) std::cout << "to run    " << name << "\n";
  if (in.flag("--dry-run")) {
    if (schema.pending.empty()) std::cout << "nothing to do\n";
    return {};
  }
  AIFLOW_TRY(store::upgrade_schema(*db, clock.now()));
  std::cout << "schema    " << schema.program << "\n";
  return {};
}

Status downgrade(const Invocation& in) {
  AIFLOW_ASSIGN(const auto version, in.number("--to"));
  AIFLOW_ASSIGN(const auto target, stopped_target(in));
  AIFLOW_ASSIGN(const auto db, connect(target.address));
  AIFLOW_ASSIGN(const auto steps, store::downgrade_steps(*db, static_cast<int>(version)));
  for (const store::DowngradeStep& step : steps) {
    std::cout << "to undo   " << step.name << "\n";
    for (const std::string& statement : step.statements) std::cout << "  " << statement << "\n";
  }
  if (in.flag("--dry-run")) return {};
  AIFLOW_TRY(store::downgrade_schema(*db, static_cast<int>(version)));
  std::cout << "schema    " << version << "; now start the older aiflow\n";
  return {};
}

void print_counts(const std::vector<store::TableCount>& counts) {
  Table table{.header = {"table", "rows"}, .rows = {}};
  for (const auto& [name, rows] : counts) {
    if (rows > 0) table.rows.push_back({name, std::to_string(rows)});
  }
  std::cout << render(table);
}

Status back_up(const Clock& clock, const Invocation& in) {
  const fs::path file = fs::absolute(in.text("file"));
  AIFLOW_ASSIGN(const auto address, database_of(in, home_of(in)));
  AIFLOW_ASSIGN(const auto counts, store::back_up(address, file, clock.now()));
  print_counts(counts);
  std::error_code ignored;
  std::cout << "written to " << file.string() << " ("
            << format_bytes(static_cast<double>(fs::file_size(file, ignored))) << ")\n";
  return {};
}

Status restore(const Clock& clock, const Invocation& in) {
  const fs::path file = fs::absolute(in.text("file"));
  AIFLOW_ASSIGN(const auto target, stopped_target(in));
  AIFLOW_ASSIGN(const auto counts, store::look_into_backup(file));
  print_counts(counts);
  if (in.flag("--dry-run")) {
    std::cout << "would replace all that is in " << target.address.name() << "\n";
    return {};
  }
  AIFLOW_TRY(store::restore(target.address, file, clock.now()));
  std::cout << "restored into " << target.address.name() << "\n";
  return {};
}

}  // namespace

std::vector<Command> db_commands(const Clock& clock) {
  const auto with_database = [](std::vector<Parameter> own) {
    for (Parameter& parameter : database_parameters()) own.push_back(std::move(parameter));
    own.push_back({.name = "--home", .help = "data directory"});
    return own;
  };
  const Parameter dry_run{.name = "--dry-run", .help = "only say what would be done", .flag = true};
  const Parameter file{.name = "file", .help = "the backup", .required = true};
  return {
      {.words = {"db", "check"},
       .summary = "looks for damage, rows that name nothing, and the version of the schema",
       .parameters = with_database({{.name = "--json", .help = "print JSON", .flag = true}}),
       .examples = {"aiflow db check", "aiflow db check --database mysql://aiflow@db.local/aiflow"},
       .run = check},
      {.words = {"db", "upgrade"},
       .summary = "brings the schema up to this program; aiflow serve does it too",
       .parameters = with_database({dry_run}),
       .examples = {"aiflow db upgrade --dry-run", "aiflow db upgrade"},
       .run = [&clock](const Invocation& in) { return upgrade(clock, in); }},
      {.words = {"db", "downgrade"},
       .summary = "takes the schema down for an older program; what only the newer one has is lost",
       .parameters = with_database(
           {{.name = "--to", .help = "version of the schema", .required = true}, dry_run}),
       .examples = {"aiflow db downgrade --to 3 --dry-run", "aiflow db downgrade --to 3"},
       .run = downgrade},
      {.words = {"db", "backup"},
       .summary = "writes all rows to a new SQLite file, while servers go on",
       .parameters = with_database({file}),
       .examples = {"aiflow db backup /backup/aiflow-2026-11-28.db"},
       .run = [&clock](const Invocation& in) { return back_up(clock, in); }},
      {.words = {"db", "restore"},
       .summary = "replaces all rows by those of a backup; no server may run",
       .parameters = with_database({file, dry_run}),
       .examples = {"aiflow db restore /backup/aiflow-2026-11-28.db --dry-run",
                    "aiflow db restore /backup/aiflow-2026-11-28.db",
                    "aiflow db restore b.db --database mysql://aiflow@db.local/aiflow"},
       .run = [&clock](const Invocation& in) { return restore(clock, in); }},
  };
}

}  // namespace aiflow::app

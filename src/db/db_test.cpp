// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "db/connection.h"
#include "db/migrate.h"
#include "db/transaction.h"
#include "os/temp_dir.h"

namespace aiflow::db {
namespace {

std::string db_path(const os::TempDir& folder) { return (folder.path() / "a.db").string(); }

std::unique_ptr<Connection> open_new(const std::string& path) {
  auto opened = Connection::open({.address = path});
  REQUIRE(opened.has_value());
  return *std::move(opened);
}

std::int64_t count(Connection& connection, std::string_view sql) {
  const auto n = connection.first(sql, {}, [](Row& row) { return row.integer(); });
  REQUIRE(n.has_value());
  return n->value_or(-1);
}

void write_file(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

constexpr std::array kTwo = {
    Migration{.version = 1, .name = "0001_a", .sql = "CREATE TABLE a (x INTEGER) STRICT;"},
    Migration{.version = 2, .name = "0002_b", .sql = "ALTER TABLE a ADD COLUMN y TEXT;"}};

TEST_CASE("values come back as they were bound, NULL too") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const auto db = open_new(db_path(folder));
  REQUIRE(db->script("CREATE TABLE t (i INTEGER, r REAL, s TEXT, n INTEGER, w INTEGER) STRICT"));
  const WallTime when{std::chrono::microseconds(1763920000000001)};
  REQUIRE(db->run(
      "INSERT INTO t VALUES (?, ?, ?, ?, ?)",
      {std::int64_t{1} << 40, 0.25, std::string("a\0b", 3), std::optional<std::int64_t>{}, when}));
  bool read = false;
  REQUIRE(db->query("SELECT i, r, s, n, w FROM t", {}, [&](Row& row) {
    read = true;
    CHECK(row.integer() == std::int64_t{1} << 40);
    CHECK(row.real() == 0.25);
    CHECK(row.text() == std::string("a\0b", 3));
    CHECK_FALSE(row.optional_integer().has_value());
    CHECK(row.time() == when);
  }));
  CHECK(read);
}

TEST_CASE("a transaction that is not committed leaves nothing") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const auto db = open_new(db_path(folder));
  REQUIRE(db->script("CREATE TABLE t (i INTEGER) STRICT"));
  {
    auto transaction = Transaction::begin(*db, TransactionKind::write);
    REQUIRE(transaction.has_value());
    REQUIRE(db->run("INSERT INTO t VALUES (1)"));
  }
  CHECK(count(*db, "SELECT count(*) FROM t") == 0);
  auto transaction = Transaction::begin(*db, TransactionKind::write);
  REQUIRE(db->run("INSERT INTO t VALUES (1)"));
  REQUIRE(transaction->commit());
  CHECK(count(*db, "SELECT count(*) FROM t") == 1);
}

TEST_CASE("a broken constraint is a conflict") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const auto db = open_new(db_path(folder));
  REQUIRE(db->script("CREATE TABLE t (i INTEGER PRIMARY KEY) STRICT; INSERT INTO t VALUES (1)"));
  const Status again = db->run("INSERT INTO t VALUES (?)", {1});
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().code == ErrorCode::conflict);
  CHECK(db->run("INSERT INTO t VALUES (?)", {2}).has_value());
}

TEST_CASE("a full disk is an error that passes when there is room again") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const auto db = open_new(db_path(folder));
  REQUIRE(db->script("CREATE TABLE t (s TEXT) STRICT"));
  REQUIRE(db->run("INSERT INTO t VALUES ('kept')"));
  const auto fill = [&]() -> Status {
    AIFLOW_ASSIGN(auto transaction, Transaction::begin(*db, TransactionKind::write));
    AIFLOW_TRY(db->run("INSERT INTO t VALUES (?)", {std::string(100'000, 'x')}));
    return transaction.commit();
  };
  REQUIRE(db->run("PRAGMA max_page_count=4"));
  const Status full = fill();
  REQUIRE_FALSE(full.has_value());
  CHECK(full.error().code == ErrorCode::unavailable);
  CHECK(count(*db, "SELECT count(*) FROM t") == 1);
  REQUIRE(db->run("PRAGMA max_page_count=1000000"));
  CHECK(fill().has_value());
  CHECK(count(*db, "SELECT count(*) FROM t") == 2);
}

TEST_CASE("a database that may only be read refuses to be written") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const std::string path = db_path(folder);
  const auto db = open_new(path);
  REQUIRE(db->script("CREATE TABLE t (i INTEGER) STRICT"));
  const auto reader = Connection::open({.address = path, .read_only = true, .check = false});
  REQUIRE(reader.has_value());
  const Status refused = (*reader)->run("INSERT INTO t VALUES (1)");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::unavailable);
}

TEST_CASE("durability settings are those of the design") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const auto db = open_new(db_path(folder));
  const auto mode = db->first("PRAGMA journal_mode", {}, [](Row& row) { return row.text(); });
  CHECK(mode->value_or("") == "wal");
  CHECK(count(*db, "PRAGMA synchronous") == 2);
  CHECK(count(*db, "PRAGMA foreign_keys") == 1);
}

TEST_CASE("a file that is no database is refused by name and left alone") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const std::string path = db_path(folder);
  write_file(path, std::string(4096, 'x'));
  const auto opened = Connection::open({.address = path});
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == ErrorCode::corrupt);
  CHECK(opened.error().message.find(path) != std::string::npos);
  CHECK(std::filesystem::file_size(path) == 4096);
}

TEST_CASE("another program's database is refused") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const std::string path = db_path(folder);
  {
    const auto db = open_new(path);
    REQUIRE(db->script("PRAGMA application_id=7; CREATE TABLE t (i INTEGER)"));
  }
  const auto opened = Connection::open({.address = path});
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().message.find("another program") != std::string::npos);
}

TEST_CASE("a damaged page is found at open") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const std::string path = db_path(folder);
  {
    const auto db = open_new(path);
    REQUIRE(db->script("CREATE TABLE t (i INTEGER PRIMARY KEY, s TEXT)"));
    for (int i = 0; i < 500; ++i) {
      REQUIRE(db->run("INSERT INTO t VALUES (?, ?)", {i, std::string(100, 'a')}));
    }
  }
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(2048, '\xff');
  file.close();
  const auto opened = Connection::open({.address = path});
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == ErrorCode::corrupt);
  CHECK(opened.error().message.find('\n') == std::string::npos);
}

TEST_CASE("no new database is made beside a left-over write-ahead log") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const std::string path = db_path(folder);
  write_file(path + "-wal", "something");
  const auto opened = Connection::open({.address = path});
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == ErrorCode::corrupt);
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("migrations run once, in order, and a newer schema is refused") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const auto db = open_new(db_path(folder));
  REQUIRE(migrate(*db, std::span(kTwo).first(1), WallTime{}));
  CHECK(schema_version(*db).value() == 1);
  REQUIRE(migrate(*db, kTwo, WallTime{}));
  REQUIRE(migrate(*db, kTwo, WallTime{}));
  CHECK(schema_version(*db).value() == 2);
  CHECK(count(*db, "SELECT count(*) FROM schema_version") == 2);
  const Status older = migrate(*db, std::span(kTwo).first(1), WallTime{});
  REQUIRE_FALSE(older.has_value());
  CHECK(older.error().code == ErrorCode::conflict);
  CHECK(schema_version(*db).value() == 2);
}

TEST_CASE("a migration that fails changes nothing") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const auto db = open_new(db_path(folder));
  const std::array broken = {kTwo[0], Migration{.version = 2, .name = "0002_x", .sql = "NOT SQL"}};
  const Status done = migrate(*db, broken, WallTime{});
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().message.find("0002_x") != std::string::npos);
  CHECK(schema_version(*db).value() == 0);
  CHECK(count(*db, "SELECT count(*) FROM sqlite_master WHERE name = 'a'") == 0);
}

TEST_CASE("what was committed is there after the process is killed") {
  const os::TempDir folder = os::TempDir::create("db").value();
  const std::string path = db_path(folder);
  REQUIRE(open_new(path)->script("CREATE TABLE t (i INTEGER) STRICT"));
  std::array<int, 2> pipe_fds{};
  REQUIRE(pipe(pipe_fds.data()) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto db = Connection::open({.address = path}).value();
    for (int i = 0;; ++i) {
      auto transaction = Transaction::begin(*db, TransactionKind::write).value();
      if (!db->run("INSERT INTO t VALUES (?)", {i}) || !transaction.commit()) _exit(1);
      if (write(pipe_fds[1], "x", 1) != 1) _exit(1);
    }
  }
  close(pipe_fds[1]);
  std::int64_t acknowledged = 0;
  char byte = 0;
  while (acknowledged < 20 && read(pipe_fds[0], &byte, 1) == 1) ++acknowledged;
  kill(child, SIGKILL);
  while (read(pipe_fds[0], &byte, 1) == 1) ++acknowledged;
  waitpid(child, nullptr, 0);
  close(pipe_fds[0]);
  const auto db = open_new(path);
  const std::int64_t stored = count(*db, "SELECT count(*) FROM t");
  CHECK(acknowledged >= 20);
  CHECK(stored >= acknowledged);
  CHECK(stored <= acknowledged + 1);
}

}  // namespace
}  // namespace aiflow::db

// SPDX-License-Identifier: Apache-2.0
// The MariaDB back end on a real server (tools/with_mariadb), and the parts that need none.
#include <doctest/doctest.h>

#include <array>
#include <thread>

#include "db/connection.h"
#include "db/detail/statements.h"
#include "db/migrate.h"
#include "db/transaction.h"
#include "os/environment.h"

namespace aiflow::db {
namespace {

using detail::as_utf8;
using detail::split_statements;

std::int64_t number(Connection& db, std::string_view sql, const Params& params = {}) {
  const auto n = db.first(sql, params, [](Row& row) { return row.integer(); });
  if (!n) FAIL(n.error().message);
  return n->value_or(-1);
}

/// A database of its own on the server of AIFLOW_TEST_MARIADB.
class Server {
 public:
  static bool is_there() { return os::get_env("AIFLOW_TEST_MARIADB").has_value(); }
  Server() : address_(parse_address(*os::get_env("AIFLOW_TEST_MARIADB")).value()) {
    const auto admin = connect();
    REQUIRE(
        admin->script("DROP DATABASE IF EXISTS db_test; CREATE DATABASE db_test"
                      " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"));
    address_.database = "db_test";
  }
  [[nodiscard]] std::unique_ptr<Connection> connect(int busy_timeout_ms = 5000) const {
    auto opened = Connection::open({.address = address_, .busy_timeout_ms = busy_timeout_ms});
    if (!opened) FAIL(opened.error().message);
    return *std::move(opened);
  }
  [[nodiscard]] const Address& address() const { return address_; }

 private:
  Address address_;
};

TEST_CASE("a script is cut at its semicolons, not at those in texts and comments") {
  const auto cut = split_statements(
      "-- a; b\nCREATE TABLE t (x TEXT);\n  INSERT INTO t VALUES ('a;--b', \"c;\"); -- end;\n");
  REQUIRE(cut.size() == 2);
  CHECK(cut[0] == "CREATE TABLE t (x TEXT)");
  CHECK(cut[1] == "INSERT INTO t VALUES ('a;--b', \"c;\")");
  CHECK(split_statements(" ;; \n").empty());
  CHECK(split_statements("SELECT 'open").size() == 1);
}

TEST_CASE("bytes that are no UTF-8 are replaced, all others stay") {
  std::string room;
  const std::string good("a\0\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 11);
  CHECK(as_utf8(good, room) == good);
  CHECK(as_utf8("a\xFFz", room) == "a\xEF\xBF\xBDz");
  CHECK(as_utf8("\xC3", room) == "\xEF\xBF\xBD");                       // cut off
  CHECK(as_utf8("\xC0\xAF", room) == "\xEF\xBF\xBD\xEF\xBF\xBD");       // overlong
  CHECK(as_utf8("\xED\xA0\x80", room).substr(0, 3) == "\xEF\xBF\xBD");  // surrogate
}

TEST_CASE("MariaDB: values come back as they were bound, NULL too") {
  if (!Server::is_there()) return;
  const Server server;
  const auto db = server.connect();
  REQUIRE(
      db->script("CREATE TABLE t (i BIGINT, r DOUBLE, s LONGTEXT, n BIGINT, w BIGINT,"
                 " k VARBINARY(250))"));
  const WallTime when{std::chrono::microseconds(1763920000000001)};
  const std::string text("a\0\xE2\x82\xAC", 5);
  for (const std::string& s : {text, std::string(300'000, 'x'), std::string(), text}) {
    REQUIRE(db->run("DELETE FROM t"));
    REQUIRE(db->run("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)",
                    {std::int64_t{1} << 40, 0.25, s, nullptr, when, "key "}));
    bool read = false;
    REQUIRE(db->query("SELECT i, r, s, n, w, k FROM t", {}, [&](Row& row) {
      read = true;
      CHECK(row.integer() == std::int64_t{1} << 40);
      CHECK(row.real() == 0.25);
      CHECK(row.text() == s);
      CHECK_FALSE(row.optional_integer().has_value());
      CHECK(row.time() == when);
      CHECK(row.text() == "key ");
    }));
    CHECK(read);
  }
  CHECK(number(*db, "SELECT count(*) FROM t WHERE k = ?", {"key"}) == 0);
  CHECK(number(*db, "SELECT count(*) FROM t WHERE k = ?", {"KEY "}) == 0);
  CHECK(number(*db, "SELECT sum(i) FROM t") == std::int64_t{1} << 40);
  REQUIRE(db->run("UPDATE t SET s = ?", {"no \xFF text"}));
  CHECK(db->first("SELECT s FROM t", {}, [](Row& row) { return row.text(); })->value() ==
        "no \xEF\xBF\xBD text");
  REQUIRE(db->run("UPDATE t SET n = n"));
  CHECK(db->changes() == 1);  // met, though nothing changed
}

TEST_CASE("MariaDB: errors have the codes of SQLite's") {
  if (!Server::is_there()) return;
  const Server server;
  const auto db = server.connect();
  REQUIRE(
      db->script("CREATE TABLE t (i BIGINT PRIMARY KEY, k VARBINARY(3) NOT NULL);"
                 "CREATE TABLE child (i BIGINT REFERENCES t (i))"));
  const auto code = [&](std::string_view sql, const Params& params = {}) {
    const Status failed = db->run(sql, params);
    REQUIRE_FALSE(failed.has_value());
    CHECK_FALSE(db->broken());
    CHECK_FALSE(db->may_run_again());
    return failed.error().code;
  };
  REQUIRE(db->run("INSERT INTO t VALUES (1, 'a')"));
  CHECK(code("INSERT INTO t VALUES (?, 'a')", {1}) == ErrorCode::conflict);
  CHECK(code("INSERT INTO t VALUES (2, ?)", {nullptr}) == ErrorCode::conflict);
  CHECK(code("INSERT INTO child VALUES (?)", {7}) == ErrorCode::conflict);
  CHECK(code("INSERT INTO t VALUES (3, ?)", {"long"}) == ErrorCode::invalid_argument);
  CHECK(code("INSERT INTO t VALUES (4, ?)", {std::string(64U << 20U, 'x')}) ==
        ErrorCode::invalid_argument);
  const auto open = [&](auto change) {
    Address address = server.address();
    change(address);
    const auto refused = Connection::open({.address = address});
    REQUIRE_FALSE(refused.has_value());
    return refused.error().code;
  };
  CHECK(open([](Address& a) { a.database = "none"; }) == ErrorCode::not_found);
  CHECK(open([](Address& a) { a.socket = "/none"; }) == ErrorCode::unavailable);
  CHECK(open([](Address& a) {
          a.user = "nobody";
          a.password = std::make_shared<const Secret>(std::string_view("canary"));
        }) == ErrorCode::denied);
}

TEST_CASE("MariaDB: a transaction leaves nothing unless committed, a reader has one snapshot") {
  if (!Server::is_there()) return;
  const Server server;
  const auto db = server.connect();
  const auto other =
      Connection::open({.address = server.address(), .read_only = true, .check = false}).value();
  REQUIRE(db->script("CREATE TABLE t (i BIGINT)"));
  {
    const auto transaction = Transaction::begin(*db, TransactionKind::write);
    REQUIRE(db->run("INSERT INTO t VALUES (1)"));
  }
  CHECK(number(*db, "SELECT count(*) FROM t") == 0);
  const auto snapshot = Transaction::begin(*other, TransactionKind::read);
  auto transaction = Transaction::begin(*db, TransactionKind::write);
  REQUIRE(db->run("INSERT INTO t VALUES (1)"));
  REQUIRE(transaction->commit());
  CHECK(number(*db, "SELECT count(*) FROM t") == 1);
  CHECK(number(*other, "SELECT count(*) FROM t") == 0);
  CHECK_FALSE(other->run("INSERT INTO t VALUES (2)").has_value());
}

TEST_CASE("MariaDB: deadlock, lock time-out and a killed connection may be run again") {
  if (!Server::is_there()) return;
  const Server server;
  const auto a = server.connect(1000);
  const auto b = server.connect(1000);
  REQUIRE(
      a->script("CREATE TABLE t (i BIGINT PRIMARY KEY, n BIGINT);"
                "INSERT INTO t VALUES (1, 0), (2, 0)"));
  {  // each waits for the row of the other: the server ends one of the two
    const auto first = Transaction::begin(*a, TransactionKind::write);
    const auto second = Transaction::begin(*b, TransactionKind::write);
    REQUIRE(a->run("UPDATE t SET n = 1 WHERE i = 1"));
    REQUIRE(b->run("UPDATE t SET n = 2 WHERE i = 2"));
    Status waiting;
    std::jthread thread([&] { waiting = a->run("UPDATE t SET n = 1 WHERE i = 2"); });
    const Status other = b->run("UPDATE t SET n = 2 WHERE i = 1");
    thread.join();
    const bool a_lost = !waiting.has_value();
    CHECK(a_lost != !other.has_value());
    CHECK((a_lost ? a : b)->may_run_again());
    CHECK_FALSE((a_lost ? b : a)->may_run_again());
  }
  {
    const auto first = Transaction::begin(*a, TransactionKind::write);
    const auto second = Transaction::begin(*b, TransactionKind::write);
    REQUIRE(a->run("UPDATE t SET n = 1 WHERE i = 1"));
    CHECK_FALSE(b->run("UPDATE t SET n = 2 WHERE i = 1").has_value());
    CHECK(b->may_run_again());
    CHECK_FALSE(b->broken());
  }
  const auto transaction = Transaction::begin(*b, TransactionKind::write);
  const auto id = number(*b, "SELECT connection_id()");
  REQUIRE(a->script("KILL " + std::to_string(id)));
  CHECK_FALSE(b->run("UPDATE t SET n = 2 WHERE i = 1").has_value());
  CHECK(b->broken());
  CHECK(b->may_run_again());
}

TEST_CASE("MariaDB: a commit whose answer is lost may not be run again") {
  if (!Server::is_there()) return;
  const Server server;
  const auto a = server.connect();
  const auto b = server.connect();
  auto transaction = Transaction::begin(*b, TransactionKind::write);
  REQUIRE(a->script("KILL " + std::to_string(number(*b, "SELECT connection_id()"))));
  CHECK_FALSE(transaction->commit().has_value());
  CHECK(b->broken());
  CHECK_FALSE(b->may_run_again());
}

constexpr std::array kThree = {
    Migration{.version = 1,
              .name = "0001_a",
              .sql = "CREATE TABLE IF NOT EXISTS a (x BIGINT); INSERT INTO a VALUES (7);"},
    Migration{.version = 2,
              .name = "0002_b",
              .sql = "ALTER TABLE a ADD COLUMN IF NOT EXISTS y BIGINT; UPDATE a SET y = x;"
                     "CREATE TABLE IF NOT EXISTS b (z BIGINT)",
              .down = "DROP TABLE IF EXISTS b; ALTER TABLE a DROP COLUMN IF EXISTS y"},
    Migration{.version = 3, .name = "0003_c", .sql = "INSERT INTO b VALUES (1)"}};

TEST_CASE("MariaDB: migrations run once, and one that was cut off goes on where it stopped") {
  if (!Server::is_there()) return;
  const Server server;
  const auto db = server.connect();
  std::array cut = kThree;
  cut[1].sql = "ALTER TABLE a ADD COLUMN IF NOT EXISTS y BIGINT; UPDATE a SET y = x; NOT SQL";
  REQUIRE_FALSE(migrate(*db, cut, WallTime{}).has_value());
  CHECK(schema_version(*db).value() == 1);
  CHECK(begun_version(*db).value() == 2);
  const Status older = migrate(*db, std::span(kThree).first(1), WallTime{});
  REQUIRE_FALSE(older.has_value());
  CHECK(older.error().code == ErrorCode::conflict);
  // The statement that was done is not run again: this row keeps its value.
  REQUIRE(db->run("UPDATE a SET y = 99"));
  REQUIRE(migrate(*db, kThree, WallTime{}));
  REQUIRE(migrate(*db, kThree, WallTime{}));
  CHECK(schema_version(*db).value() == 3);
  CHECK(number(*db, "SELECT y FROM a") == 99);
  CHECK(number(*db, "SELECT count(*) FROM a") == 1);
  CHECK(number(*db, "SELECT count(*) FROM b") == 1);
}

TEST_CASE("MariaDB: a migration is undone by its way down, and only where all have one") {
  if (!Server::is_there()) return;
  const Server server;
  const auto db = server.connect();
  REQUIRE(migrate(*db, kThree, WallTime{}));
  CHECK(migrate_down(*db, kThree, 1).error().code == ErrorCode::invalid_argument);
  CHECK(schema_version(*db).value() == 3);
  std::array all = kThree;
  all[2].down = "DELETE FROM b";
  REQUIRE(migrate_down(*db, all, 1));
  CHECK(schema_version(*db).value() == 1);
  CHECK_FALSE(db->run("SELECT y FROM a").has_value());
  REQUIRE(migrate(*db, kThree, WallTime{}));
  CHECK(schema_version(*db).value() == 3);
}

}  // namespace
}  // namespace aiflow::db

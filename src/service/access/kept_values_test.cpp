// SPDX-License-Identifier: Apache-2.0
#include "service/access/kept_values.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <memory>

#include "os/file.h"
#include "os/temp_dir.h"
#include "store/admin/kept_value_store.h"
#include "store/testing/temp_store.h"

namespace aiflow::service {
namespace {

using store::testing::kNow;
using store::testing::TempStore;

struct Bench {
  os::TempDir folder = os::TempDir::create("values-test").value();
  std::filesystem::path file = folder.path() / "secrets.key";
  TempStore store;
  ManualClock clock{kNow};
  std::unique_ptr<Vault> vault = Vault::open(file).value();
  KeptValues values{{clock, *store, *vault}};

  std::vector<store::KeptValueRow> rows() {
    return store.read([](db::Connection& db) { return store::KeptValueStore(db).list(""); });
  }
};

TEST_CASE("a variable comes back to a task; a secret one to nobody else") {
  Bench bench;
  REQUIRE(bench.values.set_variable({.name = "place"}, {.value = "Seoul"}, "ann"));
  REQUIRE(bench.values.set_variable({.name = "db_password"}, {.value = "hunter2hunter2"}, "ann"));
  const auto listed = bench.values.variables().value();
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].key == "db_password");
  CHECK(listed[0].is_secret);
  CHECK_FALSE(listed[0].value);
  CHECK(listed[1].value == "Seoul");
  CHECK(listed[1].updated_by == "ann");
  const auto secret = bench.values.for_task("variable", {.name = "db_password"}).value();
  CHECK(secret.text == "hunter2hunter2");
  CHECK(secret.is_secret);
  CHECK(bench.values.for_task("variable", {.name = "nope"}).error().code == ErrorCode::not_found);
  REQUIRE(bench.values.remove("variable", {.name = "place"}));
  CHECK(bench.values.remove("variable", {.name = "place"}).error().code == ErrorCode::not_found);
}

TEST_CASE("each project has values of its own, and its tasks get no others") {
  Bench bench;
  for (const char* project : {"line1", "line2"}) {
    bench.store.write([&](db::Connection& db) {
      return store::ProjectStore(db).add({.name = project, .description = "", .created_at = kNow});
    });
  }
  REQUIRE(bench.values.set_variable({"line1", "place"}, {.value = "Seoul"}, "ann"));
  REQUIRE(bench.values.set_variable({"line2", "place"}, {.value = "Busan"}, "bob"));
  REQUIRE(bench.values.set_variable({.name = "site"}, {.value = "Korea"}, "ann"));
  CHECK(bench.values.for_task("variable", {"line1", "place"})->text == "Seoul");
  CHECK(bench.values.for_task("variable", {"line2", "place"})->text == "Busan");
  for (const service::ValueId& foreign :
       {ValueId{"line1", "site"}, ValueId{"default", "place"}, ValueId{"line3", "place"}}) {
    CHECK(bench.values.for_task("variable", foreign).error().code == ErrorCode::not_found);
  }
  const auto seen = bench.values.variables(std::vector<std::string>{"line2"}).value();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].project == "line2");
  CHECK(bench.values.variables(std::vector<std::string>{})->empty());
  CHECK(bench.values.variables()->size() == 3);
  CHECK(bench.values.set_variable({"line3", "x"}, {.value = "x"}, "ann").error().code ==
        ErrorCode::not_found);
  // What is sealed for one project is no good in another one.
  auto rows = bench.rows();
  auto& stolen = rows.at(0);
  CHECK(stolen.project == "line1");
  stolen.project = "line2";
  bench.store.write([&](db::Connection& db) { return store::KeptValueStore(db).put(stolen); });
  CHECK(bench.values.for_task("variable", {"line2", "place"}).error().code == ErrorCode::corrupt);
  CHECK(bench.values.rotate().error().code == ErrorCode::corrupt);
  REQUIRE(bench.values.remove("variable", {"line2", "place"}));
  CHECK(bench.values.rotate()->count == 2);
  CHECK(bench.values.for_task("variable", {"line1", "place"})->text == "Seoul");
  bench.store.write([](db::Connection& db) { return store::ProjectStore(db).remove("line1"); });
  CHECK(bench.values.variables()->size() == 1);
}

TEST_CASE("of a connection type and host are shown, as a URI and as JSON") {
  Bench bench;
  REQUIRE(bench.values.set_connection(
      {.name = "db"}, {.text = "postgres://kim:p%40ss@db.site:5432/events?mode=ro"}, "ann"));
  REQUIRE(bench.values.set_connection(
      {.name = "api"},
      {.text = R"({"conn_type": "http", "host": "api.site", "port": 8080, "password": "x"})"},
      "ann"));
  const auto listed = bench.values.connections().value();
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].conn_type == "http");
  CHECK(listed[0].host == "api.site:8080");
  CHECK(listed[1].conn_type == "postgres");
  CHECK(listed[1].host == "db.site:5432");
  for (const char* good : {"http://[::1]/x", "http://[::1]:80", "mongodb://a:1,b:65535/db",
                           "x://h:", R"({"conn_type": "x", "port": ""})"}) {
    CAPTURE(good);
    CHECK(bench.values.set_connection({.name = "good"}, {.text = good}, "ann"));
  }
  for (const char* bad :
       {"", "canary", "://h", "{", "[]", R"({"host": "canary"})", "postgres://u:canary@h:99999/x",
        "postgres://u:canary@h:0", "http://h:80a", R"({"conn_type": "x", "port": 65536})",
        R"({"conn_type": "x", "port": "canary"})"}) {
    CAPTURE(bad);
    const auto refused = bench.values.set_connection({.name = "bad"}, {.text = bad}, "ann");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK(refused.error().message.find("canary") == std::string::npos);
  }
  CHECK_FALSE(bench.values.set_variable({.name = "a/b"}, {.value = "x"}, "ann"));
  CHECK_FALSE(bench.values.set_variable({.name = "a"}, {.value = std::string(65537, 'x')}, "ann"));
}

TEST_CASE("the database has sealed texts alone, each good for its own name alone") {
  Bench bench;
  REQUIRE(bench.values.set_variable({.name = "a"}, {.value = "canary"}, "ann"));
  REQUIRE(bench.values.set_variable({.name = "b"}, {.value = "canary"}, "ann"));
  auto rows = bench.rows();
  CHECK(rows[0].sealed != rows[1].sealed);
  CHECK(rows[0].sealed.find("canary") == std::string::npos);
  rows[0].sealed = rows[1].sealed;  // somebody who may write to the database
  bench.store.write([&](db::Connection& db) { return store::KeptValueStore(db).put(rows[0]); });
  CHECK(bench.values.for_task("variable", {.name = "a"}).error().code == ErrorCode::corrupt);
  CHECK(bench.values.for_task("variable", {.name = "b"})->text == "canary");
}

TEST_CASE("the key is in a file of its own, which only the server may read") {
  Bench bench;
  REQUIRE(bench.values.set_variable({.name = "a"}, {.value = "x"}, "ann"));
  struct ::stat about{};
  REQUIRE(::stat(bench.file.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  auto again = Vault::open(bench.file).value();
  CHECK(KeptValues({bench.clock, *bench.store, *again}).for_task("variable", {.name = "a"})->text ==
        "x");
  auto other = Vault::open(bench.folder.path() / "other.key").value();
  CHECK(KeptValues({bench.clock, *bench.store, *other})
            .for_task("variable", {.name = "a"})
            .error()
            .code == ErrorCode::conflict);
  REQUIRE(::chmod(bench.file.c_str(), 0640) == 0);
  CHECK(Vault::open(bench.file).error().code == ErrorCode::denied);
  REQUIRE(os::write_atomic(bench.file, "nonsense"));
  CHECK(Vault::open(bench.file).error().code == ErrorCode::corrupt);
}

TEST_CASE("a new key seals all values anew, and the old one is forgotten") {
  Bench bench;
  REQUIRE(bench.values.set_variable({.name = "a"}, {.value = "x"}, "ann"));
  REQUIRE(bench.values.set_connection({.name = "db"}, {.text = "http://h"}, "ann"));
  const auto before = bench.rows();
  const auto rotated = bench.values.rotate();
  REQUIRE(rotated);
  CHECK(rotated->count == 2);
  for (const auto& row : bench.rows()) CHECK(row.key_id == rotated->key_id);
  CHECK(before[0].key_id != rotated->key_id);
  CHECK(bench.values.for_task("variable", {.name = "a"})->text == "x");
  const auto kept = os::read_file(bench.file, 10'000).value();
  CHECK(kept.find(before[0].key_id) == std::string::npos);
  // A crash after the new key was written: both are there, and the next rotation ends it.
  REQUIRE(bench.vault->add_key());
  bench.vault = Vault::open(bench.file).value();
  KeptValues after({bench.clock, *bench.store, *bench.vault});
  CHECK(after.for_task("variable", {.name = "a"})->text == "x");
  CHECK(after.rotate()->count == 2);
  CHECK(after.for_task("connection", {.name = "db"})->text == "http://h");
}

TEST_CASE("with another key nothing is set or replaced, until its backup is back") {
  Bench bench;
  REQUIRE(bench.values.set_variable({.name = "a"}, {.value = "x", .is_secret = false}, "ann"));
  const auto backup = os::read_file(bench.file, 10'000).value();
  REQUIRE(std::filesystem::remove(bench.file));
  bench.vault = Vault::open(bench.file).value();  // a server without its file makes another key
  KeptValues lost({bench.clock, *bench.store, *bench.vault});
  CHECK(lost.check_keys().error().code == ErrorCode::conflict);
  CHECK(lost.set_variable({.name = "b"}, {.value = "y"}, "ann").error().code ==
        ErrorCode::conflict);
  CHECK(lost.rotate().error().code == ErrorCode::conflict);
  const auto listed = lost.variables().value();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].problem);
  CHECK_FALSE(listed[0].value);
  REQUIRE(os::write_atomic(bench.file, backup));
  CHECK(lost.check_keys());
  CHECK(lost.variables().value()[0].value == "x");
  CHECK(lost.set_variable({.name = "b"}, {.value = "y"}, "ann"));
  CHECK(lost.rotate()->count == 2);
}

TEST_CASE("rotations that are broken off do not grow the file for ever") {
  Bench bench;
  Status added;
  for (int i = 0; i < 30 && added; ++i) added = bench.vault->add_key();
  CHECK(added.error().code == ErrorCode::conflict);
  REQUIRE(Vault::open(bench.file));
  CHECK(bench.values.set_variable({.name = "a"}, {.value = "x"}, "ann"));
}

}  // namespace
}  // namespace aiflow::service

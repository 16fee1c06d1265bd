// SPDX-License-Identifier: Apache-2.0
// An empty database for a test: a SQLite file, or, when AIFLOW_TEST_MARIADB is the URL of a server
// (tools/with_mariadb sets it), a database of its own there. So every test runs on both.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <string>

#include "db/connection.h"
#include "os/environment.h"
#include "os/temp_dir.h"

namespace aiflow::store::testing {

class TestDatabase {
 public:
  TestDatabase() : folder_(os::TempDir::create("database").value()) {
    const auto url = os::get_env("AIFLOW_TEST_MARIADB");
    if (!url) {
      address_ = db::Address((folder_.path() / "aiflow.db").string());
      return;
    }
    static std::atomic<int> made = 0;
    server_ = db::parse_address(*url).value();
    address_ = server_;
    address_.database = "test_" + std::to_string(os::process_id()) + "_" + std::to_string(++made);
    on_server("CREATE DATABASE " + address_.database);
  }
  ~TestDatabase() {
    if (address_.is_server()) on_server("DROP DATABASE " + address_.database);
  }
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  [[nodiscard]] const db::Address& address() const { return address_; }
  [[nodiscard]] bool is_mariadb() const { return address_.is_server(); }
  /// A connection beside those of the store.
  [[nodiscard]] std::unique_ptr<db::Connection> connect() const {
    return db::Connection::open({.address = address_}).value();
  }

 private:
  void on_server(const std::string& sql) const {
    const auto admin = db::Connection::open({.address = server_});
    REQUIRE(admin.has_value());
    REQUIRE((*admin)->script(sql).has_value());
  }

  os::TempDir folder_;
  db::Address server_;
  db::Address address_;
};

}  // namespace aiflow::store::testing

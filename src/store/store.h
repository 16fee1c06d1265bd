// SPDX-License-Identifier: Apache-2.0
// The database of one AIflow: who may write, who may read, and the migrations at open.
// The repositories (DagStore, RunStore, ModelStore, …) are thin views over a db::Connection:
//
//   auto made = store.transact(
//       [&](db::Connection& db) { return ModelStore(db).add_report(report, now); });
//   auto runs = store.read([&](db::Connection& db) { return RunStore(db).list_runs(query); });
//
// Thread-safe. There is one writer connection behind a mutex (SQLite has one writer); readers take
// connections of their own from a pool and see the last commit (WAL). Never call transact inside
// transact or read: the mutex is not recursive.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "db/connection.h"
#include "db/transaction.h"

namespace aiflow::store {

class Store {
 public:
  /// Opens or makes the database and migrates it. Errors: corrupt (damaged, foreign or lost file),
  /// conflict (schema of a newer version), unavailable; each names the file.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::string& path, WallTime now);

  /// Runs `work` in one write transaction and commits it: durable when this returns without error.
  /// An error of `work` or of the commit rolls everything back. `work` returns Status or Result<T>.
  template <class Work>
  auto transact(Work work) -> std::invoke_result_t<Work, db::Connection&> {
    const std::scoped_lock lock(writer_mutex_);
    AIFLOW_TRY(reopen_if_broken());
    AIFLOW_ASSIGN(auto transaction, db::Transaction::begin(*writer_, db::TransactionKind::write));
    auto result = work(*writer_);
    if (!result) return result;
    AIFLOW_TRY(transaction.commit());
    return result;
  }

  /// Runs `work` in one read transaction: all its queries see the same commit.
  template <class Work>
  auto read(Work work) -> std::invoke_result_t<Work, db::Connection&> {
    AIFLOW_ASSIGN(Reader reader, take_reader());
    AIFLOW_ASSIGN(const auto snapshot,
                  db::Transaction::begin(*reader.connection, db::TransactionKind::read));
    return work(*reader.connection);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  /// A reader connection that goes back to the pool at the end of its scope.
  struct Reader {
    Reader(Store& owner, std::unique_ptr<db::Connection> taken)
        : store(&owner), connection(std::move(taken)) {}
    Reader(Reader&&) = default;
    ~Reader();
    Store* store;
    std::unique_ptr<db::Connection> connection;
  };

  Store(std::string path, std::unique_ptr<db::Connection> writer)
      : path_(std::move(path)), writer_(std::move(writer)) {}
  Status reopen_if_broken();
  Result<Reader> take_reader();

  const std::string path_;
  std::mutex writer_mutex_;
  std::unique_ptr<db::Connection> writer_;  ///< guarded by writer_mutex_; null while broken
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<db::Connection>> readers_;  ///< idle ones
};

}  // namespace aiflow::store

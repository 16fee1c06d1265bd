// SPDX-License-Identifier: Apache-2.0
// The database of one AIflow: who may write, who may read, and the migrations at open. A SQLite
// file, or a MariaDB server that several AIflow servers may share: then only the leader writes
// (store/admin/lead.h), and each write transaction checks that it still is.
// The repositories (DagStore, RunStore, ModelStore, …) are thin views over a db::Connection:
//
//   auto made = store.transact(
//       [&](db::Connection& db) { return ModelStore(db).add_report(report, now); });
//   auto runs = store.read([&](db::Connection& db) { return RunStore(db).list_runs(query); });
//
// Thread-safe. There is one writer connection behind a mutex; readers take connections of their own
// from a pool and see the last commit. Never call transact inside transact or read: the mutex is
// not recursive.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include "base/clock.h"
#include "base/prng.h"
#include "base/result.h"
#include "db/connection.h"
#include "db/transaction.h"

namespace aiflow::store {

class Store {
 public:
  /// Opens the database (SQLite: or makes it) and migrates it. Errors: corrupt (damaged, foreign or
  /// lost file), conflict (schema of a newer version), denied, not_found (MariaDB: no such
  /// database), unavailable; each names the database.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const db::Address& address,
                                                           WallTime now);

  /// Runs `work` in one write transaction and commits it: durable when this returns without error.
  /// An error of `work` or of the commit rolls everything back. `work` returns Status or Result<T>.
  /// `work` may run several times, each time in a new transaction, when a deadlock, a lock or a
  /// lost connection ended the one before without effect: all that it changes must be in the
  /// database, in its result, or be the same after a second run. Errors beside those of `work`:
  /// unavailable (also when the connection was lost during the commit: then only reading back tells
  /// whether it is stored; and when this server is not the leader, or not any more).
  template <class Work>
  auto transact(Work work) -> std::invoke_result_t<Work, db::Connection&> {
    const std::scoped_lock lock(writer_mutex_);
    for (int tries = 1;; ++tries) {
      auto result = transact_once(work);
      if (result || !pause_before_next(tries)) return result;
    }
  }

  /// Runs `work` in one read transaction: all its queries see the same commit.
  template <class Work>
  auto read(Work work) -> std::invoke_result_t<Work, db::Connection&> {
    for (bool is_new = false;; is_new = true) {
      AIFLOW_ASSIGN(Reader reader, take_reader());
      auto result = read_once(reader, work);
      // An idle connection may have been ended by the server: once more with a new one.
      if (result || is_new || !reader.connection->broken()) return result;
      drop_idle_readers();
    }
  }

  /// From now on each write transaction checks that the leader's epoch is `epoch`, in itself, so
  /// that a server that lost the lead without noticing can't change anything. 0: nobody's, all
  /// writes are refused. Thread-safe. Not called for SQLite: its one server holds a lock on the
  /// data directory.
  void fence(std::int64_t epoch);

  [[nodiscard]] const db::Address& address() const { return address_; }

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

  explicit Store(db::Address address);

  template <class Work>
  auto transact_once(Work& work) -> std::invoke_result_t<Work, db::Connection&> {
    AIFLOW_TRY(reopen_if_broken());
    AIFLOW_ASSIGN(auto transaction, db::Transaction::begin(*writer_, db::TransactionKind::write));
    AIFLOW_TRY(check_fence());
    auto result = work(*writer_);
    if (!result) return result;
    AIFLOW_TRY(transaction.commit());
    return result;
  }
  template <class Work>
  auto read_once(Reader& reader, Work& work) -> std::invoke_result_t<Work, db::Connection&> {
    AIFLOW_ASSIGN(const auto snapshot,
                  db::Transaction::begin(*reader.connection, db::TransactionKind::read));
    return work(*reader.connection);
  }
  Status reopen_if_broken();
  Status check_fence();
  /// False when the transaction that failed is not to be run again.
  bool pause_before_next(int tries);
  Result<Reader> take_reader();
  void drop_idle_readers();

  const db::Address address_;
  std::mutex writer_mutex_;
  std::unique_ptr<db::Connection> writer_;  ///< guarded by writer_mutex_; null while broken
  bool may_connect_again_ = false;          ///< guarded by writer_mutex_
  Prng jitter_;                             ///< guarded by writer_mutex_
  std::int64_t fence_ = -1;                 ///< guarded by writer_mutex_; below 0: no check
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<db::Connection>> readers_;  ///< idle ones
};

}  // namespace aiflow::store

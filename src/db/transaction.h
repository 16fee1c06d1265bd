// SPDX-License-Identifier: Apache-2.0
// A transaction: rolled back at the end of its scope unless committed.
#pragma once

#include "db/connection.h"

namespace aiflow::db {

class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin(Connection& connection, TransactionKind kind);
  ~Transaction();
  Transaction(Transaction&& other) noexcept : connection_(other.connection_) {
    other.connection_ = nullptr;
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction& operator=(Transaction&&) = delete;

  /// Durable on return without error. After an error everything is rolled back, but for a
  /// connection that was lost during the commit: then only reading back tells.
  Status commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;  ///< null once ended
};

}  // namespace aiflow::db

// SPDX-License-Identifier: Apache-2.0
#include "db/transaction.h"

#include "base/assert.h"

namespace aiflow::db {

Result<Transaction> Transaction::begin(Connection& connection, TransactionKind kind) {
  AIFLOW_TRY(connection.run(kind == TransactionKind::write ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(connection);
}

Transaction::~Transaction() {
  // A failed rollback means that SQLite has already rolled back by itself.
  if (connection_ != nullptr) static_cast<void>(connection_->run("ROLLBACK"));
}

Status Transaction::commit() {
  AIFLOW_ASSERT(connection_ != nullptr);
  Status done = connection_->run("COMMIT");
  if (done) connection_ = nullptr;
  return done;
}

}  // namespace aiflow::db

// SPDX-License-Identifier: Apache-2.0
#include "db/transaction.h"

#include "base/assert.h"

namespace aiflow::db {

Result<Transaction> Transaction::begin(Connection& connection, TransactionKind kind) {
  AIFLOW_TRY(connection.begin(kind));
  return Transaction(connection);
}

Transaction::~Transaction() {
  if (connection_ != nullptr) connection_->rollback();
}

Status Transaction::commit() {
  AIFLOW_ASSERT(connection_ != nullptr);
  Status done = connection_->commit();
  if (done) connection_ = nullptr;
  return done;
}

}  // namespace aiflow::db

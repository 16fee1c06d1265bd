// SPDX-License-Identifier: Apache-2.0
// A store in a temporary folder, for tests.
#pragma once

#include <doctest/doctest.h>

#include <memory>

#include "store/store.h"
#include "store/testing/test_database.h"

namespace aiflow::store::testing {

inline const WallTime kNow{std::chrono::seconds(1'763'920'000)};

class TempStore {
 public:
  TempStore() { reopen(); }

  Store* operator->() { return store_.get(); }
  Store& operator*() { return *store_; }
  [[nodiscard]] const TestDatabase& database() const { return database_; }

  void close() { store_.reset(); }
  void reopen() {
    store_.reset();
    auto opened = Store::open(database_.address(), kNow);
    if (!opened) FAIL(opened.error().message);
    store_ = *std::move(opened);
  }

  /// The value of a write that must work.
  template <class Work>
  auto write(Work work) {
    auto result = store_->transact(work);
    if (!result) FAIL(result.error().message);
    if constexpr (!std::is_same_v<decltype(result), Status>) return *std::move(result);
  }
  /// The value of a read that must work.
  template <class Work>
  auto read(Work work) {
    auto result = store_->read(work);
    if (!result) FAIL(result.error().message);
    return *std::move(result);
  }

 private:
  TestDatabase database_;
  std::unique_ptr<Store> store_;
};

}  // namespace aiflow::store::testing

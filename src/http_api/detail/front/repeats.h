// SPDX-License-Identifier: Apache-2.0
// Requests under an Idempotency-Key, one at a time for each key: a repeat that comes while the
// first is still being answered waits for it, and then finds the kept answer. Thread-safe. Private
// to src/http_api.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/result.h"

namespace aiflow::http_api::detail {

class Repeats {
 public:
  explicit Repeats(const Clock& clock) : clock_(clock) {}
  Repeats(const Repeats&) = delete;
  Repeats& operator=(const Repeats&) = delete;

  /// Who waits keeps a thread of the server: more than so many do not.
  static constexpr std::size_t kWaitingMax = 4;

  struct GiveBack {
    Repeats* repeats = nullptr;
    void operator()(const std::string* key) const;
  };
  /// The right to answer a key; gives it back when it goes.
  using Turn = std::unique_ptr<const std::string, GiveBack>;

  /// Waits until nobody else answers this key. Errors: conflict at the deadline, or at once when
  /// too many wait.
  [[nodiscard]] Result<Turn> take(const std::string& key, Deadline deadline);

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::set<std::string, std::less<>> taken_;  ///< guarded by mutex_
  std::size_t waiting_ = 0;                   ///< guarded by mutex_
};

}  // namespace aiflow::http_api::detail

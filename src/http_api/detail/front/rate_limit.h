// SPDX-License-Identifier: Apache-2.0
// How many requests somebody may make: a bucket of tokens for each user or address, refilled with
// time. Bounded memory: buckets that are full again are forgotten. Thread-safe. Private to
// src/http_api.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "http_api/api.h"

namespace aiflow::http_api::detail {

/// What is left after a request.
struct Allowance {
  bool is_granted = true;
  std::int64_t limit = 0;      ///< requests in one go; 0: no limit
  std::int64_t remaining = 0;  ///< of these
  std::int64_t reset_s = 0;    ///< until all are there again; when refused, until the next one
};

class RateLimiter {
 public:
  RateLimiter(const Clock& clock, RateLimit limit) : clock_(clock), limit_(limit) {}

  [[nodiscard]] Allowance take(const std::string& who);
  [[nodiscard]] std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return buckets_.size();
  }

  static constexpr std::size_t kBucketsMax = 10'000;

 private:
  struct Bucket {
    double tokens = 0;
    SteadyTime at{};
  };
  [[nodiscard]] double tokens_at(const Bucket& bucket, SteadyTime now) const;
  void forget_full(SteadyTime now);

  const Clock& clock_;
  const RateLimit limit_;
  mutable std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;  ///< guarded by mutex_
};

}  // namespace aiflow::http_api::detail

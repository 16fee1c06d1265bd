// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/front/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace aiflow::http_api::detail {

Allowance RateLimiter::take(const std::string& who) {
  if (limit_.per_second <= 0) return {};
  const SteadyTime now = clock_.steady_now();
  const std::scoped_lock lock(mutex_);
  auto found = buckets_.find(who);
  if (found == buckets_.end()) {
    if (buckets_.size() >= kBucketsMax) forget_full(now);
    // Still full: so many are at it at once that the one in the way loses its count.
    if (buckets_.size() >= kBucketsMax) buckets_.erase(buckets_.begin());
    found = buckets_.emplace(who, Bucket{.tokens = limit_.burst, .at = now}).first;
  }
  auto& bucket = found->second;
  bucket = {.tokens = tokens_at(bucket, now), .at = now};
  Allowance out{.limit = static_cast<std::int64_t>(limit_.burst)};
  out.is_granted = bucket.tokens >= 1;
  if (out.is_granted) bucket.tokens -= 1;
  out.remaining = static_cast<std::int64_t>(bucket.tokens);
  const double missing = out.is_granted ? limit_.burst - bucket.tokens : 1 - bucket.tokens;
  out.reset_s = static_cast<std::int64_t>(std::ceil(missing / limit_.per_second));
  return out;
}

double RateLimiter::tokens_at(const Bucket& bucket, SteadyTime now) const {
  const double passed_s = std::chrono::duration<double>(now - bucket.at).count();
  return std::min(limit_.burst, bucket.tokens + passed_s * limit_.per_second);
}

void RateLimiter::forget_full(SteadyTime now) {
  std::erase_if(buckets_,
                [&](const auto& one) { return tokens_at(one.second, now) >= limit_.burst; });
}

}  // namespace aiflow::http_api::detail

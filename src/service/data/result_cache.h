// SPDX-License-Identifier: Apache-2.0
// The result cache: what tasks ask for before they execute, and what people see and clear. Entries
// are written by the conductor with the success that they hold. Thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "store/data/cache_store.h"
#include "store/store.h"
#include "wire/engine.h"

namespace aiflow::service {

class ResultCache {
 public:
  struct Parts {
    const Clock& clock;
    store::Store& store;
  };
  explicit ResultCache(Parts parts) : parts_(parts) {}

  /// The result for a key; its artifacts are offered in the name of the asking attempt, and lineage
  /// knows whose it was. Errors:
  /// not_found, invalid_argument (no key).
  [[nodiscard]] Result<wire::CacheHit> look_up(const std::string& key,
                                               const wire::AttemptRef& asker);
  [[nodiscard]] Result<store::Listed<wire::CachedResult>> list(const store::CacheQuery& query);
  /// Those that fit; all without conditions.
  [[nodiscard]] Result<wire::Removed> clear(const store::CacheQuery& query);

 private:
  Parts parts_;
};

}  // namespace aiflow::service

// SPDX-License-Identifier: Apache-2.0
#include "service/data/result_cache.h"

namespace aiflow::service {

Result<wire::CacheHit> ResultCache::look_up(const std::string& key, const wire::AttemptRef& asker) {
  if (!store::is_cache_key(key)) {
    return fail(ErrorCode::invalid_argument, "a cache key is 64 hex digits");
  }
  // Most tasks ask for what is not there: they need no write transaction.
  AIFLOW_ASSIGN(const auto listed, list({.key = key, .page = {.limit = 1}}));
  const auto none = [] { return fail(ErrorCode::not_found, "no result is kept for this key"); };
  if (listed.items.empty()) return none();
  const store::Maker maker = store::maker_of(asker);
  const WallTime now = parts_.clock.now();
  AIFLOW_ASSIGN(auto found, parts_.store.transact([&](db::Connection& db) {
    const auto take = [&]() -> Result<std::optional<wire::CacheHit>> {
      store::CacheStore cache(db);
      AIFLOW_ASSIGN(auto hit, cache.find(key, maker.key, now));
      if (!hit) return std::nullopt;
      AIFLOW_TRY(cache.note_taken(*hit, maker, now));
      AIFLOW_ASSIGN(const auto artifacts, cache.artifacts(key));
      for (const auto& artifact : artifacts) {
        AIFLOW_TRY(store::ArtifactStore(db).offer(artifact, maker, now));
      }
      return hit;
    };
    return take();
  }));
  if (!found) return none();
  return *std::move(found);
}

Result<store::Listed<wire::CachedResult>> ResultCache::list(const store::CacheQuery& query) {
  return parts_.store.read([&](db::Connection& db) { return store::CacheStore(db).list(query); });
}

Result<wire::Removed> ResultCache::clear(const store::CacheQuery& query) {
  AIFLOW_ASSIGN(const auto count, parts_.store.transact([&](db::Connection& db) {
    return store::CacheStore(db).clear(query);
  }));
  return wire::Removed{.count = count};
}

}  // namespace aiflow::service

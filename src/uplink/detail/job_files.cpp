// SPDX-License-Identifier: Apache-2.0
#include "uplink/detail/job_files.h"

#include <utility>

#include "uplink/bundle.h"

namespace aiflow::uplink::detail {
namespace {

wire::AttemptRef attempt_of(const wire::Job& job) { return {job.key, job.try_number, job.epoch}; }

/// Digest or name of the pack that the job runs with; empty: none.
std::string pack_of(const wire::Job& job) {
  const json::Value* pack = job.executor_config ? job.executor_config->find("pack") : nullptr;
  return pack != nullptr && pack->is_string() ? pack->as_string() : std::string();
}

std::unexpected<Error> with_words(const char* what, const Error& error) {
  return fail(error.code, what + error.message);
}

}  // namespace

void JobFiles::bring(wire::Start start, Ready ready) {
  const wire::AttemptRef attempt = attempt_of(start.job);
  const AttemptKey key = key_of(attempt);
  if (waiting_.contains(key)) return;  // delivered twice
  const PackWanted wanted{key, pack_of(start.job), start.job.token};
  if (wanted.name.empty()) return bring_bundle(std::move(start), std::move(ready));
  waiting_.emplace(key, attempt);
  packs_->want(wanted, [this, key, start = std::move(start),
                        ready = std::move(ready)](const Result<PackDigest>& pack) mutable {
    if (waiting_.erase(key) == 0) return packs_->release(key);
    if (!pack) return ready(start, with_words("its pack could not be fetched: ", pack.error()));
    start.job.executor_config->set("pack", pack->value);
    bring_bundle(std::move(start), std::move(ready));
  });
}

void JobFiles::bring_bundle(wire::Start start, Ready ready) {
  if (!start.delivery->bundle) return ready(std::move(start), os::Path());
  const std::string bundle = *start.delivery->bundle;
  if (!is_bundle_name(bundle)) {
    return ready(start, fail(ErrorCode::invalid_argument, "its bundle has a bad name"));
  }
  const wire::AttemptRef attempt = attempt_of(start.job);
  const AttemptKey key = key_of(attempt);
  waiting_.emplace(key, attempt);
  bundles_.want(bundle, [this, key, bundle, start = std::move(start),
                         ready = std::move(ready)](const Result<os::Path>& folder) {
    if (waiting_.erase(key) == 0) return folder ? bundles_.release(bundle) : void();
    if (!folder) {
      return ready(start, with_words("its DAG's files could not be fetched: ", folder.error()));
    }
    if (!bundle_users_.emplace(key, bundle).second) bundles_.release(bundle);
    ready(start, folder);
  });
}

void JobFiles::find(wire::Start start, const Ready& ready) {
  if (start.delivery->bundle && !bundles_.has(*start.delivery->bundle)) {
    return ready(start, fail(ErrorCode::not_found, "its DAG's files are not here"));
  }
  bring_bundle(std::move(start), ready);
}

void JobFiles::cancel(const wire::Cancel& cancel) {
  std::erase_if(waiting_, [&](const auto& entry) {
    const bool is_meant =
        entry.second.key == cancel.attempt.key && entry.second.epoch <= cancel.attempt.epoch;
    if (is_meant) packs_->release(entry.first);
    return is_meant;
  });
}

void JobFiles::release(const wire::AttemptRef& attempt) {
  const AttemptKey key = key_of(attempt);
  if (const auto user = bundle_users_.extract(key); !user.empty()) bundles_.release(user.mapped());
  packs_->release(key);
}

void JobFiles::keep_only(const std::vector<wire::AttemptRef>& running) {
  std::set<AttemptKey> known;
  for (const wire::AttemptRef& attempt : running) known.insert(key_of(attempt));
  packs_->keep_only(known);
  for (auto user = bundle_users_.begin(); user != bundle_users_.end();) {
    const bool stays = known.contains(user->first);
    if (!stays) bundles_.release(user->second);
    user = stays ? std::next(user) : bundle_users_.erase(user);
  }
}

std::vector<wire::AttemptRef> JobFiles::lost() {
  std::vector<wire::AttemptRef> attempts;
  for (const auto& [key, attempt] : std::exchange(waiting_, {})) {
    release(attempt);
    attempts.push_back(attempt);
  }
  bundles_.lost();
  packs_->lost();
  return attempts;
}

}  // namespace aiflow::uplink::detail

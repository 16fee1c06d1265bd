// SPDX-License-Identifier: Apache-2.0
#include "uplink/detail/bundle_cache.h"

#include <fcntl.h>

#include <cerrno>

#include "log/log.h"
#include "uplink/bundle.h"

namespace aiflow::uplink::detail {
namespace {

/// A bundle's files, and its list of them.
constexpr std::int64_t kFileBytesMax = kBundleBytesMax + (64LL << 20);

}  // namespace

Status BundleCache::open(const std::set<std::string>& keep) {
  AIFLOW_TRY(os::make_dirs(options_.folder));
  std::vector<os::Path> left;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder, error)) {
    left.push_back(entry.path());
  }
  for (const os::Path& one : left) {
    const std::string name = one.filename().string();
    if (keep.contains(name)) {  // it got this name when it was whole
      kept_[name] = {.bytes = 0, .users = 0, .used_at = ++uses_};
      continue;
    }
    AIFLOW_TRY(os::remove_tree(one));
  }
  return {};
}

void BundleCache::want(const std::string& bundle, Ready ready) {
  if (const auto kept = kept_.find(bundle); kept != kept_.end()) {
    ++kept->second.users;
    kept->second.used_at = ++uses_;
    return ready(folder_of(bundle));
  }
  drop_fetches_but(bundle);
  Fetch& fetch = fetches_[bundle];
  fetch.waiting.push_back(std::move(ready));
  if (fetch.waiting.size() > 1) return;
  if (!fetch.fd.valid()) {
    fetch.file = folder_of(bundle).string() + ".bundle";
    fetch.fd.reset(
        ::open(fetch.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fetch.fd.valid()) {
      return end(bundle, os::error_from_errno(errno, "write '" + fetch.file.string() + "'"));
    }
  }
  ask_next(bundle, fetch);
}

/// Fetches that a lost connection stopped and nobody went on with.
void BundleCache::drop_fetches_but(const std::string& bundle) {
  for (auto fetch = fetches_.begin(); fetch != fetches_.end();) {
    const bool stays = fetch->first == bundle || !fetch->second.waiting.empty();
    if (!stays) static_cast<void>(os::remove_file(fetch->second.file));
    fetch = stays ? std::next(fetch) : fetches_.erase(fetch);
  }
}

void BundleCache::release(const std::string& bundle) {
  const auto kept = kept_.find(bundle);
  if (kept != kept_.end() && kept->second.users > 0) --kept->second.users;
}

void BundleCache::ask_next(const std::string& bundle, const Fetch& fetch) {
  ask_({.bundle = bundle, .offset = fetch.offset});
}

void BundleCache::piece(const wire::BundlePiece& piece) {
  const auto found = fetches_.find(piece.bundle);
  // An answer to what was asked before the connection was lost may come twice.
  if (found == fetches_.end() || piece.offset != found->second.offset) return;
  if (found->second.waiting.empty()) return;
  const std::string bundle = piece.bundle;
  if (auto stored = store(found->second, piece); !stored) return end(bundle, stored.error());
  if (found->second.offset < piece.size) return ask_next(bundle, found->second);
  complete(bundle, piece.size);
}

Status BundleCache::store(Fetch& fetch, const wire::BundlePiece& piece) {
  if (piece.error) return fail(ErrorCode::not_found, *piece.error);
  if (piece.size > kFileBytesMax) return fail(ErrorCode::invalid_argument, "it is too large");
  AIFLOW_ASSIGN(const std::string bytes, from_base64(piece.data));
  const auto length = static_cast<std::int64_t>(bytes.size());
  if (length == 0 || fetch.offset + length > piece.size) {
    return fail(ErrorCode::corrupt, "the server sends another size than it said");
  }
  AIFLOW_TRY(os::write_all(fetch.fd.get(), bytes));
  fetch.offset += length;
  return {};
}

void BundleCache::complete(const std::string& bundle, std::int64_t bytes) {
  auto fetch = fetches_.extract(bundle);
  auto unpacked = unpack_bundle(fetch.mapped().file, bundle, folder_of(bundle));
  static_cast<void>(os::remove_file(fetch.mapped().file));
  if (!unpacked) {
    for (const Ready& ready : fetch.mapped().waiting) ready(fail(unpacked.error()));
    return;
  }
  log::info("the DAGs' files have been fetched", {{"bundle", bundle}, {"bytes", bytes}});
  kept_[bundle] = {.bytes = bytes, .users = 0, .used_at = ++uses_};
  for (const Ready& ready : fetch.mapped().waiting) {
    ++kept_[bundle].users;
    ready(folder_of(bundle));
  }
  make_room();
}

void BundleCache::end(const std::string& bundle, const Error& error) {
  auto fetch = fetches_.extract(bundle);
  static_cast<void>(os::remove_file(fetch.mapped().file));
  for (const Ready& ready : fetch.mapped().waiting) ready(fail(error));
}

void BundleCache::lost() {
  for (auto& [bundle, fetch] : fetches_) fetch.waiting.clear();
}

/// Those that were used last stay.
void BundleCache::make_room() {
  std::int64_t sum = 0;
  std::map<std::int64_t, std::string> idle;
  for (const auto& [bundle, kept] : kept_) {
    sum += kept.bytes;
    if (kept.users == 0) idle.emplace(kept.used_at, bundle);
  }
  for (const auto& [used_at, bundle] : idle) {
    if (sum <= options_.bytes_max) return;
    sum -= kept_[bundle].bytes;
    kept_.erase(bundle);
    if (auto removed = os::remove_tree(folder_of(bundle)); !removed) {
      log::warn("a bundle stays behind", {{"reason", removed.error()}});
    }
  }
}

}  // namespace aiflow::uplink::detail

// SPDX-License-Identifier: Apache-2.0
#include "uplink/detail/pack_cache.h"

#include <algorithm>
#include <condition_variable>

#include "log/log.h"
#include "net/client.h"
#include "runtime/fetch_pack.h"

namespace aiflow::uplink::detail {
namespace {

using namespace std::chrono_literals;
constexpr Duration kCallTime = 30s;
constexpr Duration kPauseFirst = 200ms;
constexpr Duration kPauseMax = 2s;
/// Of one answer; the server gives less.
constexpr std::size_t kPieceBytesMax = 16U << 20;

bool is_digest(const std::string& name) { return name.starts_with("sha256:"); }

/// False when it was stopped meanwhile.
bool pause(Duration time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

/// The server's own words; unavailable: another time it may be different.
Error refusal(const net::ClientResponse& answer) {
  const auto body = json::parse(answer.body);
  const json::Value* error = body ? body->find("error") : nullptr;
  const auto said =
      error != nullptr ? json::get_string(*error, "message") : fail(ErrorCode::internal, "");
  const std::string words = said ? *said : "the server answered " + std::to_string(answer.status);
  switch (answer.status) {
    case 400: return {ErrorCode::invalid_argument, words};
    case 401:
    case 403: return {ErrorCode::denied, words};
    case 404: return {ErrorCode::not_found, words};
    case 501:
      return {ErrorCode::conflict, words};  // there is no way to the server
    // This worker's own word, that it does not trust the server; or a proxy's, which has none.
    case 502: return {said ? ErrorCode::conflict : ErrorCode::unavailable, words};
    default: return {ErrorCode::unavailable, words};
  }
}

/// A pack of the server. Reads over cuts and restarts.
class FarPack {
 public:
  struct Options {
    std::filesystem::path api_socket;
    std::string token;
    Duration patience;
    std::stop_token stop;
  };
  FarPack(const Clock& clock, Options options)
      : clock_(clock),
        options_(std::move(options)),
        client_(clock, {.unix_socket = options_.api_socket}) {}

  Result<std::string> read(const std::string& pack, const std::string& path, std::int64_t offset) {
    const auto give_up = Deadline::after(clock_, options_.patience);
    for (Duration rest = kPauseFirst;; rest = std::min(2 * rest, kPauseMax)) {
      auto got = read_once(pack, path, offset);
      const bool passes = !got && (got.error().code == ErrorCode::unavailable ||
                                   got.error().code == ErrorCode::timeout);
      if (!passes || give_up.passed(clock_.steady_now())) return got;
      if (!pause(rest, options_.stop)) return fail(ErrorCode::cancelled, "the worker ends");
    }
  }

 private:
  Result<std::string> read_once(const std::string& pack, const std::string& path,
                                std::int64_t offset) {
    std::string bytes;
    const auto answer = client_.stream_body(
        {.request = {.target = "/api/v2/packs/" + net::percent_encode(pack) + "/file?path=" +
                               net::percent_encode(path) + "&offset=" + std::to_string(offset),
                     .headers = {{"Authorization", "Bearer " + options_.token}}},
         .on_piece = [&](std::string_view piece) -> Result<bool> {
           bytes += piece;
           return bytes.size() <= kPieceBytesMax;
         },
         .stop = options_.stop},
        Deadline::after(clock_, kCallTime));
    if (!bytes.empty()) return bytes;  // what came before a cut, too
    // No answer, whatever hindered it: also that the way to the server is not there for a moment.
    if (!answer) return fail(ErrorCode::unavailable, answer.error().message);
    if (answer->status == 0) return fail(ErrorCode::cancelled, "the worker ends");
    if (answer->status != 200) return fail(refusal(*answer));
    return bytes;
  }

  const Clock& clock_;
  const Options options_;
  net::Client client_;
};

}  // namespace

void PackCache::want(PackWanted wanted, Ready ready) {
  const std::string name = wanted.name;
  Waiting waiting{.wanted = std::move(wanted), .ready = std::move(ready)};
  if (is_digest(name) && pool_.acquire({name})) return use(waiting, {name});
  if (const auto known = fetches_.find(name); known != fetches_.end()) {
    return known->second.waiting.push_back(std::move(waiting));
  }
  std::vector<Waiting> all;
  all.push_back(std::move(waiting));
  begin(name, std::move(all));
}

void PackCache::begin(const std::string& name, std::vector<Waiting> waiting) {
  const std::string token = waiting.front().wanted.token;
  Fetch& fetch = fetches_[name];
  fetch.token = token;
  fetch.waiting = std::move(waiting);
  fetch.thread = std::jthread([this, name, token](const std::stop_token& stop) {
    post_([this, name, got = find(name, token, stop)] { found(name, got); });
  });
}

/// On its thread: which pack has this name now, and its files when they are not here.
Result<PackCache::Found> PackCache::find(const std::string& name, const std::string& token,
                                         const std::stop_token& stop) {
  FarPack far(clock_, {options_.api_socket, token, options_.patience, stop});
  AIFLOW_ASSIGN(const auto manifest,
                runtime::fetch_manifest([&](const std::string& path, std::int64_t offset) {
                  return far.read(name, path, offset);
                }));
  const PackDigest digest = runtime::digest_of(manifest);
  if (is_digest(name) && digest.value != name) {
    return fail(ErrorCode::corrupt, "the server gives another pack, " + digest.value);
  }
  const std::scoped_lock lock(fetching_);
  if (pool_.acquire(digest)) return Found{.digest = digest};
  AIFLOW_TRY(
      runtime::fetch_pack(pool_, manifest, [&](const std::string& path, std::int64_t offset) {
        return far.read(digest.value, path, offset);
      }));
  log::info("a runtime pack has been fetched", {{"pack", manifest.name},
                                                {"digest", digest.value},
                                                {"bytes", runtime::total_bytes(manifest)}});
  return Found{.digest = digest, .is_new = true};
}

void PackCache::found(const std::string& name, const Result<Found>& found) {
  auto fetch = std::move(fetches_.extract(name).mapped());
  fetch.thread.join();
  std::vector<Waiting> others;
  for (Waiting& one : fetch.waiting) {
    if (found) {
      use(one, found->digest);
      continue;
    }
    // That attempt is over; the others have tokens of their own.
    const bool is_own = one.wanted.token == fetch.token;
    if (found.error().code == ErrorCode::denied && !is_own) {
      others.push_back(std::move(one));
    } else {
      one.ready(fail(found.error()));
    }
  }
  if (!others.empty()) begin(name, std::move(others));
  if (found && found->is_new) make_room();
}

void PackCache::use(const Waiting& waiting, const PackDigest& digest) {
  users_[waiting.wanted.attempt] = digest;
  // Of when it was used last, also by an earlier worker: see make_room.
  if (const auto folder = pool_.folder_of(digest)) {
    std::error_code ignored;
    const auto now = std::chrono::file_clock::from_sys(clock_.now());
    std::filesystem::last_write_time(*folder, now, ignored);
  }
  waiting.ready(digest);
}

void PackCache::keep_only(const std::set<AttemptKey>& attempts) {
  std::erase_if(users_, [&](const auto& user) { return !attempts.contains(user.first); });
}

void PackCache::lost() {
  for (auto& [name, fetch] : fetches_) fetch.waiting.clear();
}

/// Those that were used last stay.
void PackCache::make_room() {
  auto packs = pool_.list().value_or(std::vector<runtime::InstalledPack>());
  std::int64_t sum = 0;
  for (const auto& pack : packs) sum += runtime::total_bytes(pack.manifest);
  std::error_code error;
  std::ranges::sort(packs, {},
                    [&](const auto& pack) { return last_write_time(pack.folder, error); });
  std::set<PackDigest> used;
  for (const auto& [attempt, digest] : users_) used.insert(digest);
  for (const auto& pack : packs) {
    if (sum <= options_.bytes_max) return;
    if (used.contains(pack.digest)) continue;
    sum -= runtime::total_bytes(pack.manifest);
    const auto removed = pool_.remove(pack.digest);
    if (!removed) log::warn("a runtime pack stays behind", {{"reason", removed.error()}});
  }
}

}  // namespace aiflow::uplink::detail

// SPDX-License-Identifier: Apache-2.0
// The runtime packs that this worker's tasks ask for: fetched over the server's API with the token
// of a task that waits, kept in HOME/packs while there is room. Private to src/uplink; runs on the
// uplink's loop, and a thread for each pack that is looked for.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "runtime/pool.h"
#include "uplink/detail/message.h"

namespace aiflow::uplink::detail {

struct PackCacheOptions {
  std::filesystem::path folder;
  std::filesystem::path api_socket;    ///< leads to the server's API
  std::int64_t bytes_max = 8LL << 30;  ///< of what no running task uses
  /// A server that cannot be reached is asked again for so long.
  Duration patience = std::chrono::seconds(60);
};

struct PackWanted {
  AttemptKey attempt;
  std::string name;  ///< or digest
  std::string token;
};

class PackCache {
 public:
  /// Runs it on the loop, from any thread; or never, when that has ended.
  using Post = std::function<void(std::function<void()>)>;
  using Ready = std::function<void(Result<PackDigest>)>;
  PackCache(const Clock& clock, PackCacheOptions options, Post post)
      : clock_(clock),
        options_(std::move(options)),
        pool_(options_.folder),
        post_(std::move(post)) {}
  /// Ends what is fetched; the next worker goes on with it.
  ~PackCache() = default;

  /// Says which pack it is when it is here, perhaps at once; it stays until release(attempt).
  void want(PackWanted wanted, Ready ready);
  void release(const AttemptKey& attempt) { users_.erase(attempt); }
  /// Releases those of all other attempts.
  void keep_only(const std::set<AttemptKey>& attempts);
  /// Nobody waits any more. What is fetched comes to its end.
  void lost();

 private:
  struct Waiting {
    PackWanted wanted;
    Ready ready;
  };
  struct Fetch {
    std::string token;
    std::vector<Waiting> waiting;
    std::jthread thread;
  };
  struct Found {
    PackDigest digest;
    bool is_new = false;
  };

  void begin(const std::string& name, std::vector<Waiting> waiting);
  [[nodiscard]] Result<Found> find(const std::string& name, const std::string& token,
                                   const std::stop_token& stop);
  void found(const std::string& name, const Result<Found>& found);
  void use(const Waiting& waiting, const PackDigest& digest);
  void make_room();

  const Clock& clock_;
  const PackCacheOptions options_;
  const runtime::Pool pool_;
  Post post_;
  std::map<AttemptKey, PackDigest> users_;
  std::mutex fetching_;                   ///< one pack after the other
  std::map<std::string, Fetch> fetches_;  ///< by the name that was asked for; last: its threads
};

}  // namespace aiflow::uplink::detail

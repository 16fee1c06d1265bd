// SPDX-License-Identifier: Apache-2.0
// The bundles that this worker has: fetched piece by piece when a job needs one, once for all jobs
// that wait for it, and kept while there is room. Private to src/uplink; runs on the uplink's loop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "os/fd.h"
#include "os/file.h"
#include "uplink/detail/message.h"

namespace aiflow::uplink::detail {

struct BundleCacheOptions {
  os::Path folder;
  std::int64_t bytes_max = 2LL << 30;  ///< of what no running task uses
};

class BundleCache {
 public:
  using Ask = std::function<void(const wire::BundleGet& wanted)>;
  using Ready = std::function<void(Result<os::Path> folder)>;
  BundleCache(BundleCacheOptions options, Ask ask)
      : options_(std::move(options)), ask_(std::move(ask)) {}

  /// Empties the folder but for these bundles, if an earlier worker had them whole.
  Status open(const std::set<std::string>& keep = {});
  [[nodiscard]] bool has(const std::string& bundle) const { return kept_.contains(bundle); }
  /// Gives the folder with the bundle's files, perhaps at once; it stays until release(bundle).
  void want(const std::string& bundle, Ready ready);
  void release(const std::string& bundle);
  void piece(const wire::BundlePiece& piece);
  /// Nobody waits any more; a fetch that was begun goes on with the next want().
  void lost();

 private:
  struct Kept {
    std::int64_t bytes = 0;
    int users = 0;
    std::int64_t used_at = 0;  ///< a count of uses
  };
  struct Fetch {
    os::Path file;
    os::Fd fd;
    std::int64_t offset = 0;
    std::vector<Ready> waiting;
  };

  void ask_next(const std::string& bundle, const Fetch& fetch);
  /// Errors end the fetch.
  [[nodiscard]] Status store(Fetch& fetch, const wire::BundlePiece& piece);
  void complete(const std::string& bundle, std::int64_t bytes);
  void end(const std::string& bundle, const Error& error);
  void drop_fetches_but(const std::string& bundle);
  void make_room();
  [[nodiscard]] os::Path folder_of(const std::string& bundle) const {
    return options_.folder / bundle;
  }

  BundleCacheOptions options_;
  Ask ask_;
  std::map<std::string, Kept> kept_;
  std::map<std::string, Fetch> fetches_;
  std::int64_t uses_ = 0;
};

}  // namespace aiflow::uplink::detail

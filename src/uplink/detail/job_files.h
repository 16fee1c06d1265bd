// SPDX-License-Identifier: Apache-2.0
// What a job needs on this machine before it can begin: the files of its DAG's folder and its
// runtime pack. It waits here until both have come; they stay until the job has ended. Private to
// src/uplink; runs on the uplink's loop.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "uplink/detail/bundle_cache.h"
#include "uplink/detail/pack_cache.h"

namespace aiflow::uplink::detail {

class JobFiles {
 public:
  /// The job with its pack's digest, and the folder with the DAG's files (empty: it has none), or
  /// why it cannot begin. Not called for a job that was cancelled or lost meanwhile.
  using Ready = std::function<void(wire::Start start, const Result<os::Path>& dag_folder)>;
  JobFiles(BundleCache bundles, std::unique_ptr<PackCache> packs)
      : bundles_(std::move(bundles)), packs_(std::move(packs)) {}

  /// As BundleCache.
  Status open(const std::set<std::string>& keep) { return bundles_.open(keep); }
  void piece(const wire::BundlePiece& piece) { bundles_.piece(piece); }

  /// Fetches what is missing. A job that waits already is left alone.
  void bring(wire::Start start, Ready ready);
  /// With what is here: for a job that is begun without the server.
  void find(wire::Start start, const Ready& ready);

  [[nodiscard]] const std::map<AttemptKey, wire::AttemptRef>& waiting() const { return waiting_; }
  void cancel(const wire::Cancel& cancel);
  /// The job has ended.
  void release(const wire::AttemptRef& attempt);
  /// Releases those of all other jobs.
  void keep_only(const std::vector<wire::AttemptRef>& running);
  /// The connection is lost: those that waited will be given out again.
  [[nodiscard]] std::vector<wire::AttemptRef> lost();

 private:
  void bring_bundle(wire::Start start, Ready ready);

  BundleCache bundles_;
  std::unique_ptr<PackCache> packs_;
  std::map<AttemptKey, wire::AttemptRef> waiting_;
  std::map<AttemptKey, std::string> bundle_users_;  ///< which bundle they use
};

}  // namespace aiflow::uplink::detail

// SPDX-License-Identifier: Apache-2.0
// The bundles of DAG folders, compressed and small enough to be handed over whole: what a pod of a
// cluster gets, which asks nobody for pieces. Each is packed once until its folder changes.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace aiflow::uplink {

struct PackedFolder {
  std::string bundle;                        ///< its name (bundle.h)
  std::shared_ptr<const std::string> bytes;  ///< the bundle as a zlib stream
  std::string dag_file;                      ///< the file that was asked for, in the folder
};

/// May be used from several threads.
class PackedFolders {
 public:
  struct Options {
    std::filesystem::path scratch;  ///< for a bundle while it is packed
    std::vector<std::filesystem::path> dag_folders;
    std::size_t bytes_max;  ///< compressed
  };
  PackedFolders(const Clock& clock, Options options)
      : clock_(clock), options_(std::move(options)) {}

  /// The folder that the DAG file is in, as it was at most 100 ms ago. Errors: not_found when it is
  /// in none, invalid_argument when the folder is too large; those of reading.
  [[nodiscard]] Result<PackedFolder> of(const std::string& dag_file);

 private:
  struct Known {
    std::string print;
    Result<PackedFolder> packed;
    SteadyTime looked_at{};
  };
  [[nodiscard]] Result<PackedFolder> pack(const std::filesystem::path& folder) const;

  const Clock& clock_;
  const Options options_;
  std::mutex mutex_;
  std::map<std::filesystem::path, Known> known_;  ///< guarded by mutex_
};

}  // namespace aiflow::uplink

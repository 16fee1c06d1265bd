// SPDX-License-Identifier: Apache-2.0
// Which runtime packs a worker's data directory holds: for its hello, and for tasks that need one.
// Private to supervise.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "wire/worker.h"

namespace aiflow::supervise::detail {

/// Digest or name of the pack that the job runs with, as executor_config says; empty: none.
[[nodiscard]] std::string wanted_pack(const wire::Job& job);

/// The folder of a pack, by digest or name, in a data directory. Errors: not_found, also when the
/// name is that of several.
[[nodiscard]] Result<std::filesystem::path> find_pack(const std::filesystem::path& home,
                                                      const std::string& wanted);

class HeldPacks {
 public:
  /// `folder`: <data>/packs; it may be missing.
  explicit HeldPacks(std::filesystem::path folder);

  /// Looks again, cheaply while nothing has changed. True: list() has.
  [[nodiscard]] bool look();
  /// The first 100, by digest.
  [[nodiscard]] const std::vector<wire::HeldPack>& list() const { return packs_; }

 private:
  std::filesystem::path folder_;
  std::filesystem::file_time_type seen_;  ///< the folder's time at the last look
  std::vector<wire::HeldPack> packs_;
};

}  // namespace aiflow::supervise::detail

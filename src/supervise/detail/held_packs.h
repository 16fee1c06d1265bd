// SPDX-License-Identifier: Apache-2.0
// Which runtime packs a worker's data directory holds, for its hello. Private to supervise.
#pragma once

#include <filesystem>
#include <vector>

#include "wire/worker.h"

namespace aiflow::supervise::detail {

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

// SPDX-License-Identifier: Apache-2.0
// Makes an installed pack visible at a path where a process expects it.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace aiflow::runtime {

enum class DeliveryKind {
  symlink,     ///< works for every user
  bind_mount,  ///< read-only; needs root
};

/// A pack made visible; withdraw() or the destructor takes it away again.
class Delivery {
 public:
  /// `target` must not exist; its parent must. Errors: conflict, denied (bind_mount without the
  /// right to mount), internal.
  [[nodiscard]] static Result<Delivery> make(const std::filesystem::path& pack_folder,
                                             const std::filesystem::path& target,
                                             DeliveryKind kind = DeliveryKind::symlink);
  Delivery(Delivery&& other) noexcept;
  Delivery& operator=(Delivery&& other) noexcept;
  ~Delivery();

  [[nodiscard]] const std::filesystem::path& path() const { return target_; }
  Status withdraw();

 private:
  Delivery(std::filesystem::path target, DeliveryKind kind)
      : target_(std::move(target)), kind_(kind) {}
  std::filesystem::path target_;  ///< empty = nothing to withdraw
  DeliveryKind kind_;
};

}  // namespace aiflow::runtime

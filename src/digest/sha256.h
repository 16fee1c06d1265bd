// SPDX-License-Identifier: Apache-2.0
// SHA-256 of bytes and files, as 64 lower-case hex digits: the name of every blob and pack. Each
// object is for one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aiflow::digest {

/// Takes the bytes in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  /// The object is of no further use.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256_of(std::string_view bytes);

struct FileDigest {
  std::string sha256;
  std::int64_t size_bytes = 0;
};
/// Reads a regular file, never through a symbolic link. Errors: not_found, denied.
[[nodiscard]] Result<FileDigest> sha256_of_file(const std::filesystem::path& file);

}  // namespace aiflow::digest

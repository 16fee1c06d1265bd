// SPDX-License-Identifier: Apache-2.0
// A file of JSON records, each whole or not there.
#pragma once

#include <cstdint>
#include <vector>

#include "json/value.h"
#include "os/fd.h"
#include "os/file.h"

namespace aiflow::island {

class Journal {
 public:
  explicit Journal(os::Path file) : path_(std::move(file)) {}

  /// What is in the file; a torn end (power loss) is cut off. Errors: of files.
  [[nodiscard]] Result<std::vector<json::Value>> open();
  /// A full disk is logged, and the record is not kept.
  void add(const json::Value& record);
  /// These, and all before them, survive a power loss from now on. False: none of these is kept,
  /// and of those before not all may be.
  [[nodiscard]] bool append(const std::vector<json::Value>& records);
  /// Only these from now on, and they survive a power loss. False: the file is as it was.
  bool replace(const std::vector<json::Value>& records);
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  bool write(const std::string& frames);

  os::Path path_;
  os::Fd fd_;
  std::uint64_t bytes_ = 0;
  bool is_whole_ = true;  ///< no add() has failed
};

}  // namespace aiflow::island

// SPDX-License-Identifier: Apache-2.0
// Cuts a byte stream into lines, long ones into pieces, so that memory stays bounded whatever a
// task prints. Bytes are kept as they are. Private to supervise.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace aiflow::supervise::detail {

class LineSplitter {
 public:
  static constexpr std::size_t kPieceBytesMax = 64U << 10;

  /// A line without its newline; `whole` is false for each piece of a line that was cut.
  using Visit = std::function<void(std::string_view line, bool whole)>;

  void feed(std::string_view bytes, const Visit& visit) {
    while (!bytes.empty()) {
      const std::size_t newline = bytes.find('\n');
      const std::size_t room = kPieceBytesMax - partial_.size();
      if (newline != std::string_view::npos && newline <= room) {
        end_line(bytes.substr(0, newline), visit);
        bytes.remove_prefix(newline + 1);
        continue;
      }
      const std::string_view part = bytes.substr(0, room);
      partial_.append(part);
      bytes.remove_prefix(part.size());
      if (partial_.size() == kPieceBytesMax) cut(visit);
    }
  }

  /// The last line when it has no newline.
  void finish(const Visit& visit) {
    if (!partial_.empty()) end_line({}, visit);
  }

 private:
  void end_line(std::string_view rest, const Visit& visit) {
    const bool whole = !in_long_line_;
    in_long_line_ = false;
    if (partial_.empty()) {
      if (whole || !rest.empty()) visit(rest, whole);
      return;
    }
    partial_.append(rest);
    visit(partial_, whole);
    partial_.clear();
  }
  void cut(const Visit& visit) {
    in_long_line_ = true;
    visit(partial_, false);
    partial_.clear();
  }

  std::string partial_;
  bool in_long_line_ = false;
};

}  // namespace aiflow::supervise::detail

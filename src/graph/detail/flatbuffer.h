// SPDX-License-Identifier: Apache-2.0
// Reads FlatBuffers of unknown origin. Every access is checked against the bytes; the first one
// that does not fit sets failed() and gives zeros from then on, so callers check once at the end of
// a step.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace aiflow::graph::detail {

class FlatBytes {
 public:
  explicit FlatBytes(std::span<const std::byte> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  template <class T>
  [[nodiscard]] T read(std::size_t at) {
    static_assert(std::endian::native == std::endian::little);
    T value{};
    if (at > bytes_.size() || bytes_.size() - at < sizeof(T)) {
      failed_ = true;
      return value;
    }
    std::memcpy(&value, bytes_.data() + at, sizeof(T));
    return value;
  }

  /// `count` elements of `width` bytes from `at`; empty (and failed) when they are not all there.
  [[nodiscard]] std::span<const std::byte> slice(std::size_t at, std::size_t count,
                                                 std::size_t width) {
    if (at > bytes_.size() || count > (bytes_.size() - at) / width) {
      failed_ = true;
      return {};
    }
    return bytes_.subspan(at, count * width);
  }

 private:
  std::span<const std::byte> bytes_;
  bool failed_ = false;
};

/// A table at a position; fields are numbered from 0 in schema order. Position 0 = absent table,
/// all of whose fields have their defaults.
class FlatTable {
 public:
  FlatTable() = default;
  FlatTable(FlatBytes& bytes, std::size_t at) : bytes_(&bytes), at_(at) {}

  /// The root table of a buffer.
  [[nodiscard]] static FlatTable root(FlatBytes& bytes) {
    return {bytes, bytes.read<std::uint32_t>(0)};
  }

  [[nodiscard]] bool absent() const { return at_ == 0; }

  template <class T>
  [[nodiscard]] T scalar(std::size_t field, T otherwise) const {
    const std::size_t at = field_at(field);
    return at == 0 ? otherwise : bytes_->read<T>(at);
  }

  [[nodiscard]] FlatTable table(std::size_t field) const {
    const std::size_t at = field_at(field);
    return at == 0 ? FlatTable{} : FlatTable(*bytes_, target(at));
  }

  [[nodiscard]] std::span<const std::byte> bytes(std::size_t field, std::size_t width = 1) const {
    const std::size_t at = field_at(field);
    if (at == 0) return {};
    const std::size_t start = target(at);
    return bytes_->slice(start + 4, bytes_->read<std::uint32_t>(start), width);
  }

  [[nodiscard]] std::string text(std::size_t field) const {
    const auto raw = bytes(field);
    return {reinterpret_cast<const char*>(raw.data()), raw.size()};
  }

  [[nodiscard]] std::vector<std::int32_t> ints(std::size_t field) const {
    const auto raw = bytes(field, sizeof(std::int32_t));
    std::vector<std::int32_t> out(raw.size() / sizeof(std::int32_t));
    if (!raw.empty()) std::memcpy(out.data(), raw.data(), raw.size());
    return out;
  }

  [[nodiscard]] std::vector<FlatTable> tables(std::size_t field) const {
    const auto raw = bytes(field, sizeof(std::uint32_t));
    std::vector<FlatTable> out;
    if (raw.empty()) return out;
    const std::size_t start = target(field_at(field)) + 4;
    for (std::size_t i = 0; i < raw.size() / sizeof(std::uint32_t); ++i) {
      out.emplace_back(*bytes_, target(start + i * sizeof(std::uint32_t)));
    }
    return out;
  }

 private:
  /// Where an offset stored at `at` points; never 0 for a stored offset that fits.
  [[nodiscard]] std::size_t target(std::size_t at) const {
    return at + bytes_->read<std::uint32_t>(at);
  }

  /// Position of a field's value, 0 when it is not stored.
  [[nodiscard]] std::size_t field_at(std::size_t field) const {
    if (absent()) return 0;
    const auto back = bytes_->read<std::int32_t>(at_);
    const auto vtable = static_cast<std::int64_t>(at_) - back;
    if (vtable < 0) {
      static_cast<void>(bytes_->read<std::uint8_t>(bytes_->size()));  // marks the bytes as wrong
      return 0;
    }
    const auto start = static_cast<std::size_t>(vtable);
    const std::size_t slot = 4 + 2 * field;
    if (slot + 2 > bytes_->read<std::uint16_t>(start)) return 0;
    const auto offset = bytes_->read<std::uint16_t>(start + slot);
    return offset == 0 ? 0 : at_ + offset;
  }

  FlatBytes* bytes_ = nullptr;
  std::size_t at_ = 0;
};

}  // namespace aiflow::graph::detail

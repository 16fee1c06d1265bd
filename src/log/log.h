// SPDX-License-Identifier: Apache-2.0
// Structured log: a constant message plus fields as data, one line each:
//   log::info("task finished", {{"run", run_id}, {"ms", 31}});
//   2026-11-23T18:10:21.123Z info    task finished run=manual_1 ms=31
// Goes to stderr and, when set up, to a rotating file. Safe from any thread. The sink is the one
// mutable global of the project. Levels: error = someone must act; warn = we coped; info = life of
// runs, models, cameras; debug. A Secret cannot be a field: it has no conversion.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "base/id.h"
#include "base/result.h"

namespace aiflow::log {

enum class Level : std::uint8_t { debug, info, warn, error, off };

/// The value of one field; borrows text for the time of the call.
class FieldValue {
 public:
  FieldValue(bool v) : data_(v) {}
  FieldValue(int v) : data_(std::int64_t{v}) {}
  FieldValue(unsigned v) : data_(std::int64_t{v}) {}
  FieldValue(std::int64_t v) : data_(v) {}
  FieldValue(std::uint64_t v) : data_(static_cast<std::int64_t>(v)) {}
  FieldValue(double v) : data_(v) {}
  FieldValue(const char* v) : data_(std::string_view(v)) {}
  FieldValue(std::string_view v) : data_(v) {}
  FieldValue(const std::string& v) : data_(std::string_view(v)) {}
  FieldValue(const std::filesystem::path& v) : data_(std::string_view(v.native())) {}
  FieldValue(const Error& v) : data_(std::string_view(v.message)) {}
  template <class Tag>
  FieldValue(const TextId<Tag>& v) : data_(std::string_view(v.value)) {}

  [[nodiscard]] const auto& data() const { return data_; }

 private:
  std::variant<bool, std::int64_t, double, std::string_view> data_;
};

struct Field {
  std::string_view key;
  FieldValue value;
};
using Fields = std::initializer_list<Field>;

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warn(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

struct Options {
  Level level = Level::info;
  bool to_stderr = true;
  std::filesystem::path file{};          ///< empty = no file
  std::size_t file_bytes_max = 8 << 20;  ///< then it is rotated
  std::size_t files_max = 3;
};
/// Replaces the sinks. Before the first call: info and above to stderr. Errors: unavailable when
/// the file cannot be opened.
[[nodiscard]] Status set_up(const Options& options);

[[nodiscard]] bool enabled(Level level);

/// The line without time and level, as the sinks get it: control characters are escaped, so that a
/// field cannot forge a line. For tests and for other sinks.
[[nodiscard]] std::string format_line(std::string_view message, Fields fields);

}  // namespace aiflow::log

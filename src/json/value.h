// SPDX-License-Identifier: Apache-2.0
// JSON as a value: parse, read with paths in the errors, write. Objects keep their order.
// Parsing is done by Boost.JSON, private to value.cpp. Bounded: depth and size are limits of parse.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace aiflow::json {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;
/// Members in file order; a duplicate key is a parse error.
using Object = std::vector<Member>;

class Value {
 public:
  Value() = default;  ///< null
  Value(std::nullptr_t) {}
  Value(bool b) : data_(b) {}
  Value(int n) : data_(std::int64_t{n}) {}
  Value(unsigned n) : data_(std::int64_t{n}) {}
  Value(std::int64_t n) : data_(n) {}
  Value(std::uint64_t n) : data_(static_cast<std::int64_t>(n)) {}
  Value(double d) : data_(d) {}
  Value(const char* s) : data_(std::string(s)) {}
  Value(std::string s) : data_(std::move(s)) {}
  Value(std::string_view s) : data_(std::string(s)) {}
  Value(Array a) : data_(std::move(a)) {}
  Value(Object o) : data_(std::move(o)) {}

  [[nodiscard]] bool is_null() const { return data_.index() == 0; }
  [[nodiscard]] bool is_bool() const { return data_.index() == 1; }
  [[nodiscard]] bool is_int() const { return data_.index() == 2; }
  [[nodiscard]] bool is_number() const { return data_.index() == 2 || data_.index() == 3; }
  [[nodiscard]] bool is_string() const { return data_.index() == 4; }
  [[nodiscard]] bool is_array() const { return data_.index() == 5; }
  [[nodiscard]] bool is_object() const { return data_.index() == 6; }

  /// Typed access; the type must fit (asserted). For outside input use the readers below.
  [[nodiscard]] bool as_bool() const;
  [[nodiscard]] std::int64_t as_int() const;
  [[nodiscard]] double as_double() const;  ///< of an integer too
  [[nodiscard]] const std::string& as_string() const;
  [[nodiscard]] const Array& as_array() const;
  [[nodiscard]] Array& as_array();
  [[nodiscard]] const Object& as_object() const;
  [[nodiscard]] Object& as_object();

  /// Member of an object, or null pointer (also when this is no object).
  [[nodiscard]] const Value* find(std::string_view key) const;
  /// Sets or adds a member; a null value becomes an object first.
  void set(std::string_view key, Value value);
  /// Appends to an array; a null value becomes an array first.
  void push_back(Value value);

  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
};

/// Builds an object: json::object({{"a", 1}, {"b", "x"}}).
[[nodiscard]] Value object(std::initializer_list<std::pair<std::string_view, Value>> members);

struct ParseLimits {
  std::size_t depth_max = 64;
  std::size_t bytes_max = 64U << 20;
};

/// Strict RFC 8259. Errors: invalid_argument with the byte offset and the reason.
[[nodiscard]] Result<Value> parse(std::string_view text, ParseLimits limits = {});

/// Compact text. A NaN or infinity becomes null: JSON has neither.
[[nodiscard]] std::string write(const Value& value);
/// With two-space indents, for people.
[[nodiscard]] std::string write_pretty(const Value& value);

// Readers for outside input: each takes the object, the key, and gives an error that names the key.
// A missing key, or null, is an error for get_*, the default for get_*_or.
[[nodiscard]] Result<std::string> get_string(const Value& object, std::string_view key);
[[nodiscard]] Result<std::int64_t> get_int(const Value& object, std::string_view key);
[[nodiscard]] Result<double> get_double(const Value& object, std::string_view key);
[[nodiscard]] Result<bool> get_bool(const Value& object, std::string_view key);
[[nodiscard]] Result<const Array*> get_array(const Value& object, std::string_view key);
[[nodiscard]] Result<const Value*> get_object(const Value& object, std::string_view key);
[[nodiscard]] Result<std::string> get_string_or(const Value& object, std::string_view key,
                                                std::string otherwise);
[[nodiscard]] Result<std::int64_t> get_int_or(const Value& object, std::string_view key,
                                              std::int64_t otherwise);
[[nodiscard]] Result<double> get_double_or(const Value& object, std::string_view key,
                                           double otherwise);
[[nodiscard]] Result<bool> get_bool_or(const Value& object, std::string_view key, bool otherwise);

}  // namespace aiflow::json

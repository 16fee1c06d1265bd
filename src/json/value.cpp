// SPDX-License-Identifier: Apache-2.0
#include "json/value.h"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <set>

#include "base/assert.h"

namespace aiflow::json {

bool Value::as_bool() const {
  AIFLOW_ASSERT(is_bool());
  return std::get<bool>(data_);
}

std::int64_t Value::as_int() const {
  AIFLOW_ASSERT(is_int());
  return std::get<std::int64_t>(data_);
}

double Value::as_double() const {
  AIFLOW_ASSERT(is_number());
  return is_int() ? static_cast<double>(std::get<std::int64_t>(data_)) : std::get<double>(data_);
}

const std::string& Value::as_string() const {
  AIFLOW_ASSERT(is_string());
  return std::get<std::string>(data_);
}

const Array& Value::as_array() const {
  AIFLOW_ASSERT(is_array());
  return std::get<Array>(data_);
}

Array& Value::as_array() {
  AIFLOW_ASSERT(is_array());
  return std::get<Array>(data_);
}

const Object& Value::as_object() const {
  AIFLOW_ASSERT(is_object());
  return std::get<Object>(data_);
}

Object& Value::as_object() {
  AIFLOW_ASSERT(is_object());
  return std::get<Object>(data_);
}

const Value* Value::find(std::string_view key) const {
  if (!is_object()) return nullptr;
  for (const auto& [name, value] : as_object()) {
    if (name == key) return &value;
  }
  return nullptr;
}

void Value::set(std::string_view key, Value value) {
  if (is_null()) data_ = Object{};
  for (auto& [name, old] : as_object()) {
    if (name == key) {
      old = std::move(value);
      return;
    }
  }
  as_object().emplace_back(std::string(key), std::move(value));
}

void Value::push_back(Value value) {
  if (is_null()) data_ = Array{};
  as_array().push_back(std::move(value));
}

Value object(std::initializer_list<std::pair<std::string_view, Value>> members) {
  Object result;
  result.reserve(members.size());
  for (const auto& [key, value] : members) result.emplace_back(std::string(key), value);
  return result;
}

namespace {

/// Receives Boost.JSON's parse events and builds our Value. The stack holds open containers.
/// Duplicate keys are looked for when an object closes, in n log n.
class Builder {
 public:
  static constexpr std::size_t max_object_size = 1'000'000;
  static constexpr std::size_t max_array_size = 50'000'000;
  static constexpr std::size_t max_key_size = 1U << 20;
  static constexpr std::size_t max_string_size = 1U << 30;
  using Code = boost::system::error_code;

  Value root;
  std::string problem;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return open(Value(Object{})); }
  bool on_array_begin(Code&) { return open(Value(Array{})); }
  bool on_array_end(std::size_t, Code&) { return close(); }
  bool on_object_end(std::size_t, Code& ec) {
    const Object& members = stack_.back().as_object();
    std::vector<std::string_view> keys;
    keys.reserve(members.size());
    for (const auto& member : members) keys.push_back(member.first);
    std::ranges::sort(keys);
    if (const auto twice = std::ranges::adjacent_find(keys); twice != keys.end()) {
      problem = "key '" + std::string(twice->substr(0, 80)) + "' stands twice in one object";
      ec = boost::json::error::syntax;
      return false;
    }
    return close();
  }
  bool on_key_part(boost::json::string_view part, std::size_t, Code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_key(boost::json::string_view part, std::size_t, Code&) {
    text_.append(part.data(), part.size());
    keys_.push_back(std::exchange(text_, {}));
    return true;
  }
  bool on_string_part(boost::json::string_view part, std::size_t, Code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_string(boost::json::string_view part, std::size_t, Code&) {
    text_.append(part.data(), part.size());
    return put(Value(std::exchange(text_, {})));
  }
  bool on_number_part(boost::json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t n, boost::json::string_view, Code&) { return put(Value(n)); }
  bool on_uint64(std::uint64_t n, boost::json::string_view, Code&) {
    return put(Value(static_cast<double>(n)));  // over 2^63 only: Boost prefers int64
  }
  bool on_double(double d, boost::json::string_view, Code& ec) {
    if (std::isfinite(d)) return put(Value(d));
    problem = "a number is too large";
    ec = boost::json::error::syntax;
    return false;
  }
  bool on_bool(bool b, Code&) { return put(Value(b)); }
  bool on_null(Code&) { return put(Value()); }
  bool on_comment_part(boost::json::string_view, Code&) { return true; }
  bool on_comment(boost::json::string_view, Code&) { return true; }

 private:
  bool open(Value container) {
    stack_.push_back(std::move(container));
    return true;
  }
  bool close() {
    Value done = std::move(stack_.back());
    stack_.pop_back();
    return put(std::move(done));
  }
  bool put(Value value) {
    if (stack_.empty()) {
      root = std::move(value);
    } else if (stack_.back().is_array()) {
      stack_.back().as_array().push_back(std::move(value));
    } else {
      stack_.back().as_object().emplace_back(std::move(keys_.back()), std::move(value));
      keys_.pop_back();
    }
    return true;
  }

  std::vector<Value> stack_;
  std::vector<std::string> keys_;
  std::string text_;
};

}  // namespace

Result<Value> parse(std::string_view text, ParseLimits limits) {
  if (text.size() > limits.bytes_max) {
    return fail(ErrorCode::invalid_argument, "JSON of " + std::to_string(text.size()) +
                                                 " bytes is over the limit of " +
                                                 std::to_string(limits.bytes_max));
  }
  boost::json::parse_options options;
  options.max_depth = limits.depth_max;
  boost::json::basic_parser<Builder> parser(options);
  boost::system::error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && read < text.size()) ec = boost::json::error::extra_data;
  if (ec) {
    const std::string& own = parser.handler().problem;
    return fail(ErrorCode::invalid_argument,
                "JSON at byte " + std::to_string(read) + ": " + (own.empty() ? ec.message() : own));
  }
  return std::move(parser.handler().root);
}

namespace {

void write_string(std::string_view text, std::string& out) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4];
          out += kHex[static_cast<unsigned char>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

template <class Number>
void write_number(Number number, std::string& out) {
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), end);
}

/// A whole double keeps its ".0": who reads it shall find the type that was written (Python does).
void write_double(double number, std::string& out) {
  const std::size_t start = out.size();
  write_number(number, out);
  if (out.find_first_not_of("-0123456789", start) == std::string::npos) out += ".0";
}

class Writer {
 public:
  explicit Writer(bool pretty) : pretty_(pretty) {}

  void value(const Value& v) {
    if (v.is_null()) {
      out += "null";
    } else if (v.is_bool()) {
      out += v.as_bool() ? "true" : "false";
    } else if (v.is_int()) {
      write_number(v.as_int(), out);
    } else if (v.is_number()) {
      std::isfinite(v.as_double()) ? write_double(v.as_double(), out) : void(out += "null");
    } else if (v.is_string()) {
      write_string(v.as_string(), out);
    } else if (v.is_array()) {
      list('[', ']', v.as_array(), [this](const Value& item) { value(item); });
    } else {
      list('{', '}', v.as_object(), [this](const Member& member) {
        write_string(member.first, out);
        out += pretty_ ? ": " : ":";
        value(member.second);
      });
    }
  }

  std::string out;

 private:
  template <class Items, class Each>
  void list(char open, char close, const Items& items, Each each) {
    out += open;
    ++depth_;
    bool first = true;
    for (const auto& item : items) {
      if (!std::exchange(first, false)) out += ',';
      line_break();
      each(item);
    }
    --depth_;
    if (!items.empty()) line_break();
    out += close;
  }
  void line_break() {
    if (pretty_) out += '\n', out.append(2 * depth_, ' ');
  }

  const bool pretty_;
  std::size_t depth_ = 0;
};

std::unexpected<Error> wrong(std::string_view key, std::string_view wanted, const Value* got) {
  return fail(
      ErrorCode::invalid_argument,
      "'" + std::string(key) + "' " +
          (got == nullptr || got->is_null() ? "is missing" : "must be " + std::string(wanted)));
}

}  // namespace

std::string write(const Value& value) {
  Writer writer(false);
  writer.value(value);
  return std::move(writer.out);
}

std::string write_pretty(const Value& value) {
  Writer writer(true);
  writer.value(value);
  return std::move(writer.out);
}

Result<std::string> get_string(const Value& object, std::string_view key) {
  const Value* v = object.find(key);
  if (v == nullptr || !v->is_string()) return wrong(key, "a string", v);
  return v->as_string();
}

Result<std::int64_t> get_int(const Value& object, std::string_view key) {
  const Value* v = object.find(key);
  if (v == nullptr || !v->is_int()) return wrong(key, "an integer", v);
  return v->as_int();
}

Result<double> get_double(const Value& object, std::string_view key) {
  const Value* v = object.find(key);
  if (v == nullptr || !v->is_number()) return wrong(key, "a number", v);
  return v->as_double();
}

Result<bool> get_bool(const Value& object, std::string_view key) {
  const Value* v = object.find(key);
  if (v == nullptr || !v->is_bool()) return wrong(key, "true or false", v);
  return v->as_bool();
}

Result<const Array*> get_array(const Value& object, std::string_view key) {
  const Value* v = object.find(key);
  if (v == nullptr || !v->is_array()) return wrong(key, "an array", v);
  return &v->as_array();
}

Result<const Value*> get_object(const Value& object, std::string_view key) {
  const Value* v = object.find(key);
  if (v == nullptr || !v->is_object()) return wrong(key, "an object", v);
  return v;
}

namespace {
bool absent(const Value& object, std::string_view key) {
  const Value* v = object.find(key);
  return v == nullptr || v->is_null();
}
}  // namespace

Result<std::string> get_string_or(const Value& object, std::string_view key,
                                  std::string otherwise) {
  return absent(object, key) ? Result<std::string>(std::move(otherwise)) : get_string(object, key);
}

Result<std::int64_t> get_int_or(const Value& object, std::string_view key, std::int64_t otherwise) {
  return absent(object, key) ? Result<std::int64_t>(otherwise) : get_int(object, key);
}

Result<double> get_double_or(const Value& object, std::string_view key, double otherwise) {
  return absent(object, key) ? Result<double>(otherwise) : get_double(object, key);
}

Result<bool> get_bool_or(const Value& object, std::string_view key, bool otherwise) {
  return absent(object, key) ? Result<bool>(otherwise) : get_bool(object, key);
}

}  // namespace aiflow::json

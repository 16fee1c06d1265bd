// SPDX-License-Identifier: Apache-2.0
#include "kubernetes/yaml.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>

#include "net/http.h"

namespace aiflow::kubernetes {
namespace {

constexpr std::size_t kBytesMax = 1U << 20;
constexpr int kNodesMax = 100'000;
constexpr int kDepthMax = 100;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

template <class Number>
bool is_whole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

json::Value scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  const bool is_plain = node.Tag() == "?" || node.Tag().empty();
  if (!is_plain) return text;
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (is_one_of(text, {"true", "True", "TRUE"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE"})) return false;
  std::int64_t whole = 0;
  if (is_whole(text, whole)) return whole;
  double number = 0;
  const bool looks_like = text.find_first_of("0123456789") != text.npos;
  if (looks_like && is_whole(text, number) && std::isfinite(number)) return number;
  return text;
}

class Reader {
 public:
  Result<json::Value> read(const YAML::Node& node, int depth = 0) {
    // An alias of an alias of an alias is small as text and without end as a value.
    if (++nodes_ > kNodesMax || depth > kDepthMax) {
      return fail(ErrorCode::invalid_argument, "the YAML is too large or too deep");
    }
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        // Escapes can make what is no text.
        if (!net::is_valid_utf8(node.Scalar())) {
          return fail(ErrorCode::invalid_argument, "a text of the YAML is no UTF-8");
        }
        return scalar(node);
      case YAML::NodeType::Sequence: return sequence(node, depth);
      case YAML::NodeType::Map: return map(node, depth);
      default: return json::Value{};
    }
  }

 private:
  Result<json::Value> sequence(const YAML::Node& node, int depth) {
    json::Array items;
    for (const YAML::Node& item : node) {
      AIFLOW_ASSIGN(json::Value value, read(item, depth + 1));
      items.push_back(std::move(value));
    }
    return json::Value(std::move(items));
  }

  Result<json::Value> map(const YAML::Node& node, int depth) {
    json::Value object = json::object({});
    for (const auto& member : node) {
      if (!member.first.IsScalar() || !net::is_valid_utf8(member.first.Scalar())) {
        return fail(ErrorCode::invalid_argument, "a key of the YAML is not a text");
      }
      AIFLOW_ASSIGN(json::Value value, read(member.second, depth + 1));
      object.set(member.first.Scalar(), std::move(value));
    }
    return object;
  }

  int nodes_ = 0;
};

}  // namespace

Result<json::Value> parse_yaml(std::string_view text) {
  if (text.size() > kBytesMax) {
    return fail(ErrorCode::invalid_argument, "the YAML is longer than 1 MiB");
  }
  try {
    return Reader().read(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& error) {
    // Its own text may quote what it read, which can be a secret.
    return fail(ErrorCode::invalid_argument,
                "this is no YAML: line " + std::to_string(error.mark.line + 1));
  }
}

}  // namespace aiflow::kubernetes

// SPDX-License-Identifier: Apache-2.0
#include "params/detail/vet.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "params/detail/words.h"

namespace aiflow::params::detail {
namespace {

constexpr std::size_t kBytesMax = 64U << 10;
constexpr int kDepthMax = 32;
constexpr std::size_t kSubschemasMax = 2000;

/// What a keyword's value has to be.
enum class Shape {
  types,
  values,
  number,
  positive,
  count,
  flag,
  text,
  texts,
  pattern,
  reference,
  schema,
  schemas,
  items,
  schema_by_name,
  schema_by_pattern,
  texts_by_name,
  texts_or_schema_by_name,
  unknown,
};

struct Keyword {
  std::string_view name;
  Shape shape;
};

constexpr auto kKeywords = std::to_array<Keyword>({{"type", Shape::types},
                                                   {"enum", Shape::values},
                                                   {"minimum", Shape::number},
                                                   {"maximum", Shape::number},
                                                   {"exclusiveMinimum", Shape::number},
                                                   {"exclusiveMaximum", Shape::number},
                                                   {"multipleOf", Shape::positive},
                                                   {"minLength", Shape::count},
                                                   {"maxLength", Shape::count},
                                                   {"pattern", Shape::pattern},
                                                   {"format", Shape::text},
                                                   {"items", Shape::items},
                                                   {"additionalItems", Shape::schema},
                                                   {"prefixItems", Shape::schemas},
                                                   {"contains", Shape::schema},
                                                   {"minContains", Shape::count},
                                                   {"maxContains", Shape::count},
                                                   {"minItems", Shape::count},
                                                   {"maxItems", Shape::count},
                                                   {"uniqueItems", Shape::flag},
                                                   {"properties", Shape::schema_by_name},
                                                   {"patternProperties", Shape::schema_by_pattern},
                                                   {"additionalProperties", Shape::schema},
                                                   {"propertyNames", Shape::schema},
                                                   {"required", Shape::texts},
                                                   {"minProperties", Shape::count},
                                                   {"maxProperties", Shape::count},
                                                   {"dependentRequired", Shape::texts_by_name},
                                                   {"dependentSchemas", Shape::schema_by_name},
                                                   {"dependencies", Shape::texts_or_schema_by_name},
                                                   {"allOf", Shape::schemas},
                                                   {"anyOf", Shape::schemas},
                                                   {"oneOf", Shape::schemas},
                                                   {"not", Shape::schema},
                                                   {"if", Shape::schema},
                                                   {"then", Shape::schema},
                                                   {"else", Shape::schema},
                                                   {"$defs", Shape::schema_by_name},
                                                   {"definitions", Shape::schema_by_name},
                                                   {"$ref", Shape::reference},
                                                   {"$dynamicRef", Shape::unknown},
                                                   {"$recursiveRef", Shape::unknown},
                                                   {"unevaluatedItems", Shape::unknown},
                                                   {"unevaluatedProperties", Shape::unknown}});

std::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorCode::invalid_argument, what);
}

bool is_texts(const json::Value& value) {
  return value.is_array() && std::ranges::all_of(value.as_array(), &json::Value::is_string);
}

bool is_types(const json::Value& value) {
  const auto known = [](const json::Value& one) {
    return one.is_string() && !type_in_words(one.as_string()).empty();
  };
  if (!value.is_array()) return known(value);
  return !value.as_array().empty() && std::ranges::all_of(value.as_array(), known);
}

/// What is wanted of a keyword without schemas inside, when its value is something else.
std::optional<std::string_view> wanted_plain(Shape shape, const json::Value& value) {
  const auto unless = [](bool good, std::string_view words) {
    return good ? std::nullopt : std::optional(words);
  };
  switch (shape) {
    case Shape::types:
      return unless(is_types(value),
                    "string, number, integer, boolean, array, object, null, or a list of these");
    case Shape::values:
      return unless(value.is_array() && !value.as_array().empty(), "a list with the values");
    case Shape::number: return unless(value.is_number(), "a number");
    case Shape::positive:
      return unless(value.is_number() && value.as_double() > 0, "a number above 0");
    case Shape::count:
      return unless(has_type(value, "integer") && value.as_double() >= 0,
                    "a whole number of at least 0");
    case Shape::flag: return unless(value.is_bool(), "true or false");
    case Shape::text:
    case Shape::pattern:
    case Shape::reference: return unless(value.is_string(), "text");
    case Shape::texts: return unless(is_texts(value), "a list of texts");
    case Shape::schemas:
      return unless(value.is_array() && !value.as_array().empty(), "a list of schemas");
    case Shape::schema_by_name:
    case Shape::schema_by_pattern:
    case Shape::texts_by_name:
    case Shape::texts_or_schema_by_name: return unless(value.is_object(), "an object");
    default: return std::nullopt;
  }
}

class Vetting {
 public:
  explicit Vetting(const json::Value& root) : root_(root) {}

  Status schema(const json::Value& schema, int depth) {
    if (schema.is_bool()) return {};
    if (!schema.is_object()) return bad("a schema is an object, not " + shown(schema));
    if (!seen_.insert(&schema).second) return {};
    if (depth > kDepthMax) return bad("the schema is nested deeper than 32 levels");
    if (seen_.size() > kSubschemasMax) return bad("the schema has more than 2000 parts");
    if (depth > 0 && schema.find("$id") != nullptr) {
      return bad("'$id' inside of a schema is not known here");
    }
    for (const auto& [name, value] : schema.as_object()) {
      const auto known = std::ranges::find(kKeywords, name, &Keyword::name);
      if (known == kKeywords.end()) continue;  // only describes
      AIFLOW_TRY(keyword(*known, value, depth));
    }
    return {};
  }

  Patterns patterns;

 private:
  Status keyword(const Keyword& keyword, const json::Value& value, int depth) {
    const std::string name = "'" + std::string(keyword.name) + "'";
    if (keyword.shape == Shape::unknown) return bad(name + " is not known here");
    if (const auto wanted = wanted_plain(keyword.shape, value)) {
      return bad(name + " is " + std::string(*wanted) + ", not " + shown(value));
    }
    switch (keyword.shape) {
      case Shape::pattern: return pattern(value.as_string());
      case Shape::reference: return reference(value.as_string(), depth);
      case Shape::schema: return schema(value, depth + 1);
      case Shape::items:
        return value.is_array() ? each(value.as_array(), depth) : schema(value, depth + 1);
      case Shape::schemas: return each(value.as_array(), depth);
      case Shape::schema_by_name:
      case Shape::schema_by_pattern:
      case Shape::texts_by_name:
      case Shape::texts_or_schema_by_name: return members(keyword, value, depth);
      default: return {};
    }
  }

  Status each(const json::Array& schemas, int depth) {
    for (const json::Value& one : schemas) AIFLOW_TRY(schema(one, depth + 1));
    return {};
  }

  Status members(const Keyword& keyword, const json::Value& value, int depth) {
    const bool may_be_texts =
        keyword.shape == Shape::texts_by_name || keyword.shape == Shape::texts_or_schema_by_name;
    for (const auto& [key, member] : value.as_object()) {
      if (keyword.shape == Shape::schema_by_pattern) AIFLOW_TRY(pattern(key));
      if (may_be_texts && is_texts(member)) continue;
      if (keyword.shape == Shape::texts_by_name) {
        return bad("'" + std::string(keyword.name) + "': '" + key + "' is a list of texts, not " +
                   shown(member));
      }
      AIFLOW_TRY(schema(member, depth + 1));
    }
    return {};
  }

  Status pattern(const std::string& text) {
    if (patterns.contains(text)) return {};
    AIFLOW_ASSIGN(auto compiled, Pattern::parse(text));
    patterns.emplace(text, std::move(compiled));
    return {};
  }

  Status reference(const std::string& text, int depth) {
    if (!text.starts_with('#')) {
      return bad("'$ref' to '" + text +
                 "': only parts of the same schema can be named (#/$defs/…)");
    }
    const json::Value* target = resolve(root_, text);
    if (target == nullptr) return bad("'$ref': the schema has no '" + text + "'");
    return schema(*target, depth + 1);
  }

  const json::Value& root_;
  std::set<const json::Value*> seen_;
};

/// A token of a JSON pointer in an address: %25 and ~1 are written out. nullopt: broken.
std::optional<std::string> token_of(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      unsigned code = 0;
      const std::string_view digits = text.substr(i + 1, 2);
      const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16).ptr;
      if (digits.size() != 2 || end != digits.data() + 2) return std::nullopt;
      made += static_cast<char>(code);
      i += 2;
    } else {
      made += text[i];
    }
  }
  for (const auto& [escape, meant] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}}) {
    for (auto at = made.find(escape); at != std::string::npos; at = made.find(escape, at + 1)) {
      made.replace(at, 2, meant);
    }
  }
  return made;
}

const json::Value* member_of(const json::Value& value, const std::string& token) {
  if (!value.is_array()) return value.find(token);
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool good = error == std::errc() && end == token.data() + token.size();
  return good && index < value.as_array().size() ? &value.as_array()[index] : nullptr;
}

}  // namespace

Result<Patterns> vet(const json::Value& schema) {
  if (json::write(schema).size() > kBytesMax) return bad("the schema has more than 64 KiB");
  Vetting vetting(schema);
  AIFLOW_TRY(vetting.schema(schema, 0));
  return std::move(vetting.patterns);
}

const json::Value* resolve(const json::Value& root, std::string_view reference) {
  if (reference == "#") return &root;
  if (!reference.starts_with("#/")) return nullptr;
  reference.remove_prefix(2);
  const json::Value* at = &root;
  for (bool more = true; more && at != nullptr;) {
    const auto slash = reference.find('/');
    more = slash != std::string_view::npos;
    const auto token = token_of(reference.substr(0, slash));
    if (!token) return nullptr;
    at = member_of(*at, *token);
    if (more) reference.remove_prefix(slash + 1);
  }
  return at;
}

}  // namespace aiflow::params::detail

// SPDX-License-Identifier: Apache-2.0
// What the API in memory does with one object.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "json/value.h"

namespace aiflow::kubernetes::testing {

inline std::string metadata_text(const json::Value& object, std::string_view key) {
  const json::Value* metadata = object.find("metadata");
  const json::Value* found = metadata == nullptr ? nullptr : metadata->find(key);
  return found != nullptr && found->is_string() ? found->as_string() : "";
}

inline void set_metadata(json::Value& object, std::string_view key, json::Value value) {
  json::Value metadata = *object.find("metadata");
  metadata.set(key, std::move(value));
  object.set("metadata", std::move(metadata));
}

/// "a=b,c!=d" against the labels.
inline bool selects(const std::string& selector, const json::Value& pod) {
  std::size_t from = 0;
  while (from < selector.size()) {
    const std::size_t end = std::min(selector.find(',', from), selector.size());
    const std::string term = selector.substr(from, end - from);
    from = end + 1;
    const std::size_t at = term.find('=');
    const bool is_not = at > 0 && term[at - 1] == '!';
    const std::string name = term.substr(0, is_not ? at - 1 : at);
    const json::Value* metadata = pod.find("metadata");
    const json::Value* labels = metadata->find("labels");
    const json::Value* label = labels == nullptr ? nullptr : labels->find(name);
    const bool equals =
        label != nullptr && label->is_string() && label->as_string() == term.substr(at + 1);
    if (equals == is_not) return false;
  }
  return true;
}

inline std::string status_object(int code, const std::string& reason, const std::string& message) {
  return json::write(json::object({{"kind", "Status"},
                                   {"status", "Failure"},
                                   {"code", code},
                                   {"reason", reason},
                                   {"message", message}}));
}

/// As a strategic merge patch does it.
inline void add_owners(json::Value& object, const std::string& patch) {
  const auto given = json::parse(patch);
  const json::Value* more = given ? given->find("metadata")->find("ownerReferences") : nullptr;
  if (more == nullptr) return;
  json::Array owners = object.find("metadata")->find("ownerReferences")->as_array();
  owners.insert(owners.end(), more->as_array().begin(), more->as_array().end());
  set_metadata(object, "ownerReferences", std::move(owners));
}

}  // namespace aiflow::kubernetes::testing

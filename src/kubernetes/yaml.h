// SPDX-License-Identifier: Apache-2.0
// YAML read as JSON, for kubeconfigs and pod template files.
#pragma once

#include <string_view>

#include "base/result.h"
#include "json/value.h"

namespace aiflow::kubernetes {

/// The first document, by YAML's core schema: null, booleans, numbers, else text; what stands in
/// quotes is text. Aliases are followed, at most 100,000 nodes in all; 1 MiB of text.
/// Errors: invalid_argument with the line.
[[nodiscard]] Result<json::Value> parse_yaml(std::string_view text);

}  // namespace aiflow::kubernetes

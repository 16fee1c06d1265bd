// SPDX-License-Identifier: Apache-2.0
#include "dag/asset.h"

#include <set>

namespace aiflow::dag {

Status check_condition(std::span<const AssetNode> nodes) {
  for (std::size_t at = 0; at < nodes.size(); ++at) {
    const AssetNode& node = nodes[at];
    if (node.kind == AssetKind::asset) {
      const std::size_t size = node.name.value.size();
      if (size == 0 || size > kAssetNameMax) {
        return fail(ErrorCode::invalid_argument, "the name of an asset has 1 to 1500 bytes");
      }
      continue;
    }
    const auto before = [&](std::uint32_t part) { return part < at; };
    if (node.parts.empty() || !std::ranges::all_of(node.parts, before)) {
      return fail(ErrorCode::invalid_argument, "a part of the asset condition is missing");
    }
  }
  return {};
}

std::vector<AssetName> names_of(std::span<const AssetNode> nodes) {
  std::set<AssetName> names;
  for (const AssetNode& node : nodes) {
    if (node.kind == AssetKind::asset) names.insert(node.name);
  }
  return {names.begin(), names.end()};
}

}  // namespace aiflow::dag

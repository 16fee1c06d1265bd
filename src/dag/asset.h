// SPDX-License-Identifier: Apache-2.0
// Assets: names of data that tasks make and that DAGs wait for. A DAG's condition says which of
// them have to be new: a, or any or all of several, nested as wanted. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"

namespace aiflow::dag {

/// Names an asset; of an alias, which stands for whatever assets a task names at run time, with
/// kAliasPrefix in front.
using AssetName = TextId<struct AssetNameTag>;
inline constexpr std::string_view kAliasPrefix = "alias:";
inline constexpr std::size_t kAssetNameMax = 1500;  ///< bytes, as in Airflow

enum class AssetKind : std::uint8_t { asset, any, all };

/// A part of a condition. In a list of nodes every node stands after its parts, and the last one is
/// the whole.
struct AssetNode {
  AssetKind kind = AssetKind::asset;
  AssetName name{};                    ///< of an asset or alias
  std::vector<std::uint32_t> parts{};  ///< of any and all: positions of their parts in the list
  bool operator==(const AssetNode&) const = default;
};

/// Errors: invalid_argument: a name that is empty or too long, a node before its part, a part of
/// nothing.
[[nodiscard]] Status check_condition(std::span<const AssetNode> nodes);

/// The assets that a condition names, each once, by name.
[[nodiscard]] std::vector<AssetName> names_of(std::span<const AssetNode> nodes);

/// Whether the condition holds when `is_new` says which assets are new. False without nodes.
template <class IsNew>
[[nodiscard]] bool is_met(std::span<const AssetNode> nodes, const IsNew& is_new) {
  std::vector<bool> met;
  for (const AssetNode& node : nodes) {
    const auto part = [&](std::uint32_t at) -> bool { return met[at]; };
    met.push_back(node.kind == AssetKind::asset ? is_new(node.name)
                  : node.kind == AssetKind::any ? std::ranges::any_of(node.parts, part)
                                                : std::ranges::all_of(node.parts, part));
  }
  return !met.empty() && met.back();
}

}  // namespace aiflow::dag

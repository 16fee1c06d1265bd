// SPDX-License-Identifier: Apache-2.0
#include "dag/asset.h"

#include <doctest/doctest.h>

#include <set>

namespace aiflow::dag {
namespace {

/// (a & b) | c
std::vector<AssetNode> condition() {
  return {{.name = {"a"}},
          {.name = {"b"}},
          {.kind = AssetKind::all, .parts = {0, 1}},
          {.name = {"c"}},
          {.kind = AssetKind::any, .parts = {2, 3}}};
}

bool met(const std::vector<AssetNode>& nodes, const std::set<std::string>& is_new) {
  return is_met(nodes, [&](const AssetName& name) { return is_new.contains(name.value); });
}

TEST_CASE("a condition of any and all holds as it is written") {
  CHECK_FALSE(met(condition(), {}));
  CHECK_FALSE(met(condition(), {"a"}));
  CHECK(met(condition(), {"a", "b"}));
  CHECK(met(condition(), {"c"}));
  CHECK_FALSE(met({}, {"a"}));
}

TEST_CASE("the names of a condition, each once") {
  auto nodes = condition();
  nodes.push_back({.name = {"a"}});
  CHECK(names_of(nodes) == std::vector<AssetName>{{"a"}, {"b"}, {"c"}});
}

TEST_CASE("a condition with a gap is refused") {
  CHECK(check_condition(condition()));
  CHECK_FALSE(check_condition(std::vector<AssetNode>{{.name = {""}}}));
  CHECK_FALSE(check_condition(std::vector<AssetNode>{{.name = {std::string(1501, 'x')}}}));
  CHECK_FALSE(check_condition(std::vector<AssetNode>{{.kind = AssetKind::all}}));
  CHECK_FALSE(check_condition(std::vector<AssetNode>{{.kind = AssetKind::any, .parts = {0}}}));
}

}  // namespace
}  // namespace aiflow::dag

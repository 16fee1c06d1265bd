// SPDX-License-Identifier: Apache-2.0
// What reads input from outside, each with good inputs to start from and a check that must hold for
// every input, good or not.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace aiflow::fuzz {

enum class Verdict {
  refused,   ///< with an error, as it should be for bad input
  accepted,  ///< what was read keeps the promise that the target checks
  broken,    ///< it does not
};

struct Target {
  std::string name;
  std::vector<std::string> seeds;  ///< accepted, all of them; the corpus adds more
  std::function<Verdict(std::string_view)> judge;
};

[[nodiscard]] std::vector<Target> all_targets();

}  // namespace aiflow::fuzz

// SPDX-License-Identifier: Apache-2.0
// One object found in one frame.
#pragma once

#include <string>

#include "geometry/box.h"

namespace aiflow::track {

struct Detection {
  geometry::Box box;  ///< pixels
  double score = 0;   ///< 0..1
  std::string label;  ///< "Person"
};

}  // namespace aiflow::track

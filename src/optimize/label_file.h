// SPDX-License-Identifier: Apache-2.0
// Boxes drawn by people: text, one a line, `frame x y w h label`, pixels, frame from 0; `frame -`
// for a frame that holds nothing; # starts a comment.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "geometry/box.h"

namespace aiflow::optimize {

struct LabelledBox {
  geometry::Box box;  ///< pixels of the original frame
  std::string label;
};

using LabelledFrames = std::map<std::int64_t, std::vector<LabelledBox>>;

/// Errors: corrupt with the line's number; invalid_argument when no frame is labelled.
[[nodiscard]] Result<LabelledFrames> parse_label_file(std::string_view text);

}  // namespace aiflow::optimize

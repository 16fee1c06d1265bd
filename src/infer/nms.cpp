// SPDX-License-Identifier: Apache-2.0
#include "infer/nms.h"

#include <algorithm>

namespace aiflow::infer {
namespace {

/// `kept` has the higher score.
bool same_object(const Detection& kept, const Detection& other, const NmsOptions& options) {
  if (!options.across_classes && kept.class_id != other.class_id) return false;
  const double common = geometry::intersection(kept.box, other.box).area();
  const double all = kept.box.area() + other.box.area() - common;
  if (common > options.iou * all) return true;
  const double smaller = std::min(kept.box.area(), other.box.area());
  return options.containment > 0 && smaller > 0 && common > options.containment * smaller;
}

}  // namespace

std::vector<Detection> suppress(std::vector<Detection> detections, const NmsOptions& options) {
  std::ranges::stable_sort(detections, std::ranges::greater{}, &Detection::score);
  std::vector<Detection> kept;
  for (auto& candidate : detections) {
    if (kept.size() >= static_cast<std::size_t>(std::max(options.detections_max, 0))) break;
    const bool known = std::ranges::any_of(
        kept, [&](const Detection& k) { return same_object(k, candidate, options); });
    if (!known) kept.push_back(std::move(candidate));
  }
  return kept;
}

}  // namespace aiflow::infer

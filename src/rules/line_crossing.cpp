// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <map>

#include "geometry/point.h"
#include "rules/detail/watcher.h"

namespace aiflow::rules {
namespace {

using geometry::Point;

enum class Side : int { none = -1, a = 0, b = 1 };

/// What is known of one track. Directions are indexed by the side they come from.
struct Walker {
  Side side = Side::none;       ///< where it was kept for confirm_hits
  Side candidate = Side::none;  ///< where it is being seen now
  int candidate_hits = 0;
  bool crossed = false;                        ///< the path met the segment since it left `side`
  std::optional<Point> last;                   ///< where it was seen last
  Point left_at;                               ///< last place on `side`
  Duration last_near{0};                       ///< when it was last at the line
  std::array<bool, 2> spent = {false, false};  ///< this direction has been counted
};

class LineWatcher final : public Watcher {
 public:
  explicit LineWatcher(WatcherBase base)
      : base_(std::move(base)),
        params_(std::get<LineCrossing>(base_.rule.params)),
        line_{base_.points[0], base_.points[1]},
        margin_(params_.margin * base_.size.height) {}

  void update(const Scene& scene, std::vector<SceneEvent>& out) override {
    std::erase_if(walkers_, [&](const auto& entry) { return scene.find(entry.first) == nullptr; });
    for (const track::Track* track : scene.tracks) {
      if (track->seen) see(scene, *track, out);
    }
  }

  void finish(Duration, std::vector<SceneEvent>&) override { walkers_.clear(); }
  [[nodiscard]] std::optional<int> count() const override { return std::nullopt; }

 private:
  void see(const Scene& scene, const track::Track& track, std::vector<SceneEvent>& out) {
    Walker& walker = walkers_[track.id];
    const Point here = track.box.bottom_centre();
    const double distance = geometry::signed_distance(here, line_);
    const bool met = walker.last && geometry::cross({*walker.last, here}, line_);
    walker.last = here;
    walker.crossed = walker.crossed || met;
    if (met || std::abs(distance) < margin_) walker.last_near = scene.time;
    if (scene.time - walker.last_near >= params_.rearm) walker.spent = {false, false};
    if (std::abs(distance) < margin_) return;

    const Side side = distance > 0 ? Side::a : Side::b;
    walker.candidate_hits = side == walker.candidate ? walker.candidate_hits + 1 : 1;
    walker.candidate = side;
    if (walker.candidate_hits < params_.confirm_hits || !track.confirmed) return;
    if (walker.side != Side::none && walker.side != side && walker.crossed) {
      cross(scene, track, out);
    }
    walker.side = side;
    walker.crossed = false;
    walker.left_at = here;
  }

  void cross(const Scene& scene, const track::Track& track, std::vector<SceneEvent>& out) {
    Walker& walker = walkers_[track.id];
    const bool from_a = walker.side == Side::a;
    const Direction wanted = from_a ? Direction::a_to_b : Direction::b_to_a;
    if (params_.direction != Direction::both && params_.direction != wanted) return;
    bool& spent = walker.spent[from_a ? 0 : 1];
    if (spent) return;
    spent = true;
    const track::Track* deciding[] = {&track};
    SceneEvent event = make_event(base_, scene, deciding);
    event.points = {walker.left_at, track.box.bottom_centre()};
    event.values = {{"direction", from_a ? "a_to_b" : "b_to_a"},
                    {"distance_px", geometry::signed_distance(event.points[1], line_)},
                    {"distance_min_px", margin_},
                    {"hits_after", static_cast<double>(walker.candidate_hits)},
                    {"hits_min", static_cast<double>(params_.confirm_hits)}};
    out.push_back(event);
    event.phase = Phase::end;  // A crossing is a moment: it ends as it starts.
    out.push_back(std::move(event));
  }

  WatcherBase base_;
  LineCrossing params_;
  geometry::Segment line_;
  double margin_;  ///< pixels
  std::map<std::int64_t, Walker> walkers_;
};

}  // namespace

Result<std::unique_ptr<Watcher>> watch_line(WatcherBase base) {
  const auto& params = std::get<LineCrossing>(base.rule.params);
  if (base.points.size() != 2) {
    return fail(ErrorCode::invalid_argument,
                "a line has exactly 2 points, not " + std::to_string(base.points.size()));
  }
  if (geometry::distance(base.points[0], base.points[1]) < 1) {
    return fail(ErrorCode::invalid_argument, "the line is shorter than a pixel");
  }
  if (params.confirm_hits < 1 || params.margin < 0 || params.rearm < Duration{0}) {
    return fail(ErrorCode::invalid_argument, "confirm must be >= 1, margin and rearm_s >= 0");
  }
  return std::make_unique<LineWatcher>(std::move(base));
}

}  // namespace aiflow::rules

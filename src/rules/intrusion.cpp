// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "geometry/polygon.h"
#include "rules/detail/watcher.h"

namespace aiflow::rules {
namespace {

using geometry::Point;

/// An open event.
struct Stay {
  SceneEvent start;
  std::optional<Duration> outside_since;
  Duration last_seen{0};
};

struct Visitor {
  int hits = 0;  ///< up with each sight inside, down with each outside
  Duration first_hit{0};
  Point entered_at;
  std::optional<Stay> stay;
  std::optional<Duration> alarm_again;  ///< not before
};

class IntrusionWatcher final : public Watcher {
 public:
  IntrusionWatcher(WatcherBase base, geometry::Polygon zone)
      : base_(std::move(base)),
        params_(std::get<Intrusion>(base_.rule.params)),
        zone_(std::move(zone)),
        exit_margin_(params_.exit_margin * base_.size.height) {}

  void update(const Scene& scene, std::vector<SceneEvent>& out) override {
    count_ = 0;
    for (const track::Track* track : scene.tracks) {
      Visitor& visitor = visitors_[track->id];
      if (track->seen) see(visitor, *track, scene.time);
      if (!visitor.stay && may_start(visitor, *track, scene.time)) {
        start(visitor, *track, scene, out);
      }
    }
    for (auto& [id, visitor] : visitors_) end_if_over(visitor, scene.time, out);
    std::erase_if(visitors_, [&](const auto& entry) {
      return !entry.second.stay && scene.find(entry.first) == nullptr;
    });
  }

  void finish(Duration time, std::vector<SceneEvent>& out) override {
    for (auto& [id, visitor] : visitors_) {
      if (visitor.stay) end(visitor, {time, "source ended"}, out);
    }
    visitors_.clear();
    count_ = 0;
  }

  [[nodiscard]] std::optional<int> count() const override { return count_; }

 private:
  void see(Visitor& visitor, const track::Track& track, Duration time) {
    const Point here = track.box.bottom_centre();
    const bool inside = zone_.contains(here) && track.box.h >= params_.height_min;
    if (inside && track.confirmed) ++count_;
    if (inside && visitor.hits++ == 0) visitor.first_hit = time, visitor.entered_at = here;
    if (!inside && visitor.hits > 0) --visitor.hits;
    // Counting down from a long stay would take as long: all that matters is a short dip.
    visitor.hits = std::min(visitor.hits, params_.enter_hits);
    if (!visitor.stay) return;
    visitor.stay->last_seen = time;
    if (zone_.contains_grown(here, exit_margin_)) {
      visitor.stay->outside_since.reset();
    } else if (!visitor.stay->outside_since) {
      visitor.stay->outside_since = time;
    }
  }

  [[nodiscard]] bool may_start(const Visitor& visitor, const track::Track& track,
                               Duration time) const {
    return track.seen && track.confirmed && visitor.hits >= params_.enter_hits &&
           time - visitor.first_hit >= params_.enter && zone_.contains(track.box.bottom_centre()) &&
           track.score_mean >= params_.score_mean_min &&
           (!visitor.alarm_again || time >= *visitor.alarm_again);
  }

  void start(Visitor& visitor, const track::Track& track, const Scene& scene,
             std::vector<SceneEvent>& out) const {
    const track::Track* deciding[] = {&track};
    SceneEvent event = make_event(base_, scene, deciding);
    event.points = {visitor.entered_at, track.box.bottom_centre()};
    event.values = {{"inside_s", seconds(scene.time - visitor.first_hit)},
                    {"enter_s", seconds(params_.enter)},
                    {"hits_min", static_cast<double>(params_.enter_hits)},
                    {"score_mean", track.score_mean},
                    {"score_min", params_.score_mean_min}};
    visitor.stay = Stay{event, std::nullopt, scene.time};
    out.push_back(std::move(event));
  }

  void end_if_over(Visitor& visitor, Duration time, std::vector<SceneEvent>& out) const {
    if (!visitor.stay) return;
    const Stay& stay = *visitor.stay;
    if (stay.outside_since && time - *stay.outside_since >= params_.exit) {
      end(visitor, {time, "left"}, out);
    } else if (time - stay.last_seen > params_.lost) {
      end(visitor, {time, "lost"}, out);
    }
  }

  struct Ending {
    Duration time;
    const char* reason;
  };

  void end(Visitor& visitor, const Ending& ending, std::vector<SceneEvent>& out) const {
    SceneEvent event = visitor.stay->start;
    event.phase = Phase::end;
    event.time = ending.time;
    event.values = {{"reason", ending.reason},
                    {"duration_s", seconds(ending.time - event.start_time)}};
    out.push_back(std::move(event));
    visitor.stay.reset();
    visitor.hits = 0;
    visitor.alarm_again = ending.time + params_.cooldown;
  }

  WatcherBase base_;
  Intrusion params_;
  geometry::Polygon zone_;
  double exit_margin_;  ///< pixels
  int count_ = 0;
  std::map<std::int64_t, Visitor> visitors_;
};

}  // namespace

Result<std::unique_ptr<Watcher>> watch_intrusion(WatcherBase base) {
  const auto& params = std::get<Intrusion>(base.rule.params);
  AIFLOW_ASSIGN(auto zone, geometry::Polygon::create(base.points));
  if (params.enter_hits < 1 || params.exit_margin < 0 || params.height_min < 0 ||
      params.enter < Duration{0} || params.exit < Duration{0} || params.lost < Duration{0} ||
      params.cooldown < Duration{0}) {
    return fail(ErrorCode::invalid_argument, "enter_hits must be >= 1, all other numbers >= 0");
  }
  return std::make_unique<IntrusionWatcher>(std::move(base), std::move(zone));
}

}  // namespace aiflow::rules

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>

#include "geometry/polygon.h"
#include "rules/detail/watcher.h"

namespace aiflow::rules {
namespace {

class CongestionWatcher final : public Watcher {
 public:
  CongestionWatcher(WatcherBase base, geometry::Polygon zone)
      : base_(std::move(base)),
        params_(std::get<Congestion>(base_.rule.params)),
        zone_(std::move(zone)) {}

  void update(const Scene& scene, std::vector<SceneEvent>& out) override {
    std::vector<const track::Track*> inside;
    for (const track::Track* track : scene.tracks) {
      if (track->seen && track->confirmed && zone_.contains(track->box.bottom_centre())) {
        inside.push_back(track);
      }
    }
    count_ = static_cast<int>(inside.size());
    samples_.push_back({scene.time, count_});
    while (samples_.front().time <= scene.time - params_.window) samples_.pop_front();
    const int median = median_count();
    if (open_) {
      peak_ = std::max(peak_, median);
      close_if_clear(median, scene.time, out);
    } else {
      open_if_full(median, {scene, inside}, out);
    }
  }

  void finish(Duration time, std::vector<SceneEvent>& out) override {
    if (open_) end({time, "source ended"}, out);
    samples_.clear();
    since_.reset();
    count_ = 0;
  }

  [[nodiscard]] std::optional<int> count() const override { return count_; }

 private:
  struct Sample {
    Duration time;
    int count;
  };
  struct View {
    const Scene& scene;
    const std::vector<const track::Track*>& inside;
  };
  struct Ending {
    Duration time;
    const char* reason;
  };

  /// The lower one of the two middle values when their number is even.
  [[nodiscard]] int median_count() const {
    std::vector<int> counts;
    for (const Sample& sample : samples_) counts.push_back(sample.count);
    const auto middle = counts.begin() + static_cast<std::ptrdiff_t>((counts.size() - 1) / 2);
    std::ranges::nth_element(counts, middle);
    return *middle;
  }

  void open_if_full(int median, const View& view, std::vector<SceneEvent>& out) {
    const Duration now = view.scene.time;
    if (median < params_.count_on) {
      since_.reset();
      return;
    }
    if (!since_) since_ = now;
    if (now - *since_ < params_.hold) return;
    SceneEvent event = make_event(base_, view.scene, view.inside);
    for (const track::Track* track : view.inside) {
      event.points.push_back(track->box.bottom_centre());
    }
    event.values = {{"count", static_cast<double>(median)},
                    {"count_on", static_cast<double>(params_.count_on)},
                    {"held_s", seconds(now - *since_)},
                    {"hold_s", seconds(params_.hold)}};
    open_ = event;
    peak_ = median;
    since_.reset();
    out.push_back(std::move(event));
  }

  void close_if_clear(int median, Duration now, std::vector<SceneEvent>& out) {
    if (median > params_.count_off) {
      since_.reset();
      return;
    }
    if (!since_) since_ = now;
    if (now - *since_ >= params_.clear) end({now, "cleared"}, out);
  }

  void end(const Ending& ending, std::vector<SceneEvent>& out) {
    SceneEvent event = *open_;
    event.phase = Phase::end;
    event.time = ending.time;
    event.values = {{"reason", ending.reason},
                    {"duration_s", seconds(ending.time - event.start_time)},
                    {"count_peak", static_cast<double>(peak_)},
                    {"count_off", static_cast<double>(params_.count_off)}};
    out.push_back(std::move(event));
    open_.reset();
    since_.reset();
  }

  WatcherBase base_;
  Congestion params_;
  geometry::Polygon zone_;
  std::deque<Sample> samples_;     ///< of the last `window`
  std::optional<Duration> since_;  ///< the median has been at the limit (on, or off when open)
  std::optional<SceneEvent> open_;
  int peak_ = 0;
  int count_ = 0;
};

}  // namespace

Result<std::unique_ptr<Watcher>> watch_congestion(WatcherBase base) {
  const auto& params = std::get<Congestion>(base.rule.params);
  AIFLOW_ASSIGN(auto zone, geometry::Polygon::create(base.points));
  if (params.count_on < 1 || params.count_off < 0 || params.count_off >= params.count_on) {
    return fail(ErrorCode::invalid_argument, "count_on must be >= 1 and above count_off");
  }
  if (params.hold < Duration{0} || params.clear < Duration{0} || params.window <= Duration{0}) {
    return fail(ErrorCode::invalid_argument, "hold_s and clear_s must be >= 0, window_s > 0");
  }
  return std::make_unique<CongestionWatcher>(std::move(base), std::move(zone));
}

}  // namespace aiflow::rules

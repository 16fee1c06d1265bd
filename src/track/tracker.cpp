// SPDX-License-Identifier: Apache-2.0
#include "track/tracker.h"

#include <algorithm>
#include <functional>

#include "base/assert.h"
#include "track/detail/assignment.h"
#include "track/detail/motion.h"

namespace aiflow::track {
namespace {

struct Live {
  Track track;
  Motion motion;
  double score_sum = 0;
};

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

struct Tracker::Impl {
  /// One round of matching: which tracks meet which detections, by what likeness, from where on.
  struct Round {
    std::function<bool(const Live&)> tracks;
    std::function<bool(const Detection&)> detections;
    double (*likeness)(const geometry::Box&, const geometry::Box&);
    double likeness_min;
  };

  explicit Impl(TrackerOptions o) : options(o) {}

  std::vector<Track> update(std::span<const Detection> detections, Duration time) {
    AIFLOW_ASSERT(time >= now);
    predict(time);
    std::vector<bool> taken(detections.size(), false);
    for (const Round& round : rounds()) match(round, detections, taken);
    for (std::size_t d = 0; d < detections.size(); ++d) {
      if (!taken[d] && detections[d].score >= options.score_new) begin(detections[d]);
    }
    forget();
    std::vector<Track> out;
    out.reserve(live.size());
    for (const Live& l : live) out.push_back(l.track);
    return out;
  }

  void predict(Duration time) {
    const double dt_s = seconds(time - now);
    now = time;
    for (Live& l : live) {
      if (!l.track.seen) l.motion.stop_growing();
      l.motion.predict(dt_s);
      l.track.box = l.motion.box();
      l.track.seen = false;
    }
  }

  [[nodiscard]] std::vector<Round> rounds() const {
    const auto sure = [this](const Detection& d) { return d.score >= options.score_high; };
    const auto unsure = [this](const Detection& d) {
      return d.score < options.score_high && d.score >= options.score_low;
    };
    const auto recent = [this](const Live& l) {
      return now - l.track.last_seen <= options.near_gap;
    };
    const auto confirmed = [](const Live& l) { return l.track.confirmed; };
    const auto tentative = [](const Live& l) { return !l.track.confirmed; };
    const auto confirmed_recent = [recent](const Live& l) {
      return l.track.confirmed && recent(l);
    };
    return {
        {confirmed, sure, geometry::iou, options.iou_high},
        {confirmed_recent, unsure, geometry::iou, options.iou_low},
        {tentative, sure, geometry::iou, options.iou_high},
        {recent, sure, geometry::giou, options.giou_near},
    };
  }

  void match(const Round& round, std::span<const Detection> detections, std::vector<bool>& taken) {
    std::vector<std::size_t> rows;
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < live.size(); ++i) {
      if (!live[i].track.seen && round.tracks(live[i])) rows.push_back(i);
    }
    for (std::size_t d = 0; d < detections.size(); ++d) {
      if (!taken[d] && round.detections(detections[d])) columns.push_back(d);
    }
    CostTable table{rows.size(), columns.size(), {}};
    table.costs.reserve(rows.size() * columns.size());
    for (const std::size_t i : rows) {
      for (const std::size_t d : columns)
        table.costs.push_back(cost(round, live[i], detections[d]));
    }
    const auto column_of = assign(table);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (column_of[r] == kNone) continue;
      const std::size_t d = columns[column_of[r]];
      taken[d] = true;
      see(live[rows[r]], detections[d]);
    }
  }

  static double cost(const Round& round, const Live& l, const Detection& d) {
    if (l.track.label != d.label) return kForbidden;
    const double likeness = round.likeness(l.track.box, d.box);
    return likeness >= round.likeness_min ? 1 - likeness : kForbidden;
  }

  void see(Live& l, const Detection& d) const {
    l.motion.correct(d.box);
    l.score_sum += d.score;
    Track& t = l.track;
    t.box = l.motion.box();
    t.score = d.score;
    t.hits += 1;
    t.score_mean = l.score_sum / t.hits;
    t.confirmed = t.confirmed || t.hits >= options.confirm_hits;
    t.seen = true;
    t.last_seen = now;
  }

  void begin(const Detection& d) {
    Live l{Track{}, Motion(d.box), 0};
    l.track.id = ++last_id;
    l.track.label = d.label;
    l.track.first_seen = now;
    see(l, d);
    live.push_back(std::move(l));
  }

  void forget() {
    std::erase_if(live, [this](const Live& l) {
      const Duration patience = l.track.confirmed ? options.buffer : options.tentative;
      return now - l.track.last_seen > patience;
    });
  }

  TrackerOptions options;
  std::vector<Live> live;  ///< ascending ids
  Duration now = Duration::min() / 4;
  std::int64_t last_id = 0;
};

Tracker::Tracker(TrackerOptions options) : impl_(std::make_unique<Impl>(options)) {}
Tracker::Tracker(Tracker&&) noexcept = default;
Tracker& Tracker::operator=(Tracker&&) noexcept = default;
Tracker::~Tracker() = default;

std::vector<Track> Tracker::update(std::span<const Detection> detections, Duration time) {
  return impl_->update(detections, time);
}

}  // namespace aiflow::track

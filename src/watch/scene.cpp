// SPDX-License-Identifier: Apache-2.0
#include "watch/scene.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "media/draw.h"

namespace aiflow::watch {
namespace {

using geometry::Point;

constexpr std::size_t kTrailPoints = 40;
constexpr media::Pen kZonePen{0, 220, 255, 2};
constexpr media::Pen kBoxPen{40, 40, 255, 3};
constexpr media::Pen kTrailPen{255, 200, 0, 2};
constexpr media::Pen kPointPen{255, 255, 255, 5};
constexpr media::Pen kLabelPen{255, 255, 255, 2};

std::string label_of(const rules::SceneEvent& event) {
  char time[32];
  std::snprintf(time, sizeof time, "%.1f", std::chrono::duration<double>(event.time).count());
  std::string kind = event.kind;
  std::ranges::replace(kind, '_', ' ');
  std::string text = kind;
  for (std::size_t i = 0; i < std::min<std::size_t>(event.track_ids.size(), 6); ++i) {
    text += " #" + std::to_string(event.track_ids[i]);
  }
  return text + " " + time + "S";
}

json::Value to_json(const std::vector<rules::Measured>& values) {
  json::Object out;
  for (const auto& [key, value] : values) {
    out.emplace_back(key, std::visit([](const auto& v) { return json::Value(v); }, value));
  }
  return json::Value(std::move(out));
}

}  // namespace

track::TrackerOptions tracker_options(double score_min) {
  const double score = std::clamp(score_min, 0.05, 0.95);
  track::TrackerOptions options;
  options.score_high = score;
  options.score_new = std::min(score + 0.1, 0.95);
  options.score_low = std::max(0.4 * score, 0.05);
  return options;
}

Result<SceneStep> Scene::update(const media::Frame& frame,
                                std::vector<track::Detection> detections) {
  SceneStep step;
  AIFLOW_TRY(adapt_to(*frame.image, step.events));
  std::erase_if(detections, [&](const track::Detection& d) {
    return !options_.classes.empty() &&
           std::ranges::find(options_.classes, d.label) == options_.classes.end();
  });
  const SteadyTime begin = clock_.steady_now();
  step.tracks = tracker_->update(detections, frame.time);
  const SteadyTime tracked = clock_.steady_now();
  auto events = rules_->update(step.tracks, frame.time);
  step.rules_time = clock_.steady_now() - tracked;
  step.track_time = tracked - begin;
  std::ranges::move(events, std::back_inserter(step.events));
  follow(step.tracks);
  time_ = frame.time;
  return step;
}

std::vector<rules::SceneEvent> Scene::finish() {
  return rules_ ? rules_->finish(time_) : std::vector<rules::SceneEvent>{};
}

/// A camera may change its picture size; tracks and rules in pixels then start anew.
Status Scene::adapt_to(const media::Image& image, std::vector<rules::SceneEvent>& ended) {
  if (rules_ && size_.width == image.width && size_.height == image.height) return {};
  if (rules_) ended = rules_->finish(time_);
  size_ = {image.width, image.height};
  AIFLOW_ASSIGN(auto rules, rules::RuleSet::create(options_.event_key, size_, options_.rules));
  rules_.emplace(std::move(rules));
  if (!tracker_) tracker_.emplace(options_.tracker);
  return {};
}

void Scene::follow(const std::vector<track::Track>& tracks) {
  std::erase_if(trails_, [&](const auto& trail) {
    return !std::ranges::binary_search(tracks, trail.first, {}, &track::Track::id);
  });
  for (const track::Track& track : tracks) {
    if (!track.seen) continue;
    auto& trail = trails_[track.id];
    trail.push_back(track.box.bottom_centre());
    if (trail.size() > kTrailPoints) trail.pop_front();
  }
}

wire::FrameReport Scene::report(const media::Frame& frame, const SceneStep& step) const {
  wire::FrameReport report;
  const double width = frame.image->width;
  const double height = frame.image->height;
  report.frame = frame.index;
  report.media_time_us = frame.time.count();
  report.width = frame.image->width;
  report.height = frame.image->height;
  for (const track::Track& t : step.tracks) {
    if (!t.seen) continue;
    report.tracks.push_back({t.id, t.label, t.score, t.box.x / width, t.box.y / height,
                             t.box.w / width, t.box.h / height, t.confirmed});
  }
  for (const auto& [rule, count] : rules_->counts()) report.counts[rule] = count;
  report.track_us = step.track_time.count();
  report.rules_us = step.rules_time.count();
  return report;
}

wire::SceneEventReport Scene::report(const media::Frame& frame,
                                     const rules::SceneEvent& event) const {
  wire::SceneEventReport report;
  report.event_id = event.id;
  report.rule_id = event.rule_id;
  report.kind = event.kind;
  report.phase = event.phase == rules::Phase::start ? "start" : "end";
  report.media_time_us = event.time.count();
  report.frame = frame.index;
  report.track_ids = event.track_ids;
  report.label = event.label;
  report.score = event.score;
  for (const Point& p : event.points) {
    report.points.push_back({p.x / frame.image->width, p.y / frame.image->height});
  }
  report.values = to_json(event.values);
  return report;
}

media::Image Scene::snapshot(const media::Frame& frame, const rules::SceneEvent& event) const {
  media::Image image = *frame.image;
  const auto rule = std::ranges::find(options_.rules, event.rule_id, &rules::Rule::id);
  if (rule != options_.rules.end()) {
    std::vector<Point> zone;
    for (const Point& p : rule->points) zone.push_back({p.x * image.width, p.y * image.height});
    media::draw_polygon(image, zone, kZonePen);
  }
  for (const std::int64_t id : event.track_ids) {
    const auto trail = trails_.find(id);
    if (trail == trails_.end()) continue;
    for (const Point& p : trail->second) media::draw_point(image, p, kTrailPen);
  }
  for (const geometry::Box& box : event.boxes) media::draw_box(image, box, kBoxPen);
  for (const Point& p : event.points) media::draw_point(image, p, kPointPen);
  media::draw_label(image, {4, 4}, label_of(event), kLabelPen);
  return image;
}

}  // namespace aiflow::watch

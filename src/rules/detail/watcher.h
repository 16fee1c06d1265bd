// SPDX-License-Identifier: Apache-2.0
// One rule at work. Each kind has its own .cpp file; RuleSet drives them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "rules/rule.h"
#include "rules/rule_set.h"
#include "rules/scene_event.h"
#include "track/tracker.h"

namespace aiflow::rules {

/// What all kinds share.
struct WatcherBase {
  std::string key;  ///< of the camera, for event ids
  Rule rule;
  FrameSize size;
  std::vector<geometry::Point> points;  ///< of the rule, in pixels
};

/// One frame as a rule sees it: only tracks of its classes.
struct Scene {
  std::vector<const track::Track*> tracks;  ///< ascending ids
  Duration time{0};
  [[nodiscard]] const track::Track* find(std::int64_t id) const;
};

class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void update(const Scene& scene, std::vector<SceneEvent>& out) = 0;
  /// Ends what is open; the source has ended.
  virtual void finish(Duration time, std::vector<SceneEvent>& out) = 0;
  /// Objects in the zone now; nullopt for a line.
  [[nodiscard]] virtual std::optional<int> count() const = 0;
};

[[nodiscard]] Result<std::unique_ptr<Watcher>> watch_line(WatcherBase base);
[[nodiscard]] Result<std::unique_ptr<Watcher>> watch_intrusion(WatcherBase base);
[[nodiscard]] Result<std::unique_ptr<Watcher>> watch_congestion(WatcherBase base);

/// The fields that every event has; the caller adds points and values.
[[nodiscard]] SceneEvent make_event(const WatcherBase& base, const Scene& scene,
                                    std::span<const track::Track* const> deciding);

[[nodiscard]] inline double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace aiflow::rules

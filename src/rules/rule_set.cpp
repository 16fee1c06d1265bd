// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_set.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/assert.h"
#include "base/prng.h"
#include "rules/detail/watcher.h"

namespace aiflow::rules {
namespace {

constexpr std::uint64_t kFnvPrime = 0x100000001B3ULL;

/// FNV-1a with a strong finish; two of them with different starts make 128 bits.
class Hash {
 public:
  explicit Hash(std::uint64_t start) : state_(start) {}
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
    add_byte(0xFF);  // no UTF-8 text holds it, so ("ab", "c") differs from ("a", "bc")
  }
  void add(std::int64_t number) {
    for (int shift = 0; shift < 64; shift += 8) {
      add_byte(static_cast<unsigned char>(static_cast<std::uint64_t>(number) >> shift));
    }
  }
  [[nodiscard]] std::uint64_t value() const { return Prng(state_).next(); }

 private:
  void add_byte(unsigned char byte) { state_ = (state_ ^ byte) * kFnvPrime; }
  std::uint64_t state_;
};

std::string hex(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[(value >> shift) & 15];
  return out;
}

Result<std::unique_ptr<Watcher>> make_watcher(WatcherBase base) {
  for (const geometry::Point& p : base.rule.points) {
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) {
      return fail(ErrorCode::invalid_argument, "a point is not a finite number");
    }
    base.points.push_back({p.x * base.size.width, p.y * base.size.height});
  }
  switch (base.rule.params.index()) {
    case 0: return watch_line(std::move(base));
    case 1: return watch_intrusion(std::move(base));
    default: return watch_congestion(std::move(base));
  }
}

bool counts_for(const Rule& rule, const track::Track& track) {
  return rule.classes.empty() || std::ranges::find(rule.classes, track.label) != rule.classes.end();
}

std::string commonest_label(std::span<const track::Track* const> tracks) {
  std::map<std::string, int> counts;
  for (const track::Track* track : tracks) ++counts[track->label];
  const auto best = std::ranges::max_element(counts, {}, [](const auto& c) { return c.second; });
  return best == counts.end() ? std::string() : best->first;
}

}  // namespace

struct RuleSet::Impl {
  struct Entry {
    Rule rule;
    std::unique_ptr<Watcher> watcher;
  };
  std::vector<Entry> entries;
};

std::string kind_of(const Rule& rule) {
  constexpr const char* kKinds[] = {"line_crossing", "intrusion", "congestion"};
  return kKinds[rule.params.index()];
}

std::string event_id(const EventKey& key) {
  std::string out;
  for (const std::uint64_t start : {0xCBF29CE484222325ULL, 0x9AE16A3B2F90404FULL}) {
    Hash hash(start);
    hash.add(key.camera);
    hash.add(key.rule);
    hash.add(key.track);
    hash.add(key.start.count());
    out += hex(hash.value());
  }
  return out;
}

const track::Track* Scene::find(std::int64_t id) const {
  const auto at = std::ranges::lower_bound(tracks, id, {}, &track::Track::id);
  return at != tracks.end() && (*at)->id == id ? *at : nullptr;
}

SceneEvent make_event(const WatcherBase& base, const Scene& scene,
                      std::span<const track::Track* const> deciding) {
  SceneEvent event;
  event.rule_id = base.rule.id;
  event.kind = kind_of(base.rule);
  event.time = scene.time;
  event.start_time = scene.time;
  event.label = commonest_label(deciding);
  for (const track::Track* track : deciding) {
    event.track_ids.push_back(track->id);
    event.boxes.push_back(track->box);
    event.score += track->score_mean / static_cast<double>(deciding.size());
  }
  const std::int64_t track =
      deciding.size() == 1 && event.kind != "congestion" ? event.track_ids.front() : 0;
  event.id = event_id({base.key, base.rule.id, track, scene.time});
  return event;
}

RuleSet::RuleSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;
RuleSet::~RuleSet() = default;

Result<RuleSet> RuleSet::create(std::string key, FrameSize size, std::vector<Rule> rules) {
  AIFLOW_ASSERT(size.width > 0 && size.height > 0);
  auto impl = std::make_unique<Impl>();
  std::set<std::string> ids;
  for (Rule& rule : rules) {
    const std::string context = "rule '" + rule.id + "'";
    if (rule.id.empty()) return fail(ErrorCode::invalid_argument, "a rule has no id");
    if (!ids.insert(rule.id).second) {
      return fail(ErrorCode::invalid_argument, context + ": the id is used twice");
    }
    auto watcher = make_watcher({key, rule, size, {}});
    if (!watcher) return fail(std::move(watcher).error().with_context(context));
    impl->entries.push_back({std::move(rule), *std::move(watcher)});
  }
  return RuleSet(std::move(impl));
}

std::vector<SceneEvent> RuleSet::update(std::span<const track::Track> tracks, Duration time) {
  std::vector<SceneEvent> events;
  for (Impl::Entry& entry : impl_->entries) {
    Scene scene{{}, time};
    for (const track::Track& track : tracks) {
      if (counts_for(entry.rule, track)) scene.tracks.push_back(&track);
    }
    entry.watcher->update(scene, events);
  }
  return events;
}

std::vector<SceneEvent> RuleSet::finish(Duration time) {
  std::vector<SceneEvent> events;
  for (Impl::Entry& entry : impl_->entries) entry.watcher->finish(time, events);
  return events;
}

std::vector<std::pair<std::string, int>> RuleSet::counts() const {
  std::vector<std::pair<std::string, int>> out;
  for (const Impl::Entry& entry : impl_->entries) {
    if (const auto count = entry.watcher->count()) out.emplace_back(entry.rule.id, *count);
  }
  return out;
}

}  // namespace aiflow::rules

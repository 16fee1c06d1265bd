// SPDX-License-Identifier: Apache-2.0
// Behaviour over time is tested as text: tests/rules/*.txt, read by watch/rules_text_test.cpp.
#include <doctest/doctest.h>

#include <map>
#include <set>

#include "base/prng.h"
#include "rules/rule_set.h"

namespace aiflow::rules {
namespace {

constexpr FrameSize kSize{1000, 1000};
const std::vector<geometry::Point> kSquare = {{0.2, 0.2}, {0.8, 0.2}, {0.8, 0.8}, {0.2, 0.8}};

Rule line() { return {"gate", "Gate", {{0.5, 1}, {0.5, 0}}, {}, LineCrossing{}}; }
Rule zone() { return {"yard", "Yard", kSquare, {"Person"}, Intrusion{.cooldown = Duration{0}}}; }
Rule crowd() { return {"crowd", "Crowd", kSquare, {}, Congestion{.count_on = 3, .count_off = 2}}; }

std::string why_refused(Rule rule) {
  const auto made = RuleSet::create("cam", kSize, {std::move(rule)});
  return made ? "accepted" : made.error().message;
}

TEST_CASE("a rule that makes no sense is refused with its name") {
  Rule bad = line();
  bad.points.pop_back();
  CHECK(why_refused(bad) == "rule 'gate': a line has exactly 2 points, not 1");
  bad.points.push_back(bad.points[0]);
  CHECK(why_refused(bad) == "rule 'gate': the line is shorter than a pixel");
  bad = zone();
  bad.points = {{0, 0}, {1, 1}, {0.5, 0.5}};
  CHECK(why_refused(bad) == "rule 'yard': the polygon has no area");
  bad = crowd();
  bad.params = Congestion{.count_on = 3, .count_off = 3};
  CHECK(why_refused(bad) == "rule 'crowd': count_on must be >= 1 and above count_off");
  const auto twice = RuleSet::create("cam", kSize, {line(), line()});
  REQUIRE_FALSE(twice);
  CHECK(twice.error().message == "rule 'gate': the id is used twice");
}

TEST_CASE("an event's id depends on each part of its key and on nothing else") {
  const EventKey key{"cam", "gate", 7, std::chrono::seconds(3)};
  const std::string id = event_id(key);
  CHECK(id.size() == 32);
  CHECK(event_id(key) == id);
  std::set<std::string> ids = {id};
  ids.insert(event_id({"cam2", "gate", 7, std::chrono::seconds(3)}));
  ids.insert(event_id({"cam", "gate2", 7, std::chrono::seconds(3)}));
  ids.insert(event_id({"camg", "ate", 7, std::chrono::seconds(3)}));
  ids.insert(event_id({"cam", "gate", 8, std::chrono::seconds(3)}));
  ids.insert(event_id({"cam", "gate", 7, std::chrono::microseconds(3)}));
  CHECK(ids.size() == 6);
}

/// People who walk at random, are missed at random, and go.
std::vector<SceneEvent> random_walk(std::uint64_t seed) {
  Prng prng(seed);
  auto rules = RuleSet::create("cam", kSize, {line(), zone(), crowd()});
  REQUIRE(rules);
  std::vector<track::Track> tracks;
  std::int64_t last_id = 0;
  std::vector<SceneEvent> all;
  Duration time{0};
  for (int f = 0; f < 600; ++f) {
    time += std::chrono::milliseconds(50 + prng.below(150));
    if (prng.chance(0.05)) {
      track::Track track;
      track.id = ++last_id;
      track.label = prng.chance(0.8) ? "Person" : "Car";
      track.box = {prng.unit() * 1000, prng.unit() * 900, 30, 80};
      track.score_mean = 0.8;
      tracks.push_back(track);
    }
    for (track::Track& track : tracks) {
      track.seen = prng.chance(0.9);
      if (!track.seen) continue;
      track.hits += 1;
      track.confirmed = track.hits >= 3;
      track.last_seen = time;
      track.box.x += (prng.unit() - 0.5) * 120;
      track.box.y += (prng.unit() - 0.5) * 120;
    }
    std::erase_if(tracks, [&](const track::Track&) { return prng.chance(0.004); });
    for (auto& event : rules->update(tracks, time)) all.push_back(std::move(event));
  }
  for (auto& event : rules->finish(time)) all.push_back(std::move(event));
  return all;
}

TEST_CASE("each event starts once, ends once and never before its start") {
  std::size_t events = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::map<std::string, const SceneEvent*> open;
    std::set<std::string> started;
    const auto all = random_walk(seed);
    events += all.size();
    for (const SceneEvent& event : all) {
      CHECK_FALSE(event.points.empty());
      CHECK_FALSE(event.values.empty());
      if (event.phase == Phase::start) {
        CHECK(started.insert(event.id).second);
        open[event.id] = &event;
        continue;
      }
      REQUIRE(open.contains(event.id));
      CHECK(event.time >= open[event.id]->time);
      CHECK(event.start_time == open[event.id]->time);
      CHECK(event.track_ids == open[event.id]->track_ids);
      open.erase(event.id);
    }
    CHECK(open.empty());
  }
  CHECK(events > 500);
}

TEST_CASE("the same tracks give the same events") {
  const auto once = random_walk(3);
  const auto again = random_walk(3);
  REQUIRE(once.size() == again.size());
  for (std::size_t i = 0; i < once.size(); ++i) {
    CHECK(once[i].id == again[i].id);
    CHECK(once[i].values == again[i].values);
  }
}

TEST_CASE("only the rule's classes count") {
  auto rules = RuleSet::create("cam", kSize, {zone()});
  REQUIRE(rules);
  std::vector<track::Track> tracks(2);
  tracks[0] = {1, "Person", {480, 400, 40, 100}, 0.9, 0.9, 9, true, true, Duration{0}, Duration{0}};
  tracks[1] = tracks[0];
  tracks[1].id = 2;
  tracks[1].label = "Dog";
  for (int i = 0; i < 20; ++i) {
    for (const auto& event : rules->update(tracks, std::chrono::milliseconds(100 * i))) {
      CHECK(event.track_ids == std::vector<std::int64_t>{1});
    }
  }
  CHECK(rules->counts() == std::vector<std::pair<std::string, int>>{{"yard", 1}});
}

}  // namespace
}  // namespace aiflow::rules

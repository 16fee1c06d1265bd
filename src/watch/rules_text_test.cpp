// SPDX-License-Identifier: Apache-2.0
// Runs tests/rules/*.txt: tracks written as text, events expected as text. A file has lines
//   size WIDTH HEIGHT             pixels
//   rule JSON                     a wire RuleConfig; before the first case: for all cases, within a
//                                 case: instead of them
//   case NAME                     starts a case
//   track ID T:X,Y T:X,Y ...      seconds and bottom centre in pixels, straight between; 10
//   frames/s;
//                                 after its last point a track is lost, and forgotten after 3 s
//   miss ID FROM TO               seconds in which the track is not detected
//   score ID MEAN                 instead of 0.9
//   stop T                        the source ends; default: 4 s after the last track
//   expect T RULE PHASE TRACKS [direction or reason]
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>

#include "os/file.h"
#include "rules/rule_set.h"
#include "watch/rule_config.h"

namespace aiflow::watch {
namespace {

constexpr double kFrameSeconds = 0.1;
constexpr double kBufferSeconds = 3;
constexpr double kSlack = 1e-6;

struct Waypoint {
  double time;
  geometry::Point at;
};

struct Walk {
  std::vector<Waypoint> points;
  std::vector<std::pair<double, double>> misses;
  double score = 0.9;

  [[nodiscard]] bool seen(double time) const {
    const bool missed = std::ranges::any_of(misses, [&](const auto& miss) {
      return time >= miss.first - kSlack && time < miss.second - kSlack;
    });
    return !missed && time >= points.front().time - kSlack && time <= points.back().time + kSlack;
  }
  [[nodiscard]] geometry::Point place(double time) const {
    for (std::size_t i = 1; i < points.size(); ++i) {
      const Waypoint& from = points[i - 1];
      const Waypoint& to = points[i];
      if (time > to.time) continue;
      const double t = (time - from.time) / (to.time - from.time);
      return {from.at.x + t * (to.at.x - from.at.x), from.at.y + t * (to.at.y - from.at.y)};
    }
    return points.back().at;
  }
};

struct Case {
  std::string name;
  std::vector<wire::RuleConfig> rules;
  std::map<std::int64_t, Walk> walks;
  std::optional<double> stop;
  std::string expected;
};

struct Script {
  rules::FrameSize size;
  std::vector<wire::RuleConfig> rules;
  std::vector<Case> cases;
};

Waypoint parse_waypoint(const std::string& word) {
  Waypoint point{};
  REQUIRE(std::sscanf(word.c_str(), "%lf:%lf,%lf", &point.time, &point.at.x, &point.at.y) == 3);
  return point;
}

void read_line(std::istringstream& words, const std::string& keyword, Script& script) {
  const bool in_case = !script.cases.empty();
  std::string rest;
  std::int64_t id = 0;
  if (keyword == "size") {
    words >> script.size.width >> script.size.height;
  } else if (keyword == "case") {
    std::getline(words >> std::ws, rest);
    script.cases.push_back({rest, {}, {}, {}, {}});
  } else if (keyword == "rule") {
    std::getline(words >> std::ws, rest);
    auto config = parse_rules_file("[" + rest + "]");
    REQUIRE_MESSAGE(config, rest);
    (in_case ? script.cases.back().rules : script.rules).push_back(config->front());
  } else if (keyword == "track") {
    words >> id;
    while (words >> rest) script.cases.back().walks[id].points.push_back(parse_waypoint(rest));
  } else if (keyword == "miss") {
    std::pair<double, double> miss;
    words >> id >> miss.first >> miss.second;
    script.cases.back().walks[id].misses.push_back(miss);
  } else if (keyword == "score") {
    words >> id;
    words >> script.cases.back().walks[id].score;
  } else if (keyword == "stop") {
    words >> script.cases.back().stop.emplace();
  } else {
    REQUIRE_MESSAGE(keyword == "expect", keyword);
    std::getline(words >> std::ws, rest);
    script.cases.back().expected += rest + "\n";
  }
}

Script read_script(const std::filesystem::path& path) {
  const auto text = os::read_file(path, 1U << 20);
  REQUIRE(text);
  Script script;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string keyword;
    if (words >> keyword && !keyword.starts_with('#')) read_line(words, keyword, script);
  }
  return script;
}

std::string to_text(const rules::SceneEvent& event) {
  char time[32];
  std::snprintf(time, sizeof time, "%.1f", std::chrono::duration<double>(event.time).count());
  std::string line = std::string(time) + " " + event.rule_id;
  line += event.phase == rules::Phase::start ? " start " : " end ";
  for (std::size_t i = 0; i < event.track_ids.size(); ++i) {
    line += (i == 0 ? "" : ",") + std::to_string(event.track_ids[i]);
  }
  for (const auto& [key, value] : event.values) {
    if (key == "direction" || key == "reason") line += " " + std::get<std::string>(value);
  }
  return line + "\n";
}

/// What a tracker would say of the walks at this time.
class Stage {
 public:
  explicit Stage(const Case& test) : walks_(test.walks) {}

  std::vector<track::Track> tracks_at(double time) {
    std::vector<track::Track> out;
    for (const auto& [id, walk] : walks_) {
      track::Track& track = tracks_[id];
      track.id = id;
      track.seen = walk.seen(time);
      if (track.seen) see(track, walk, time);
      const double unseen = time - std::chrono::duration<double>(track.last_seen).count();
      if (track.hits > 0 && unseen <= kBufferSeconds + kSlack) out.push_back(track);
    }
    return out;
  }

 private:
  static void see(track::Track& track, const Walk& walk, double time) {
    const geometry::Point at = walk.place(time);
    track.label = "Person";
    track.box = {at.x - 15, at.y - 80, 30, 80};
    track.score = track.score_mean = walk.score;
    track.hits += 1;
    track.confirmed = track.hits >= 3;
    track.last_seen = Duration(std::llround(time * 1e6));
  }

  const std::map<std::int64_t, Walk>& walks_;
  std::map<std::int64_t, track::Track> tracks_;
};

std::string play(const Script& script, const Case& test) {
  auto rules = to_rules(test.rules.empty() ? script.rules : test.rules);
  REQUIRE(rules);
  auto set = rules::RuleSet::create("camera", script.size, *rules);
  REQUIRE(set);
  double end = test.stop.value_or(0);
  for (const auto& [id, walk] : test.walks) {
    if (!test.stop) end = std::max(end, walk.points.back().time + 4);
  }
  Stage stage(test);
  std::string out;
  Duration time{0};
  for (int frame = 0; frame * kFrameSeconds <= end + kSlack; ++frame) {
    time = Duration(std::llround(frame * kFrameSeconds * 1e6));
    const auto tracks = stage.tracks_at(frame * kFrameSeconds);
    for (const auto& event : set->update(tracks, time)) out += to_text(event);
  }
  for (const auto& event : set->finish(time)) out += to_text(event);
  return out;
}

TEST_CASE("tracks written as text give the events expected as text") {
  int cases = 0;
  for (const char* name : {"line_crossing", "intrusion", "congestion"}) {
    const auto path =
        std::filesystem::path(AIFLOW_SOURCE_DIR) / "tests/rules" / (std::string(name) + ".txt");
    const Script script = read_script(path);
    for (const Case& test : script.cases) {
      CAPTURE(path.filename().string());
      CAPTURE(test.name);
      CHECK(play(script, test) == test.expected);
      ++cases;
    }
  }
  CHECK(cases >= 27);
}

std::string why_refused(const std::string& rule) {
  const auto configs = parse_rules_file(rule);
  if (!configs) return configs.error().message;
  const auto rules = to_rules(*configs);
  return rules ? "accepted" : rules.error().message;
}

TEST_CASE("a rules file says what is wrong with it") {
  const std::string line = R"([{"rule_id":"g","kind":"line_crossing","name":"G","classes":[],)"
                           R"("points":[{"x":0,"y":0.5},{"x":1,"y":0.5}],"params":)";
  CHECK(why_refused(line + "{}}]") == "accepted");
  CHECK(why_refused(line + R"({"confrim":3}}])") ==
        "rule 'g': params: 'confrim' is not known, there are confirm, direction, margin, rearm_s");
  CHECK(why_refused(line + R"({"direction":"up"}}])") ==
        R"(rule 'g': params: 'direction' must be "a_to_b", "b_to_a" or "both")");
  CHECK(why_refused(line + R"({"confirm":1.5}}])") ==
        "rule 'g': params: 'confirm' must be a whole number");
  CHECK(why_refused(line + R"({"rearm_s":-1}}])") ==
        "rule 'g': params: 'rearm_s' must be seconds from 0 to 1000000");
  CHECK(why_refused(R"([{"rule_id":"g","kind":"fire","name":"","classes":[],"points":[],)"
                    R"("params":{}}])") ==
        "rule 'g': kind 'fire' is not known; use line_crossing, intrusion or congestion");
  CHECK(why_refused(R"([{"rule_id":"g","kind":"intrusion","name":"","classes":[],)"
                    R"("points":[{"x":0,"y":0},{"x":40,"y":0},{"x":1,"y":1}],"params":{}}])") ==
        "rule 'g': points are fractions of the picture, from 0 to 1");
  CHECK(why_refused("{}") == "a rules file holds {\"rules\": [...]} or a list");
  CHECK(why_refused("nonsense").find("accepted") == std::string::npos);
}

}  // namespace
}  // namespace aiflow::watch

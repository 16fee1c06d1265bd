// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/prng.h"
#include "track/detail/assignment.h"
#include "track/tracker.h"

namespace aiflow::track {
namespace {

using std::chrono::milliseconds;

constexpr Duration kFrame = milliseconds(100);

Detection person(double x, double y, double score = 0.9) {
  return {{x, y, 30, 80}, score, "Person"};
}

const Track* find(const std::vector<Track>& tracks, std::int64_t id) {
  const auto at = std::ranges::find(tracks, id, &Track::id);
  return at == tracks.end() ? nullptr : &*at;
}

TEST_CASE("the assignment has the least total cost of all") {
  Prng prng(11);
  for (int round = 0; round < 300; ++round) {
    const std::size_t rows = 1 + prng.below(4);
    const std::size_t columns = 1 + prng.below(4);
    CostTable table{rows, columns, {}};
    for (std::size_t i = 0; i < rows * columns; ++i) {
      table.costs.push_back(prng.chance(0.2) ? kForbidden : prng.unit());
    }
    const auto total = [&](const std::vector<std::size_t>& column_of) {
      double sum = 0;
      for (std::size_t r = 0; r < rows; ++r) {
        sum += column_of[r] == kNone ? kForbidden : table.at(r, column_of[r]);
      }
      return sum;
    };
    double best = kForbidden * static_cast<double>(rows);
    std::vector<std::size_t> slots(std::max(rows, columns));
    for (std::size_t i = 0; i < slots.size(); ++i) slots[i] = i;
    do {
      std::vector<std::size_t> column_of(rows, kNone);
      for (std::size_t r = 0; r < rows; ++r) {
        if (slots[r] < columns && table.at(r, slots[r]) < kForbidden) column_of[r] = slots[r];
      }
      best = std::min(best, total(column_of));
    } while (std::next_permutation(slots.begin(), slots.end()));
    CHECK(total(assign(table)) == doctest::Approx(best));
  }
}

TEST_CASE("a track counts after three detections") {
  Tracker tracker;
  for (int i = 0; i < 3; ++i) {
    const auto tracks = tracker.update(std::vector{person(100 + 5 * i, 100)}, kFrame * i);
    REQUIRE(tracks.size() == 1);
    CHECK(tracks[0].id == 1);
    CHECK(tracks[0].hits == i + 1);
    CHECK(tracks[0].confirmed == (i == 2));
  }
}

TEST_CASE("two people who cross keep their ids") {
  Tracker tracker;
  std::vector<Track> tracks;
  for (int i = 0; i <= 60; ++i) {
    const double step = 4.0 * i;
    tracks =
        tracker.update(std::vector{person(100 + step, 100), person(340 - step, 130)}, kFrame * i);
  }
  REQUIRE(tracks.size() == 2);
  CHECK(find(tracks, 1)->box.centre().x == doctest::Approx(355).epsilon(0.02));
  CHECK(find(tracks, 2)->box.centre().x == doctest::Approx(115).epsilon(0.05));
}

TEST_CASE("a person hidden for two seconds comes back with the same id") {
  Tracker tracker;
  std::vector<Track> tracks;
  for (int i = 0; i <= 60; ++i) {
    std::vector<Detection> seen;
    if (i < 20 || i > 40) seen.push_back(person(100 + 4 * i, 100));
    tracks = tracker.update(seen, kFrame * i);
    REQUIRE(tracks.size() == 1);
    CHECK(tracks[0].id == 1);
    CHECK(tracks[0].seen == !seen.empty());
  }
}

TEST_CASE("a person hidden for longer than the buffer is a new track") {
  Tracker tracker;
  std::vector<Track> tracks;
  for (int i = 0; i <= 60; ++i) {
    std::vector<Detection> seen;
    if (i < 15 || i > 46) seen.push_back(person(100, 100));
    tracks = tracker.update(seen, kFrame * i);
  }
  REQUIRE(tracks.size() == 1);
  CHECK(tracks[0].id == 2);
}

TEST_CASE("unsure detections keep a track alive but never start one") {
  Tracker tracker;
  std::vector<Track> tracks;
  for (int i = 0; i < 10; ++i) {
    tracks = tracker.update(std::vector{person(100, 100, 0.3)}, kFrame * i);
  }
  CHECK(tracks.empty());
  for (int i = 10; i < 14; ++i) {
    tracks = tracker.update(std::vector{person(100, 100)}, kFrame * i);
  }
  for (int i = 14; i < 80; ++i) {
    tracks = tracker.update(std::vector{person(100 + i - 14, 100, 0.3)}, kFrame * i);
    REQUIRE(tracks.size() == 1);
    CHECK(tracks[0].seen);
    CHECK(tracks[0].id == 1);
  }
}

TEST_CASE("a fast object whose boxes do not meet stays one track") {
  Tracker tracker;
  std::vector<Track> tracks;
  for (int i = 0; i < 10; ++i) {
    tracks = tracker.update(std::vector{person(50 + 36 * i, 100)}, kFrame * 2 * i);
  }
  REQUIRE(tracks.size() == 1);
  CHECK(tracks[0].hits == 10);
}

TEST_CASE("labels never mix") {
  Tracker tracker;
  auto dog = person(100, 100);
  dog.label = "Dog";
  for (int i = 0; i < 4; ++i) {
    const auto tracks = tracker.update(std::vector{person(100, 100), dog}, kFrame * i);
    REQUIRE(tracks.size() == 2);
    CHECK(tracks[0].label == "Person");
    CHECK(tracks[1].label == "Dog");
  }
  const auto tracks = tracker.update(std::vector{dog}, kFrame * 4);
  CHECK_FALSE(find(tracks, 1)->seen);
  CHECK(find(tracks, 2)->hits == 5);
}

TEST_CASE("a single false detection is soon forgotten") {
  Tracker tracker;
  CHECK(tracker.update(std::vector{person(10, 10)}, kFrame).size() == 1);
  CHECK(tracker.update({}, kFrame * 6).size() == 1);
  CHECK(tracker.update({}, kFrame * 7).empty());
}

TEST_CASE("jitter and misses do not break tracks apart") {
  Prng prng(5);
  Tracker tracker;
  std::set<std::int64_t> confirmed;
  for (int i = 0; i < 300; ++i) {
    std::vector<Detection> seen;
    for (int lane = 0; lane < 5; ++lane) {
      if (prng.chance(0.1)) continue;
      auto d = person(20 + 2.0 * i, 100 * lane);
      d.box.x += (prng.unit() - 0.5) * 0.1 * d.box.w;
      d.box.y += (prng.unit() - 0.5) * 0.1 * d.box.h;
      d.box.w *= 0.95 + 0.1 * prng.unit();
      d.box.h *= 0.95 + 0.1 * prng.unit();
      seen.push_back(d);
    }
    for (const Track& t : tracker.update(seen, kFrame * i)) {
      if (t.confirmed) confirmed.insert(t.id);
    }
  }
  CHECK(confirmed.size() == 5);
}

struct RandomScene {
  std::vector<std::vector<Detection>> frames;
  std::vector<Duration> times;
};

RandomScene random_scene(std::uint64_t seed) {
  Prng prng(seed);
  RandomScene scene;
  Duration time{0};
  for (int f = 0; f < 120; ++f) {
    time += milliseconds(20 + prng.below(prng.chance(0.03) ? 4000 : 300));
    std::vector<Detection> seen;
    for (std::uint64_t n = prng.below(12); n > 0; --n) {
      Detection d{{prng.unit() * 300, prng.unit() * 200, 5 + prng.unit() * 60, prng.unit() * 120},
                  prng.unit(),
                  prng.chance(0.8) ? "Person" : "Car"};
      seen.push_back(d);
    }
    scene.frames.push_back(std::move(seen));
    scene.times.push_back(time);
  }
  return scene;
}

TEST_CASE("random scenes: ids never come back, no detection feeds two tracks, no track two") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const RandomScene scene = random_scene(seed);
    Tracker tracker;
    std::map<std::int64_t, int> hits;
    std::set<std::int64_t> gone;
    for (std::size_t f = 0; f < scene.frames.size(); ++f) {
      const auto tracks = tracker.update(scene.frames[f], scene.times[f]);
      CHECK(std::ranges::is_sorted(tracks, {}, &Track::id));
      std::size_t seen = 0;
      std::set<std::int64_t> here;
      for (const Track& t : tracks) {
        CHECK_FALSE(gone.contains(t.id));
        CHECK(t.hits == hits[t.id] + (t.seen ? 1 : 0));
        CHECK((t.last_seen == scene.times[f]) == t.seen);
        hits[t.id] = t.hits;
        here.insert(t.id);
        seen += t.seen ? 1 : 0;
      }
      CHECK(seen <= scene.frames[f].size());
      for (const auto& [id, count] : hits) {
        if (!here.contains(id)) gone.insert(id);
      }
    }
  }
}

TEST_CASE("the same detections give the same tracks") {
  const RandomScene scene = random_scene(42);
  Tracker one;
  Tracker two;
  for (std::size_t f = 0; f < scene.frames.size(); ++f) {
    const auto a = one.update(scene.frames[f], scene.times[f]);
    const auto b = two.update(scene.frames[f], scene.times[f]);
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(a[i].id == b[i].id);
      CHECK(a[i].box == b[i].box);
    }
  }
}

}  // namespace
}  // namespace aiflow::track

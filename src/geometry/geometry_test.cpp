// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include "base/prng.h"
#include "geometry/box.h"
#include "geometry/polygon.h"

namespace aiflow::geometry {
namespace {

Polygon polygon(std::vector<Point> points) {
  auto made = Polygon::create(std::move(points));
  REQUIRE(made);
  return *std::move(made);
}

Box random_box(Prng& prng) {
  return {prng.unit() * 80, prng.unit() * 80, prng.unit() * 30, prng.unit() * 30};
}

TEST_CASE("the distance to a segment is to its nearest point") {
  const Segment s{{0, 0}, {10, 0}};
  CHECK(distance({5, 3}, s) == doctest::Approx(3));
  CHECK(distance({-3, 4}, s) == doctest::Approx(5));
  CHECK(distance({13, -4}, s) == doctest::Approx(5));
  CHECK(distance({3, 4}, Segment{{0, 0}, {0, 0}}) == doctest::Approx(5));
}

TEST_CASE("the left side of an upward line is the left half of the screen") {
  const Segment up{{50, 100}, {50, 0}};
  CHECK(signed_distance({40, 50}, up) == doctest::Approx(10));
  CHECK(signed_distance({65, 500}, up) == doctest::Approx(-15));
  CHECK(signed_distance({50, -7}, up) == doctest::Approx(0));
}

TEST_CASE("segments cross when they share a point") {
  const Segment s{{0, 0}, {10, 10}};
  CHECK(cross(s, {{0, 10}, {10, 0}}));
  CHECK(cross(s, {{10, 10}, {20, 0}}));
  CHECK(cross(s, {{5, 5}, {5, 50}}));
  CHECK_FALSE(cross(s, {{6, 5}, {50, 5}}));
  CHECK_FALSE(cross(s, {{11, 11}, {20, 20}}));
  CHECK(cross(s, {{9, 9}, {20, 20}}));
}

TEST_CASE("a concave polygon knows its notch") {
  const Polygon u = polygon({{0, 0}, {3, 0}, {3, 8}, {7, 8}, {7, 0}, {10, 0}, {10, 10}, {0, 10}});
  CHECK(u.contains({1, 5}));
  CHECK(u.contains({9, 5}));
  CHECK_FALSE(u.contains({5, 5}));
  CHECK(u.contains({5, 9}));
  CHECK(u.contains({3, 4}));
  CHECK(u.area() == doctest::Approx(68));
  CHECK(u.contains_grown({3.4, 4}, 0.5));
  CHECK_FALSE(u.contains_grown({3.6, 4}, 0.5));
  CHECK(u.edge_distance({1, 5}) == doctest::Approx(1));
}

TEST_CASE("a polygon without area or with wild numbers is refused") {
  CHECK_FALSE(Polygon::create({{0, 0}, {1, 1}}));
  CHECK_FALSE(Polygon::create({{0, 0}, {1, 1}, {2, 2}}));
  CHECK_FALSE(Polygon::create({{0, 0}, {1, std::nan("")}, {2, 0}}));
}

TEST_CASE("the order of a polygon's points does not change what is inside") {
  Prng prng(7);
  const Polygon there = polygon({{10, 10}, {60, 20}, {90, 70}, {30, 80}});
  const Polygon back = polygon({{30, 80}, {90, 70}, {60, 20}, {10, 10}});
  for (int i = 0; i < 2000; ++i) {
    const Point p{prng.unit() * 100, prng.unit() * 100};
    CHECK(there.contains(p) == back.contains(p));
    if (there.contains(p)) CHECK(there.contains_grown(p, 0));
  }
}

TEST_CASE("IoU and GIoU are symmetric, bounded and ordered") {
  Prng prng(3);
  for (int i = 0; i < 2000; ++i) {
    const Box a = random_box(prng);
    const Box b = random_box(prng);
    CHECK(iou(a, b) == doctest::Approx(iou(b, a)));
    CHECK(giou(a, b) == doctest::Approx(giou(b, a)));
    CHECK(iou(a, b) >= 0);
    CHECK(iou(a, b) <= 1);
    CHECK(giou(a, b) <= iou(a, b) + 1e-12);
    CHECK(giou(a, b) >= -1);
  }
  const Box box{1, 2, 3, 4};
  CHECK(iou(box, box) == doctest::Approx(1));
  CHECK(giou(box, box) == doctest::Approx(1));
  CHECK(iou({0, 0, 2, 2}, {1, 0, 2, 2}) == doctest::Approx(1.0 / 3));
  CHECK(giou({0, 0, 1, 1}, {3, 0, 1, 1}) == doctest::Approx(-0.5));
  CHECK(iou({0, 0, 0, 0}, {0, 0, 0, 0}) == 0);
}

TEST_CASE("a box contains its parts and its bottom centre") {
  const Box box{10, 20, 30, 40};
  CHECK(box.bottom_centre() == Point{25, 60});
  CHECK(contains(box, box.bottom_centre()));
  CHECK(contains(box, Box{10, 20, 30, 40}));
  CHECK(contains(box, Box{15, 25, 5, 5}));
  CHECK_FALSE(contains(box, Box{15, 25, 5, 50}));
}

}  // namespace
}  // namespace aiflow::geometry

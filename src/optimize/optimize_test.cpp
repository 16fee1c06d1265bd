// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "graph/onnx_io.h"
#include "optimize/accuracy.h"
#include "optimize/convert.h"
#include "optimize/label_file.h"
#include "optimize/latency.h"
#include "optimize/variants.h"

using namespace aiflow;
using namespace aiflow::optimize;

namespace {

geometry::Box at(double x) { return {x, 0, 10, 10}; }

}  // namespace

TEST_CASE("a label file is read, with comments and empty frames") {
  const auto frames =
      parse_label_file("# persons\n400 1 2 30 40 Person\n400 5 6.5 7 8 Car # far\n\n412 -\n");
  REQUIRE(frames);
  CHECK(frames->size() == 2);
  CHECK(frames->at(400).size() == 2);
  CHECK(frames->at(400)[1].box == geometry::Box{5, 6.5, 7, 8});
  CHECK(frames->at(412).empty());
}

TEST_CASE("a wrong line of a label file is named by its number") {
  for (const char* line : {"x 1 2 3 4 Person", "1 2 3", "1 2 3 4 0 Person", "1 2 3 4 nan Person",
                           "-1 2 3 4 5 Person", "1 2 3 4 5 Person extra"}) {
    INFO(line);
    const auto frames = parse_label_file("1 -\n" + std::string(line));
    REQUIRE_FALSE(frames);
    CHECK(frames.error().message.starts_with("line 2"));
  }
  CHECK_FALSE(parse_label_file("# nothing\n"));
}

TEST_CASE("average precision is the area under the precision envelope") {
  // Scores .9 true, .8 false, .7 true, of two truths: precisions 1, 1/2, 2/3 at recalls .5, .5, 1.
  const FrameBoxes frame{{at(0), at(100)}, {{at(0), 0.9}, {at(300), 0.8}, {at(100), 0.7}}};
  const auto all = measure_accuracy({&frame, 1}, {.score_min = 0.75, .resamples = 10});
  CHECK(all.ap50 == doctest::Approx(0.5 + 0.5 * 2 / 3));
  CHECK(all.precision == doctest::Approx(0.5));
  CHECK(all.recall == doctest::Approx(0.5));
  CHECK(all.ap50_ci95.low == doctest::Approx(all.ap50));  // one frame: no spread
  CHECK(all.curve.size() == 3);
}

TEST_CASE("one truth is found once, the second box on it is false") {
  const FrameBoxes frame{{at(0)}, {{at(0), 0.9}, {at(1), 0.8}}};
  CHECK(hits_of(frame, 0.5) == std::vector<bool>{true, false});
}

TEST_CASE("bootstrap intervals hold the value and are the same for the same seed") {
  std::vector<FrameBoxes> frames;
  for (int i = 0; i < 30; ++i) {
    FrameBoxes frame{{at(0), at(50)}, {{at(0), 0.9}}};
    if (i % 3 == 0) frame.found.push_back({at(50), 0.6});
    if (i % 5 == 0) frame.found.push_back({at(200), 0.5});
    frames.push_back(frame);
  }
  const auto once = measure_accuracy(frames, {});
  const auto twice = measure_accuracy(frames, {});
  CHECK(once.ap50_ci95.low < once.ap50);
  CHECK(once.ap50_ci95.high > once.ap50);
  CHECK(once.f1_ci95.low == twice.f1_ci95.low);
}

TEST_CASE("a model agrees with itself, and half with one that finds half") {
  const std::vector<FrameBoxes> full{{{}, {{at(0), 0.9}, {at(50), 0.8}}}};
  const std::vector<FrameBoxes> half{{{}, {{at(0), 0.9}, {at(50), 0.1}}}};
  CHECK(measure_agreement(full, full, {}).matched == 1);
  CHECK(measure_agreement(full, full, {}).mean_iou == 1);
  CHECK(measure_agreement(full, half, {}).matched == doctest::Approx(2.0 / 3));
  CHECK(measure_agreement(half, full, {}).boxes == 2);
}

TEST_CASE("fidelity sees a shift that agreement at IoU 0.5 does not") {
  const std::vector<FrameBoxes> full{{{}, {{at(0), 0.9}, {at(50), 0.8}, {at(90), 0.1}}}};
  const std::vector<FrameBoxes> shifted{{{}, {{at(1), 0.9}, {at(51), 0.8}}}};
  CHECK(measure_fidelity(full, full, {}) == doctest::Approx(1));
  CHECK(measure_agreement(full, shifted, {}).matched == 1);
  CHECK(measure_fidelity(full, shifted, {}) == doctest::Approx(2.0 / 3));  // IoU 0.82
}

TEST_CASE("latency percentiles are by nearest rank and the histogram counts every run") {
  std::vector<double> times;
  for (int i = 1; i <= 100; ++i) times.push_back(i);
  const auto latency = summarise_latency(times);
  CHECK(latency.p50 == 50);
  CHECK(latency.p99 == 99);
  std::size_t count = 0;
  for (const auto& bin : latency.histogram) count += bin.count;
  CHECK(count == 100);
  CHECK(summarise_latency({}).runs == 0);
  CHECK(summarise_latency(std::vector<double>{3, 3}).histogram.size() == 1);
}

TEST_CASE("a slice outside the file is refused, labels keep their order") {
  CHECK(*cut("abcdef", {.offset = 2, .bytes = 3}) == "cde");
  CHECK(*cut("abcdef", {.offset = 4}) == "ef");
  CHECK_FALSE(cut("abc", {.offset = 4}));
  CHECK_FALSE(cut("abc", {.offset = 2, .bytes = 2}));
  const auto labels = parse_labels("???\nBicycle\r\nPerson\n");
  REQUIRE(labels);
  CHECK(*labels == std::vector<std::string>{"background", "Bicycle", "Person"});
  CHECK_FALSE(parse_labels(std::string_view("a\0b", 3)));
}

TEST_CASE("a variant's file carries how it was made") {
  graph::Graph graph;
  graph.inputs = {{.name = "x", .has_shape = true, .dims = {1}}};
  graph.outputs = {{.name = "y", .has_shape = true, .dims = {1}}};
  graph.nodes = {{.name = "r",
                  .op = "Relu",
                  .domain = "",
                  .inputs = {"x"},
                  .outputs = {"y"},
                  .attributes = {}}};
  const auto variant = make_fp32(graph);
  REQUIRE(variant);
  const auto back = graph::read_onnx(variant->onnx);
  REQUIRE(back);
  CHECK(method_of(*back) == variant->method);
  CHECK(method_of(graph) == json::object({}));
  const auto nothing = make_int8(graph, {}, {});
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().message.find("no node") != std::string::npos);
}

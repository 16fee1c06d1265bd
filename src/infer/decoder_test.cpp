// SPDX-License-Identifier: Apache-2.0
#include "infer/decoder.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "infer/nms.h"

namespace aiflow::infer {
namespace {

using tensor::Shape;
using tensor::Tensor;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

json::Value ssd_config() {
  return json::parse(R"({"kind":"ssd_anchors",
    "input":{"name":"image","width":300,"height":300,"layout":"nchw","color":"rgb",
             "mean":[127.5,127.5,127.5],"scale":0.0078431,"resize":"stretch"},
    "boxes_output":"boxes","scores_output":"scores",
    "anchors":{"feature_maps":[19,10,5,3,2,1],"scale_min":0.2,"scale_max":0.95,
               "aspect_ratios":[1.0,2.0,0.5,3.0,0.3333],"interpolated_scale_aspect_ratio":1.0,
               "reduce_boxes_in_lowest_layer":true,"offset":0.5},
    "box_scales":[10,10,5,5],"score":"sigmoid","background_class":0,
    "labels":["background","Person","Car"],"score_min":0.4})")
      .value();
}

std::unique_ptr<const Decoder> make(const json::Value& config) {
  auto decoder = Decoder::make(config);
  REQUIRE_MESSAGE(decoder, decoder.error().message);
  return *std::move(decoder);
}

constexpr Placement kPicture{
    .scale_x = 0.5, .scale_y = 0.25, .image_width = 600, .image_height = 1200};

struct SsdOutputs {
  std::vector<float> boxes = std::vector<float>(1917 * 4, 0);
  std::vector<float> scores = std::vector<float>(1917 * 3, -10);
  [[nodiscard]] std::vector<engine::Output> outputs() const {
    return {{"boxes", Tensor::of<float>(Shape{1, 1917, 4}, boxes)},
            {"scores", Tensor::of<float>(Shape{1, 1917, 3}, scores)}};
  }
};

TEST_CASE("ssd_anchors: the last anchor is the whole picture, and offsets move and grow it") {
  const auto decoder = make(ssd_config());
  SsdOutputs out;
  const std::size_t last = 1916;  // scale sqrt(0.95 * 1), ratio 1, centre 0.5
  out.scores[last * 3 + 1] = 2;
  out.boxes[last * 4 + 0] = -1;                  // up by a tenth
  out.boxes[last * 4 + 2] = 5 * std::log(0.5F);  // half as high
  const auto found = decoder->decode(out.outputs(), kPicture, 0.5).value();
  REQUIRE(found.detections.size() == 1);
  const auto& d = found.detections[0];
  const double side = std::sqrt(0.95);
  CHECK(d.label == "Person");
  CHECK(d.score == doctest::Approx(1 / (1 + std::exp(-2.0))));
  CHECK(d.box.w == doctest::Approx(600 * side).epsilon(1e-4));
  CHECK(d.box.h == doctest::Approx(1200 * side / 2).epsilon(1e-4));
  CHECK(d.box.y == doctest::Approx(1200 * (0.5 - 0.1 * side - side / 4)).epsilon(1e-4));
}

TEST_CASE("ssd_anchors: the first anchor is small and sits in the first cell") {
  const auto decoder = make(ssd_config());
  SsdOutputs out;
  out.scores[2] = 2;
  const auto found = decoder->decode(out.outputs(), kPicture, 0.5).value();
  REQUIRE(found.detections.size() == 1);
  CHECK(found.detections[0].label == "Car");
  // Centre 0.5/19 = 15.79, width 60, clipped at the picture's edge.
  CHECK(found.detections[0].box.x == 0);
  CHECK(found.detections[0].box.w == doctest::Approx(600 * (0.5 / 19 + 0.05)).epsilon(1e-4));
}

TEST_CASE("the background class and weak scores are left out; NaN is dropped and counted") {
  const auto decoder = make(ssd_config());
  SsdOutputs out;
  out.scores[0] = 9;          // background
  out.scores[3 + 1] = -0.1F;  // 0.475 < 0.5
  out.scores[6 + 1] = kNan;   // no score
  out.scores[9 + 1] = 3;      // no box
  out.boxes[3 * 4 + 2] = kNan;
  out.scores[12 + 1] = 3;  // a box of infinite height
  out.boxes[4 * 4 + 2] = 1e30F;
  const auto found = decoder->decode(out.outputs(), kPicture, 0.5).value();
  CHECK(found.detections.empty());
  CHECK(found.dropped_nan == 3);
}

TEST_CASE("a threshold of 0 or 1 is no trap") {
  const auto decoder = make(ssd_config());
  const SsdOutputs out;
  CHECK(decoder->decode(out.outputs(), kPicture, 1).value().detections.empty());
  CHECK(decoder->decode(out.outputs(), kPicture, 0).value().detections.size() == 100);
}

TEST_CASE("outputs that do not fit the anchors or labels are refused") {
  const auto decoder = make(ssd_config());
  SsdOutputs out;
  auto outputs = out.outputs();
  outputs[1].tensor = Tensor(tensor::DType::f32, Shape{1, 1917, 2});
  CHECK(decoder->decode(outputs, kPicture, 0.5).error().message.find("do not fit") !=
        std::string::npos);
  outputs.pop_back();
  CHECK(decoder->decode(outputs, kPicture, 0.5).error().message ==
        "the model has no output 'scores'");
  CHECK_FALSE(decoder->check_outputs(
      std::vector<engine::TensorSpec>{{"boxes", tensor::DType::f32, {1, 1917, 4}}}));
}

TEST_CASE("softmax scores are shares of the classes") {
  auto config = ssd_config();
  config.set("score", "softmax");
  const auto decoder = make(config);
  SsdOutputs out;
  for (std::size_t i = 0; i < 1917; ++i) out.scores[i * 3] = 20;  // background wins
  out.scores[3 * 1916] = 0;
  out.scores[3 * 1916 + 1] = 1;
  out.scores[3 * 1916 + 2] = 0;
  const auto found = decoder->decode(out.outputs(), kPicture, 0.3).value();
  REQUIRE(found.detections.size() == 1);
  CHECK(found.detections[0].score == doctest::Approx(std::exp(1) / (std::exp(1) + 2)));
}

TEST_CASE("yolox: a cell's row becomes a box in the picture") {
  const auto decoder = make(json::parse(R"({"kind":"yolox","output":"out","labels":["a","b"],
    "input":{"width":64,"height":64,"color":"bgr","resize":"letterbox_top_left"}})")
                                .value());
  std::vector<float> rows(static_cast<std::size_t>((64 + 16 + 4) * 7), 0);
  float* row = rows.data() + (64 + 5) * 7;  // stride 16, cell (1, 1)
  row[0] = 0.5F;
  row[1] = 0.25F;
  row[2] = std::log(2.0F);
  row[4] = 0.9F;
  row[6] = 0.8F;
  const Placement placement{.scale_x = 2, .scale_y = 2, .image_width = 32, .image_height = 32};
  const auto found =
      decoder
          ->decode(std::vector<engine::Output>{{"out", Tensor::of<float>(Shape{1, 84, 7}, rows)}},
                   placement, 0.5)
          .value();
  REQUIRE(found.detections.size() == 1);
  const auto& d = found.detections[0];
  CHECK(d.label == "b");
  CHECK(d.score == doctest::Approx(0.72));
  CHECK(d.box.x == doctest::Approx((24.0 - 16) / 2));
  CHECK(d.box.y == doctest::Approx((20.0 - 8) / 2));
  CHECK(d.box.w == doctest::Approx(16));
  CHECK(d.box.h == doctest::Approx(8));
}

TEST_CASE("fastestdet: planes of one grid become boxes in the picture") {
  const auto decoder = make(json::parse(R"({"kind":"fastestdet","output":"out","labels":["a","b"],
    "input":{"width":64,"height":64,"color":"bgr"}})")
                                .value());
  std::vector<float> planes(7 * 4, 0);  // 2 x 2 cells
  const std::size_t cell = 3;
  planes[cell] = 1;
  planes[5 * 4 + cell] = 0.25F;
  planes[6 * 4 + cell] = 1;
  const Placement placement{.scale_x = 1, .scale_y = 1, .image_width = 64, .image_height = 64};
  const auto found =
      decoder
          ->decode(
              std::vector<engine::Output>{{"out", Tensor::of<float>(Shape{1, 7, 2, 2}, planes)}},
              placement, 0.5)
          .value();
  REQUIRE(found.detections.size() == 1);
  CHECK(found.detections[0].label == "b");
  CHECK(found.detections[0].box.x == doctest::Approx(32 - 16));  // centre 32, width 0.5 * 64
  CHECK(found.detections[0].box.w == doctest::Approx(32));
}

TEST_CASE("a wrong configuration is refused by name") {
  const auto message = [](const json::Value& config) {
    auto decoder = Decoder::make(config);
    REQUIRE_FALSE(decoder);
    return decoder.error().message;
  };
  CHECK(message(json::object({})) == "decoder: 'kind' is missing");
  CHECK(message(json::object({{"kind", "magic"}})).find("'magic' is unknown") != std::string::npos);
  const auto without = [](const char* key, json::Value value) {
    auto config = ssd_config();
    config.set(key, std::move(value));
    return config;
  };
  CHECK(message(without("labels", json::Array{})).find("'labels'") != std::string::npos);
  CHECK(message(without("anchors", nullptr)).find("'anchors'") != std::string::npos);
  CHECK(message(without("box_scales", json::Array{})).find("'box_scales'") != std::string::npos);
  CHECK(message(without("nms_iou", 2)).find("'nms_iou'") != std::string::npos);
  CHECK(message(without("score", "odds")).find("'score'") != std::string::npos);
}

TEST_CASE("suppression keeps the best box of an object, per class, by overlap or containment") {
  const std::vector<Detection> boxes{{{0, 0, 10, 10}, 0.6, 0, ""},
                                     {{1, 0, 10, 10}, 0.9, 0, ""},
                                     {{1, 0, 10, 10}, 0.8, 1, ""},
                                     {{2, 2, 3, 3}, 0.5, 0, ""},
                                     {{50, 0, 10, 10}, 0.4, 0, ""}};
  const auto scores = [&](NmsOptions options) {
    std::vector<double> out;
    for (const auto& d : suppress(boxes, options)) out.push_back(d.score);
    return out;
  };
  CHECK(scores({.iou = 0.5}) == std::vector<double>{0.9, 0.8, 0.5, 0.4});
  CHECK(scores({.iou = 0.5, .containment = 0.8}) == std::vector<double>{0.9, 0.8, 0.4});
  CHECK(scores({.iou = 0.5, .across_classes = true}) == std::vector<double>{0.9, 0.5, 0.4});
  CHECK(scores({.iou = 0.5, .detections_max = 1}) == std::vector<double>{0.9});
  CHECK(scores({.iou = 1}).size() == 5);
}

}  // namespace
}  // namespace aiflow::infer

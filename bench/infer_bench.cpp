// SPDX-License-Identifier: Apache-2.0
// What the detector costs beside the engine: preprocessing and decoding of a camera picture, the
// ssd-oidv4 shapes (768x576 -> 300x300, 1917 anchors, 24 classes). With a model, pack and decoder
// file also the whole pipeline: infer_bench PLUGIN.so MODEL.onnx DECODER.json
#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "base/prng.h"
#include "engine/loader.h"
#include "infer/model.h"
#include "os/file.h"
#include "os/system_clock.h"

namespace aiflow {
namespace {

constexpr int kRounds = 300;
constexpr int kWarmUp = 20;

constexpr const char* kDecoder = R"({"kind":"ssd_anchors",
  "input":{"width":300,"height":300,"layout":"nchw","color":"rgb",
           "mean":127.5,"scale":0.00784313725490196,"resize":"stretch"},
  "boxes_output":"boxes","scores_output":"scores",
  "anchors":{"feature_maps":[19,10,5,3,2,1],"scale_min":0.2,"scale_max":0.95,
             "aspect_ratios":[1.0,2.0,0.5,3.0,0.3333],"interpolated_scale_aspect_ratio":1.0,
             "reduce_boxes_in_lowest_layer":true,"offset":0.5},
  "box_scales":[10,10,5,5],"score":"sigmoid","background_class":0,
  "labels":["0","1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18",
            "19","20","21","22","23"]})";

/// Median and 99th percentile of the times of one step, in ms.
void report(const char* what, std::vector<double> ms) {
  std::ranges::sort(ms);
  std::printf("{\"what\":\"%s\",\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n", what, ms[ms.size() / 2],
              ms[ms.size() * 99 / 100]);
}

void measure(const char* what, const std::function<void()>& step) {
  const os::SystemClock clock;
  std::vector<double> ms;
  for (int i = 0; i < kRounds + kWarmUp; ++i) {
    const auto start = clock.steady_now();
    step();
    const auto took = clock.steady_now() - start;
    if (i >= kWarmUp) ms.push_back(static_cast<double>(took.count()) / 1000);
  }
  report(what, std::move(ms));
}

std::vector<std::uint8_t> picture(int width, int height) {
  Prng prng(1);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width * height * 3));
  for (auto& p : pixels) p = static_cast<std::uint8_t>(prng.next());
  return pixels;
}

/// Outputs as of a street: 1 anchor in 100 is a candidate.
std::vector<engine::Output> street() {
  Prng prng(2);
  tensor::Tensor boxes(tensor::DType::f32, tensor::Shape{1, 1917, 4});
  tensor::Tensor scores(tensor::DType::f32, tensor::Shape{1, 1917, 24});
  for (auto& v : boxes.data<float>()) v = static_cast<float>(prng.unit() * 2 - 1);
  for (auto& v : scores.data<float>()) v = static_cast<float>(prng.unit() * 4 - 8);
  for (std::size_t i = 4; i < scores.data<float>().size(); i += 24 * 100) {
    scores.data<float>()[i] = 1;
  }
  return {{"boxes", std::move(boxes)}, {"scores", std::move(scores)}};
}

Status bench_steps() {
  AIFLOW_ASSIGN(const auto config, json::parse(kDecoder));
  AIFLOW_ASSIGN(const auto decoder, infer::Decoder::make(config));
  struct Size {
    int width, height;
  };
  infer::Placement placement;
  for (const Size size : {Size{640, 360}, Size{768, 576}, Size{1920, 1080}}) {
    const auto pixels = picture(size.width, size.height);
    AIFLOW_ASSIGN(const auto image,
                  infer::ImageView::make(pixels, size.width, size.height, infer::ColourOrder::bgr));
    infer::Preprocessor preprocessor(decoder->input());
    tensor::Tensor tensor;
    const auto name =
        "preprocess " + std::to_string(size.width) + "x" + std::to_string(size.height);
    measure(name.c_str(), [&] { placement = preprocessor.run(image, tensor); });
  }
  const auto outputs = street();
  measure("decode and NMS", [&] {
    if (!decoder->decode(outputs, placement, 0.3)) std::puts("decoding failed");
  });
  return {};
}

Status bench_model(const os::Path& plugin, const os::Path& model_file, const os::Path& decoder) {
  const os::SystemClock clock;
  AIFLOW_ASSIGN(const auto engine, engine::load_engine(plugin));
  AIFLOW_ASSIGN(const auto bytes, os::read_file(model_file, std::size_t{1} << 30));
  AIFLOW_ASSIGN(const auto text, os::read_file(decoder, 1U << 20));
  AIFLOW_ASSIGN(auto config, json::parse(text));
  AIFLOW_ASSIGN(
      auto model,
      infer::Model::open(
          engine, std::as_bytes(std::span(bytes.data(), bytes.size())),
          {.model = "bench", .version = "1", .variant = "", .decoder = std::move(config)}, {}));
  infer::Pipeline pipeline(model, clock);
  const auto pixels = picture(768, 576);
  AIFLOW_ASSIGN(const auto image,
                infer::ImageView::make(pixels, 768, 576, infer::ColourOrder::bgr));
  std::vector<double> pre;
  std::vector<double> run;
  std::vector<double> post;
  for (int i = 0; i < kRounds; ++i) {
    AIFLOW_ASSIGN(const auto outcome, pipeline.detect(image, 0.3));
    pre.push_back(static_cast<double>(outcome.pre.count()) / 1000);
    run.push_back(static_cast<double>(outcome.run.count()) / 1000);
    post.push_back(static_cast<double>(outcome.post.count()) / 1000);
  }
  report("model: preprocess", std::move(pre));
  report("model: engine", std::move(run));
  report("model: decode and NMS", std::move(post));
  return {};
}

int main_of(int argc, char** argv) {
  Status done = bench_steps();
  if (done && argc == 4) done = bench_model(argv[1], argv[2], argv[3]);
  if (done) return 0;
  std::fprintf(stderr, "infer_bench: %s\n", done.error().message.c_str());
  return 1;
}

}  // namespace
}  // namespace aiflow

int main(int argc, char** argv) { return aiflow::main_of(argc, argv); }

// SPDX-License-Identifier: Apache-2.0
// Real models through ONNX Runtime: the plug-in, the pack, the decoder. The models are written
// here.
#include <doctest/doctest.h>

#include <string>

#include "base/prng.h"
#include "engine/loader.h"
#include "graph/graph.h"
#include "graph/onnx_io.h"
#include "infer/detail/test_pack.h"
#include "infer/model.h"
#include "infer/service_process.h"
#include "os/system_clock.h"

namespace aiflow::infer {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// y = x * 2 + [1, 2, 3]
graph::Graph affine() {
  graph::Graph g;
  g.name = "affine";
  g.inputs = {{.name = "x", .dtype = DType::f32, .has_shape = true, .dims = {-1, 3}}};
  g.outputs = {{.name = "y", .dtype = DType::f32, .has_shape = true, .dims = {-1, 3}}};
  g.initializers["two"] = Tensor::scalar<float>(2);
  g.initializers["bias"] = Tensor::of<float>(Shape{3}, {1, 2, 3});
  g.nodes = {{.name = "mul",
              .op = "Mul",
              .domain = "",
              .inputs = {"x", "two"},
              .outputs = {"doubled"},
              .attributes = {}},
             {.name = "add",
              .op = "Add",
              .domain = "",
              .inputs = {"doubled", "bias"},
              .outputs = {"y"},
              .attributes = {}}};
  return g;
}

/// A "detector" of 2x2 pictures: the red channel's four pixels are the scores of one anchor's
/// boxes.
graph::Graph detector() {
  graph::Graph g;
  g.name = "detector";
  g.inputs = {{.name = "image", .dtype = DType::f32, .has_shape = true, .dims = {1, 3, 2, 2}}};
  g.outputs = {{.name = "boxes", .dtype = DType::f32, .has_shape = true, .dims = {1, 4, 4}},
               {.name = "scores", .dtype = DType::f32, .has_shape = true, .dims = {1, 4, 3}}};
  g.initializers["box_shape"] = Tensor::of<std::int64_t>(Shape{3}, {1, 4, 4});
  g.initializers["score_shape"] = Tensor::of<std::int64_t>(Shape{3}, {1, 4, 3});
  g.initializers["zeros"] = Tensor(DType::f32, Shape{1, 4, 4});
  g.nodes = {{.name = "",
              .op = "Identity",
              .domain = "",
              .inputs = {"zeros"},
              .outputs = {"boxes"},
              .attributes = {}},
             {.name = "",
              .op = "Reshape",
              .domain = "",
              .inputs = {"image", "score_shape"},
              .outputs = {"scores"},
              .attributes = {}}};
  g.initializers.erase("box_shape");
  return g;
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One for all tests: ONNX Runtime's library is large.
const TestPack& shared_pack() {
  static const TestPack pack;
  return pack;
}

engine::Engine load(const TestPack& pack) {
  auto engine = engine::load_engine(pack.onnxruntime() / "lib" / "libaiflow_engine_ort.so");
  REQUIRE_MESSAGE(engine, engine.error().message);
  return *std::move(engine);
}

TEST_CASE("ONNX Runtime from a pack runs a model, with every optimisation level alike") {
  const TestPack& pack = shared_pack();
  const auto engine = load(pack);
  CHECK(engine.info().name == "onnxruntime");
  CHECK_FALSE(engine.info().version.empty());
  const auto bytes = graph::write_onnx(affine());
  for (const auto level : {engine::GraphOptimization::none, engine::GraphOptimization::basic,
                           engine::GraphOptimization::all}) {
    auto session = engine.open(bytes, {.threads = 2, .graph_optimization = level}).value();
    CHECK(session.inputs() == std::vector<engine::TensorSpec>{{"x", DType::f32, {-1, 3}}});
    for (const std::int64_t rows : {1, 2, 0}) {
      Tensor x(DType::f32, Shape{rows, 3});
      Tensor expected(DType::f32, Shape{rows, 3});
      for (std::size_t i = 0; i < x.data<float>().size(); ++i) {
        x.data<float>()[i] = static_cast<float>(i);
        expected.data<float>()[i] = static_cast<float>(2 * i + i % 3 + 1);
      }
      const auto y = session.run(std::vector<engine::Input>{{"x", x.view()}}).value();
      CHECK(y[0].tensor == expected);
    }
    const auto wrong = Tensor(DType::f32, Shape{1, 4});
    CHECK(session.run(std::vector<engine::Input>{{"x", wrong.view()}}).error().message ==
          "input 'x' must have shape [any,3], not [1,4]");
  }
}

TEST_CASE("half precision and quantised types pass the plug-in") {
  const TestPack& pack = shared_pack();
  const auto engine = load(pack);
  for (const auto dtype :
       {DType::f16, DType::u8, DType::i8, DType::i64, DType::f64, DType::boolean}) {
    graph::Graph g;
    g.name = "same";
    g.inputs = {{.name = "x", .dtype = dtype, .has_shape = true, .dims = {4}}};
    g.outputs = {{.name = "y", .dtype = dtype, .has_shape = true, .dims = {4}}};
    g.nodes = {{.name = "",
                .op = "Identity",
                .domain = "",
                .inputs = {"x"},
                .outputs = {"y"},
                .attributes = {}}};
    auto session = engine.open(graph::write_onnx(g)).value();
    const auto x = tensor::cast(Tensor::of<float>(Shape{4}, {0, 1, 2, 3}).view(), dtype);
    const auto y = session.run(std::vector<engine::Input>{{"x", x.view()}}).value();
    CHECK(y[0].tensor == x);
  }
}

TEST_CASE("truncated, random and empty models are refused; nothing crashes") {
  const TestPack& pack = shared_pack();
  const auto engine = load(pack);
  const auto bytes = graph::write_onnx(affine());
  CHECK(engine.open({}).error().code == ErrorCode::corrupt);
  Prng prng(2);
  for (int i = 0; i < 100; ++i) {
    auto bad = bytes;
    bad.resize(prng.below(bad.size()));
    const auto session = engine.open(bad);
    if (!session) {
      const auto code = session.error().code;
      CHECK((code == ErrorCode::corrupt || code == ErrorCode::invalid_argument));
    }
    for (auto& b : bad) b = static_cast<std::byte>(prng.next());
    CHECK_FALSE(engine.open(bad));
  }
}

TEST_CASE("an unknown operator is named") {
  const TestPack& pack = shared_pack();
  auto g = affine();
  g.nodes[0].op = "Teleport";
  const auto session = load(pack).open(graph::write_onnx(g));
  REQUIRE_FALSE(session);
  CHECK(session.error().code == ErrorCode::invalid_argument);
  CHECK(session.error().message.find("Teleport") != std::string::npos);
}

TEST_CASE("a plug-in without its library says which file is missing where") {
  const TestPack& pack = shared_pack();
  const auto folder = pack.root() / "bare";
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(
      std::filesystem::path(AIFLOW_BUILD_DIR) / "lib" / "libaiflow_engine_ort.so",
      folder / "libaiflow_engine_ort.so");
  const auto engine = engine::load_engine(folder / "libaiflow_engine_ort.so").value();
  CHECK(engine.info().version.empty());
  const auto session = engine.open(graph::write_onnx(affine()));
  CHECK(session.error().code == ErrorCode::unavailable);
  CHECK(session.error().message == "no libonnxruntime.so.* in '" + folder.string() + "'");
}

json::Value detector_config() {
  return json::parse(R"({"kind":"ssd_anchors","boxes_output":"boxes","scores_output":"scores",
    "input":{"name":"image","width":2,"height":2,"color":"rgb"},
    "anchors":{"feature_maps":[2],"scale_min":0.5,"scale_max":0.5,"aspect_ratios":[1.0],
               "interpolated_scale_aspect_ratio":0},
    "box_scales":[1,1,1,1],"score":"none","labels":["a","b","c"]})")
      .value();
}

TEST_CASE("a picture goes through a real model to a labelled box") {
  const TestPack& pack = shared_pack();
  const auto engine = load(pack);
  const os::SystemClock clock;
  auto model =
      Model::open(engine, graph::write_onnx(detector()),
                  {.model = "d", .version = "1", .variant = "", .decoder = detector_config()}, {})
          .value();
  Pipeline pipeline(model, clock);
  // Red values row by row are the first four scores: anchor 0 = (r0, r1, r2), anchor 1 = (r3, …).
  std::vector<std::uint8_t> pixels(12, 0);
  pixels[3 + 2] = 200;  // pixel (1, 0), red: anchor 0, class b
  const auto image = ImageView::make(pixels, 2, 2, ColourOrder::bgr).value();
  const auto outcome = pipeline.detect(image, 0.5).value();
  REQUIRE(outcome.decoded.detections.size() == 1);
  CHECK(outcome.decoded.detections[0].label == "b");
  CHECK(outcome.decoded.detections[0].box == geometry::Box{0, 0, 1, 1});
}

TEST_CASE("an empty decoder configuration is none") {
  for (const char* text :
       {R"({"model":"m"})", R"({"model":"m","decoder":null})", R"({"model":"m","decoder":{}})"}) {
    INFO(text);
    const auto meta = parse_model_meta(json::parse(text).value());
    REQUIRE(meta);
    CHECK(meta->decoder.is_null());
  }
}

TEST_CASE("a decoder that does not fit the model is refused at opening") {
  const TestPack& pack = shared_pack();
  const auto engine = load(pack);
  const auto message = [&](const char* key, json::Value value, bool in_input) {
    auto config = detector_config();
    if (in_input) {
      auto input = *config.find("input");
      input.set(key, std::move(value));
      config.set("input", input);
    } else {
      config.set(key, std::move(value));
    }
    auto model = Model::open(engine, graph::write_onnx(detector()),
                             {.model = "d", .version = "1", .variant = "", .decoder = config}, {});
    REQUIRE_FALSE(model);
    CHECK(model.error().code == ErrorCode::invalid_argument);
    return model.error().message;
  };
  CHECK(message("width", 3, true) ==
        "decoder: input 'image' is FP32[1,3,2,3], the model takes FP32[1,3,2,2]");
  CHECK(message("name", "picture", true).find("is not the model's 'image'") != std::string::npos);
  CHECK(message("boxes_output", "b", false) == "decoder: the model has no output 'b'");
}

TEST_CASE("aiflow-infer with ONNX Runtime: a bad model file ends it with file and reason") {
  const TestPack& pack = shared_pack();
  const os::SystemClock clock;
  auto unknown = affine();
  unknown.nodes[0].op = "Teleport";
  const auto start = [&](const std::string& bytes) {
    const ServiceSpec spec{
        .program = std::filesystem::path(AIFLOW_BUILD_DIR) / "bin" / "aiflow-infer",
        .pack_folder = pack.onnxruntime(),
        .model_file = pack.write("model.onnx", bytes),
        .meta_file = pack.write("meta.json", R"({"model":"m"})"),
        .socket = pack.root() / "s"};
    ServiceProcess service(spec, clock);
    return service.start(Deadline::after(clock, std::chrono::seconds(30)));
  };
  CHECK(start(text_of(graph::write_onnx(affine()))).has_value());
  const auto reason = [&](const std::string& bytes) {
    const auto started = start(bytes);
    REQUIRE_FALSE(started);
    CHECK(started.error().message.find((pack.root() / "model.onnx").string()) != std::string::npos);
    return started.error().message;
  };
  CHECK(reason(text_of(graph::write_onnx(unknown))).find("Teleport") != std::string::npos);
  const auto whole = text_of(graph::write_onnx(affine()));
  reason(whole.substr(0, whole.size() / 2));
  reason("this is no model");
  reason("");
}

}  // namespace
}  // namespace aiflow::infer

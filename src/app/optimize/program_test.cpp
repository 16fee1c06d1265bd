// SPDX-License-Identifier: Apache-2.0
// The program aiflow-optimize with ONNX Runtime on small models, a clip and labels made here.
#include <doctest/doctest.h>
#include <fcntl.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "app/optimize/test_tflite.h"
#include "base/prng.h"
#include "engine/loader.h"
#include "graph/graph.h"
#include "graph/onnx_io.h"
#include "json/value.h"
#include "os/environment.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/process.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::app {
namespace {

namespace fs = std::filesystem;
using tensor::Shape;
using tensor::Tensor;

constexpr std::size_t kFileBytesMax = 64U << 20;

struct Answer {
  int exit_code = -1;
  std::vector<std::string> lines;  ///< of stdout
  std::string errors;              ///< stderr

  [[nodiscard]] json::Value last() const {
    REQUIRE_FALSE(lines.empty());
    const auto value = json::parse(lines.back());
    REQUIRE_MESSAGE(value, lines.back());
    return *value;
  }
  /// How many lines report progress up to the end.
  [[nodiscard]] long progress_lines() const {
    return std::ranges::count_if(lines, [](const std::string& line) {
      return line.starts_with("::aiflow:progress {\"done\":");
    });
  }
};

/// A folder with an engine, a model, a decoder configuration, a clip and labels.
class Desk {
 public:
  Desk() : temp_(os::TempDir::create("aiflow-optimize-test-").value()) {
    fs::path deps = os::get_env("AIFLOW_DEPS_DIR").value_or("");
    if (deps.empty()) deps = fs::path(AIFLOW_SOURCE_DIR) / "build" / "deps";
    const fs::path library = deps / "ort" / "lib" / "libonnxruntime.so.1";
    REQUIRE_MESSAGE(fs::exists(library), library.string() << " is missing: run ./dev setup");
    fs::create_symlink(fs::absolute(library), temp_.path() / library.filename());
    fs::copy_file(fs::path(AIFLOW_BUILD_DIR) / "lib" / plugin_name(), temp_.path() / plugin_name());
    make_clip();
    write("labels.txt", "2 4 4 20 20 thing\n5 -\n9 10 10 30 30 thing\n");
    write("decoder.json", kDecoder);
    write("model.onnx", text_of(graph::write_onnx(detector())));
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    return (temp_.path() / name).string();
  }
  std::string write(const std::string& name, std::string_view bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    return os::read_file(file(name), kFileBytesMax).value();
  }

  [[nodiscard]] Answer run(std::vector<std::string> words) const {
    words.insert(words.begin(), (fs::path(AIFLOW_BUILD_DIR) / "bin/aiflow-optimize").string());
    return finish(words);
  }
  [[nodiscard]] Answer optimize(const std::string& model, const std::string& variants) const {
    return run({"optimize", "--model", file(model), "--decoder", file("decoder.json"), "--engine",
                file(plugin_name()), "--video", file("clip.avi"), "--calibrate-count", "8",
                "--variants", variants, "--out-dir", temp_.path().string()});
  }
  [[nodiscard]] Answer compare(const std::vector<std::string>& variants) const {
    std::vector<std::string> words{"compare",
                                   "--decoder",
                                   file("decoder.json"),
                                   "--engine",
                                   file(plugin_name()),
                                   "--video",
                                   file("clip.avi"),
                                   "--labels",
                                   file("labels.txt"),
                                   "--label",
                                   "thing",
                                   "--runs",
                                   "3",
                                   "--warmup",
                                   "1",
                                   "--out",
                                   file("report.json")};
    for (const std::string& name : variants) {
      words.insert(words.end(), {"--variant", name + "=" + file(name + ".onnx")});
    }
    return run(words);
  }

  /// All outputs of a model file for one random picture.
  [[nodiscard]] std::vector<engine::Output> outputs(const std::string& model) const {
    const auto engine = engine::load_engine(file(plugin_name())).value();
    const std::string bytes = read(model);
    auto session = engine.open(std::as_bytes(std::span(bytes.data(), bytes.size())));
    REQUIRE_MESSAGE(session, session.error().message);
    const auto& spec = session->inputs()[0];
    Tensor x(tensor::DType::f32, Shape::make(spec.shape).value());
    Prng prng(5);
    for (float& value : x.data<float>()) value = static_cast<float>(2 * prng.unit() - 1);
    return session->run(std::vector<engine::Input>{{spec.name, x.view()}}).value();
  }

  static std::string text_of(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

 private:
  static constexpr const char* kDecoder = R"({"kind":"ssd_anchors","boxes_output":"boxes",
    "scores_output":"scores","input":{"name":"image","width":32,"height":32,"color":"rgb",
    "mean":[127.5,127.5,127.5],"scale":0.0078431},"anchors":{"feature_maps":[8],"scale_min":0.4,
    "scale_max":0.4,"aspect_ratios":[1.0],"interpolated_scale_aspect_ratio":0},
    "box_scales":[10,10,5,5],"score":"sigmoid","labels":["thing"]})";

  static std::string plugin_name() { return "libaiflow_engine_ort.so"; }

  Answer finish(const std::vector<std::string>& words) const {
    const auto open = [&](const char* name) {
      return os::Fd(::open(file(name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    };
    const os::Fd out = open("stdout");
    const os::Fd errors = open("stderr");
    os::ProcessOptions options;
    options.argv = words;
    options.fds = {{out.get(), 1}, {errors.get(), 2}};
    auto process = os::Process::start(options);
    REQUIRE(process);
    const os::SystemClock clock;
    const auto status = process->wait(Deadline::after(clock, std::chrono::seconds(120)));
    REQUIRE(status);
    Answer answer{
        .exit_code = status->exit_code.value_or(-1), .lines = {}, .errors = read("stderr")};
    std::istringstream text(read("stdout"));
    for (std::string line; std::getline(text, line);) answer.lines.push_back(line);
    return answer;
  }

  void make_clip() const {
    const Answer made = finish({"ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i",
                                "testsrc=size=64x48:rate=10", "-frames:v", "12", file("clip.avi")});
    REQUIRE_MESSAGE(made.exit_code == 0, made.errors);
  }

  static Tensor random(Prng& prng, Shape shape, float size) {
    Tensor out(tensor::DType::f32, std::move(shape));
    for (float& value : out.data<float>()) {
      value = size * static_cast<float>(2 * prng.unit() - 1);
    }
    return out;
  }

  /// A detector with a cell for every fourth pixel: three convolutions with ReLU, a fourth with
  /// nothing to do, and two heads. All weights are random.
  static graph::Graph detector() {
    Prng prng(3);
    graph::Graph g;
    g.name = "detector";
    g.inputs = {{.name = "image", .has_shape = true, .dims = {1, 3, 32, 32}}};
    g.outputs = {{.name = "boxes", .has_shape = true, .dims = {1, 64, 4}},
                 {.name = "scores", .has_shape = true, .dims = {1, 64, 1}}};
    const auto add = [&](const std::string& op, std::vector<std::string> inputs,
                         const std::string& output) -> graph::Node& {
      g.nodes.push_back({.name = output,
                         .op = op,
                         .domain = "",
                         .inputs = std::move(inputs),
                         .outputs = {output},
                         .attributes = {}});
      return g.nodes.back();
    };
    const auto convolve = [&](const std::string& from, const std::string& to, Shape weights) {
      const std::int64_t kernel = weights[2];
      const auto stride = std::int64_t{kernel == 3 ? 2 : 1};
      const auto fan_in = static_cast<float>(weights[1] * kernel * kernel);
      g.initializers[to + "/b"] = random(prng, Shape{weights[0]}, 0.1F);
      g.initializers[to + "/w"] = random(prng, weights, 2 / std::sqrt(fan_in));
      auto& node = add("Conv", {from, to + "/w", to + "/b"}, to);
      node.attributes["strides"] = std::vector<std::int64_t>{stride, stride};
      node.attributes["pads"] = std::vector<std::int64_t>(4, kernel / 2);
    };
    convolve("image", "c1", {48, 3, 3, 3});
    add("Relu", {"c1"}, "r1");
    convolve("r1", "c2", {96, 48, 3, 3});
    add("Relu", {"c2"}, "r2");
    add("Identity", {"r2"}, "same");
    convolve("same", "box", {4, 96, 1, 1});
    convolve("same", "score", {1, 96, 1, 1});
    g.initializers["box_shape"] = Tensor::of<std::int64_t>(Shape{3}, {1, 64, 4});
    g.initializers["score_shape"] = Tensor::of<std::int64_t>(Shape{3}, {1, 64, 1});
    add("Reshape", {"box", "box_shape"}, "boxes");
    add("Reshape", {"score", "score_shape"}, "scores");
    return g;
  }

  os::TempDir temp_;
};

/// Largest difference of two models' outputs, over the largest value of the first.
double difference(const std::vector<engine::Output>& a, const std::vector<engine::Output>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto left = a[i].tensor.data<float>();
    const auto right = b[i].tensor.data<float>();
    REQUIRE(left.size() == right.size());
    double size = 0;
    double apart = 0;
    for (std::size_t k = 0; k < left.size(); ++k) {
      size = std::max<double>(size, std::fabs(left[k]));
      apart = std::max<double>(apart, std::fabs(left[k] - right[k]));
    }
    worst = std::max(worst, apart / size);
  }
  return worst;
}

/// One line on stderr, with the word in it; nothing on stdout that could pass for a result.
void check_refused(const Answer& answer, int exit_code, const std::string& word) {
  INFO(answer.errors);
  CHECK(answer.exit_code == exit_code);
  CHECK(std::ranges::count(answer.errors, '\n') == 1);
  CHECK(answer.errors.starts_with("aiflow-optimize "));
  CHECK(answer.errors.find(word) != std::string::npos);
  CHECK((answer.lines.empty() || answer.lines.back().starts_with("::aiflow:progress")));
}

TEST_CASE("optimize: every variant calculates what the model does, within its bound") {
  const Desk desk;
  const Answer answer = desk.optimize("model.onnx", "fp32-simplified,fp16,int8");
  REQUIRE_MESSAGE(answer.exit_code == 0, answer.errors);
  CHECK(answer.progress_lines() >= 1);
  const json::Value last = answer.last();
  CHECK(last.find("command")->as_string() == "optimize");
  REQUIRE(last.find("variants")->as_array().size() == 3);
  for (const json::Value& variant : last.find("variants")->as_array()) {
    const std::string name = variant.find("variant")->as_string();
    const auto bytes = desk.read(name + ".onnx").size();
    CHECK(static_cast<std::size_t>(variant.find("bytes")->as_int()) == bytes);
  }
  const auto whole = desk.outputs("model.onnx");
  CHECK(difference(whole, desk.outputs("fp32-simplified.onnx")) < 1e-5);
  CHECK(difference(whole, desk.outputs("fp16.onnx")) < 0.01);
  CHECK(difference(whole, desk.outputs("int8.onnx")) < 0.1);
  const auto size = static_cast<double>(desk.read("model.onnx").size());
  CHECK(static_cast<double>(desk.read("fp16.onnx").size()) < 0.55 * size);
  CHECK(static_cast<double>(desk.read("int8.onnx").size()) < 0.35 * size);
}

TEST_CASE("compare: the report holds each variant, and the reference agrees with itself") {
  const Desk desk;
  REQUIRE(desk.optimize("model.onnx", "fp32-simplified,int8").exit_code == 0);
  const Answer answer = desk.compare({"model", "fp32-simplified", "int8"});
  REQUIRE_MESSAGE(answer.exit_code == 0, answer.errors);
  CHECK(answer.progress_lines() >= 1);
  CHECK(answer.last().find("report")->as_string() == desk.file("report.json"));
  const auto report = json::parse(desk.read("report.json")).value();
  const auto& variants = report.find("variants")->as_array();
  REQUIRE(variants.size() == 3);
  const auto agreement = [&](std::size_t i, const char* key) {
    return variants[i].find("agreement")->find(key)->as_double();
  };
  CHECK(agreement(0, "boxes_reference") > 0);
  CHECK(agreement(0, "matched") == 1);
  CHECK(agreement(1, "matched") == 1);
  CHECK(agreement(1, "mean_iou") > 0.999);
  CHECK(agreement(2, "matched") > 0.8);
  CHECK(agreement(2, "mean_iou") > 0.9);
  CHECK(report.find("data")->find("boxes")->as_int() == 2);
}

TEST_CASE("convert: a TFLite file becomes an ONNX file that calculates the same") {
  const Desk desk;
  const std::string tflite = TfliteWriter::convolution({1, 0, 0, 4, 10, 10}, {0.5F, 0, -1});
  // In front of the model something else, as in an asset file.
  desk.write("model.tflite", "0123" + tflite);
  const Answer answer = desk.run({"convert", "--tflite", desk.file("model.tflite"),
                                  "--asset-offset", "4", "--out", desk.file("converted.onnx")});
  REQUIRE_MESSAGE(answer.exit_code == 0, answer.errors);
  CHECK(answer.last().find("command")->as_string() == "convert");
  const auto engine = engine::load_engine(desk.file("libaiflow_engine_ort.so")).value();
  const std::string bytes = desk.read("converted.onnx");
  auto session = engine.open(std::as_bytes(std::span(bytes.data(), bytes.size()))).value();
  // Planes of x for ONNX: channel 0, then channel 1. The result is one row a pixel, as in TFLite.
  const auto x = Tensor::of<float>(Shape{1, 2, 2, 2}, {0, 1, -2, 3, 1, 0, 0.5F, 0.25F});
  const auto y = session.run(std::vector<engine::Input>{{"x", x.view()}}).value();
  CHECK(y[0].tensor ==
        Tensor::of<float>(Shape{1, 2, 2, 3}, {0.5F, 4, 6, 1.5F, 0, 6, 0, 2, 0, 3.5F, 1, 6}));
}

TEST_CASE("a truncated or random file ends each command with 1 and one line that names it") {
  const Desk desk;
  REQUIRE(desk.optimize("model.onnx", "fp32-simplified").exit_code == 0);
  const std::string whole = desk.read("model.onnx");
  const std::string tflite = TfliteWriter::convolution({1, 0, 0, 4, 10, 10}, {0.5F, 0, -1});
  Prng prng(9);
  std::string noise(4000, '\0');
  for (char& c : noise) c = static_cast<char>(prng.next());
  for (const std::string& bytes : {whole.substr(0, whole.size() / 2), noise, std::string()}) {
    desk.write("bad.onnx", bytes);
    check_refused(desk.optimize("bad.onnx", "int8"), 1, desk.file("bad.onnx"));
    check_refused(desk.compare({"model", "bad"}), 1, desk.file("bad.onnx"));
    check_refused(desk.run({"check", "--model", desk.file("bad.onnx")}), 1, desk.file("bad.onnx"));
  }
  for (const std::string& bytes : {tflite.substr(0, tflite.size() / 2), noise, std::string()}) {
    desk.write("bad.tflite", bytes);
    check_refused(desk.run({"convert", "--tflite", desk.file("bad.tflite"), "--out",
                            desk.file("never.onnx")}),
                  1, desk.file("bad.tflite"));
  }
  CHECK_FALSE(fs::exists(desk.file("never.onnx")));
  desk.write("labels.txt", "one two\n");
  check_refused(desk.compare({"model"}), 1, desk.file("labels.txt"));
  desk.write("decoder.json", "{\"kind\":\"nothing\"}");
  check_refused(desk.optimize("model.onnx", "int8"), 1, desk.file("decoder.json"));
  check_refused(desk.optimize("missing.onnx", "int8"), 1, desk.file("missing.onnx"));
}

TEST_CASE("only wrong usage ends with 2") {
  const Desk desk;
  const auto model = desk.file("model.onnx");
  const auto folder = desk.file("");
  check_refused(desk.run({"check"}), 2, "--model is missing");
  check_refused(desk.run({"check", "--modell", model}), 2, "--modell");
  check_refused(desk.run({"check", "--model"}), 2, "needs a value");
  check_refused(desk.run({"optimize", "--model", model, "--out-dir", folder, "--variants", "int4"}),
                2, "int4");
  check_refused(desk.run({"optimize", "--model", model, "--out-dir", folder}), 2, "--decoder");
  check_refused(desk.optimize("model.onnx", "fp16,int4"), 2, "int4");
  check_refused(desk.compare({}), 2, "--variant is missing");
  check_refused(desk.run({"convert", "--tflite", "a", "--out", "b", "--asset-offset", "-1"}), 2,
                "--asset-offset");
  CHECK(desk.run({}).exit_code == 2);
  CHECK(desk.run({"improve"}).exit_code == 2);
  CHECK(desk.run({"--help"}).exit_code == 0);
}

}  // namespace
}  // namespace aiflow::app

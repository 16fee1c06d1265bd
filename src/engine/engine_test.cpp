// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/loader.h"

namespace aiflow::engine {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

std::filesystem::path plugin_file(const std::string& name) {
  return std::filesystem::path(AIFLOW_BUILD_DIR) / "lib" / ("libaiflow_engine_" + name + ".so");
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

Session open_ref(std::string_view model) {
  const Engine engine = load_engine(plugin_file("ref")).value();
  return engine.open(bytes_of(model)).value();  // outlives `engine`: the session keeps the plug-in
}

TEST_CASE("a plug-in says what it is") {
  const auto engine = load_engine(plugin_file("ref")).value();
  CHECK(engine.info().name == "reference");
  CHECK(engine.info().version == "1");
  CHECK(engine.info().abi == host_abi());
}

TEST_CASE("a session runs tensors and outlives the engine object") {
  auto session = open_ref("aiflow-ref scale");
  CHECK(session.inputs() == std::vector<TensorSpec>{{"x", DType::f32, {-1, -1}}});
  const auto x = Tensor::of<float>(Shape{2, 2}, {1, 2, 3, -4});
  const auto y = session.run(std::vector<Input>{{"x", x.view()}}).value();
  REQUIRE(y.size() == 1);
  CHECK(y[0].name == "y");
  CHECK(y[0].tensor == Tensor::of<float>(Shape{2, 2}, {2, 4, 6, -8}));
}

TEST_CASE("inputs that do not fit the model are refused before the engine sees them") {
  auto session = open_ref("aiflow-ref crash");
  const auto x = Tensor::of<float>(Shape{1, 1}, {1});
  const auto rank3 = Tensor::of<float>(Shape{1, 1, 1}, {1});
  const auto ints = Tensor::of<std::int32_t>(Shape{1, 1}, {1});
  const auto message = [&](std::vector<Input> inputs) {
    auto answer = session.run(inputs);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::invalid_argument);
    return answer.error().message;
  };
  CHECK(message({}) == "input 'x' is missing");
  CHECK(message({{"x", x.view()}, {"x", x.view()}}) == "input 'x' is given twice");
  CHECK(message({{"x", x.view()}, {"z", x.view()}}) == "the model has no input 'z'");
  CHECK(message({{"x", ints.view()}}) == "input 'x' must be FP32, not INT32");
  CHECK(message({{"x", rank3.view()}}) == "input 'x' must have shape [any,any], not [1,1,1]");
}

TEST_CASE("an engine's own errors keep their code and text") {
  const auto engine = load_engine(plugin_file("ref")).value();
  CHECK(engine.open(bytes_of("garbage")).error().code == ErrorCode::corrupt);
  CHECK(engine.open({}).error().code == ErrorCode::corrupt);
  CHECK(engine.open(bytes_of("aiflow-ref warp")).error().code == ErrorCode::invalid_argument);
  CHECK(engine.open(bytes_of("aiflow-ref scale"), {.threads = 0}).error().code ==
        ErrorCode::invalid_argument);
  auto session = open_ref("aiflow-ref fail");
  const auto x = Tensor::of<float>(Shape{1, 1}, {1});
  CHECK(session.run(std::vector<Input>{{"x", x.view()}}).error().message == "told to fail");
}

TEST_CASE("a file that is no fitting plug-in is refused by name") {
  const auto missing = load_engine("/nonexistent/plugin.so");
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(missing.error().message.find("/nonexistent/plugin.so") != std::string::npos);

  const auto text = std::filesystem::temp_directory_path() / "aiflow_engine_test_not_a_library.so";
  std::ofstream(text) << "hello";
  CHECK(load_engine(text).error().code == ErrorCode::corrupt);
  std::filesystem::remove(text);

  const auto newer = load_engine(plugin_file("ref_newer"));
  REQUIRE_FALSE(newer);
  CHECK(newer.error().code == ErrorCode::conflict);
  CHECK(newer.error().message.find("was built for engine interface 2.0") != std::string::npos);
}

TEST_CASE("a shared object without our functions is refused, naming the first one missing") {
  const auto libc = load_engine("/lib/x86_64-linux-gnu/libm.so.6");
  REQUIRE_FALSE(libc);
  CHECK(libc.error().message.find("aiflow_engine_describe") != std::string::npos);
}

}  // namespace
}  // namespace aiflow::engine

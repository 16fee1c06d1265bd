// SPDX-License-Identifier: Apache-2.0
#include "graph/onnx_io.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "base/prng.h"
#include "graph/detail/test_graphs.h"
#include "graph/pass.h"
#include "graph/tflite_io.h"

using namespace aiflow;
using namespace aiflow::graph;
using detail::RandomNet;

namespace {

/// Overwrites, truncates or extends; deterministic by the generator.
std::vector<std::byte> mutated(std::vector<std::byte> bytes, Prng& prng) {
  const auto changes = 1 + prng.below(8);
  for (std::uint64_t i = 0; i < changes && !bytes.empty(); ++i) {
    bytes[prng.below(bytes.size())] = static_cast<std::byte>(prng.below(256));
  }
  if (prng.chance(0.2)) bytes.resize(prng.below(bytes.size() + 1));
  if (prng.chance(0.1)) bytes.insert(bytes.end(), 16, static_cast<std::byte>(prng.below(256)));
  return bytes;
}

std::vector<std::byte> bytes_of(std::string_view text) {
  std::vector<std::byte> out(text.size());
  std::memcpy(out.data(), text.data(), text.size());
  return out;
}

}  // namespace

TEST_CASE("a written graph is read back as it was, and written the same") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Graph graph = RandomNet(seed).make();
    const auto bytes = write_onnx(graph);
    const auto back = read_onnx(bytes);
    REQUIRE(back);
    CHECK(*back == graph);
    CHECK(write_onnx(*back) == bytes);
  }
}

TEST_CASE("random, truncated and changed bytes never crash the reader or the passes") {
  Prng prng(42);
  int accepted = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto good = write_onnx(RandomNet(seed).make());
    for (int round = 0; round < 1000; ++round) {
      auto graph = read_onnx(mutated(good, prng));
      if (!graph) continue;
      ++accepted;
      static_cast<void>(simplify(*graph, {.folded_elements_max = 100'000}));
    }
  }
  CHECK(accepted > 100);  // else the mutations only test the first bytes
  CHECK(accepted < 9'900);
}

TEST_CASE("bytes that are no model are refused as corrupt") {
  const auto result = read_onnx(bytes_of("this is not a model"));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::corrupt);
  CHECK_FALSE(read_onnx({}));
  const auto good = write_onnx(RandomNet(1).make());
  const auto half = std::span(good).first(good.size() / 2);
  REQUIRE_FALSE(read_onnx(half));
}

TEST_CASE("a file larger than the limit is refused before it is parsed") {
  const auto good = write_onnx(RandomNet(1).make());
  const auto result = read_onnx(good, {.bytes_max = 10});
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a cycle, a missing value and a value made twice are refused by name") {
  Graph graph;
  const auto node = [](const char* in, const char* out) {
    return Node{.name = std::string("make_") + out,
                .op = "Relu",
                .domain = "",
                .inputs = {in},
                .outputs = {out},
                .attributes = {}};
  };
  graph.outputs = {{.name = "a", .has_shape = false, .dims = {}}};
  graph.nodes = {node("b", "a"), node("a", "b")};
  const auto cycle = read_onnx(write_onnx(graph));
  REQUIRE_FALSE(cycle);
  CHECK(cycle.error().message.find("cycle through Relu 'make_a'") != std::string::npos);

  graph.nodes = {node("nowhere", "a")};
  const auto missing = read_onnx(write_onnx(graph));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("nowhere") != std::string::npos);

  graph.inputs = {{.name = "x", .has_shape = false, .dims = {}}};
  graph.nodes = {node("x", "a"), node("x", "a")};
  CHECK_FALSE(read_onnx(write_onnx(graph)));
}

TEST_CASE("nodes out of order are put in order") {
  Graph graph;
  graph.inputs = {{.name = "x", .has_shape = false, .dims = {}}};
  graph.outputs = {{.name = "z", .has_shape = false, .dims = {}}};
  graph.nodes = {{.name = "2",
                  .op = "Relu",
                  .domain = "",
                  .inputs = {"y"},
                  .outputs = {"z"},
                  .attributes = {}},
                 {.name = "1",
                  .op = "Relu",
                  .domain = "",
                  .inputs = {"x"},
                  .outputs = {"y"},
                  .attributes = {}}};
  const auto back = read_onnx(write_onnx(graph));
  REQUIRE(back);
  CHECK(back->nodes[0].name == "1");
}

TEST_CASE("tensors whose data lies in another file are refused") {
  // initializer { dims: 1, data_type: FLOAT, name: "w", external_data { key: "location", value:
  // "../secret" }, data_location: EXTERNAL } written by hand, inside graph (field 7) of a model.
  const std::string entry = std::string("\x0a\x08location\x12\x09../secret", 21);
  const std::string tensor = std::string("\x08\x01\x10\x01\x42\x01w\x6a", 8) +
                             static_cast<char>(entry.size()) + entry + "\x70\x01";
  const std::string graph = std::string("\x2a") + static_cast<char>(tensor.size()) + tensor;
  const std::string model = std::string("\x08\x08\x3a") + static_cast<char>(graph.size()) + graph +
                            std::string("\x42\x02\x10\x11", 4);
  const auto result = read_onnx(bytes_of(model));
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("another file") != std::string::npos);
}

TEST_CASE("a tensor with less data than its dimensions say is refused") {
  // raw_data of 4 bytes for dims [1000000]
  const std::string tensor = std::string("\x08\xc0\x84\x3d\x10\x01\x42\x01w\x4a\x04\0\0\0\0", 15);
  const std::string graph = std::string("\x2a") + static_cast<char>(tensor.size()) + tensor;
  const std::string model = std::string("\x08\x08\x3a") + static_cast<char>(graph.size()) + graph +
                            std::string("\x42\x02\x10\x11", 4);
  const auto result = read_onnx(bytes_of(model));
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("4000000 bytes") != std::string::npos);
}

TEST_CASE("bytes that are no TFLite model are refused") {
  CHECK(read_tflite(bytes_of("short")).error().code == ErrorCode::corrupt);
  CHECK(read_tflite(bytes_of(std::string("\x10\0\0\0TFL3", 8) + std::string(64, '\0')))
            .error()
            .code == ErrorCode::corrupt);
  Prng prng(1);
  for (int round = 0; round < 10'000; ++round) {
    std::vector<std::byte> bytes(8 + prng.below(200));
    for (std::byte& b : bytes)
      b = static_cast<std::byte>(prng.chance(0.7) ? prng.below(16) : prng.below(256));
    std::memcpy(bytes.data() + 4, "TFL3", 4);
    static_cast<void>(read_tflite(bytes));
  }
}

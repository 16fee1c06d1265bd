// SPDX-License-Identifier: Apache-2.0
#include "infer/oip.h"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <limits>

#include "base/prng.h"

namespace aiflow::infer {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

std::string one_input(const std::string& rest) {
  return R"({"inputs":[{"name":"x",)" + rest + "}]}";
}

OipRequest good(const std::string& body) {
  auto request = parse_oip_request(body, std::nullopt);
  REQUIRE_MESSAGE(request, request.error().message);
  return *std::move(request);
}

std::string refused(const std::string& body, std::optional<std::size_t> json_bytes = {}) {
  const auto request = parse_oip_request(body, json_bytes);
  REQUIRE_FALSE(request);
  CHECK(request.error().code == ErrorCode::invalid_argument);
  return request.error().message;
}

TEST_CASE("JSON data may be flat or nested") {
  const auto expected = Tensor::of<float>(Shape{2, 2}, {1, 2.5F, -3, 4});
  for (const std::string data : {"[1,2.5,-3,4]", "[[1,2.5],[-3,4]]"}) {
    const auto request = good(one_input(R"("datatype":"FP32","shape":[2,2],"data":)" + data));
    REQUIRE(request.inputs.size() == 1);
    CHECK(request.inputs[0].name == "x");
    CHECK(request.inputs[0].tensor == expected);
  }
  CHECK(good(one_input(R"("datatype":"BOOL","shape":[2],"data":[true,false])"))
            .inputs[0]
            .tensor.bytes()[0] == std::byte{1});
  CHECK(good(one_input(R"("datatype":"FP32","shape":[0],"data":[])")).inputs[0].tensor.elements() ==
        0);
}

TEST_CASE("data that does not fit shape or type is refused, naming the input") {
  const auto message = [](const std::string& rest) { return refused(one_input(rest)); };
  CHECK(message(R"("datatype":"FP32","shape":[3],"data":[1,2])") ==
        "input 'x': has 1 elements fewer than its shape says");
  CHECK(message(R"("datatype":"FP32","shape":[1],"data":[1,2])") ==
        "input 'x': has more elements than its shape says");
  CHECK(message(R"("datatype":"UINT8","shape":[1],"data":[256])") ==
        "input 'x': has an element that is not UINT8");
  for (const std::string rest : {
           R"("datatype":"UINT8","shape":[1],"data":[-1])",
           R"("datatype":"UINT8","shape":[1],"data":[1.5])",
           R"("datatype":"INT64","shape":[1],"data":[1e30])",
           R"("datatype":"UINT64","shape":[1],"data":[-1])",
           R"("datatype":"FP32","shape":[1],"data":[1e39])",
           R"("datatype":"FP32","shape":[1],"data":["1"])",
           R"("datatype":"FP32","shape":[1],"data":[null])",
           R"("datatype":"BOOL","shape":[1],"data":[1])",
           R"("datatype":"BYTES","shape":[1],"data":["x"])",
           R"("datatype":"FP32","shape":[-1],"data":[1])",
           R"("datatype":"FP32","shape":[1.5],"data":[1])",
           R"("datatype":"FP32","shape":[1,1,1,1,1,1,1,1,1],"data":[1])",
           R"("datatype":"FP32","shape":[4294967296,4294967296,4294967296],"data":[1])",
           R"("datatype":"FP32","shape":[9223372036854775807],"data":[1])",
           R"("datatype":"FP32","shape":[60000000],"data":[1])",
           R"("datatype":"FP32","shape":[1])",
           R"("datatype":"FP32","shape":1,"data":[1])",
           R"("shape":[1],"data":[1])",
       }) {
    CAPTURE(rest);
    message(rest);
  }
  CHECK(refused("[]").find("object") != std::string::npos);
  refused("{}");
  refused("");
  refused(R"({"inputs":[1]})");
}

TEST_CASE("binary inputs follow the JSON in order, and their sizes must add up") {
  const std::string head =
      R"({"id":"7","inputs":[)"
      R"({"name":"a","datatype":"FP32","shape":[2],"parameters":{"binary_data_size":8}},)"
      R"({"name":"b","datatype":"INT64","shape":[1],"data":[5]},)"
      R"({"name":"c","datatype":"UINT8","shape":[3],"parameters":{"binary_data_size":3}}],)"
      R"("parameters":{"binary_data_output":true},)"
      R"("outputs":[{"name":"y"},{"name":"z","parameters":{"binary_data":false}}]})";
  const std::array<float, 2> floats{1.5F, -2};
  std::string body = head;
  body.append(reinterpret_cast<const char*>(floats.data()), 8);
  body += "xyz";
  const auto request = parse_oip_request(body, head.size()).value();
  CHECK(request.id == "7");
  CHECK(request.inputs[0].tensor == Tensor::of<float>(Shape{2}, {1.5F, -2}));
  CHECK(request.inputs[1].tensor == Tensor::of<std::int64_t>(Shape{1}, {5}));
  CHECK(request.inputs[2].tensor == Tensor::of<std::uint8_t>(Shape{3}, {'x', 'y', 'z'}));
  REQUIRE(request.outputs.size() == 2);
  CHECK(request.outputs[0].binary);
  CHECK_FALSE(request.outputs[1].binary);

  CHECK(refused(body + "!", head.size()).find("1 bytes that belong to no input") !=
        std::string::npos);
  refused(body.substr(0, body.size() - 1), head.size());
  refused(body, body.size() + 1);
  refused(body, 3);
  const auto binary = [](const std::string& size, const std::string& shape) {
    return one_input(R"("datatype":"FP32","shape":)" + shape +
                     R"(,"parameters":{"binary_data_size":)" + size + "}");
  };
  for (const auto& text : {binary("8", "[1]"), binary("-1", "[1]"), binary("\"4\"", "[1]"),
                           binary("9223372036854775807", "[1]")}) {
    refused(text + "0123456789", text.size());
  }
}

TEST_CASE("an answer holds what was asked for, as JSON or binary") {
  const std::vector<engine::Output> outputs{
      {"y", Tensor::of<float>(Shape{1, 2}, {0.1F, std::numeric_limits<float>::infinity()})},
      {"n\"1", Tensor::of<std::int8_t>(Shape{2}, {-1, 7})}};
  OipRequest request;
  request.id = "a\"b";
  const OipModel model{.name = "m", .version = "1"};
  const auto json_reply = write_oip_response(request, model, outputs).value();
  CHECK_FALSE(json_reply.json_bytes.has_value());
  CHECK(json_reply.body == R"({"model_name":"m","model_version":"1","id":"a\"b","outputs":[)"
                           R"({"name":"y","datatype":"FP32","shape":[1,2],"data":[0.1,null]},)"
                           R"({"name":"n\"1","datatype":"INT8","shape":[2],"data":[-1,7]}]})");

  request.outputs = {{.name = "n\"1", .binary = true}};
  const auto binary_reply = write_oip_response(request, model, outputs).value();
  REQUIRE(binary_reply.json_bytes.has_value());
  const auto head = json::parse(binary_reply.body.substr(0, *binary_reply.json_bytes)).value();
  CHECK(
      head.find("outputs")->as_array()[0].find("parameters")->find("binary_data_size")->as_int() ==
      2);
  CHECK(binary_reply.body.substr(*binary_reply.json_bytes) == "\xff\x07");

  request.outputs = {{.name = "nope", .binary = false}};
  CHECK(write_oip_response(request, model, outputs).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("any tensor survives the way through an answer and back, JSON and binary") {
  constexpr std::array kTypes{DType::f32, DType::f64, DType::f16,    DType::bf16, DType::i8,
                              DType::u8,  DType::i16, DType::u16,    DType::i32,  DType::u32,
                              DType::i64, DType::u64, DType::boolean};
  Prng prng(5);
  for (int round = 0; round < 300; ++round) {
    const auto dtype = kTypes[prng.below(kTypes.size())];
    const Shape shape{static_cast<std::int64_t>(prng.below(4)),
                      static_cast<std::int64_t>(prng.below(9))};
    std::vector<std::int64_t> numbers;
    for (std::int64_t i = 0; i < shape.elements(); ++i) {
      numbers.push_back(static_cast<std::int64_t>(prng.below(100)));
    }
    const auto tensor = tensor::cast(Tensor::of<std::int64_t>(shape, numbers).view(), dtype);
    OipRequest request;
    request.binary_outputs = prng.chance(0.5);
    const auto reply = write_oip_response(request, {.name = "m", .version = "1"},
                                          std::vector<engine::Output>{{"t", tensor}})
                           .value();
    // An answer's outputs look like a request's inputs.
    std::string body = reply.body;
    const auto at = body.find("\"outputs\"");
    body.replace(at, 9, "\"inputs\"");
    auto json_bytes = reply.json_bytes;
    if (json_bytes) --*json_bytes;
    const auto back = parse_oip_request(body, json_bytes);
    REQUIRE_MESSAGE(back, back.error().message);
    CHECK(back->inputs[0].tensor == tensor);
  }
}

TEST_CASE("damaged requests are parsed or refused, never worse") {
  const std::string text = R"({"inputs":[{"name":"a","datatype":"FP32","shape":[2],)"
                           R"("parameters":{"binary_data_size":8}}]})"
                           "12345678";
  const std::size_t length = text.size() - 8;
  Prng prng(9);
  for (int i = 0; i < 5000; ++i) {
    std::string bad = text;
    for (auto changes = prng.below(4) + 1; changes > 0; --changes) {
      bad[prng.below(bad.size())] = static_cast<char>(prng.next());
    }
    if (prng.chance(0.2)) bad.resize(prng.below(bad.size()));
    const auto result = parse_oip_request(bad, prng.chance(0.5) ? length : prng.below(120));
    if (!result) CHECK(result.error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("metadata is shaped as the protocol says") {
  wire::Description description;
  description.model = "m";
  description.version = "2";
  description.engine = "onnxruntime";
  description.inputs = {{.name = "x", .datatype = "FP32", .shape = {-1, 3}}};
  CHECK(json::write(oip_model_metadata(description)) ==
        R"({"name":"m","versions":["2"],"platform":"onnxruntime",)"
        R"("inputs":[{"name":"x","datatype":"FP32","shape":[-1,3]}],"outputs":[]})");
  CHECK(json::write(oip_server_metadata("0.1")).find("binary_tensor_data") != std::string::npos);
}

}  // namespace
}  // namespace aiflow::infer

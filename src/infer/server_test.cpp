// SPDX-License-Identifier: Apache-2.0
// The protocol of api/inference.yaml, both sides, with the reference engine.
#include "infer/server.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

#include "base/prng.h"
#include "engine/loader.h"
#include "infer/client.h"
#include "infer/detail/tensor_refs.h"
#include "infer/detail/test_pack.h"
#include "os/socket.h"
#include "os/system_clock.h"

namespace aiflow::infer {
namespace {

using tensor::Shape;
using tensor::Tensor;

Model open_model(const std::string& behaviour) {
  const auto engine = engine::load_engine(std::filesystem::path(AIFLOW_BUILD_DIR) / "lib" /
                                          "libaiflow_engine_ref.so")
                          .value();
  const std::string text = "aiflow-ref " + behaviour;
  return Model::open(engine, std::as_bytes(std::span(text.data(), text.size())),
                     {.model = "twice", .version = "3", .variant = "fp32", .decoder = {}}, {})
      .value();
}

/// A served model in this process.
class Running {
 public:
  explicit Running(const std::string& behaviour, const ServerOptions& options = {})
      : model_(open_model(behaviour)), server_(model_, clock, options) {
    listener_ = os::listen_unix(socket()).value();
    thread_ = std::jthread([this] { CHECK(server_.serve(listener_.get(), stop_.read_end.get())); });
  }
  ~Running() {
    stop_.write_end.reset();
    thread_.join();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] std::filesystem::path socket() const { return temp_.path() / "infer.sock"; }
  [[nodiscard]] Deadline soon() const { return Deadline::after(clock, std::chrono::seconds(10)); }
  [[nodiscard]] Client connect() const { return Client::connect(socket(), clock, soon()).value(); }
  [[nodiscard]] os::Fd connect_raw() const { return os::connect_unix(socket(), soon()).value(); }

  os::SystemClock clock;

 private:
  os::TempDir temp_ = os::TempDir::create("aiflow-server-test-").value();
  Model model_;
  Server server_;
  os::Fd listener_;
  os::Pipe stop_ = os::make_pipe().value();
  std::jthread thread_;
};

Result<InferAnswer> infer(Client& client, const Tensor& x, Deadline deadline) {
  const std::vector<engine::Input> inputs{{"x", x.view()}};
  return client.infer(inputs, {}, deadline);
}

TEST_CASE("describe and infer go through the socket") {
  const Running running("scale");
  auto client = running.connect();
  const auto description = client.describe(running.soon()).value();
  CHECK(description.model == "twice");
  CHECK(description.version == "3");
  CHECK(description.engine == "reference");
  CHECK(description.inputs ==
        std::vector<wire::TensorSpec>{{.name = "x", .datatype = "FP32", .shape = {-1, -1}}});
  const auto x = Tensor::of<float>(Shape{1, 3}, {1, 2, 3});
  const auto answer = infer(client, x, running.soon()).value();
  REQUIRE(answer.outputs.size() == 1);
  CHECK(answer.outputs[0].tensor == Tensor::of<float>(Shape{1, 3}, {2, 4, 6}));
  const auto empty = Tensor(tensor::DType::f32, Shape{0, 7});
  CHECK(infer(client, empty, running.soon()).value().outputs[0].tensor.elements() == 0);
}

TEST_CASE("a refused request leaves the connection usable") {
  const Running running("scale");
  auto client = running.connect();
  const auto wrong = Tensor::of<std::int32_t>(Shape{1, 1}, {1});
  CHECK(infer(client, wrong, running.soon()).error().code == ErrorCode::invalid_argument);
  const std::vector<std::uint8_t> pixels(3);
  const auto image = ImageView::make(pixels, 1, 1, ColourOrder::bgr).value();
  CHECK(client.detect(image, 0.5, running.soon()).error().message.find("no decoder") !=
        std::string::npos);
  const auto x = Tensor::of<float>(Shape{1, 1}, {1});
  const std::vector<engine::Input> inputs{{"x", x.view()}};
  const std::vector<std::string> unknown{"z"};
  CHECK_FALSE(client.infer(inputs, unknown, running.soon()));
  const std::vector<std::string> twice{"y", "y"};
  CHECK(client.infer(inputs, twice, running.soon()).error().message.find("asked for twice") !=
        std::string::npos);
  CHECK(client.usable());
  CHECK(infer(client, x, running.soon()).has_value());
}

TEST_CASE("several clients are served at once, and shared ones reconnect") {
  const Running running("scale");
  Clients clients(running.socket(), running.clock);
  std::vector<std::jthread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const auto x = Tensor::of<float>(Shape{1, 1}, {static_cast<float>(t)});
      const std::vector<engine::Input> inputs{{"x", x.view()}};
      for (int i = 0; i < 50; ++i) {
        const auto answer = clients.infer(inputs, {}, running.soon());
        good +=
            answer && answer->outputs[0].tensor.data<float>()[0] == 2.0F * static_cast<float>(t);
      }
    });
  }
  threads.clear();
  CHECK(good == 200);
}

TEST_CASE("connections over the limit get an answer, not a hang") {
  const Running running("scale", {.connections_max = 1});
  auto first = running.connect();
  REQUIRE(first.describe(running.soon()));
  const auto second = running.connect_raw();
  const auto message = recv_message(second.get(), running.soon()).value();
  CHECK(message.type == "Failed");
  CHECK(json::get_string(message.body, "code").value() == "unavailable");
  CHECK(first.describe(running.soon()).has_value());
}

TEST_CASE("hostile tensors are refused one by one") {
  const Running running("scale");
  const auto fd = running.connect_raw();
  const std::string payload(16, '\0');
  const auto ask = [&](const char* ref) {
    const auto body =
        json::parse(std::string(R"({"id":7,"outputs":[],"deadline_ms":0,"inputs":[)") + ref + "]}")
            .value();
    REQUIRE(send_message(fd.get(),
                         {"Infer", body, std::as_bytes(std::span(payload.data(), payload.size()))},
                         running.soon()));
    const auto message = recv_message(fd.get(), running.soon()).value();
    CHECK(json::get_int(message.body, "id").value() == 7);
    return message.type;
  };
  const auto ref = [](const std::string& rest) { return R"({"name":"x",)" + rest + "}"; };
  for (const auto& bad : {
           ref(R"("datatype":"FP32","shape":[2,2],"offset":0,"size":17)"),
           ref(R"("datatype":"FP32","shape":[2,2],"offset":1,"size":16)"),
           ref(R"("datatype":"FP32","shape":[2,2],"offset":-4,"size":16)"),
           ref(R"("datatype":"FP32","shape":[2,2],"offset":9223372036854775807,"size":16)"),
           ref(R"("datatype":"FP32","shape":[2,2],"offset":0,"size":-16)"),
           ref(R"("datatype":"FP32","shape":[-2,-2],"offset":0,"size":16)"),
           ref(R"("datatype":"FP32","shape":[4294967296,4294967296],"offset":0,"size":16)"),
           ref(R"("datatype":"FP32","shape":[2,3],"offset":0,"size":16)"),
           ref(R"("datatype":"STRING","shape":[2,2],"offset":0,"size":16)"),
           ref(R"("datatype":"FP32","shape":[1,1,1,1,1,1,1,1,1,4],"offset":0,"size":16)"),
           ref(R"("datatype":"FP32","shape":"x","offset":0,"size":16)"),
       }) {
    CAPTURE(bad);
    CHECK(ask(bad.c_str()) == "Failed");
  }
  CHECK(ask(ref(R"("datatype":"FP32","shape":[2,2],"offset":0,"size":16)").c_str()) == "Inferred");
}

TEST_CASE("bytes that are no message end that connection only") {
  const Running running("scale");
  Prng prng(3);
  for (int i = 0; i < 60; ++i) {
    const auto fd = running.connect_raw();
    std::string bytes;
    for (int n = 0; n < 64; ++n) bytes += static_cast<char>(prng.next());
    if (i % 3 == 0) bytes.replace(0, 8, std::string("\0\0\0\x14\0\0\0\0", 8));
    if (i % 3 == 1) bytes.replace(0, 8, std::string("\xff\xff\xff\xff\0\0\0\0", 8));
    static_cast<void>(os::send_all(fd.get(), bytes, running.soon()));
  }
  auto client = running.connect();
  CHECK(client.describe(running.soon()).has_value());
}

TEST_CASE("a client whose deadline passes gives the connection up") {
  // The engine hangs for good: the process's end, not the test's, would free its thread. So the
  // service is played by a socket that never answers.
  const os::SystemClock clock;
  const auto temp = os::TempDir::create("aiflow-mute-").value();
  const auto listener = os::listen_unix(temp.path() / "s").value();
  auto client = Client::connect(temp.path() / "s", clock, Deadline::never()).value();
  const auto answer = client.describe(Deadline::after(clock, std::chrono::milliseconds(20)));
  CHECK(answer.error().code == ErrorCode::timeout);
  CHECK_FALSE(client.usable());
  CHECK(client.describe(Deadline::never()).error().code == ErrorCode::unavailable);
}

TEST_CASE("tensors survive packing at every size and type") {
  Prng prng(11);
  for (int round = 0; round < 50; ++round) {
    std::vector<Tensor> tensors;
    std::vector<NamedView> views;
    for (int i = 0; i < 4; ++i) {
      const Shape shape{static_cast<std::int64_t>(prng.below(5)),
                        static_cast<std::int64_t>(prng.below(30))};
      Tensor t(prng.chance(0.5) ? tensor::DType::f16 : tensor::DType::i64, shape);
      for (auto& b : t.bytes()) b = static_cast<std::byte>(prng.next());
      tensors.push_back(std::move(t));
    }
    for (const auto& t : tensors) views.push_back({"t", t.view()});
    const auto packed = pack_tensors(views).value();
    const std::string_view payload(reinterpret_cast<const char*>(packed.payload.data()),
                                   packed.payload.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      CHECK(read_tensor(packed.refs[i], payload).value() == tensors[i]);
    }
  }
}

}  // namespace
}  // namespace aiflow::infer

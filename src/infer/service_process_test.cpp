// SPDX-License-Identifier: Apache-2.0
// The real aiflow-infer as a supervised child, with the reference engine.
#include "infer/service_process.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <csignal>

#include "infer/client.h"
#include "infer/detail/test_pack.h"
#include "os/system_clock.h"

namespace aiflow::infer {
namespace {

using tensor::Shape;
using tensor::Tensor;

struct Fixture {
  TestPack pack;
  os::SystemClock clock;

  [[nodiscard]] ServiceSpec spec(const std::string& model_text) const {
    return {.program = std::filesystem::path(AIFLOW_BUILD_DIR) / "bin" / "aiflow-infer",
            .pack_folder = pack.reference(),
            .model_file = pack.write("model.ref", model_text),
            .meta_file = pack.write("meta.json", R"({"model":"m","version":"1","variant":"v"})"),
            .socket = pack.root() / "infer.sock",
            .stop_grace = std::chrono::milliseconds(100),
            .back_off_first = std::chrono::milliseconds(1)};
  }
  [[nodiscard]] Deadline soon() const { return Deadline::after(clock, std::chrono::seconds(20)); }
  [[nodiscard]] Result<InferAnswer> ask() const {
    AIFLOW_ASSIGN(auto client, Client::connect(pack.root() / "infer.sock", clock, soon()));
    const auto x = Tensor::of<float>(Shape{1, 1}, {21});
    const std::vector<engine::Input> inputs{{"x", x.view()}};
    return client.infer(inputs, {}, soon());
  }
  /// Waits until the process has been replaced and serves again.
  void wait_restart(ServiceProcess& service, std::int64_t restarts) const {
    const auto deadline = soon();
    while (service.status().restarts < restarts) {
      REQUIRE_FALSE(deadline.passed(clock.steady_now()));
      os::sleep_for(std::chrono::milliseconds(1));
    }
    REQUIRE(service.wait_for(ServiceState::ready, soon()));
  }
};

TEST_CASE("a service starts, answers on a private socket and stops") {
  const Fixture fixture;
  ServiceProcess service(fixture.spec("aiflow-ref scale"), fixture.clock);
  REQUIRE(service.start(fixture.soon()));
  CHECK(service.status().state == ServiceState::ready);
  CHECK(service.status().pid > 0);
  CHECK(fixture.ask().value().outputs[0].tensor.data<float>()[0] == 42);
  struct stat info{};
  REQUIRE(::stat((fixture.pack.root() / "infer.sock").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  const int pid = service.status().pid;
  service.stop();
  CHECK(service.status().state == ServiceState::stopped);
  CHECK(::kill(pid, 0) != 0);
  CHECK_FALSE(std::filesystem::exists(fixture.pack.root() / "infer.sock"));
}

TEST_CASE("a killed service comes back") {
  const Fixture fixture;
  std::vector<ServiceState> states;
  std::mutex mutex;
  ServiceProcess service(fixture.spec("aiflow-ref scale"), fixture.clock,
                         [&](const ServiceStatus& status) {
                           const std::scoped_lock lock(mutex);
                           states.push_back(status.state);
                         });
  REQUIRE(service.start(fixture.soon()));
  for (int round = 1; round <= 3; ++round) {
    const int pid = service.status().pid;
    ::kill(pid, SIGKILL);
    fixture.wait_restart(service, round);
    CHECK(service.status().pid != pid);
    CHECK(service.status().last_error.find("SIGKILL") != std::string::npos);
    CHECK(fixture.ask().has_value());
  }
  const std::scoped_lock lock(mutex);
  CHECK(std::vector(states.begin(), states.begin() + 4) ==
        std::vector{ServiceState::ready, ServiceState::backing_off, ServiceState::starting,
                    ServiceState::ready});
}

TEST_CASE("an engine that crashes ends its process only, and the service comes back") {
  const Fixture fixture;
  ServiceProcess service(fixture.spec("aiflow-ref crash"), fixture.clock);
  REQUIRE(service.start(fixture.soon()));
  CHECK(fixture.ask().error().code == ErrorCode::unavailable);
  fixture.wait_restart(service, 1);
  CHECK(service.status().last_error.find("SIGABRT") != std::string::npos);
}

TEST_CASE("a service that can't start says why, once, and is not retried") {
  const Fixture fixture;
  const auto message = [&](const ServiceSpec& spec, ErrorCode code) {
    ServiceProcess service(spec, fixture.clock);
    const auto started = service.start(fixture.soon());
    REQUIRE_FALSE(started);
    CHECK(started.error().code == code);
    CHECK(service.status().state == ServiceState::failed);
    return started.error().message;
  };
  auto spec = fixture.spec("garbage");
  CHECK(message(spec, ErrorCode::corrupt) ==
        "model '" + spec.model_file.string() + "': does not start with 'aiflow-ref '");
  spec.model_file = "/nonexistent.onnx";
  CHECK(message(spec, ErrorCode::not_found).find("/nonexistent.onnx") != std::string::npos);
  spec = fixture.spec("aiflow-ref scale");
  spec.meta_file = fixture.pack.write("bad.json", "{");
  CHECK(message(spec, ErrorCode::invalid_argument).find("bad.json") != std::string::npos);
  spec.meta_file = fixture.pack.write("bad.json", R"({"model":"m","decoder":{"kind":"magic"}})");
  CHECK(message(spec, ErrorCode::invalid_argument).find("'magic' is unknown") != std::string::npos);
  spec = fixture.spec("aiflow-ref scale");
  std::filesystem::remove(spec.pack_folder / "lib" / "libaiflow_engine_ref.so");
  CHECK(message(spec, ErrorCode::corrupt).find("libaiflow_engine_ref.so' is missing") !=
        std::string::npos);
  spec.program = "/nonexistent/aiflow-infer";
  CHECK(message(spec, ErrorCode::not_found).find("aiflow-infer") != std::string::npos);
}

TEST_CASE("a service that is never ready is ended at the deadline") {
  const Fixture fixture;
  auto spec = fixture.spec("aiflow-ref scale");
  spec.program = fixture.pack.write("mute", "#!/bin/sh\nexec sleep 600\n");
  std::filesystem::permissions(spec.program, std::filesystem::perms{0755});
  spec.ready_timeout = std::chrono::milliseconds(50);
  ServiceProcess service(spec, fixture.clock);
  CHECK(service.start(fixture.soon()).error().code == ErrorCode::timeout);
}

TEST_CASE("a process that answers nothing any more is found, ended and replaced") {
  const Fixture fixture;
  auto spec = fixture.spec("aiflow-ref scale");
  spec.watch_every = std::chrono::milliseconds(20);
  spec.answer_limit = std::chrono::milliseconds(500);
  ServiceProcess service(spec, fixture.clock);
  REQUIRE(service.start(fixture.soon()));
  const int pid = service.status().pid;
  ::kill(pid, SIGSTOP);
  fixture.wait_restart(service, 1);
  CHECK(service.status().pid != pid);
  CHECK(::kill(pid, 0) != 0);
  CHECK(service.status().last_error == "the inference process hung: no answer for 500 ms");
  CHECK(fixture.ask().has_value());
}

TEST_CASE("an engine that does not end its request is found, ended and replaced") {
  const Fixture fixture;
  auto spec = fixture.spec("aiflow-ref hang");
  spec.watch_every = std::chrono::milliseconds(20);
  spec.run_limit = std::chrono::milliseconds(200);
  ServiceProcess service(spec, fixture.clock);
  REQUIRE(service.start(fixture.soon()));
  const int pid = service.status().pid;
  const auto answer = fixture.ask();
  CHECK(answer.error().code == ErrorCode::unavailable);  // long before its own deadline
  fixture.wait_restart(service, 1);
  CHECK(service.status().pid != pid);
  CHECK(service.status().last_error == "the engine hung: one request took longer than 200 ms");
}

TEST_CASE("a service that is asked all the time and works is left alone") {
  const Fixture fixture;
  auto spec = fixture.spec("aiflow-ref scale");
  spec.watch_every = std::chrono::milliseconds(1);
  ServiceProcess service(spec, fixture.clock);
  REQUIRE(service.start(fixture.soon()));
  for (int i = 0; i < 50; ++i) CHECK(fixture.ask().has_value());
  CHECK(service.status().restarts == 0);
}

TEST_CASE("a process that hangs can be stopped at once") {
  const Fixture fixture;
  auto spec = fixture.spec("aiflow-ref scale");
  spec.watch_every = std::chrono::milliseconds(1);
  ServiceProcess service(spec, fixture.clock);
  REQUIRE(service.start(fixture.soon()));
  const int pid = service.status().pid;
  ::kill(pid, SIGSTOP);
  service.stop();
  CHECK(::kill(pid, 0) != 0);
  CHECK(service.status().restarts == 0);
}

TEST_CASE("a hanging engine costs a request its deadline, and stop still works") {
  const Fixture fixture;
  ServiceProcess service(fixture.spec("aiflow-ref hang"), fixture.clock);
  REQUIRE(service.start(fixture.soon()));
  auto client =
      Client::connect(fixture.pack.root() / "infer.sock", fixture.clock, fixture.soon()).value();
  const auto x = Tensor::of<float>(Shape{1, 1}, {1});
  const std::vector<engine::Input> inputs{{"x", x.view()}};
  const auto deadline = Deadline::after(fixture.clock, std::chrono::milliseconds(50));
  CHECK(client.infer(inputs, {}, deadline).error().code == ErrorCode::timeout);
  const int pid = service.status().pid;
  service.stop();
  CHECK(::kill(pid, 0) != 0);
}

}  // namespace
}  // namespace aiflow::infer

// SPDX-License-Identifier: Apache-2.0
// aiflow-camera: watches one camera for the server that started it. Everything goes over the socket
// it inherits as descriptor 3 (api/camera.yaml): first its configuration, then reports upwards and
// switches downwards. It ends with the socket.
#include <sys/socket.h>

#include <cstdio>
#include <cstring>
#include <stop_token>
#include <string>
#include <thread>

#include "infer/message.h"
#include "os/signals.h"
#include "os/system_clock.h"
#include "watch/camera_loop.h"
#include "watch/infer_detector.h"
#include "wire/camera.h"

namespace aiflow {
namespace {

constexpr int kServer = 3;
constexpr Duration kConfigMax = std::chrono::seconds(10);
/// A server that takes nothing for so long is gone or hangs; it starts a new camera when it is
/// back.
constexpr Duration kSendMax = std::chrono::seconds(60);

class ServerSink final : public watch::ReportSink {
 public:
  explicit ServerSink(const Clock& clock) : clock_(clock) {}

  Status frame(const wire::FrameReport& report, std::span<const std::uint8_t> jpeg) override {
    return send("FrameReport", to_json(report), jpeg);
  }
  Status event(const wire::SceneEventReport& event, std::span<const std::uint8_t> jpeg) override {
    return send("SceneEventReport", to_json(event), jpeg);
  }
  Status ended(const wire::CameraEnded& ended, std::span<const std::uint8_t> jpeg) {
    return send("CameraEnded", to_json(ended), jpeg);
  }

 private:
  Status send(std::string_view type, json::Value body, std::span<const std::uint8_t> payload) {
    return infer::send_message(kServer, {type, std::move(body), std::as_bytes(payload)},
                               Deadline::after(clock_, kSendMax));
  }

  const Clock& clock_;
};

Result<wire::CameraConfig> read_config(const Clock& clock) {
  AIFLOW_ASSIGN(const auto message,
                infer::recv_message(kServer, Deadline::after(clock, kConfigMax)));
  if (message.type != "CameraConfig") {
    return fail(ErrorCode::invalid_argument, "the first message is not a CameraConfig");
  }
  return wire::parse_camera_config(message.body);
}

/// Takes switches until the server is gone or says stop.
void listen(watch::CameraLoop& loop, std::stop_source& stop) {
  while (true) {
    auto message = infer::recv_message(kServer, Deadline::never());
    if (!message || message->type == "CameraStop") break;
    if (message->type != "LiveSwitch") continue;
    if (const auto live = wire::parse_live_switch(message->body)) loop.set_live(live->on);
  }
  stop.request_stop();
}

int run() {
  const os::SystemClock clock;
  os::ignore_sigpipe();
  const auto config = read_config(clock);
  if (!config) {
    std::fprintf(stderr, "aiflow-camera: %s\n", config.error().message.c_str());
    std::fprintf(stderr, "It is started by 'aiflow serve'; see 'aiflow camera add --help'.\n");
    return 2;
  }
  const auto detector = watch::make_infer_detector(config->infer_socket, clock);
  ServerSink sink(clock);
  watch::CameraLoop loop({clock, *detector, sink}, *config);
  std::stop_source stop;
  std::thread listener([&] { listen(loop, stop); });
  const wire::CameraEnded ended = loop.run(stop.get_token());
  const bool told = sink.ended(ended, loop.last_picture()).has_value();
  ::shutdown(kServer, SHUT_RD);
  listener.join();
  return told && ended.reason != "failed" ? 0 : 1;
}

}  // namespace
}  // namespace aiflow

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--version") == 0) {
    std::puts("aiflow-camera " AIFLOW_VERSION);
    return 0;
  }
  return aiflow::run();
}

// SPDX-License-Identifier: Apache-2.0
// What the camera pipeline costs beside decoding and inference:
//   pipeline_bench PACK_FOLDER PLUGIN.so MODEL.onnx META.json CLIP FRAMES
// Baseline: one process that decodes the clip, resizes each frame and runs the engine, nothing
// else. Against it the programs aiflow-camera and aiflow-infer as a server starts them, with
// tracker, a line, a zone and pictures. Both in turn, several times; one JSON line.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "engine/loader.h"
#include "infer/model.h"
#include "infer/service_process.h"
#include "media/source.h"
#include "os/file.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"
#include "watch/camera_process.h"

namespace aiflow {
namespace {

constexpr int kRounds = 5;

/// Milliseconds a frame.
struct Cost {
  double wall = 0;
  double cpu = 0;
};

struct Setup {
  os::Path pack_folder, plugin, model, meta, clip;
  std::int64_t frames = 0;
  os::Path programs;
};

double cpu_ms(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

/// Of another process, from the 14th and 15th word of its stat line (hundredths of a second).
Result<double> cpu_ms_of(int pid) {
  AIFLOW_ASSIGN(const auto line,
                os::read_file("/proc/" + std::to_string(pid) + "/stat", std::size_t{1} << 16));
  std::istringstream words(line.substr(line.rfind(')') + 2));
  std::string word;
  double ticks = 0;
  for (int i = 3; i <= 15 && words >> word; ++i) {
    if (i >= 14) ticks += std::stod(word);
  }
  return ticks * 10;
}

class Bench {
 public:
  explicit Bench(Setup setup) : setup_(std::move(setup)) {}

  Status run() {
    AIFLOW_TRY(start());
    std::vector<double> cpu;
    std::vector<double> wall;
    Cost plain_best;
    Cost camera_best;
    for (int round = 0; round < kRounds; ++round) {
      AIFLOW_ASSIGN(const Cost plain, plain_loop());
      AIFLOW_ASSIGN(const Cost camera, through_camera());
      std::printf("round %d: plain %.2f ms CPU, %.2f ms; camera %.2f ms CPU, %.2f ms a frame\n",
                  round + 1, plain.cpu, plain.wall, camera.cpu, camera.wall);
      std::fflush(stdout);
      cpu.push_back(camera.cpu / plain.cpu);
      wall.push_back(camera.wall / plain.wall);
      if (round == 0 || plain.cpu < plain_best.cpu) plain_best = plain;
      if (round == 0 || camera.cpu < camera_best.cpu) camera_best = camera;
    }
    std::ranges::sort(cpu);
    std::ranges::sort(wall);
    std::printf(
        "{\"frames\":%lld,\"rounds\":%d,\"cpu_ratio\":%.3f,\"wall_ratio\":%.3f,"
        "\"plain_cpu_ms\":%.2f,\"camera_cpu_ms\":%.2f,\"goal\":1.2,\"reached\":%s}\n",
        static_cast<long long>(setup_.frames), kRounds, cpu[kRounds / 2], wall[kRounds / 2],
        plain_best.cpu, camera_best.cpu, cpu[kRounds / 2] <= 1.2 ? "true" : "false");
    return {};
  }

 private:
  Status start() {
    AIFLOW_ASSIGN(const auto engine, engine::load_engine(setup_.plugin));
    AIFLOW_ASSIGN(const auto bytes, os::read_file(setup_.model, std::size_t{1} << 30));
    AIFLOW_ASSIGN(const auto text, os::read_file(setup_.meta, 1U << 20));
    AIFLOW_ASSIGN(const auto meta, json::parse(text));
    AIFLOW_ASSIGN(const auto parsed, infer::parse_model_meta(meta));
    AIFLOW_ASSIGN(decoder_, infer::Decoder::make(parsed.decoder));
    AIFLOW_ASSIGN(session_, engine.open(std::as_bytes(std::span(bytes.data(), bytes.size()))));
    AIFLOW_ASSIGN(auto temp, os::TempDir::create("pipeline_bench"));
    temp_.emplace(std::move(temp));
    service_.emplace(infer::ServiceSpec{.program = setup_.programs / "aiflow-infer",
                                        .pack_folder = setup_.pack_folder,
                                        .model_file = setup_.model,
                                        .meta_file = setup_.meta,
                                        .socket = temp_->path() / "s"},
                     clock_);
    return service_->start(Deadline::after(clock_, std::chrono::seconds(60)));
  }

  Cost cost_since(SteadyTime begin, double cpu) const {
    const auto frames = static_cast<double>(setup_.frames);
    const auto wall = static_cast<double>((clock_.steady_now() - begin).count()) / 1e3;
    return {.wall = wall / frames, .cpu = cpu / frames};
  }

  Result<Cost> plain_loop() {
    const double cpu = cpu_ms(RUSAGE_SELF);
    const auto begin = clock_.steady_now();
    AIFLOW_ASSIGN(auto source,
                  media::Source::open(setup_.clip.string(), {.end_frame = setup_.frames}));
    infer::Preprocessor preprocessor(decoder_->input());
    tensor::Tensor tensor;
    while (true) {
      AIFLOW_ASSIGN(const auto frame, source.next());
      if (!frame) break;
      const auto& image = *frame->image;
      AIFLOW_ASSIGN(const auto view, infer::ImageView::make(image.bgr, image.width, image.height,
                                                            infer::ColourOrder::bgr));
      preprocessor.run(view, tensor);
      const engine::Input input{session_->inputs()[0].name, tensor.view()};
      AIFLOW_ASSIGN(const auto outputs, session_->run({&input, 1}));
    }
    return cost_since(begin, cpu_ms(RUSAGE_SELF) - cpu);
  }

  Result<Cost> through_camera() {
    const int pid = service_->status().pid;
    AIFLOW_ASSIGN(const double infer_cpu, cpu_ms_of(pid));
    const double child_cpu = cpu_ms(RUSAGE_CHILDREN);
    const double own_cpu = cpu_ms(RUSAGE_SELF);
    const auto begin = clock_.steady_now();
    wire::CameraEnded ended;
    AIFLOW_ASSIGN(auto camera, watch::CameraProcess::start(clock_, camera_options(ended)));
    camera->wait();
    if (ended.reason != "end" || ended.frames != setup_.frames) {
      return fail(ErrorCode::internal, "the camera ended early: " + ended.error.value_or("?"));
    }
    AIFLOW_ASSIGN(const double infer_after, cpu_ms_of(pid));
    // This process plays the server: what it does for the camera counts too.
    return cost_since(begin, infer_after - infer_cpu + cpu_ms(RUSAGE_CHILDREN) - child_cpu +
                                 cpu_ms(RUSAGE_SELF) - own_cpu);
  }

  watch::CameraProcessOptions camera_options(wire::CameraEnded& ended) const {
    watch::CameraProcessOptions out;
    out.program = setup_.programs / "aiflow-camera";
    out.callbacks.on_ended = [&ended](const wire::CameraEnded& end, std::string_view) {
      ended = end;
    };
    out.config = {.camera_id = "bench",
                  .source = setup_.clip.string(),
                  .start_frame = 0,
                  .end_frame = setup_.frames,
                  .realtime = false,
                  .infer_socket = (temp_->path() / "s").string(),
                  .classes = {"Person"},
                  .score_min = 0.4,
                  .detect_fps = 0,
                  .rules = {rule("line_crossing", {{0.1, 0.5}, {0.9, 0.5}}),
                            rule("intrusion", {{0.3, 0.3}, {0.7, 0.3}, {0.7, 0.7}, {0.3, 0.7}})},
                  .live_fps = 5,
                  .event_key = std::nullopt};
    return out;
  }

  static wire::RuleConfig rule(const std::string& kind, std::vector<wire::Point> points) {
    return {.rule_id = kind,
            .kind = kind,
            .name = kind,
            .points = std::move(points),
            .classes = {},
            .params = json::object({})};
  }

  Setup setup_;
  os::SystemClock clock_;
  std::unique_ptr<const infer::Decoder> decoder_;
  std::optional<engine::Session> session_;
  std::optional<os::TempDir> temp_;
  std::optional<infer::ServiceProcess> service_;
};

int main_of(int argc, char** argv) {
  if (argc != 7) {
    std::fputs("usage: pipeline_bench PACK_FOLDER PLUGIN.so MODEL.onnx META.json CLIP FRAMES\n",
               stderr);
    return 2;
  }
  Bench bench({.pack_folder = argv[1],
               .plugin = argv[2],
               .model = argv[3],
               .meta = argv[4],
               .clip = argv[5],
               .frames = std::max(1L, std::atol(argv[6])),
               .programs = os::Path(argv[0]).parent_path()});
  const Status done = bench.run();
  if (done) return 0;
  std::fprintf(stderr, "pipeline_bench: %s\n", done.error().message.c_str());
  return 1;
}

}  // namespace
}  // namespace aiflow

int main(int argc, char** argv) { return aiflow::main_of(argc, argv); }

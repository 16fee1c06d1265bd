// SPDX-License-Identifier: Apache-2.0
// aiflow-optimize: model jobs on local files, run as a task's process. Exit codes: 0, 1 failed,
// 2 wrong usage.
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/optimize/commands.h"
#include "os/system_clock.h"

namespace {

using aiflow::Result;
using aiflow::app::Job;
using aiflow::json::Value;
using Command = std::function<Result<Job>(std::span<const std::string>)>;

constexpr const char* kUsage =
    "usage: aiflow-optimize check|convert|optimize|compare --name value …\n"
    "  check     reads an ONNX file and says what is in it\n"
    "  convert   a TFLite file becomes ONNX and a decoder configuration\n"
    "  optimize  makes the variants fp32-simplified, fp16 and int8 of an ONNX model\n"
    "  compare   measures accuracy, agreement, latency and size of variants\n"
    "docs/guide/reports.md lists the arguments.\n"
    "example: aiflow-optimize convert --tflite model.tflite --out model.onnx\n";

int report(const std::string& command, const aiflow::Error& error, int exit_code) {
  std::fprintf(stderr, "aiflow-optimize %s: %s\n", command.c_str(), error.message.c_str());
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const aiflow::os::SystemClock clock;
  const std::map<std::string, Command> commands{
      {"check", aiflow::app::parse_check},
      {"convert", aiflow::app::parse_convert},
      {"optimize", [&](auto rest) { return aiflow::app::parse_optimize(rest, clock); }},
      {"compare", [&](auto rest) { return aiflow::app::parse_compare(rest, clock); }}};
  if (!words.empty() && (words[0] == "--help" || words[0] == "-h")) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  const auto command = words.empty() ? commands.end() : commands.find(words[0]);
  if (command == commands.end()) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const auto job = command->second(std::span(words).subspan(1));
  if (!job) return report(words[0], job.error(), 2);
  const auto answer = (*job)();
  if (!answer) return report(words[0], answer.error(), 1);
  std::printf("%s\n", aiflow::json::write(*answer).c_str());
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// flow_runner FILE.flow... : runs each file; prints "file:line: what is wrong" for each that fails.
#include <cstdio>
#include <fstream>

#include "flow.h"

namespace {

bool run_file(const char* path) {
  std::ifstream file(path);
  if (!file) {
    std::printf("%s: cannot be read\n", path);
    return false;
  }
  aiflow::flow::Flow flow;
  int line = 0;
  for (std::string text; std::getline(file, text);) {
    ++line;
    const std::string error = flow.run_line(text);
    if (error.empty()) continue;
    std::printf("%s:%d: %s\n    %s\n", path, line, error.c_str(), text.c_str());
    return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  int failed = 0;
  for (int i = 1; i < argc; ++i) failed += run_file(argv[i]) ? 0 : 1;
  std::printf("%d flows, %d failed\n", argc - 1, failed);
  return failed == 0 && argc > 1 ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0
// Reads questions as JSON lines from standard input and writes the answers as JSON lines.
#include <cstdio>
#include <iostream>
#include <map>
#include <string>

#include "answer.h"
#include "os/zone/time_zone.h"

namespace aiflow::oracle {
namespace {

int run() {
  std::map<std::string, dag::UtcOffset> known;
  const Zones zones = [&](const std::string& name) -> Result<dag::UtcOffset> {
    if (const auto found = known.find(name); found != known.end()) return found->second;
    AIFLOW_ASSIGN(const auto zone, os::read_zone(name));
    return known[name] = zone;
  };
  for (std::string line; std::getline(std::cin, line);) {
    const auto question = json::parse(line);
    const auto given = question ? answer(*question, zones) : fail(question.error());
    if (!given) {
      std::cerr << "error: " << given.error().message << "\nin: " << line.substr(0, 500) << '\n';
      return 1;
    }
    std::cout << json::write(*given) << '\n';
  }
  return 0;
}

}  // namespace
}  // namespace aiflow::oracle

int main() { return aiflow::oracle::run(); }

// SPDX-License-Identifier: Apache-2.0
// The baseline of bench/workflow: runs a command N times, P at a time, with posix_spawn and waitpid
// and nothing else. Prints the seconds it took.
//   spawn_loop COUNT PARALLEL COMMAND [ARG...]
#include <spawn.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

extern char** environ;

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: spawn_loop COUNT PARALLEL COMMAND [ARG...]\n");
    return 2;
  }
  const int count = std::atoi(argv[1]);
  const int parallel = std::atoi(argv[2]);
  const auto start = std::chrono::steady_clock::now();
  int started = 0, running = 0, failed = 0;
  while (started < count || running > 0) {
    while (started < count && running < parallel) {
      pid_t pid = 0;
      if (posix_spawnp(&pid, argv[3], nullptr, nullptr, argv + 3, environ) != 0) return 1;
      ++started, ++running;
    }
    int status = 0;
    if (waitpid(-1, &status, 0) > 0) {
      --running;
      if (status != 0) ++failed;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%.6f\n", took.count());
  return failed == 0 ? 0 : 1;
}

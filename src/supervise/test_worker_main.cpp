// SPDX-License-Identifier: Apache-2.0
// A worker for tests: supervise_test_worker HOME SDK GRACE_MS LOG_BYTES_MAX [ENDS_WITH_LEASE]
#include <cstdio>
#include <cstdlib>

#include "supervise/worker.h"

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  aiflow::supervise::WorkerOptions options;
  options.worker_id = "test";
  options.home = argv[1];
  options.sdk = argv[2];
  options.slots = 4;
  options.grace = std::chrono::milliseconds(std::atoi(argv[3]));
  options.log_bytes_max = std::strtoull(argv[4], nullptr, 10);
  options.ends_with_lease = argc > 5 && std::atoi(argv[5]) != 0;
  if (argc > 6 && *argv[6] != 0) options.labels["island"] = argv[6];
  options.run_as_users = {"nobody"};
  options.reconnect_min = std::chrono::milliseconds(5);
  const auto status = aiflow::supervise::run_worker(options, {});
  if (!status) std::fprintf(stderr, "%s\n", status.error().message.c_str());
  return status ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0
// The server's end of what distance needs: tells a worker elsewhere what a job's DAG files are,
// gives them out as bundles, and takes the logs of its tries. In: frames on their way to a worker
// and from it; out: the same with a delivery added, and answers. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"
#include "wire/worker.h"

namespace aiflow::uplink {

struct DepotOptions {
  std::filesystem::path store;  ///< folder for packed bundles
  std::int64_t store_bytes_max = 1LL << 30;
  std::vector<std::filesystem::path> dag_folders;
  /// The log of an attempt that this worker runs or has just run, by the database; for those that
  /// were given out before a restart. Errors: denied when it is not that worker's, unavailable when
  /// nobody is known to run it yet.
  std::function<Result<std::filesystem::path>(const std::string& worker,
                                              const wire::AttemptRef& attempt)>
      log_of;
};

class Depot {
 public:
  explicit Depot(DepotOptions options) : options_(std::move(options)) {}

  /// Adds its delivery, or its trouble, to a Start on its way to a worker elsewhere. Other frames
  /// are left as they are.
  void outgoing(const std::string& worker, json::Value& frame);

  /// Takes a frame from a worker elsewhere: the answer when it was for the depot, nullopt when it
  /// is for the executor. Errors: invalid_argument, for a worker that breaks the protocol.
  [[nodiscard]] Result<std::optional<json::Value>> incoming(const std::string& worker,
                                                            const json::Value& frame);

 private:
  using AttemptKey = std::tuple<std::string, std::string, std::string, std::int64_t, std::int64_t>;
  struct Folder {
    std::string print;
    std::string bundle;
  };

  [[nodiscard]] Result<wire::Delivery> deliver(const std::string& worker, const wire::Job& job);
  [[nodiscard]] Result<std::string> bundle_of(const std::filesystem::path& folder);
  void forget_oldest(const std::string& keep);
  [[nodiscard]] wire::LogTaken take_log(const std::string& worker, const wire::LogPiece& piece);
  [[nodiscard]] Result<std::filesystem::path> log_of(const std::string& worker,
                                                     const wire::AttemptRef& attempt);
  [[nodiscard]] wire::BundlePiece give_bundle(const wire::BundleGet& wanted) const;

  DepotOptions options_;
  std::map<std::filesystem::path, Folder> folders_;
  using Writer = std::pair<std::string, AttemptKey>;  ///< a worker with an attempt
  void remember(const Writer& writer, const std::filesystem::path& log);

  /// Logs of the attempts that were given out.
  std::map<Writer, std::filesystem::path> logs_;
  /// Who may write each of them: attempts of one try share a log, the newest has it.
  std::map<std::filesystem::path, Writer> writers_;
};

}  // namespace aiflow::uplink

// SPDX-License-Identifier: Apache-2.0
// What the next worker of this data directory needs to go on with a container that outlives this
// one: whose it is, and how much of its output is in the log. Private to supervise.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "os/fd.h"
#include "os/file.h"
#include "wire/worker.h"

namespace aiflow::supervise::detail {

/// Lines of a task's two streams that its log has.
struct OutputLines {
  std::uint64_t out = 0;
  std::uint64_t error = 0;
};

struct KeptContainer {
  wire::Job job;  ///< without its token: the container has it
  std::string mark;
  os::Path directory;  ///< the attempt's; it may be mounted
  WallTime started_at{};
  OutputLines lines{};
};

class KeptContainers {
 public:
  explicit KeptContainers(os::Path folder) : folder_(std::move(folder)) {}

  /// What earlier workers left. What cannot be read is removed with a warning.
  [[nodiscard]] std::vector<KeptContainer> load() const;
  /// From now on a later worker finds it. -> where write_lines() writes. Errors: of files.
  [[nodiscard]] Result<os::Fd> keep(const KeptContainer& one) const;
  /// Its attempt has ended and was reported.
  void drop(const std::string& mark) const;

 private:
  [[nodiscard]] os::Path note_of(const std::string& mark) const;

  os::Path folder_;
};

/// Where the containers of a data directory's worker are noted.
[[nodiscard]] inline os::Path kept_folder(const os::Path& home) {
  return home / "spool/containers";
}

/// Outlives the end of this process, not that of the machine.
void write_lines(const os::Fd& file, const OutputLines& lines);

}  // namespace aiflow::supervise::detail

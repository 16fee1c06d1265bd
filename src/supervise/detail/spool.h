// SPDX-License-Identifier: Apache-2.0
// Reports that the server has not acknowledged, one file each. A report is in a file before it is
// sent, so it outlives this process; it is fsynced only when the acknowledgement does not come at
// once. That loses nothing: until then a power loss equals one just before the task's end, and the
// lease settles it. The many that are acknowledged in milliseconds then cost no fsync.
// Private to supervise.
#pragma once

#include <cstdint>
#include <map>
#include <thread>

#include "base/bounded_queue.h"
#include "os/file.h"
#include "wire/worker.h"

namespace aiflow::supervise::detail {

class Spool {
 public:
  /// Reads what an earlier worker left; unreadable files are put aside as *.bad with a warning.
  explicit Spool(os::Path directory);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Larger than every number in use.
  [[nodiscard]] std::int64_t next_seq() { return next_seq_++; }
  /// Keeps a report until remove(report.seq). A full disk is logged; the report is then only in
  /// memory.
  void add(const wire::Finished& report);
  /// Acknowledged: forgets it. Unknown numbers are ignored.
  void remove(std::int64_t seq);
  /// fsyncs everything kept that was not yet, in the background.
  void sync_later();

  /// Oldest first.
  [[nodiscard]] const std::map<std::int64_t, wire::Finished>& reports() const { return reports_; }

 private:
  [[nodiscard]] os::Path file_of(std::int64_t seq) const;
  void load();
  void load_file(const os::Path& file);
  void sync_loop();

  os::Path directory_;
  std::int64_t next_seq_ = 1;
  std::int64_t synced_up_to_ = 0;
  std::map<std::int64_t, wire::Finished> reports_;
  BoundedQueue<os::Path> to_sync_{4096, WhenFull::reject};
  std::jthread syncer_;
};

}  // namespace aiflow::supervise::detail

// SPDX-License-Identifier: Apache-2.0
// Reports that the server has not acknowledged, in one journal file. A report is in the file before
// it is sent, so it outlives this process; it is fsynced only when the acknowledgement does not
// come at once. That loses nothing: until then a power loss equals one just before the task's end,
// and the lease settles it. The many that are acknowledged in milliseconds then cost no fsync, and
// one file for all spares the file system's slow making and removing of files.
// Private to supervise.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"
#include "os/file.h"
#include "wire/worker.h"

namespace aiflow::supervise::detail {

class Spool {
 public:
  /// Reads what an earlier worker left in `file`. What cannot be read is put aside as *.bad with a
  /// warning; a torn end (power loss) is cut off.
  explicit Spool(os::Path file);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Larger than every number in use.
  [[nodiscard]] std::int64_t next_seq() { return next_seq_++; }
  /// Keeps a report until remove(report.seq). A full disk is logged; the report is then only in
  /// memory.
  void add(const wire::Finished& report);
  /// Acknowledged: forgets it. Unknown numbers are ignored. The file learns of it with the next
  /// settle(): a report that comes back after a crash before that is refused by its epoch.
  void remove(std::int64_t seq);
  /// Some time after add() and remove(): takes what was acknowledged out of the file, and fsyncs in
  /// the background when a report of before the last call is still there. True: call it again.
  bool settle();

  /// Oldest first.
  [[nodiscard]] const std::map<std::int64_t, wire::Finished>& reports() const { return reports_; }

 private:
  void load();
  Status load_records(const std::string& bytes);
  void forget();
  void append(std::string_view frames);
  void rewrite();
  void sync_loop();

  os::Path path_;
  os::Fd fd_;
  std::uint64_t file_bytes_ = 0;
  bool unsynced_ = false;
  std::int64_t settled_seq_ = 0;  ///< the next number at the last settle()
  std::int64_t next_seq_ = 1;
  std::map<std::int64_t, wire::Finished> reports_;
  std::vector<std::int64_t> forgotten_;  ///< in the file, not in reports_
  BoundedQueue<int> sync_wanted_{1, WhenFull::reject};
  std::jthread syncer_;
};

}  // namespace aiflow::supervise::detail

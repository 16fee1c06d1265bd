// SPDX-License-Identifier: Apache-2.0
// Places where a test can end the process as kill -9 or a power cut would:
//   failpoint::reach("spool.written");
// Test builds only (CMake option AIFLOW_FAILPOINTS, off in the release preset). There, the variable
// AIFLOW_FAILPOINTS names a folder, and a process that reaches a point whose name is a file in that
// folder removes the file and dies by SIGKILL: one file is one death, whoever comes first.
// tests/faults goes through all of kNames: a new point is tested once it is in this list.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace aiflow::failpoint {

inline constexpr auto kNames = std::to_array<std::string_view>({
    // The server: one step of the conductor.
    "conductor.restoring",     // its state is about to be read from the database
    "conductor.restored",      // it is read; nothing was sent yet
    "conductor.taken",         // reports and requests were taken from the inbox
    "conductor.writing",       // a transaction is about to begin
    "conductor.written",       // all its rows are written, not committed
    "conductor.committed",     // they are; nothing follows from them yet
    "conductor.submitting",    // a job is about to go to the executor
    "conductor.submitted",     // it went
    "conductor.cancelling",    // a cancel is about to go to the executor
    "conductor.cancelled",     // it went
    "conductor.answering",     // callers and workers wait for their answers
    "conductor.answered",      // they have them
    "conductor.published",     // the event stream has the changes
    "outbox.submit_deleting",  // a stored job was claimed or is void; its row is about to go
    "outbox.submit_deleted",   // in the open transaction
    "outbox.cancel_deleting",  // a cancelled attempt has ended; its row is about to go
    "outbox.cancel_deleted",   // in the open transaction
    // The server: its side of the worker's socket.
    "executor.hello",          // a worker has come
    "executor.starting",       // a job is about to be sent to a worker
    "executor.started",        // it was sent
    "executor.finished",       // a result has come
    "executor.acknowledging",  // a stored result is about to be acknowledged
    "executor.acknowledged",   // it was
    // The server: DAG files.
    "loader.parsing",  // a changed file is about to be parsed
    "loader.parsed",   // its DAGs are known, not stored
    "loader.saved",    // they are stored
    // The worker.
    "worker.clearing",      // what an earlier worker left is about to be removed
    "worker.cleared",       // it was
    "worker.hello",         // it is about to tell the server what it runs
    "worker.job_came",      // nothing was started yet
    "worker.task_runs",     // its process runs, the server does not know it
    "worker.task_told",     // the server was told
    "worker.task_ended",    // its result is nowhere yet
    "worker.reporting",     // the result is on its way to the disk, not yet to the server
    "worker.reported",      // it was sent
    "worker.cancel_came",   // the task still runs
    "worker.cancel_done",   // it was asked to end
    "worker.acknowledged",  // the result is about to leave the spool
    "worker.forgotten",     // it has left
    "spool.writing",        // a record is about to be written
    "spool.written",        // it is, without fsync
    "spool.syncing",        // fdatasync is about to be called
    "spool.synced",         // it was
    "spool.rewriting",      // the journal is about to be written without what is over
    "spool.rewritten",      // it was
    // All programs: a file is written whole or not at all.
    "file.syncing",  // the new content is written
    "file.synced",   // on disk, under its temporary name
    "file.renamed",  // under its name, the folder not synced
});

/// A name of the list; another one does not compile.
class Point {
 public:
  consteval Point(const char* name)  // NOLINT: implicit, as a literal is what it is made of
      : index_(static_cast<std::size_t>(std::ranges::find(kNames, name) - kNames.begin())) {
    if (index_ == kNames.size()) not_in_the_list();
  }
  [[nodiscard]] std::string_view name() const { return kNames[index_]; }

 private:
  static void not_in_the_list() {}
  std::size_t index_;
};

void die_if_armed(Point point);

inline void reach([[maybe_unused]] Point point) {
  if constexpr (AIFLOW_FAILPOINTS != 0) die_if_armed(point);
}

}  // namespace aiflow::failpoint

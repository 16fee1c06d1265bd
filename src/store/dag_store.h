// SPDX-License-Identifier: Apache-2.0
// DAGs, their versions, and the files that gave none. DAG rows and versions are written by the
// conductor alone.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "dag/schedule.h"
#include "db/connection.h"
#include "store/data/sight.h"
#include "store/keys.h"
#include "wire/dag.h"
#include "wire/engine.h"

namespace aiflow::store {

struct DagRow {
  DagId dag_id;
  std::string fileloc;
  bool is_paused = false;
  bool is_active = true;  ///< false once its file no longer gives it; runs and history stay
  int version = 0;        ///< the newest one
  std::optional<WallTime> last_parsed_at;
  WallTime created_at;
  /// What the scheduler remembers (sched::DagRow).
  std::optional<dag::Tick> last_tick;
  std::optional<dag::Tick> next_tick;
  int consecutive_failed_runs = 0;
  std::int64_t last_run_number = 0;
  std::int64_t epoch_floor = 0;
  std::string cause;  ///< why it is paused, in words
  /// The first folder below the DAG folder; empty when its file lies in the DAG folder itself.
  std::string folder = {};
};

/// One version of a DAG, as the parser gave it. Runs keep the version that they began with.
struct DagVersionRow {
  DagId dag_id;
  int version = 0;
  wire::DagSpec spec;
  std::string source;  ///< the file's text
  WallTime created_at;
};

/// Tells a version from any other of its DAG, also when a backup took the database's place.
struct VersionStamp {
  int version = 0;
  WallTime created_at{};
  bool operator==(const VersionStamp&) const = default;
};

/// A file whose DAGs the database has.
struct DagFileRow {
  std::string filename;
  /// What its DAGs were made from (dag_file_print); empty when that is not known.
  std::string print = {};
  std::vector<std::string> reads = {};  ///< what it read at import, by absolute path
};

class DagStore {
 public:
  explicit DagStore(db::Connection& db) : db_(db) {}

  /// Inserts or replaces the row; the version it names must be stored.
  Status put(const DagRow& dag);
  Status add_version(const DagVersionRow& version);
  /// The file was parsed again and gave the same spec: only its text may differ (comments).
  Status set_source(const DagVersionRow& version);

  /// Errors: not_found.
  [[nodiscard]] Result<DagRow> get(const DagId& dag_id);
  /// By dag_id; inactive ones only when asked.
  [[nodiscard]] Result<std::vector<DagRow>> list(bool with_inactive = false);
  /// The active ones of these projects, by dag_id.
  [[nodiscard]] Result<std::vector<DagRow>> list(const Sight& sight);
  /// Brings the folder of all DAGs and import errors up to date, by their files' paths.
  Status place(const std::function<std::string(const std::string& file)>& folder_of);
  /// version 0 = the newest. Errors: not_found.
  [[nodiscard]] Result<DagVersionRow> version(const DagId& dag_id, int version = 0);
  /// Of the newest, without reading what it holds. Errors: not_found.
  [[nodiscard]] Result<VersionStamp> newest(const DagId& dag_id);

  /// As the API's list shows it: the row, the newest version's texts, and the last `bars` runs.
  [[nodiscard]] Result<wire::Dag> view(const DagRow& dag, int bars = 10);

  /// One error per file: replaces the older one.
  [[nodiscard]] Result<wire::ImportError> set_import_error(const wire::ImportError& error);
  /// True when there was one.
  [[nodiscard]] Result<bool> clear_import_error(const std::string& filename);
  /// Of files of these projects.
  [[nodiscard]] Result<std::vector<wire::ImportError>> import_errors(const Sight& sight = {});

  /// Files with active DAGs or an import error.
  [[nodiscard]] Result<std::vector<DagFileRow>> files();
  Status put_file(const DagFileRow& file);
  Status forget_file(const std::string& filename);

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store

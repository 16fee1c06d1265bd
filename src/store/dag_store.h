// SPDX-License-Identifier: Apache-2.0
// DAGs, their versions, and the files that gave none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "db/connection.h"
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
  std::optional<WallTime> next_run_after;  ///< when the timetable makes the next run
  WallTime created_at;
};

/// One version of a DAG, as the parser gave it. Runs keep the version that they began with.
struct DagVersionRow {
  DagId dag_id;
  int version = 0;
  wire::DagSpec spec;
  std::string source;  ///< the file's text
  WallTime created_at;
};

class DagStore {
 public:
  explicit DagStore(db::Connection& db) : db_(db) {}

  /// Stores a parse result: a new version only if the spec differs from the newest one (its
  /// source_hash apart); then the text of that version is brought up to date. New DAGs are paused as
  /// the spec says. Returns the row as it is now.
  [[nodiscard]] Result<DagRow> save(const wire::DagSpec& spec, const std::string& fileloc,
                                    const std::string& source, WallTime now);
  Status set_paused(const DagId& dag_id, bool paused);
  /// Marks the DAGs of a file that the file no longer gives. Returns them.
  [[nodiscard]] Result<std::vector<DagId>> deactivate_missing(const std::string& fileloc,
                                                              const std::vector<DagId>& present);
  Status set_next_run_after(const DagId& dag_id, std::optional<WallTime> when);

  /// Errors: not_found.
  [[nodiscard]] Result<DagRow> get(const DagId& dag_id);
  /// By dag_id; inactive ones only when asked.
  [[nodiscard]] Result<std::vector<DagRow>> list(bool with_inactive = false);
  /// version 0 = the newest. Errors: not_found.
  [[nodiscard]] Result<DagVersionRow> version(const DagId& dag_id, int version = 0);

  /// One error per file: replaces the older one.
  [[nodiscard]] Result<wire::ImportError> set_import_error(const wire::ImportError& error);
  /// True when there was one.
  [[nodiscard]] Result<bool> clear_import_error(const std::string& filename);
  [[nodiscard]] Result<std::vector<wire::ImportError>> import_errors();

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store

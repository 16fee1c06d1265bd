// SPDX-License-Identifier: Apache-2.0
// Assets, their events, what waits for a run and what a run has consumed. Only the conductor writes
// them; the API reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "dag/asset.h"
#include "db/connection.h"
#include "json/value.h"
#include "store/keys.h"
#include "wire/dag.h"
#include "wire/engine.h"

namespace aiflow::store {

struct AssetRow {
  wire::AssetSpec spec;
  bool is_active = true;
  WallTime created_at;
};

/// The fields of these three are those of sched's rows.
struct AssetEventRow {
  std::int64_t id = 0;
  dag::AssetName asset;
  json::Value extra;
  std::string alias;
  std::string user;
  TaskKey source;
  WallTime at;
};

struct AssetQueueRow {
  DagId dag_id;
  dag::AssetName asset;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t count = 0;
  WallTime at;
};

struct RunAssetsRow {
  RunKey run;
  dag::AssetName asset;
  std::int64_t first = 0;
  std::int64_t last = 0;
};

struct AssetEventQuery {
  std::optional<dag::AssetName> asset{};            ///< of all assets when none is named
  std::optional<std::vector<std::string>> among{};  ///< only of these
};

class AssetStore {
 public:
  explicit AssetStore(db::Connection& db) : db_(db) {}

  /// Inserts the row, or brings its description along; created_at stays.
  Status put(const AssetRow& row);
  /// Adds an asset that no DAG names, unless it is there.
  Status add_unnamed(const AssetRow& row);
  /// By name.
  [[nodiscard]] Result<std::vector<AssetRow>> list();
  /// When an asset was new last, and how often.
  struct Activity {
    std::optional<WallTime> last_event_at;
    std::int64_t events = 0;
  };
  [[nodiscard]] Result<Activity> activity(const dag::AssetName& asset);

  Status add_event(const AssetEventRow& row);
  /// Errors: not_found.
  [[nodiscard]] Result<AssetEventRow> event(std::int64_t id);
  /// Newest first.
  [[nodiscard]] Result<Listed<AssetEventRow>> events(const AssetEventQuery& query, Page page);
  /// 0 when there was none.
  [[nodiscard]] Result<std::int64_t> last_event();

  /// A count of 0 removes the row.
  Status put_queue(const AssetQueueRow& row);
  [[nodiscard]] Result<std::vector<AssetQueueRow>> queue();
  /// The assets and aliases of which something waits at a DAG.
  [[nodiscard]] Result<std::vector<dag::AssetName>> waiting(const DagId& dag_id);

  Status add_run_assets(const RunAssetsRow& row);
  /// The events that a run has consumed, oldest first; only the newest `max`.
  [[nodiscard]] Result<std::vector<AssetEventRow>> consumed(const RunKey& run, int max);

 private:
  db::Connection& db_;
};

/// As the API shows it.
[[nodiscard]] wire::AssetEvent to_wire(const AssetEventRow& row);

}  // namespace aiflow::store

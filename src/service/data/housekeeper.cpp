// SPDX-License-Identifier: Apache-2.0
#include "service/data/housekeeper.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "log/log.h"
#include "os/file.h"
#include "os/system_clock.h"
#include "sched/state.h"
#include "store/data/retention_store.h"
#include "store/user_store.h"

namespace aiflow::service {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using std::chrono::hours;

constexpr std::string_view kSetting = "retention";
constexpr auto kTick = std::chrono::minutes(5);
constexpr int kTicksBetweenSweeps = 12;
constexpr auto kTickWhenMore = std::chrono::seconds(20);
/// Rows of one transaction, and how many of these one collection makes of each kind.
constexpr int kRowsAtOnce = 500;
constexpr int kRoundsMax = 10;
constexpr int kRunsMax = 50;
constexpr int kLogFoldersMax = 200;
/// A dry run looks at so many of each kind: it does in one transaction what takes many otherwise,
/// and the scheduler waits for it.
constexpr int kDryRunRuns = 500;
constexpr int kDryRunRows = 5'000;
/// After each transaction: the scheduler's commits come first.
constexpr auto kPause = std::chrono::milliseconds(5);
constexpr std::int64_t kAuditRows = 1'000'000;
constexpr std::int64_t kAuditRowsMin = 1'000;
constexpr std::int64_t kAuditRowsMax = 10'000'000;
constexpr std::int64_t kEventRowsMin = 1'000;
constexpr std::int64_t kEventRowsMax = 200'000;
constexpr std::string_view kRolledBack = "a dry run changes nothing";

std::int64_t folder_bytes(const fs::path& folder) {
  std::int64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) bytes += static_cast<std::int64_t>(it->file_size(ignored));
  }
  return bytes;
}

WallTime changed_at(const fs::path& path) {
  std::error_code error;
  const auto time = fs::last_write_time(path, error);
  if (error) return WallTime::max();  // it is gone, or cannot be read: not old
  return std::chrono::time_point_cast<Duration>(fs::file_time_type::clock::to_sys(time));
}

Status check_range(std::string_view name, const std::optional<std::int64_t>& value,
                   std::int64_t most) {
  if (!value || (*value >= 1 && *value <= most)) return {};
  return fail(ErrorCode::invalid_argument,
              std::string(name) + " is a number from 1 to " + std::to_string(most));
}

}  // namespace

Status check_policy(const wire::RetentionPolicy& policy) {
  constexpr std::int64_t kDaysMax = 36'500;
  AIFLOW_TRY(check_range("run_days", policy.run_days, kDaysMax));
  AIFLOW_TRY(check_range("log_days", policy.log_days, kDaysMax));
  AIFLOW_TRY(check_range("xcom_days", policy.xcom_days, kDaysMax));
  AIFLOW_TRY(check_range("artifact_days", policy.artifact_days, kDaysMax));
  AIFLOW_TRY(check_range("artifact_bytes_max", policy.artifact_bytes_max, std::int64_t{1} << 60));
  AIFLOW_TRY(check_range("unused_hours", policy.unused_hours, 24 * kDaysMax));
  AIFLOW_TRY(check_range("audit_days", policy.audit_days, kDaysMax));
  if (policy.audit_rows &&
      (*policy.audit_rows < kAuditRowsMin || *policy.audit_rows > kAuditRowsMax)) {
    return fail(ErrorCode::invalid_argument, "audit_rows is a number from 1000 to 10000000");
  }
  if (policy.event_log_rows >= kEventRowsMin && policy.event_log_rows <= kEventRowsMax) return {};
  return fail(ErrorCode::invalid_argument, "event_log_rows is a number from " +
                                               std::to_string(kEventRowsMin) + " to " +
                                               std::to_string(kEventRowsMax));
}

// --- One collection ------------------------------------------------------------------------------

/// Rows first, in transactions of their own; what they named is removed after their commit. A crash
/// between the two leaves files without rows, which the next sweep finds.
class Housekeeper::Collection {
 public:
  Collection(Parts& parts, const wire::RetentionPolicy& policy)
      : parts_(parts),
        policy_(policy),
        now_(parts.clock.now()),
        unused_before_(now_ - hours(policy.unused_hours)) {}

  Result<wire::GarbageReport> run(bool sweep) {
    AIFLOW_TRY(runs());
    AIFLOW_ASSIGN(beyond_, parts_.store.read([&](db::Connection& db) { return beyond(db); }));
    for (const auto& [kind, work] : steps()) AIFLOW_TRY(repeat(kind, work));
    if (sweep) AIFLOW_TRY(logs());
    // Last: it ends here when an object store does not answer.
    AIFLOW_TRY(remove_blobs());
    if (sweep) AIFLOW_TRY(files());
    return std::move(report_);
  }

  /// In one transaction, which is rolled back. With `more`, the report is of the first of each
  /// kind.
  Result<wire::GarbageReport> dry_run() {
    const Status done = parts_.store.transact([&](db::Connection& db) -> Status {
      report_ = {.dry_run = true};  // a database that is busy has it begun again
      removed_.clear();
      store::RetentionStore rows(db);
      AIFLOW_TRY(doomed_runs(rows));
      AIFLOW_ASSIGN(beyond_, beyond(db));
      for (const auto& [kind, work] : steps()) {
        AIFLOW_ASSIGN(const store::Gone gone, work(rows, kDryRunRows));
        add(kind, gone);
        if (gone.count >= kDryRunRows) report_.more = true;
      }
      return fail(ErrorCode::cancelled, std::string(kRolledBack));
    });
    if (!done && done.error().message != kRolledBack) return fail(done.error());
    AIFLOW_TRY(logs());
    AIFLOW_TRY(files());
    return std::move(report_);
  }

 private:
  using Work = std::function<Result<store::Gone>(store::RetentionStore&, int limit)>;

  /// Asked once, and not in a transaction that writes: it looks at all artifacts.
  Result<std::optional<WallTime>> beyond(db::Connection& db) const {
    if (!policy_.artifact_bytes_max) return std::optional<WallTime>();
    return store::RetentionStore(db).artifacts_beyond(*policy_.artifact_bytes_max);
  }

  std::vector<std::pair<std::string, Work>> steps() {
    std::vector<std::pair<std::string, Work>> steps;
    if (policy_.xcom_days) {
      steps.emplace_back("xcoms", [before = now_ - days(*policy_.xcom_days)](auto& rows, int n) {
        return rows.drop_xcoms(before, n);
      });
    }
    steps.emplace_back("artifacts", [](auto& rows, int n) { return rows.drop_stale_offers(n); });
    if (policy_.artifact_days) {
      steps.emplace_back("artifacts",
                         [before = now_ - days(*policy_.artifact_days)](auto& rows, int n) {
                           return rows.drop_artifacts(before, n);
                         });
    }
    if (beyond_) {
      steps.emplace_back("artifacts", [before = *beyond_](auto& rows, int n) {
        return rows.drop_artifacts(before, n);
      });
    }
    steps.emplace_back(
        "results", [now = now_](auto& rows, int n) { return rows.drop_expired_results(now, n); });
    steps.emplace_back("events", [keep = policy_.event_log_rows](auto& rows, int n) {
      return rows.drop_events(keep, n);
    });
    steps.emplace_back("audit", [old = old_audit()](auto& rows, int n) {
      return rows.drop_audit({old.keep, old.before, n});
    });
    steps.emplace_back("blobs", [this](auto& rows, int n) { return unused_blobs(rows, n); });
    return steps;
  }

  [[nodiscard]] store::OldAudit old_audit() const {
    store::OldAudit old{.keep = policy_.audit_rows.value_or(kAuditRows), .before = std::nullopt};
    if (policy_.audit_days) old.before = now_ - days(*policy_.audit_days);
    return old;
  }

  Result<store::Gone> unused_blobs(store::RetentionStore& rows, int limit) {
    AIFLOW_ASSIGN(const auto doomed,
                  rows.drop_unused_blobs(unused_before_, limit, [&](const std::string& sha256) {
                    return is_old(sha256);
                  }));
    store::Gone gone;
    for (const auto& blob : doomed) {
      doomed_.push_back(blob.sha256);
      ++gone.count;
      gone.bytes += blob.size;
    }
    return gone;
  }

  /// A file that was put a short while ago is about to be named by a row. One that only a remote
  /// has is as old as its row.
  bool is_old(const std::string& sha256) const {
    const auto kept = parts_.blobs.kept(sha256);
    return !kept || kept->changed_at < unused_before_;
  }

  Status repeat(const std::string& kind, const Work& work) {
    for (int round = 0; round < kRoundsMax; ++round) {
      AIFLOW_ASSIGN(const auto gone, parts_.store.transact([&](db::Connection& db) {
        store::RetentionStore rows(db);
        return work(rows, kRowsAtOnce);
      }));
      add(kind, gone);
      if (gone.count == 0) return {};
      os::sleep_for(kPause);
    }
    report_.more = true;
    return {};
  }

  // Runs: the scheduler's thread removes them, so that none is removed that it holds.
  [[nodiscard]] store::OldRuns old_runs(int limit, int offset = 0) const {
    return {.before = now_ - days(*policy_.run_days),
            .keep = static_cast<int>(sched::kFinishedRunsKept),
            .limit = limit,
            .offset = offset};
  }

  Status runs() {
    if (!policy_.run_days) return {};
    int declined = 0;  // the scheduler holds them: the next question passes over them
    for (;;) {
      AIFLOW_ASSIGN(const auto doomed, parts_.store.read([&](db::Connection& db) {
        return store::RetentionStore(db).old_runs(old_runs(kRunsMax, declined));
      }));
      bool any_gone = false;
      for (const auto& run : doomed) {
        AIFLOW_ASSIGN(const bool is_gone, remove_run(run));
        any_gone |= is_gone;
        if (!is_gone) ++declined;
      }
      const bool is_last = std::ssize(doomed) < kRunsMax;
      if (any_gone && !is_last) report_.more = true;
      if (any_gone || is_last) return {};
    }
  }

  /// False: the scheduler still holds it.
  Result<bool> remove_run(const store::RunKey& run) {
    auto done = conductor::Forgotten::in_part;
    while (done == conductor::Forgotten::in_part) {
      AIFLOW_ASSIGN(done, conductor::wait_for<conductor::Forgotten>(
                              [&](auto answer) { parts_.conductor.forget(run, answer); }));
      os::sleep_for(kPause);
    }
    if (done == conductor::Forgotten::no) return false;
    add("runs", {.count = 1});
    AIFLOW_TRY(remove_log(run));
    return true;
  }

  Status doomed_runs(store::RetentionStore& rows) {
    if (!policy_.run_days) return {};
    AIFLOW_ASSIGN(const auto doomed, rows.old_runs(old_runs(kDryRunRuns)));
    if (std::ssize(doomed) == kDryRunRuns) report_.more = true;
    for (const auto& run : doomed) {
      AIFLOW_TRY(rows.drop_run(run));
      add("runs", {.count = 1});
      AIFLOW_TRY(remove_log(run));
    }
    return {};
  }

  Status remove_log(const store::RunKey& run) {
    return remove_folder(parts_.logs / run.dag_id.value / run.run_id.value);
  }

  Status remove_folder(const fs::path& folder) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored) || !removed_.insert(folder).second) return {};
    add("logs", {.count = 1, .bytes = folder_bytes(folder)});
    return report_.dry_run ? Status{} : os::remove_tree(folder);
  }

  // Files. The rows are gone and committed.
  Status remove_blobs() {
    for (std::size_t from = 0; from < doomed_.size(); from += kRowsAtOnce) {
      const auto count = std::min<std::size_t>(kRowsAtOnce, doomed_.size() - from);
      const auto begin = doomed_.begin() + static_cast<std::ptrdiff_t>(from);
      AIFLOW_TRY(remove_unknown({begin, begin + static_cast<std::ptrdiff_t>(count)}));
    }
    return {};
  }

  /// Of these blobs those that the index does not have. Decided in a transaction, as they are put
  /// into the index in one: none is removed that has just been named again.
  Status remove_unknown(const std::vector<std::string>& digests) {
    std::vector<std::string> removed;
    const Status done = parts_.store.transact([&](db::Connection& db) -> Status {
      AIFLOW_ASSIGN(const auto unknown, store::RetentionStore(db).unknown_blobs(digests));
      for (const std::string& sha256 : unknown) {
        if (!is_old(sha256)) continue;
        AIFLOW_TRY(parts_.blobs.remove_here(sha256));
        removed.push_back(sha256);
      }
      return {};
    });
    AIFLOW_TRY(done);
    for (const std::string& sha256 : removed) {
      // Another server may lead by now, and have it again: this would be its only copy.
      AIFLOW_ASSIGN(
          const bool is_unknown, parts_.store.transact([&](db::Connection& db) -> Result<bool> {
            AIFLOW_ASSIGN(const auto unknown, store::RetentionStore(db).unknown_blobs({sha256}));
            return !unknown.empty();
          }));
      if (is_unknown) AIFLOW_TRY(parts_.blobs.remove_remote(sha256));
    }
    os::sleep_for(kPause);
    return {};
  }

  Status files() {
    AIFLOW_TRY(stray_blobs());
    if (report_.dry_run) return {};
    AIFLOW_ASSIGN(const auto bytes, parts_.blobs.remove_unfinished(unused_before_));
    if (bytes > 0) add("unfinished", {.count = 1, .bytes = bytes});
    return {};
  }

  /// Files without a row: of a crash, or put and never named.
  Status stray_blobs() {
    std::vector<blobs::BlobStore::Kept> old;
    const auto note = [&](const blobs::BlobStore::Kept& kept) {
      if (kept.changed_at < unused_before_) old.push_back(kept);
    };
    AIFLOW_TRY(parts_.blobs.for_each(note));
    if (parts_.blobs.remote() != nullptr) AIFLOW_TRY(parts_.blobs.remote()->for_each(note));
    std::vector<std::string> digests;
    for (const auto& kept : old) digests.push_back(kept.sha256);
    AIFLOW_ASSIGN(const auto unknown, parts_.store.read([&](db::Connection& db) {
      return store::RetentionStore(db).unknown_blobs(digests);
    }));
    const std::set<std::string> strays(unknown.begin(), unknown.end());
    for (const auto& kept : old) {
      if (strays.contains(kept.sha256)) add("strays", {.count = 1, .bytes = kept.size});
    }
    if (report_.dry_run) return {};
    doomed_ = unknown;
    return remove_blobs();
  }

  Status logs() {
    std::error_code error;
    int removed = 0;
    for (const auto& dag : fs::directory_iterator(parts_.logs, error)) {
      std::error_code ignored;
      if (!dag.is_directory(ignored)) continue;
      for (const auto& run : fs::directory_iterator(dag.path(), ignored)) {
        AIFLOW_ASSIGN(const bool may_go, is_old_log(run.path()));
        if (!may_go) continue;
        if (!report_.dry_run && ++removed > kLogFoldersMax) {
          report_.more = true;
          return {};
        }
        AIFLOW_TRY(remove_folder(run.path()));
      }
    }
    return {};
  }

  /// Of a run that ended long ago, or of none.
  Result<bool> is_old_log(const fs::path& folder) {
    const store::RunKey run{DagId{folder.parent_path().filename().string()},
                            RunId{folder.filename().string()}};
    const auto ended = parts_.store.read(
        [&](db::Connection& db) { return store::RetentionStore(db).ended_at(run); });
    if (!ended && ended.error().code == ErrorCode::not_found) {
      return changed_at(folder) < unused_before_;
    }
    AIFLOW_TRY(ended);
    return policy_.log_days && *ended && **ended < now_ - days(*policy_.log_days);
  }

  void add(const std::string& kind, const store::Gone& gone) {
    if (gone.count == 0) return;
    auto item = std::ranges::find(report_.items, kind, &wire::GarbageItem::kind);
    if (item == report_.items.end()) {
      item = report_.items.insert(item, {.kind = kind, .count = 0, .size = 0});
    }
    item->count += gone.count;
    item->size += gone.bytes;
  }

  Parts& parts_;
  const wire::RetentionPolicy policy_;
  const WallTime now_;
  const WallTime unused_before_;
  wire::GarbageReport report_{};
  std::optional<WallTime> beyond_;   ///< artifacts before it are too much
  std::set<fs::path> removed_;       ///< folders, also those that a dry run would remove
  std::vector<std::string> doomed_;  ///< blobs whose rows are gone
};

// --- The background ------------------------------------------------------------------------------

void Housekeeper::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Housekeeper::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::run(const std::stop_token& stop) {
  Duration wait = kTick;
  for (int round = 0;; ++round) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, wait, [] { return false; });
    }
    if (stop.stop_requested()) return;
    const auto report = collect(round % kTicksBetweenSweeps == 0 ? Extent::sweep : Extent::due);
    wait = report && report->more ? Duration(kTickWhenMore) : Duration(kTick);
    if (!report) log::warn("housekeeping failed", {{"error", report.error()}});
    if (report && !report->items.empty()) {
      log::info("housekeeping", {{"removed", json::write(wire::to_json(*report))}});
    }
  }
}

Result<wire::RetentionPolicy> Housekeeper::policy() {
  AIFLOW_ASSIGN(const auto text, parts_.store.read([](db::Connection& db) {
    return store::UserStore(db).setting(std::string(kSetting));
  }));
  if (!text)
    return wire::RetentionPolicy{
        .event_log_rows = 100'000, .unused_hours = 24, .audit_rows = kAuditRows};
  AIFLOW_ASSIGN(const auto value, json::parse(*text));
  AIFLOW_ASSIGN(auto policy, wire::parse_retention_policy(value));
  if (!policy.audit_rows) policy.audit_rows = kAuditRows;
  return policy;
}

Status Housekeeper::set_policy(const wire::RetentionPolicy& policy) {
  AIFLOW_TRY(check_policy(policy));
  return parts_.store.transact([&](db::Connection& db) {
    return store::UserStore(db).set_setting(std::string(kSetting),
                                            json::write(wire::to_json(policy)));
  });
}

Result<wire::GarbageReport> Housekeeper::collect(bool dry_run) {
  return collect(dry_run ? Extent::dry_run : Extent::sweep);
}

Result<wire::GarbageReport> Housekeeper::collect(Extent extent) {
  const std::unique_lock lock(collecting_, std::try_to_lock);
  if (!lock) return fail(ErrorCode::conflict, "garbage is being collected already; try again soon");
  AIFLOW_ASSIGN(const auto policy, this->policy());
  Collection collection(parts_, policy);
  return extent == Extent::dry_run ? collection.dry_run() : collection.run(extent == Extent::sweep);
}

}  // namespace aiflow::service

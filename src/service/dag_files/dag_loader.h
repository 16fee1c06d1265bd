// SPDX-License-Identifier: Apache-2.0
// Keeps the DAGs in step with the files: watches the folders (inotify, and a full scan now and
// then), has changed files parsed in limited child processes, and gives the results to the
// conductor. A file is parsed too when something changes that it has read at import, and at a start
// only when it or such a thing has changed since. One thread looks, two parse: a file that never
// ends holds up one of them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"
#include "base/clock.h"
#include "base/result.h"
#include "os/fd.h"
#include "service/dag_files/ignore_file.h"
#include "store/dag_store.h"
#include "supervise/parse_dag_file.h"
#include "wire/dag.h"

namespace aiflow::service {

struct DagLoaderOptions {
  std::vector<std::filesystem::path> folders;
  Duration rescan = std::chrono::seconds(30);
  /// A file is parsed when it has not changed for so long.
  Duration settle = std::chrono::milliseconds(60);
  /// Also when the folders never come to rest: so long after a change at most.
  Duration settle_max = std::chrono::milliseconds(500);
  /// A broken file is tried again after a change in the folders, not more often than this: it may
  /// make one itself at each import.
  Duration broken_pause = std::chrono::seconds(2);
  std::size_t file_bytes_max = 8 << 20;
  /// Another parser may make other DAGs of the same files (parser_print).
  std::string parser;
};

/// What the loader needs of the rest; functions, so that tests need neither Python nor a conductor.
struct DagLoaderParts {
  std::function<void(std::vector<std::filesystem::path>, const supervise::ParsedFile&)> parse;
  /// The file's DAGs (or its error) and its text; blocks until they are stored.
  std::function<Status(wire::DagFile file, std::string source)> save;
  /// Stores what the DAGs that were saved just now were made from.
  std::function<Status(const store::DagFileRow&)> remember;
  std::function<Status(const std::string& filename)> remove;
  /// Files whose DAGs are in the database.
  std::function<Result<std::vector<store::DagFileRow>>()> known_files;
};

class DagLoader {
 public:
  DagLoader(DagLoaderOptions options, DagLoaderParts parts);
  ~DagLoader() { stop(); }
  DagLoader(const DagLoader&) = delete;
  DagLoader& operator=(const DagLoader&) = delete;

  [[nodiscard]] Status start();
  void stop();
  /// Files looked at so far, whether they gave DAGs or an error; for tests.
  [[nodiscard]] int parsed_count() const { return parsed_count_; }

 private:
  struct Stamp {
    std::int64_t changed_ns = 0;
    std::uintmax_t size = 0;
    std::uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  /// What was missing is not known, so any change in the folders may have mended it.
  struct Broken {
    SteadyTime tried_at{};
    bool again = false;  ///< something has changed since
  };
  [[nodiscard]] static Stamp stamp_of(const std::filesystem::path& path);
  using Stamps = std::map<std::filesystem::path, Stamp>;
  struct KnownIgnoreFile {
    Stamp stamp;
    IgnoreFile rules;
  };
  struct Folder;

  void look(const std::stop_token& stop);
  void recall();
  void scan(bool woken);
  void queue(const std::filesystem::path& file);
  [[nodiscard]] Stamps list_files();
  void list_folder(const Folder& folder, Stamps& found);
  [[nodiscard]] const IgnoreFile* ignore_file_in(const std::filesystem::path& folder);
  void watch(const std::filesystem::path& folder);
  [[nodiscard]] bool wait_for_change();
  [[nodiscard]] bool is_to_be_tried_again(const std::filesystem::path& file, bool woken);
  [[nodiscard]] SteadyTime next_try();
  [[nodiscard]] bool has_read_what_changed(const std::filesystem::path& file);
  [[nodiscard]] static Stamps stamps_of(const std::vector<std::string>& paths);
  void parse_queued();
  [[nodiscard]] std::vector<std::filesystem::path> next_files();
  [[nodiscard]] bool begin(const std::filesystem::path& file);
  [[nodiscard]] bool finish(const std::filesystem::path& file);
  void parse(const std::vector<std::filesystem::path>& files);
  [[nodiscard]] std::optional<std::string> text_of(const std::filesystem::path& file);
  [[nodiscard]] bool is_overtaken(const std::filesystem::path& file, const Stamp& before);
  void take(wire::DagFile parsed, std::string text, std::int64_t began_ns);
  void note(const wire::DagFile& parsed, Stamps reads);
  [[nodiscard]] Status remember(const std::filesystem::path& file, const Stamp& at,
                                const Stamps& reads);
  [[nodiscard]] bool to_parse_once_more(const std::filesystem::path& file, bool doubtful);
  void drop(const std::filesystem::path& file);

  const DagLoaderOptions options_;
  const DagLoaderParts parts_;
  BoundedQueue<std::filesystem::path> queue_{4096, WhenFull::block};
  std::mutex mutex_;
  std::set<std::filesystem::path> queued_;     ///< guarded by mutex_
  std::set<std::filesystem::path> busy_;       ///< guarded by mutex_
  std::set<std::filesystem::path> again_;      ///< guarded by mutex_: changed while it was parsed
  std::set<std::filesystem::path> overtaken_;  ///< guarded by mutex_: what was parsed last was old
  std::map<std::filesystem::path, Stamps> reads_;   ///< guarded by mutex_: what a file has read
  std::map<std::filesystem::path, Broken> broken_;  ///< guarded by mutex_: what had an error
  std::set<std::filesystem::path> doubtful_;  ///< guarded by mutex_: changed while it was read
  Stamps stamps_;                             ///< look's thread
  std::map<std::filesystem::path, KnownIgnoreFile> ignore_files_;  ///< look's thread
  os::Fd inotify_;
  os::Fd wake_;
  std::atomic<int> parsed_count_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::jthread> threads_;
};

/// Airflow's rule for which files are worth parsing: *.py that mentions a DAG and the package.
[[nodiscard]] bool may_hold_dag(std::string_view text);

/// Whether a YAML file is a DAG: a line begins with "aiflow_dag:" (sdk/python/aiflow/yaml_dags).
[[nodiscard]] bool is_yaml_dag(std::string_view text);

}  // namespace aiflow::service

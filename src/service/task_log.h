// SPDX-License-Identifier: Apache-2.0
// Logs of tries as files: where they are, reading a piece, and following them while they grow.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"
#include "os/fd.h"
#include "store/keys.h"
#include "wire/engine.h"

namespace aiflow::service {

struct TryKey {
  store::TaskKey task;
  int try_number = 1;
};

/// conductor::log_path of ids that come from outside. Errors: invalid_argument when one is not one
/// plain path component.
[[nodiscard]] Result<std::filesystem::path> log_path(const std::filesystem::path& logs,
                                                     const TryKey& key);

struct LogSlice {
  std::int64_t offset = 0;
  std::int64_t bytes_max = 256 << 10;
  bool is_final = false;  ///< nothing more is written: a character cut at the end stays cut
};
/// The bytes from `offset` as UTF-8: cut at a whole character, invalid bytes become U+FFFD. A file
/// that does not exist yet is empty. `complete` stays false. Errors: invalid_argument.
[[nodiscard]] Result<wire::LogChunk> read_log(const std::filesystem::path& file,
                                              const LogSlice& slice);

/// Text as valid UTF-8. `tail` bytes at the end that may begin a character are left out and counted
/// unless `is_end`.
[[nodiscard]] std::string to_utf8(std::string_view bytes, bool is_end, std::size_t& used);

/// Sends the pieces of growing logs to those who watch them. One thread, on inotify; it also asks
/// every half second, since the end of an attempt is a database state and no change of the file.
class LogFollower {
 public:
  struct Watch {
    std::filesystem::path file;
    std::int64_t offset = 0;
    /// False when the watcher is gone.
    std::function<bool(const wire::LogChunk&)> send;
    /// True when the watcher cannot take more now.
    std::function<bool()> is_full;
    /// The attempt has ended: what the file holds now is all.
    std::function<bool()> has_ended;
  };

  LogFollower() = default;
  ~LogFollower() { stop(); }
  LogFollower(const LogFollower&) = delete;
  LogFollower& operator=(const LogFollower&) = delete;

  [[nodiscard]] Status start();
  void stop();
  void follow(Watch watch);
  /// Something has changed in the database: ended attempts are seen at once.
  void wake();

 private:
  struct Active {
    Watch watch;
    int descriptor = -1;  ///< inotify watch of the file
    bool was_full = false;
  };
  void run();
  void wait(bool has_backlog, bool is_idle);
  /// False when this watch is done.
  [[nodiscard]] bool advance(Active& active);
  void watch_file(Active& active);

  std::mutex mutex_;
  std::list<Watch> joining_;  ///< guarded by mutex_
  bool stop_ = false;         ///< guarded by mutex_
  os::Fd inotify_;
  os::Fd wake_;
  std::list<Active> active_;
  std::map<int, int> users_;  ///< inotify descriptor -> watches on it
  std::thread thread_;
};

}  // namespace aiflow::service

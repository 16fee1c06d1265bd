// SPDX-License-Identifier: Apache-2.0
// Sends the logs of this worker's tries to the server while they grow, and again from where the
// server has them after a lost connection, a restart of the server or of this worker: until then
// they are kept on disk. One piece of a log is on its way at a time, so a slow server holds up its
// own logs and nothing else. Private to src/uplink; runs on the uplink's loop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "os/fd.h"
#include "os/file.h"
#include "uplink/detail/message.h"

namespace aiflow::uplink::detail {

struct LogShipperOptions {
  os::Path folder;  ///< made when missing
  /// Of logs whose task has ended; beyond it the oldest are given up.
  std::int64_t backlog_bytes_max = 1LL << 30;
};

class LogShipper {
 public:
  using Send = std::function<void(const wire::LogPiece& piece)>;
  LogShipper(LogShipperOptions options, Send send)
      : options_(std::move(options)), send_(std::move(send)) {}

  /// Takes up what an earlier worker left.
  Status load();
  /// Where a new attempt's log goes. `offset`: where it begins in the server's file.
  [[nodiscard]] os::Path add(const wire::AttemptRef& attempt, std::int64_t offset);
  /// The server does not know of the attempt yet: nothing is sent before release().
  void hold(const wire::AttemptRef& attempt);
  /// It does, and there the log begins at `offset`.
  void release(const wire::AttemptRef& attempt, std::int64_t offset);
  /// The server will never take it.
  void forget(const wire::AttemptRef& attempt);
  /// Calls `then` once the whole log is with the server, or the server takes no more of it; at
  /// once when nothing is left to send.
  void finish(const wire::AttemptRef& attempt, std::function<void()> then);
  /// Sends what has been written since. Call it a few times a second.
  void look();
  void taken(const wire::LogTaken& answer);
  /// Nothing can be sent until connected(); what finish() waits for is asked for again then.
  void lost();
  void connected();

 private:
  struct Log {
    wire::AttemptRef attempt;
    os::Path path;           ///< beside it `path`.json says whose it is
    std::int64_t base = 0;   ///< in the server's file
    std::int64_t taken = 0;  ///< as far as the server has it, in the server's file
    os::Fd fd;
    bool on_its_way = false;
    bool has_ended = false;
    bool is_refused = false;
    bool is_held = false;
    std::function<void()> then;
  };
  using Logs = std::map<AttemptKey, Log>;

  void load_one(const os::Path& note);
  using Write = Status (*)(const os::Path& path, std::string_view bytes, unsigned mode);
  static void note(const Log& log, Write write);
  /// Sends the next piece; ends the log when there is none and never will be.
  void advance(Logs::iterator log);
  void drop(Logs::iterator log);
  void bound_backlog();

  LogShipperOptions options_;
  Send send_;
  Logs logs_;
  bool is_connected_ = false;
  std::int64_t next_number_ = 1;
};

}  // namespace aiflow::uplink::detail

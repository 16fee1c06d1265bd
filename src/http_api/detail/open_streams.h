// SPDX-License-Identifier: Apache-2.0
// Event streams and web sockets that outlive the request that opened them, by the session that
// asked for them: when a session ends they are cut. Thread-safe. Private to src/http_api.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "service/auth.h"

namespace aiflow::http_api::detail {

class OpenStreams {
 public:
  /// `auth` must outlive it; the removers that add() gives need not end before it.
  explicit OpenStreams(service::Auth& auth) : auth_(auth) {}
  OpenStreams(const OpenStreams&) = delete;
  OpenStreams& operator=(const OpenStreams&) = delete;

  /// `cut` is called when `who`'s session is over, at once when it already is; never for those who
  /// have no session (tasks, the Unix socket). The answer forgets the stream; call it when the
  /// stream has ended by itself.
  [[nodiscard]] std::function<void()> add(const service::Principal& who, std::function<void()> cut);

  /// A session may have ended: cuts the streams of those that have.
  void review();
  /// What a user may see has changed: cuts all the user's streams; they are opened again.
  void cut_of(const std::string& username);

 private:
  struct Stream {
    std::string session_hash;
    std::string username;
    std::function<void()> cut;
  };
  struct Table {
    std::mutex mutex;
    std::int64_t last = 0;                   ///< guarded by mutex
    std::map<std::int64_t, Stream> streams;  ///< guarded by mutex
  };
  void cut_where_over(const std::string& session_hash);
  void cut_where(const std::function<bool(const Stream&)>& is_meant);

  service::Auth& auth_;
  const std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

}  // namespace aiflow::http_api::detail

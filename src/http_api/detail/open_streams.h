// SPDX-License-Identifier: Apache-2.0
// Event streams and web sockets that outlive the request that opened them: how many there may be,
// and by the session that asked for them: when a session ends they are cut. Thread-safe. Private to
// src/http_api.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "http_api/detail/front/answers.h"
#include "net/server.h"
#include "service/auth.h"

namespace aiflow::http_api::detail {

/// Of users that come over TCP. Far below the connections of a listener, so that who follows leaves
/// room for who asks.
struct StreamBudget {
  std::size_t of_user = 64;  ///< a browser has at most six of them to one server, and web sockets
  std::size_t total = 384;
};

class OpenStreams {
 public:
  /// `auth` must outlive it; the removers that add() gives need not end before it.
  explicit OpenStreams(service::Auth& auth, StreamBudget budget = {})
      : auth_(auth), budget_(budget) {}
  OpenStreams(const OpenStreams&) = delete;
  OpenStreams& operator=(const OpenStreams&) = delete;

  /// Room for one stream, for as long as somebody holds the answer; it may outlive this. Null: for
  /// those that are not counted (tasks, workers, the Unix socket). Refuses with 429 when the user
  /// has too many, with 503 when there are too many in all.
  [[nodiscard]] std::expected<std::shared_ptr<void>, Refusal> take(const service::Principal& who,
                                                                   const net::Peer& peer);

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
  struct Counts {
    std::mutex mutex;
    std::size_t total = 0;                       ///< guarded by mutex
    std::map<std::string, std::size_t> of_user;  ///< guarded by mutex; none is 0
  };
  void cut_where_over(const std::string& session_hash);
  void cut_where(const std::function<bool(const Stream&)>& is_meant);

  service::Auth& auth_;
  const StreamBudget budget_;
  const std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
  const std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

}  // namespace aiflow::http_api::detail

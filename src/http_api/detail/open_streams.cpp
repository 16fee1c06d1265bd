// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/open_streams.h"

#include <set>
#include <utility>
#include <vector>

namespace aiflow::http_api::detail {
namespace {

/// So long a client that is refused had better wait: a page that is closed gives its place back at
/// once, one whose machine is gone within a minute (net::ServerOptions::silence_timeout).
constexpr int kRetryAfter_s = 10;

Refusal too_many(int status, std::string message) {
  return {status,
          ErrorCode::unavailable,
          std::move(message),
          "",
          {{"Retry-After", std::to_string(kRetryAfter_s)}}};
}

}  // namespace

std::expected<std::shared_ptr<void>, Refusal> OpenStreams::take(const service::Principal& who,
                                                                const net::Peer& peer) {
  if (who.kind != service::Principal::Kind::user || peer.unix_socket) return nullptr;
  const std::scoped_lock lock(counts_->mutex);
  const auto known = counts_->of_user.find(who.username);
  if (known != counts_->of_user.end() && known->second >= budget_.of_user) {
    return std::unexpected(
        too_many(429, "you have " + std::to_string(known->second) +
                          " open streams, as many as a user may have: close a page or end a "
                          "command that waits"));
  }
  if (counts_->total >= budget_.total) {
    return std::unexpected(too_many(
        503, "the server has " + std::to_string(counts_->total) + " open streams, its most"));
  }
  ++counts_->total;
  ++counts_->of_user[who.username];
  const auto give_back = [counts = counts_, user = who.username](void*) {
    const std::scoped_lock again(counts->mutex);
    --counts->total;
    const auto mine = counts->of_user.find(user);
    if (--mine->second == 0) counts->of_user.erase(mine);
  };
  // Not null, and nothing to delete.
  return std::shared_ptr<void>(counts_.get(), give_back);
}

std::function<void()> OpenStreams::add(const service::Principal& who, std::function<void()> cut) {
  if (who.session_hash.empty()) return [] {};
  std::int64_t id = 0;
  {
    const std::scoped_lock lock(table_->mutex);
    id = ++table_->last;
    table_->streams[id] = {who.session_hash, who.username, std::move(cut)};
  }
  // The session may have ended between the look at the cookie and the line above.
  cut_where_over(who.session_hash);
  // Or the user has got another part in a project.
  if (!auth_.has_same_part(who).value_or(false)) cut_of(who.username);
  return [table = table_, id] {
    const std::scoped_lock lock(table->mutex);
    table->streams.erase(id);
  };
}

void OpenStreams::review() {
  std::set<std::string> sessions;
  {
    const std::scoped_lock lock(table_->mutex);
    for (const auto& [id, stream] : table_->streams) sessions.insert(stream.session_hash);
  }
  for (const auto& session : sessions) cut_where_over(session);
}

/// A session that cannot be looked up counts as over: a browser connects again by itself.
void OpenStreams::cut_where_over(const std::string& session_hash) {
  if (auth_.is_open(session_hash).value_or(false)) return;
  cut_where([&](const Stream& stream) { return stream.session_hash == session_hash; });
}

void OpenStreams::cut_of(const std::string& username) {
  cut_where([&](const Stream& stream) { return stream.username == username; });
}

void OpenStreams::cut_where(const std::function<bool(const Stream&)>& is_meant) {
  std::vector<std::function<void()>> cuts;
  {
    const std::scoped_lock lock(table_->mutex);
    std::erase_if(table_->streams, [&](auto& entry) {
      if (!is_meant(entry.second)) return false;
      cuts.push_back(std::move(entry.second.cut));
      return true;
    });
  }
  for (const auto& cut : cuts) cut();
}

}  // namespace aiflow::http_api::detail

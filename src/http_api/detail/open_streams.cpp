// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/open_streams.h"

#include <set>
#include <utility>
#include <vector>

namespace aiflow::http_api::detail {

std::function<void()> OpenStreams::add(const service::Principal& who, std::function<void()> cut) {
  if (who.session_hash.empty()) return [] {};
  std::int64_t id = 0;
  {
    const std::scoped_lock lock(table_->mutex);
    id = ++table_->last;
    table_->streams[id] = {who.session_hash, std::move(cut)};
  }
  // The session may have ended between the look at the cookie and the line above.
  cut_where_over(who.session_hash);
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
  std::vector<std::function<void()>> cuts;
  {
    const std::scoped_lock lock(table_->mutex);
    std::erase_if(table_->streams, [&](auto& entry) {
      if (entry.second.session_hash != session_hash) return false;
      cuts.push_back(std::move(entry.second.cut));
      return true;
    });
  }
  for (const auto& cut : cuts) cut();
}

}  // namespace aiflow::http_api::detail

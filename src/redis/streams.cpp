// SPDX-License-Identifier: Apache-2.0
#include "redis/streams.h"

namespace aiflow::redis {
namespace {

std::unexpected<Error> odd() {
  return fail(ErrorCode::corrupt, "the answer is none of a Redis stream");
}

bool is_list(const Reply& reply, std::size_t items) {
  return reply.kind == Reply::Kind::list && reply.items.size() >= items;
}

bool is_text(const Reply& reply) { return reply.kind == Reply::Kind::text; }

Result<Entry> parse_entry(const Reply& reply) {
  const bool is_entry = is_list(reply, 2) && is_text(reply.items[0]) &&
                        is_list(reply.items[1], 0) && reply.items[1].items.size() % 2 == 0;
  if (!is_entry) return odd();
  Entry entry{.id = reply.items[0].text, .fields = {}};
  const std::vector<Reply>& words = reply.items[1].items;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (!is_text(words[i]) || !is_text(words[i + 1])) return odd();
    entry.fields.emplace_back(words[i].text, words[i + 1].text);
  }
  return entry;
}

}  // namespace

const std::string* Entry::find(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return &value;
  }
  return nullptr;
}

Result<std::vector<Entry>> parse_entries(const Reply& reply) {
  if (!is_list(reply, 0)) return odd();
  std::vector<Entry> entries;
  for (const Reply& item : reply.items) {
    const bool is_deleted = item.kind == Reply::Kind::nil ||
                            (is_list(item, 2) && item.items[1].kind == Reply::Kind::nil);
    if (is_deleted) continue;
    AIFLOW_ASSIGN(Entry entry, parse_entry(item));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::vector<StreamEntries>> parse_read(const Reply& reply) {
  std::vector<StreamEntries> all;
  if (reply.kind == Reply::Kind::nil) return all;
  if (!is_list(reply, 0)) return odd();
  for (const Reply& item : reply.items) {
    if (!is_list(item, 2) || !is_text(item.items[0])) return odd();
    AIFLOW_ASSIGN(auto entries, parse_entries(item.items[1]));
    all.push_back({.stream = item.items[0].text, .entries = std::move(entries)});
  }
  return all;
}

Result<std::vector<Entry>> parse_autoclaim(const Reply& reply) {
  if (!is_list(reply, 2)) return odd();
  return parse_entries(reply.items[1]);
}

}  // namespace aiflow::redis

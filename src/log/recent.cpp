// SPDX-License-Identifier: Apache-2.0
#include "log/recent.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "log/mask.h"

namespace aiflow::log {
namespace {

constexpr std::array<std::string_view, 5> kWords = {"debug", "info", "warning", "error", "off"};

std::optional<Level> level_of(std::string_view word) {
  const auto found = std::ranges::find(kWords, word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<Level>(found - kWords.begin());
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool contains(std::string_view text, std::string_view part) {
  if (part.empty()) return true;
  return !std::ranges::search(text, part, [](char a, char b) {
            return lower(a) == lower(b);
          }).empty();
}

bool fits(const Line& line, const Recent::Wanted& wanted) {
  return line.level >= wanted.level && (!wanted.since || line.at >= *wanted.since) &&
         contains(line.text, wanted.text);
}

/// "2026-11-23T18:10:21.123Z info    text"; nothing when it is no line of the log.
std::optional<Line> parse_line(std::string_view text) {
  constexpr std::size_t kTimeLength = 24;
  if (text.size() <= kTimeLength || text[kTimeLength] != ' ') return std::nullopt;
  const auto at = parse_time(text.substr(0, kTimeLength));
  text.remove_prefix(kTimeLength + 1);
  const auto word = text.substr(0, text.find(' '));
  const auto level = level_of(word);
  if (!at || !level) return std::nullopt;
  // The word is filled up to seven characters, and a space follows.
  constexpr std::size_t kWordWidth = 8;
  return Line{.at = *at,
              .level = *level,
              .text = std::string(text.substr(std::min(text.size(), kWordWidth)))};
}

}  // namespace

std::string_view level_word(Level level) { return kWords[static_cast<std::size_t>(level)]; }

void Recent::add(WallTime at, Level level, std::string text) {
  const std::scoped_lock lock(mutex_);
  add_locked(at, level, std::move(text));
  added_.notify_all();
}

void Recent::add_locked(WallTime at, Level level, std::string text) {
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(at);
  last_id_ = std::max<std::int64_t>(last_id_ + 1, whole.time_since_epoch().count() * 1000);
  if (text.size() > limits_.line_bytes) {
    const auto left_out = text.size() - limits_.line_bytes;
    text.resize(limits_.line_bytes);
    text += "… (" + std::to_string(left_out) + " bytes more)";
  }
  bytes_ += text.size();
  lines_.push_back({.id = last_id_, .at = whole, .level = level, .text = std::move(text)});
  while (lines_.size() > limits_.lines || (bytes_ > limits_.bytes && lines_.size() > 1)) {
    bytes_ -= lines_.front().text.size();
    dropped_ = lines_.front().id;
    lines_.pop_front();
  }
}

void Recent::load(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in.seekg(0, std::ios::end)) return;
  const auto size = static_cast<std::size_t>(in.tellg());
  const auto from = size - std::min(size, limits_.bytes);
  in.seekg(static_cast<std::streamoff>(from));
  std::string text(size - from, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  std::string_view rest = text;
  // The first line may be cut, and lines of its millisecond may be missing: their ids would be
  // others.
  std::optional<WallTime> cut;
  bool is_whole = from == 0;
  const std::scoped_lock lock(mutex_);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto line = parse_line(rest.substr(0, end));
    rest.remove_prefix(std::min(rest.size(), end + 1));
    if (!line) continue;
    if (!is_whole && !cut) cut = line->at;
    if (cut && line->at == *cut) continue;
    is_whole = true;
    // A file of an earlier version may hold what is masked today.
    add_locked(line->at, line->level, mask_secrets(line->text));
  }
}

Recent::Page Recent::before(std::optional<std::int64_t> id, const Wanted& wanted,
                            std::size_t limit) const {
  const std::scoped_lock lock(mutex_);
  Page page{.lines = {}, .last = last_id_};
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
    if (wanted.since && line->at < *wanted.since) break;
    if ((id && line->id >= *id) || !fits(*line, wanted)) continue;
    if (page.lines.size() == limit) {
      page.has_more = true;
      break;
    }
    page.lines.push_back(*line);
  }
  std::ranges::reverse(page.lines);
  return page;
}

Recent::Page Recent::after(std::int64_t id, const Wanted& wanted, std::size_t limit) const {
  const std::scoped_lock lock(mutex_);
  Page page{.lines = {}, .last = std::max(id, last_id_), .missed = dropped_ > id};
  auto line = std::ranges::upper_bound(lines_, id, {}, &Line::id);
  for (; line != lines_.end(); ++line) {
    if (!fits(*line, wanted)) continue;
    if (page.lines.size() == limit) {
      page.has_more = true;
      page.last = page.lines.back().id;
      break;
    }
    page.lines.push_back(*line);
  }
  return page;
}

void Recent::wait_after(std::int64_t id, Duration longest, std::stop_token stop) const {
  std::unique_lock lock(mutex_);
  added_.wait_for(lock, std::move(stop), longest, [&] { return last_id_ > id; });
}

}  // namespace aiflow::log

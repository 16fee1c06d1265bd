// SPDX-License-Identifier: Apache-2.0
#include "service/dag_files/ignore_file.h"

#include <regex.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

namespace aiflow::service {
namespace {

constexpr std::size_t kPatternsMax = 1000;
constexpr std::size_t kPatternBytesMax = 500;
/// Each repetition by a count multiplies the size of the compiled expression.
constexpr int kCountsMax = 1;

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(at); end != std::string_view::npos; end = text.find(at)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

std::string_view stripped(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

/// One character of a pattern's part: what it fits, and how long it is written.
struct Unit {
  std::size_t length = 1;
  bool fits = false;
};

/// [abc], [a-z], [!a] and [^a]; without an end it is the character itself.
Unit fit_set(char c, std::string_view glob) {
  std::size_t at = 1;
  const bool inverted = at < glob.size() && (glob[at] == '!' || glob[at] == '^');
  if (inverted) ++at;
  bool found = false;
  for (const std::size_t first = at; at < glob.size() && (glob[at] != ']' || at == first); ++at) {
    if (glob[at] == '\\' && at + 1 < glob.size()) ++at;
    const bool is_range = at + 2 < glob.size() && glob[at + 1] == '-' && glob[at + 2] != ']';
    const char last = is_range ? glob[at + 2] : glob[at];
    found |= glob[at] <= c && c <= last;
    if (is_range) at += 2;
  }
  if (at >= glob.size()) return {.length = 1, .fits = c == '['};
  return {.length = at + 1, .fits = found != inverted};
}

Unit fit_unit(char c, std::string_view glob) {
  if (glob.front() == '?') return {.length = 1, .fits = true};
  if (glob.front() == '[') return fit_set(c, glob);
  if (glob.front() == '\\' && glob.size() > 1) return {.length = 2, .fits = c == glob[1]};
  return {.length = 1, .fits = c == glob.front()};
}

/// A name without slashes. Going back to the last star only keeps it from being exponential.
bool fits_name(std::string_view name, std::string_view glob) {
  std::size_t n = 0;
  std::size_t g = 0;
  std::optional<std::pair<std::size_t, std::size_t>> star;
  while (n < name.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = {n, ++g};
      continue;
    }
    if (g < glob.size()) {
      const Unit unit = fit_unit(name[n], glob.substr(g));
      if (unit.fits) {
        ++n;
        g += unit.length;
        continue;
      }
    }
    if (!star) return false;
    n = ++star->first;
    g = star->second;
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

/// The same one level up: names are the characters, `**` is the star.
bool fits_names(const std::vector<std::string_view>& names,
                const std::vector<std::string_view>& globs) {
  std::size_t n = 0;
  std::size_t g = 0;
  std::optional<std::pair<std::size_t, std::size_t>> star;
  while (n < names.size()) {
    if (g < globs.size() && globs[g] == "**") {
      star = {n, ++g};
    } else if (g < globs.size() && fits_name(names[n], globs[g])) {
      ++n, ++g;
    } else if (star) {
      n = ++star->first;
      g = star->second;
    } else {
      return false;
    }
  }
  return g == globs.size();  // what is inside of a folder (`a/**`) is not the folder
}

/// What stands for `\\` and `c`; nullopt when POSIX has nothing for it, or it may take for ever.
std::optional<std::string> posix_escape(char c, bool in_set) {
  if (c == 'd') return in_set ? "0-9" : "[0-9]";
  if (in_set && c == 'w') return "[:alnum:]_";
  if (in_set && c == 's') return "[:space:]";
  constexpr std::string_view kSame = "wWsSbB";
  const bool is_word = std::isalnum(static_cast<unsigned char>(c)) != 0;
  if (c == '\0' || (is_word && (in_set || kSame.find(c) == std::string_view::npos))) {
    return std::nullopt;
  }
  if (!in_set) return std::string{'\\', c};
  if (c == ']' || c == '-' || c == '^') return std::nullopt;
  return std::string{c};
}

/// `{12}` and the like: each multiplies the size of the compiled expression.
bool is_small_count(std::string_view from_brace) {
  const auto end = from_brace.find('}');
  if (end == std::string_view::npos) return false;
  return std::ranges::all_of(split(from_brace.substr(1, end - 1), ','),
                             [](std::string_view number) { return number.size() <= 2; });
}

/// Python's notation in POSIX's; nullopt as of posix_escape.
std::optional<std::string> posix_regexp(std::string_view python) {
  std::string out;
  bool in_set = false;
  int counts = 0;
  for (std::size_t i = 0; i < python.size(); ++i) {
    const char c = python[i];
    const std::string_view rest = python.substr(i);
    const char next = rest.size() > 1 ? rest[1] : '\0';
    if (c == '\\') {
      const auto escaped = posix_escape(next, in_set);
      if (!escaped) return std::nullopt;
      out += *escaped;
      ++i;
    } else if (in_set) {
      in_set = c != ']';
      out += c;
    } else if (c == '[') {
      in_set = true;
      const std::size_t first = next == '^' ? 2 : 1;
      const bool starts_with_end = rest.size() > first && rest[first] == ']';
      const std::size_t length = first + (starts_with_end ? 1 : 0);
      out += rest.substr(0, length);
      i += length - 1;
    } else if (c == '(' && next == '?') {
      if (!rest.starts_with("(?:")) return std::nullopt;
      out += '(';
      i += 2;
    } else if (c == '{' && (++counts > kCountsMax || !is_small_count(rest))) {
      return std::nullopt;
    } else {
      out += c;
      const bool repeats = c == '*' || c == '+' || c == '?' || c == '}';
      if (repeats && next == '?') ++i;  // lazy: it finds the same paths
    }
  }
  return out;
}

}  // namespace

bool fits_glob(std::string_view path, std::string_view glob) {
  return fits_names(split(path, '/'), split(glob, '/'));
}

struct IgnoreFile::Pattern {
  std::string glob = {};
  bool wanted = false;        ///< !glob
  bool folders_only = false;  ///< glob/
  bool by_name = false;       ///< no slash in it: in all folders below
  std::optional<regex_t> regexp = {};

  Pattern() = default;
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern() {
    if (regexp) ::regfree(&*regexp);
  }

  [[nodiscard]] bool fits(const IgnorePath& path) const {
    if (regexp) return ::regexec(&*regexp, path.from_root.c_str(), 0, nullptr, 0) == 0;
    if (folders_only && !path.is_folder) return false;
    if (!by_name) return fits_glob(path.from_folder, glob);
    return fits_name(path.from_folder.substr(path.from_folder.rfind('/') + 1), glob);
  }
};

IgnoreFile::IgnoreFile(std::string_view text) {
  bool regexps = false;
  for (const std::string_view whole : split(text, '\n')) {
    const auto comment = whole.find('#');
    if (comment != std::string_view::npos) {
      const auto words = stripped(whole.substr(comment + 1));
      if (words == "syntax: regexp") regexps = true;
      if (words == "syntax: glob") regexps = false;
    }
    const std::string line(stripped(whole.substr(0, comment)));
    if (line.empty()) continue;
    if (line.size() > kPatternBytesMax || patterns_.size() == kPatternsMax) {
      problems_.push_back(line.substr(0, 80) + ": patterns have 500 bytes, files 1,000 of them");
      if (patterns_.size() == kPatternsMax) return;
      continue;
    }
    if (regexps) {
      add_regexp(line);
    } else {
      add_glob(line);
    }
  }
}

void IgnoreFile::add_glob(std::string line) {
  const auto pattern = std::make_shared<Pattern>();
  pattern->wanted = line.starts_with('!');
  if (pattern->wanted) line.erase(0, 1);
  pattern->folders_only = line.ends_with('/');
  while (line.ends_with('/')) line.pop_back();
  if (line.empty()) return problems_.push_back("/: fits nothing");
  pattern->by_name = line.find('/') == std::string::npos;
  if (line.starts_with('/')) line.erase(0, 1);
  pattern->glob = std::move(line);
  patterns_.push_back(pattern);
}

void IgnoreFile::add_regexp(const std::string& line) {
  const auto pattern = std::make_shared<Pattern>();
  const auto posix = posix_regexp(line);
  regex_t compiled;
  if (!posix || ::regcomp(&compiled, posix->c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
    return problems_.push_back(line + ": no regular expression that is understood here");
  }
  pattern->regexp = compiled;
  patterns_.push_back(pattern);
}

bool IgnoreFile::ignores(const IgnorePath& path, bool before) const {
  for (const auto& pattern : patterns_) {
    if (pattern->fits(path)) before = !pattern->wanted;
  }
  return before;
}

}  // namespace aiflow::service

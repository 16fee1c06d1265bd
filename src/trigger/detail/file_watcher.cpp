// SPDX-License-Identifier: Apache-2.0
#include "trigger/detail/file_watcher.h"

#include <fnmatch.h>
#include <glob.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <variant>

namespace aiflow::trigger::detail {
namespace {

namespace fs = std::filesystem;

/// When the kernel tells of changes.
constexpr Duration kLookNowAndThen = std::chrono::seconds(30);
/// Entries that one look goes through below a folder.
constexpr int kEntriesMax = 100'000;
constexpr std::uint32_t kEvents =
    IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

bool has_wildcard(std::string_view text) { return text.find_first_of("*?[") != text.npos; }

/// The folder in front of the first part with a wildcard; of a plain path its parent.
std::string folder_of(const std::string& pattern) {
  const std::size_t wild = std::min(pattern.find_first_of("*?["), pattern.size());
  const std::size_t slash = pattern.rfind('/', wild == pattern.size() ? wild : wild - 1);
  return slash == 0 || slash == std::string::npos ? "/" : pattern.substr(0, slash);
}

Found look_at(const fs::path& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return Found::file;
  if (!fs::is_directory(path, error)) return Found::nothing;
  int left = kEntriesMax;
  const auto options = fs::directory_options::skip_permission_denied;
  fs::recursive_directory_iterator entry(path, options, error);
  for (; !error && entry != fs::recursive_directory_iterator() && left-- > 0;
       entry.increment(error)) {
    std::error_code ignored;
    if (!entry->is_directory(ignored)) return Found::file;
  }
  return Found::empty_folder;
}

Found glob_finds(const std::string& pattern) {
  ::glob_t names{};
  Found best = Found::nothing;
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &names) == 0) {
    for (std::size_t i = 0; i < names.gl_pathc && best != Found::file; ++i) {
      best = std::max(best, look_at(names.gl_pathv[i]));
    }
  }
  ::globfree(&names);
  return best;
}

/// Whether the path's last parts fit the pattern's: "*.csv", "in/*.csv".
bool end_fits(const fs::path& path, const std::string& tail) {
  const auto parts = std::ranges::count(tail, '/') + 1;
  std::string end = path.filename().string();
  fs::path rest = path.parent_path();
  for (std::ptrdiff_t i = 1; i < parts; ++i, rest = rest.parent_path()) {
    end = rest.filename().string() + "/" + end;
  }
  return ::fnmatch(tail.c_str(), end.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
}

/// `**/` in a pattern: any folders, also none.
Found walk_finds(const std::string& pattern, std::size_t stars) {
  const std::string folder = folder_of(pattern);
  std::string tail = pattern.substr(stars + 2);
  tail.erase(0, tail.starts_with('/') ? 1 : 0);
  if (tail.empty()) tail.push_back('*');
  int left = kEntriesMax;
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  fs::recursive_directory_iterator entry(folder, options, error);
  for (; !error && entry != fs::recursive_directory_iterator() && left-- > 0;
       entry.increment(error)) {
    if (end_fits(entry->path(), tail) && look_at(entry->path()) == Found::file) return Found::file;
  }
  return Found::nothing;
}

/// Whether a change in the folder in front of the first wildcard is all that can make it true.
bool is_told_by_folder(const FileTrigger& trigger, const std::string& folder, Found found) {
  const std::size_t next = folder == "/" ? 1 : folder.size() + 1;
  const bool direct = trigger.pattern.find('/', next) == std::string::npos;
  return direct && found == Found::nothing &&
         !(trigger.recursive && trigger.pattern.contains("**"));
}

}  // namespace

Found look_for(const FileTrigger& trigger) {
  const std::size_t stars = trigger.recursive ? trigger.pattern.find("**") : std::string::npos;
  if (stars != std::string::npos) return walk_finds(trigger.pattern, stars);
  if (!has_wildcard(trigger.pattern)) return look_at(trigger.pattern);
  return glob_finds(trigger.pattern);
}

FileWatcher::FileWatcher(os::EventLoop& loop, Fire fire)
    : loop_(loop), fire_(std::move(fire)), inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  // Without it (the user's limit of instances), waits look at their own interval.
  if (inotify_.valid()) loop_.watch(inotify_.get(), {}, [this] { on_inotify(); });
}

FileWatcher::~FileWatcher() {
  if (inotify_.valid()) loop_.unwatch(inotify_.get());
}

void FileWatcher::add(const Wait& wait) {
  const FileTrigger& trigger = std::get<FileTrigger>(wait.trigger);
  Entry entry{.trigger = trigger, .folder = folder_of(trigger.pattern), .name = {}};
  if (!has_wildcard(trigger.pattern)) {
    entry.name = trigger.pattern.substr(trigger.pattern.rfind('/') + 1);
  }
  const std::string folder = entry.folder;
  folders_[folder].by_name[entry.name].insert(wait.id);
  entries_.insert_or_assign(wait.id, std::move(entry));
  // Watch first, look afterwards: nothing falls between the two.
  watch_folder(folder);
  look(wait.id);
}

void FileWatcher::remove(WaitId id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  loop_.cancel(found->second.timer);
  const auto folder = folders_.find(found->second.folder);
  const auto names = folder->second.by_name.find(found->second.name);
  names->second.erase(id);
  if (names->second.empty()) folder->second.by_name.erase(names);
  if (folder->second.by_name.empty()) {
    const int watch = folder->second.watch;
    folders_.erase(folder);
    if (watch >= 0) {
      ::inotify_rm_watch(inotify_.get(), watch);
      watched_.erase(watch);
    }
  }
  entries_.erase(found);
}

void FileWatcher::look(WaitId id) {
  Entry& entry = entries_.at(id);
  entry.found = look_for(entry.trigger);
  if (entry.found != Found::file) return look_later(id);
  remove(id);
  fire_({.id = id, .event = true, .error = {}});
}

void FileWatcher::look_later(WaitId id) {
  Entry& entry = entries_.at(id);
  loop_.cancel(entry.timer);
  const bool told = folders_.at(entry.folder).watch >= 0 &&
                    is_told_by_folder(entry.trigger, entry.folder, entry.found);
  const Duration pause = told ? std::max(entry.trigger.poll, kLookNowAndThen) : entry.trigger.poll;
  entry.timer = loop_.after(pause, [this, id] {
    watch_folder(entries_.at(id).folder);  // it may be there by now
    look(id);
  });
}

void FileWatcher::watch_folder(const std::string& path) {
  Folder& folder = folders_.at(path);
  if (folder.watch >= 0 || !inotify_.valid()) return;
  const int watch = ::inotify_add_watch(inotify_.get(), path.c_str(), kEvents);
  if (watch < 0 || watched_.contains(watch)) return;  // the same folder by another name
  folder.watch = watch;
  watched_[watch] = path;
}

void FileWatcher::forget_watch(int watch) {
  const auto found = watched_.find(watch);
  if (found == watched_.end()) return;
  const auto folder = folders_.find(found->second);
  watched_.erase(found);
  if (folder == folders_.end()) return;
  folder->second.watch = -1;
  std::vector<WaitId> ids;
  for (const auto& [name, waits] : folder->second.by_name)
    ids.insert(ids.end(), waits.begin(), waits.end());
  for (const WaitId id : ids) look_later(id);  // at its own interval now
}

void FileWatcher::on_inotify() {
  alignas(::inotify_event) std::array<char, 64U << 10> buffer;
  const ssize_t got = ::read(inotify_.get(), buffer.data(), buffer.size());
  std::set<WaitId> to_look;
  for (ssize_t at = 0; at < got;) {
    ::inotify_event event{};
    const char* from = buffer.data() + at;
    std::memcpy(&event, from, sizeof event);
    const std::string name = event.len > 0 ? from + offsetof(::inotify_event, name) : "";
    at += static_cast<ssize_t>(sizeof event + event.len);
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      for (const auto& [id, entry] : entries_) to_look.insert(id);
    }
    if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0) forget_watch(event.wd);
    const auto path = watched_.find(event.wd);
    if (path == watched_.end()) continue;
    for (const std::string& key : {name, std::string()}) {
      const auto& by_name = folders_.at(path->second).by_name;
      const auto waits = by_name.find(key);
      if (waits != by_name.end()) to_look.insert(waits->second.begin(), waits->second.end());
    }
  }
  for (const WaitId id : to_look) {
    if (entries_.contains(id)) look(id);
  }
}

}  // namespace aiflow::trigger::detail

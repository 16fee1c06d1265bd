// SPDX-License-Identifier: Apache-2.0
#include "service/dag_files/dag_loader.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>

#include "failpoint/failpoint.h"
#include "log/log.h"
#include "os/file.h"
#include "os/limits/inotify.h"
#include "os/system_clock.h"
#include "service/dag_files/dag_file_print.h"

namespace aiflow::service {
namespace {

constexpr int kParsers = 2;
/// So many files at most share a process: few enough that all parsers have something to do.
constexpr std::size_t kFilesAtOnce = 16;
/// What a file may say that it has read; more is not followed.
constexpr std::size_t kReadsMax = 1000;
/// A broken file is tried again after so long also without a change: a module may have been
/// installed.
constexpr Duration kBrokenAgain = std::chrono::minutes(10);
/// Times of files come from a clock that is read once a tick.
constexpr std::int64_t kTick_ns = 20'000'000;
constexpr std::size_t kIgnoreBytesMax = 1U << 20;
constexpr std::uint32_t kChanges =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ATTRIB | IN_ONLYDIR;

int milliseconds(Duration d) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
}

std::int64_t now_ns() {
  return std::chrono::nanoseconds(os::SystemClock().now().time_since_epoch()).count();
}

bool contains_without_case(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  return std::ranges::search(text, word, same).begin() != text.end();
}

bool is_archive(const std::filesystem::path& path) { return path.extension() == ".zip"; }

bool is_yaml(const std::filesystem::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

}  // namespace

DagLoader::DagLoader(DagLoaderOptions options, DagLoaderParts parts)
    : options_(std::move(options)), parts_(std::move(parts)) {}

Status DagLoader::start() {
  AIFLOW_ASSIGN(inotify_, os::make_inotify());
  wake_ = os::Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_.valid()) {
    return fail(os::error_from_errno(errno, "the DAG folders cannot be watched"));
  }
  threads_.emplace_back([this](const std::stop_token& stop) { look(stop); });
  for (int i = 0; i < kParsers; ++i) threads_.emplace_back([this] { parse_queued(); });
  return {};
}

void DagLoader::stop() {
  stopping_ = true;
  for (auto& thread : threads_) thread.request_stop();
  queue_.close();
  const std::uint64_t one = 1;
  if (wake_.valid()) (void)!::write(wake_.get(), &one, sizeof one);
  threads_.clear();
}

void DagLoader::look(const std::stop_token& stop) {
  recall();
  for (bool woken = false; !stop.stop_requested(); woken = wait_for_change()) scan(woken);
}

/// What the database knows and no folder holds any more vanished while we were not running; what is
/// as it was needs no parsing.
void DagLoader::recall() {
  const auto known = parts_.known_files();
  if (!known) {
    log::error("known DAG files cannot be read", {{"error", known.error()}});
    return;
  }
  std::size_t unchanged = 0;
  for (const auto& [filename, print, reads] : *known) {
    const std::filesystem::path file = filename;
    // Before the contents are looked at: what changes meanwhile is seen by the next look.
    const Stamp before = stamp_of(file);
    Stamps reads_before = stamps_of(reads);
    const bool same = !print.empty() && print == dag_file_print(options_.parser, file, reads);
    stamps_[file] = same ? before : Stamp{};
    if (!same) continue;
    const std::scoped_lock lock(mutex_);
    reads_[file] = std::move(reads_before);
    ++unchanged;
  }
  if (unchanged > 0) log::info("DAG files are unchanged", {{"files", unchanged}});
}

void DagLoader::scan(bool woken) {
  auto found = list_files();
  for (const auto& [file, stamp] : stamps_) {
    if (!found.contains(file) && !stopping_) drop(file);
  }
  for (const auto& [file, stamp] : found) {
    const auto old = stamps_.find(file);
    const bool same = old != stamps_.end() && old->second == stamp;
    const bool wanted = has_read_what_changed(file) | is_to_be_tried_again(file, woken);
    if (!same || wanted) queue(file);
  }
  stamps_ = std::move(found);
}

void DagLoader::queue(const std::filesystem::path& file) {
  {
    const std::scoped_lock lock(mutex_);
    if (!queued_.insert(file).second) return;
  }
  static_cast<void>(queue_.push(file));  // false: we stop
}

DagLoader::Stamp DagLoader::stamp_of(const std::filesystem::path& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return {};
  // Of the inode, not of the contents: copies often keep the time of what they were copied from.
  return {.changed_ns = info.st_ctim.tv_sec * 1'000'000'000 + info.st_ctim.tv_nsec,
          .size = static_cast<std::uintmax_t>(info.st_size),
          .inode = info.st_ino};
}

/// Told once for each change: the file is parsed after it.
bool DagLoader::has_read_what_changed(const std::filesystem::path& file) {
  const std::scoped_lock lock(mutex_);
  const auto reads = reads_.find(file);
  if (reads == reads_.end()) return false;
  bool changed = false;
  for (auto& [path, stamp] : reads->second) {
    const Stamp now = stamp_of(path);
    changed |= now != stamp;
    stamp = now;
  }
  return changed;
}

bool DagLoader::is_to_be_tried_again(const std::filesystem::path& file, bool woken) {
  const std::scoped_lock lock(mutex_);
  const auto broken = broken_.find(file);
  if (broken == broken_.end()) return false;
  auto& [tried_at, again] = broken->second;
  again |= woken;
  const SteadyTime now = os::SystemClock().steady_now();
  if (now - tried_at < (again ? options_.broken_pause : kBrokenAgain)) return false;
  broken->second = {.tried_at = now};
  return true;
}

SteadyTime DagLoader::next_try() {
  const std::scoped_lock lock(mutex_);
  SteadyTime next = SteadyTime::max();
  for (const auto& [file, broken] : broken_) {
    if (broken.again) next = std::min(next, broken.tried_at + options_.broken_pause);
  }
  return next;
}

DagLoader::Stamps DagLoader::stamps_of(const std::vector<std::string>& paths) {
  Stamps stamps;
  for (const auto& path : paths) stamps[path] = stamp_of(path);
  return stamps;
}

/// A folder and the ignore files that apply in it.
struct DagLoader::Folder {
  const std::filesystem::path& root;
  const std::filesystem::path& path;
  const Folder* above;
  const IgnoreFile* rules;

  [[nodiscard]] bool ignores(const std::filesystem::path& entry, bool is_folder) const {
    const bool before = above != nullptr && above->ignores(entry, is_folder);
    if (rules == nullptr) return before;
    return rules->ignores({.from_root = entry.lexically_relative(root).string(),
                           .from_folder = entry.lexically_relative(path).string(),
                           .is_folder = is_folder},
                          before);
  }
};

DagLoader::Stamps DagLoader::list_files() {
  Stamps out;
  for (const auto& root : options_.folders) {
    list_folder({.root = root, .path = root, .above = nullptr, .rules = nullptr}, out);
  }
  return out;
}

void DagLoader::list_folder(const Folder& folder, Stamps& found) {
  namespace fs = std::filesystem;
  watch(folder.path);
  const Folder here{folder.root, folder.path, folder.above, ignore_file_in(folder.path)};
  std::error_code error;
  fs::directory_iterator it(folder.path, fs::directory_options::skip_permission_denied, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) {
    const fs::path& path = it->path();
    const auto name = path.filename().string();
    std::error_code gone;
    if (it->is_directory(gone)) {
      const bool is_hidden = name.starts_with('.') || name == "__pycache__";
      if (is_hidden || it->is_symlink(gone) || here.ignores(path, true)) continue;
      list_folder({.root = folder.root, .path = path, .above = &here, .rules = nullptr}, found);
      continue;
    }
    if (!name.ends_with(".py") && !is_archive(path) && !is_yaml(path)) continue;
    if (!it->is_regular_file(gone) || here.ignores(path, false)) continue;
    found[path] = stamp_of(path);
  }
}

/// nullptr without one; read again when it has changed.
const IgnoreFile* DagLoader::ignore_file_in(const std::filesystem::path& folder) {
  const auto path = folder / ".airflowignore";
  const Stamp stamp = stamp_of(path);
  if (stamp == Stamp{}) {
    ignore_files_.erase(path);
    return nullptr;
  }
  auto known = ignore_files_.find(path);
  if (known != ignore_files_.end() && known->second.stamp == stamp) return &known->second.rules;
  const auto text = os::read_file(path, kIgnoreBytesMax);
  if (!text) log::warn("ignore file not read", {{"file", path}, {"error", text.error()}});
  IgnoreFile rules(text.value_or(""));
  for (const auto& problem : rules.problems()) {
    log::warn("pattern left out", {{"file", path}, {"pattern", problem}});
  }
  known = ignore_files_.insert_or_assign(path, KnownIgnoreFile{stamp, std::move(rules)}).first;
  return &known->second.rules;
}

/// Watching a folder twice is one watch.
void DagLoader::watch(const std::filesystem::path& folder) {
  ::inotify_add_watch(inotify_.get(), folder.c_str(), kChanges);
}

/// Until a folder changes and is quiet again, or has changed for long enough (true), or a look is
/// due without one.
bool DagLoader::wait_for_change() {
  std::array<pollfd, 2> fds = {pollfd{.fd = inotify_.get(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = wake_.get(), .events = POLLIN, .revents = 0}};
  const os::SystemClock clock;
  std::optional<SteadyTime> latest;
  Duration wait =
      std::clamp<Duration>(next_try() - clock.steady_now(), Duration{0}, options_.rescan);
  while (::poll(fds.data(), fds.size(), milliseconds(wait)) > 0 && fds[1].revents == 0) {
    std::array<char, 4096> drained{};
    while (::read(inotify_.get(), drained.data(), drained.size()) > 0) {
    }
    const SteadyTime now = clock.steady_now();
    if (!latest) latest = now + options_.settle_max;
    if (now >= *latest) return true;
    wait = std::min(options_.settle, *latest - now);
  }
  return latest.has_value();
}

void DagLoader::parse_queued() {
  for (auto files = next_files(); !files.empty(); files = next_files()) {
    while (!files.empty() && !stopping_) {
      parse(files);
      std::erase_if(files, [this](const auto& file) { return finish(file); });
    }
  }
}

/// Some that wait; none when the loader stops.
std::vector<std::filesystem::path> DagLoader::next_files() {
  std::vector<std::filesystem::path> files;
  while (files.empty() && !stopping_) {
    auto file = queue_.pop();
    for (; file; file = queue_.pop_for(std::chrono::microseconds(0))) {
      if (begin(*file)) files.push_back(*std::move(file));
      if (files.size() == kFilesAtOnce) break;
    }
  }
  return files;
}

/// False when another thread parses this file now; it will then do it once more.
bool DagLoader::begin(const std::filesystem::path& file) {
  const std::scoped_lock lock(mutex_);
  queued_.erase(file);
  if (busy_.insert(file).second) return true;
  again_.insert(file);
  return false;
}

bool DagLoader::finish(const std::filesystem::path& file) {
  const std::scoped_lock lock(mutex_);
  if (again_.erase(file) > 0) return false;
  busy_.erase(file);
  return true;
}

void DagLoader::parse(const std::vector<std::filesystem::path>& files) {
  std::map<std::filesystem::path, std::string> texts;
  Stamps before;
  std::vector<std::filesystem::path> wanted;
  for (const auto& file : files) {
    before[file] = stamp_of(file);
    auto text = text_of(file);
    if (!text) {
      ++parsed_count_;
      continue;
    }
    texts[file] = *std::move(text);
    wanted.push_back(file);
  }
  if (wanted.empty()) return;
  const std::int64_t began_ns = now_ns();
  failpoint::reach("loader.parsing");
  parts_.parse(std::move(wanted), [&](const auto& file, Result<wire::DagFile> parsed) {
    ++parsed_count_;
    failpoint::reach("loader.parsed");
    if (parsed && !stopping_ && !is_overtaken(file, before[file])) {
      take(*std::move(parsed), std::move(texts[file]), began_ns);
    }
    if (!parsed) log::error("DAG file not parsed", {{"file", file}, {"error", parsed.error()}});
    return !stopping_;
  });
}

/// What was parsed is not what is there: whoever changed it may have stored the newer one already,
/// as the editor does, so it is parsed once more instead. Of a file that never comes to rest every
/// second look counts.
bool DagLoader::is_overtaken(const std::filesystem::path& file, const Stamp& before) {
  const Stamp now = stamp_of(file);
  const std::scoped_lock lock(mutex_);
  const bool is_second = overtaken_.erase(file) > 0;
  if (is_second || now == before || now == Stamp{}) return false;
  overtaken_.insert(file);
  again_.insert(file);
  return true;
}

/// nullopt when it cannot be read, or can hold no DAG.
std::optional<std::string> DagLoader::text_of(const std::filesystem::path& file) {
  if (is_archive(file)) return "# " + file.filename().string() + " is an archive\n";
  auto text = os::read_file(file, options_.file_bytes_max);
  if (!text) {
    log::warn("DAG file skipped", {{"file", file}, {"error", text.error()}});
    return std::nullopt;
  }
  if (is_yaml(file) ? is_yaml_dag(*text) : may_hold_dag(*text)) return *std::move(text);
  const auto removed = parts_.remove(file.string());
  if (!removed) log::error("DAGs not removed", {{"file", file}, {"error", removed.error()}});
  return std::nullopt;
}

void DagLoader::take(wire::DagFile parsed, std::string text, std::int64_t began_ns) {
  const std::filesystem::path file = parsed.file;
  auto paths = parsed.reads.value_or(std::vector<std::string>{});
  if (paths.size() > kReadsMax) paths.resize(kReadsMax);
  const Stamp at = stamp_of(file);
  const Stamps reads = stamps_of(paths);
  // The file or what it has read may have changed after it was read.
  const auto is_new = [&](const Stamp& one) { return one.changed_ns >= began_ns - kTick_ns; };
  const bool doubtful = is_new(at) || std::ranges::any_of(reads | std::views::values, is_new);
  const bool good = !parsed.error;
  if (!good) log::warn("DAG file is broken", {{"file", file}, {"error", parsed.error->message}});
  note(parsed, reads);
  const auto count = parsed.dags.size();
  if (parsed.source) text = *std::move(parsed.source);
  auto saved = parts_.save(std::move(parsed), std::move(text));
  if (saved && good && !doubtful) saved = remember(file, at, reads);
  if (!saved) {
    log::warn("DAGs not saved", {{"file", file}, {"error", saved.error()}});
    return;
  }
  failpoint::reach("loader.saved");
  if (stamp_of(file) == Stamp{}) return drop(file);  // it went while others were parsed
  log::info("DAG file loaded", {{"file", file}, {"dags", count}});
  const std::scoped_lock lock(mutex_);
  if (to_parse_once_more(file, doubtful)) again_.insert(file);
}

/// What later looks compare with.
void DagLoader::note(const wire::DagFile& parsed, Stamps reads) {
  const std::scoped_lock lock(mutex_);
  reads_[parsed.file] = std::move(reads);
  if (parsed.error) {
    broken_[parsed.file] = {.tried_at = os::SystemClock().steady_now()};
  } else {
    broken_.erase(parsed.file);
  }
}

/// Unless something has changed since it was read: it will be parsed again then, and a server that
/// ends before must not take what is stored for made from what is there now.
Status DagLoader::remember(const std::filesystem::path& file, const Stamp& at,
                           const Stamps& reads) {
  std::vector<std::string> paths;
  for (const auto& [path, stamp] : reads) paths.push_back(path.string());
  store::DagFileRow row{.filename = file.string(),
                        .print = dag_file_print(options_.parser, file, paths),
                        .reads = paths};
  if (stamp_of(file) != at || stamps_of(paths) != reads) return {};
  return parts_.remember(row);
}

/// A doubtful one, unless it was so the last time too: then it writes what it reads.
bool DagLoader::to_parse_once_more(const std::filesystem::path& file, bool doubtful) {
  if (!doubtful) {
    doubtful_.erase(file);
    return false;
  }
  return doubtful_.insert(file).second;
}

void DagLoader::drop(const std::filesystem::path& file) {
  {
    const std::scoped_lock lock(mutex_);
    reads_.erase(file);
    broken_.erase(file);
    doubtful_.erase(file);
  }
  log::info("DAG file is gone", {{"file", file}});
  if (const auto removed = parts_.remove(file.string()); !removed) {
    log::error("DAGs not removed", {{"file", file}, {"error", removed.error()}});
  }
}

bool may_hold_dag(std::string_view text) {
  return contains_without_case(text, "dag") &&
         (contains_without_case(text, "airflow") || contains_without_case(text, "aiflow"));
}

bool is_yaml_dag(std::string_view text) {
  constexpr std::string_view kMark = "aiflow_dag:";
  return text.starts_with(kMark) || text.contains("\n" + std::string(kMark));
}

}  // namespace aiflow::service

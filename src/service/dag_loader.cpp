// SPDX-License-Identifier: Apache-2.0
#include "service/dag_loader.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "failpoint/failpoint.h"
#include "log/log.h"
#include "os/file.h"
#include "os/system_clock.h"

namespace aiflow::service {
namespace {

constexpr int kParsers = 2;
constexpr std::uint32_t kChanges =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ATTRIB | IN_ONLYDIR;

int milliseconds(Duration d) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
}

bool contains_without_case(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  return std::ranges::search(text, word, same).begin() != text.end();
}

}  // namespace

DagLoader::DagLoader(DagLoaderOptions options, DagLoaderParts parts)
    : options_(std::move(options)), parts_(std::move(parts)) {}

Status DagLoader::start() {
  inotify_ = os::Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  wake_ = os::Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!inotify_.valid() || !wake_.valid()) {
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
  // What the database knows and no folder holds any more vanished while we were not running.
  if (const auto known = parts_.known_files()) {
    for (const auto& file : *known) stamps_[file] = Stamp{};
  } else {
    log::error("known DAG files cannot be read", {{"error", known.error()}});
  }
  while (!stop.stop_requested()) {
    scan();
    wait_for_change();
  }
}

void DagLoader::scan() {
  auto found = list_files();
  for (const auto& [file, stamp] : stamps_) {
    if (!found.contains(file) && !stopping_) drop(file);
  }
  for (const auto& [file, stamp] : found) {
    const auto old = stamps_.find(file);
    if (old != stamps_.end() && old->second == stamp) continue;
    const std::scoped_lock lock(mutex_);
    if (!queued_.insert(file).second) continue;
    if (!queue_.push(file)) return;
  }
  stamps_ = std::move(found);
}

DagLoader::Stamps DagLoader::list_files() {
  namespace fs = std::filesystem;
  Stamps out;
  for (const auto& folder : options_.folders) {
    watch(folder);
    std::error_code error;
    fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied,
                                        error);
    for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
      const auto name = it->path().filename().string();
      if (it->is_directory(error)) {
        const bool is_hidden = name.starts_with('.') || name == "__pycache__";
        if (is_hidden) it.disable_recursion_pending();
        if (!is_hidden) watch(it->path());
        continue;
      }
      struct stat info{};
      if (!name.ends_with(".py") || ::stat(it->path().c_str(), &info) != 0) continue;
      if (!S_ISREG(info.st_mode)) continue;
      out[it->path()] = {.changed_ns = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec,
                         .size = static_cast<std::uintmax_t>(info.st_size),
                         .inode = info.st_ino};
    }
  }
  return out;
}

/// Watching a folder twice is one watch.
void DagLoader::watch(const std::filesystem::path& folder) {
  ::inotify_add_watch(inotify_.get(), folder.c_str(), kChanges);
}

/// Until a folder changes and is quiet again, or has changed for long enough, or a rescan is due.
void DagLoader::wait_for_change() {
  std::array<pollfd, 2> fds = {pollfd{.fd = inotify_.get(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = wake_.get(), .events = POLLIN, .revents = 0}};
  const os::SystemClock clock;
  std::optional<SteadyTime> latest;
  Duration wait = options_.rescan;
  while (::poll(fds.data(), fds.size(), milliseconds(wait)) > 0 && fds[1].revents == 0) {
    std::array<char, 4096> drained{};
    while (::read(inotify_.get(), drained.data(), drained.size()) > 0) {
    }
    const SteadyTime now = clock.steady_now();
    if (!latest) latest = now + options_.settle_max;
    if (now >= *latest) return;
    wait = std::min(options_.settle, *latest - now);
  }
}

void DagLoader::parse_queued() {
  while (auto file = queue_.pop()) {
    if (stopping_) return;
    if (!begin(*file)) continue;
    do {
      parse(*file);
      ++parsed_count_;
    } while (!finish(*file));
  }
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

void DagLoader::parse(const std::filesystem::path& file) {
  auto text = os::read_file(file, options_.file_bytes_max);
  if (!text) {
    log::warn("DAG file skipped", {{"file", file}, {"error", text.error()}});
    return;
  }
  if (!may_hold_dag(*text)) {
    const auto removed = parts_.remove(file.string());
    if (!removed) log::error("DAGs not removed", {{"file", file}, {"error", removed.error()}});
    return;
  }
  failpoint::reach("loader.parsing");
  auto parsed = parts_.parse(file);
  failpoint::reach("loader.parsed");
  if (!parsed) {
    log::error("DAG file not parsed", {{"file", file}, {"error", parsed.error()}});
    return;
  }
  if (parsed->error) {
    log::warn("DAG file is broken", {{"file", file}, {"error", parsed->error->message}});
  }
  const auto count = parsed->dags.size();
  const auto saved = parts_.save(*std::move(parsed), *std::move(text));
  if (!saved) {
    log::warn("DAGs not saved", {{"file", file}, {"error", saved.error()}});
    return;
  }
  failpoint::reach("loader.saved");
  log::info("DAG file loaded", {{"file", file}, {"dags", count}});
}

void DagLoader::drop(const std::filesystem::path& file) {
  log::info("DAG file is gone", {{"file", file}});
  if (const auto removed = parts_.remove(file.string()); !removed) {
    log::error("DAGs not removed", {{"file", file}, {"error", removed.error()}});
  }
}

bool may_hold_dag(std::string_view text) {
  return contains_without_case(text, "dag") &&
         (contains_without_case(text, "airflow") || contains_without_case(text, "aiflow"));
}

}  // namespace aiflow::service

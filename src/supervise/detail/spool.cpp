// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "json/value.h"
#include "log/log.h"
#include "supervise/detail/message.h"

namespace aiflow::supervise::detail {
namespace {

Status write_file(const os::Path& path, std::string_view bytes) {
  const os::Path temporary = path.string() + ".tmp";
  {
    const os::Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd.valid()) return fail(os::error_from_errno(errno, "write '" + path.string() + "'"));
    AIFLOW_TRY(os::write_all(fd.get(), bytes));
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    return fail(os::error_from_errno(errno, "write '" + path.string() + "'"));
  }
  return {};
}

Result<wire::Finished> read_report(const os::Path& file) {
  AIFLOW_ASSIGN(const std::string text, os::read_file(file, kFrameBytesMax));
  AIFLOW_ASSIGN(const json::Value value, json::parse(text));
  return wire::parse_finished(value);
}

}  // namespace

Spool::Spool(os::Path directory) : directory_(std::move(directory)) {
  load();
  syncer_ = std::jthread([this] { sync_loop(); });
}

Spool::~Spool() { to_sync_.close(); }

void Spool::add(const wire::Finished& report) {
  reports_.insert_or_assign(report.seq, report);
  auto written = write_file(file_of(report.seq), json::write(to_json(report)));
  if (!written) log::error("a report could not be spooled", {{"reason", written.error()}});
}

void Spool::remove(std::int64_t seq) {
  if (reports_.erase(seq) == 0) return;
  if (auto removed = os::remove_file(file_of(seq)); !removed) {
    log::warn("an acknowledged report stays in the spool", {{"reason", removed.error()}});
  }
}

void Spool::sync_later() {
  for (auto each = reports_.upper_bound(synced_up_to_); each != reports_.end(); ++each) {
    if (!to_sync_.push(file_of(each->first))) return;  // full: the next call goes on from here
    synced_up_to_ = each->first;
  }
}

os::Path Spool::file_of(std::int64_t seq) const {
  return directory_ / (std::to_string(seq) + ".json");
}

void Spool::load() {
  std::error_code error;
  std::vector<os::Path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  for (const auto& file : files) load_file(file);
}

void Spool::load_file(const os::Path& file) {
  auto report = read_report(file);
  if (report && file == file_of(report->seq)) {
    next_seq_ = std::max(next_seq_, report->seq + 1);
    reports_.emplace(report->seq, *std::move(report));
    return;
  }
  const std::string reason = report ? "its number is not its name" : report.error().message;
  log::warn("a spooled report is unreadable and put aside", {{"file", file}, {"reason", reason}});
  std::error_code ignored;
  std::filesystem::rename(file, file.string() + ".bad", ignored);
}

void Spool::sync_loop() {
  while (auto path = to_sync_.pop()) {
    const os::Fd fd(::open(path->c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) continue;  // acknowledged meanwhile
    ::fsync(fd.get());
    // One directory sync covers all files that are waiting by then.
    if (to_sync_.size() == 0) static_cast<void>(os::sync_dir(directory_));
  }
}

}  // namespace aiflow::supervise::detail

// SPDX-License-Identifier: Apache-2.0
#include "supervise/containers/kept_containers.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "json/value.h"
#include "log/log.h"

namespace aiflow::supervise::detail {
namespace {

constexpr std::size_t kNoteBytesMax = 16U << 20;

os::Path lines_of(const os::Path& note) { return note.string() + ".lines"; }

OutputLines read_lines(const os::Path& note) {
  const auto bytes = os::read_file(lines_of(note), sizeof(OutputLines));
  OutputLines lines;
  if (bytes && bytes->size() == sizeof lines) std::memcpy(&lines, bytes->data(), sizeof lines);
  return lines;
}

Result<KeptContainer> read_note(const os::Path& note) {
  AIFLOW_ASSIGN(const std::string text, os::read_file(note, kNoteBytesMax));
  AIFLOW_ASSIGN(const json::Value value, json::parse(text, {.bytes_max = kNoteBytesMax}));
  KeptContainer kept;
  AIFLOW_ASSIGN(const json::Value* job, json::get_object(value, "job"));
  AIFLOW_ASSIGN(kept.job, wire::parse_job(*job));
  AIFLOW_ASSIGN(kept.mark, json::get_string(value, "mark"));
  AIFLOW_ASSIGN(const std::string directory, json::get_string(value, "directory"));
  AIFLOW_ASSIGN(const std::string started_at, json::get_string(value, "started_at"));
  kept.directory = directory;
  const auto time = parse_time(started_at);
  if (!time) return fail(ErrorCode::corrupt, "it has no time");
  kept.started_at = *time;
  kept.lines = read_lines(note);
  return kept;
}

void remove_note(const os::Path& note) {
  static_cast<void>(os::remove_file(note));
  static_cast<void>(os::remove_file(lines_of(note)));
}

}  // namespace

/// A mark begins with the worker's process and the attempt's number there, then "@" and a path.
os::Path KeptContainers::note_of(const std::string& mark) const {
  return folder_ / (mark.substr(0, mark.find('@')) + ".json");
}

std::vector<KeptContainer> KeptContainers::load() const {
  std::vector<KeptContainer> all;
  std::vector<os::Path> notes;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    if (entry.path().extension() == ".json") notes.push_back(entry.path());
  }
  for (const os::Path& note : notes) {
    auto kept = read_note(note);
    if (kept) {
      all.push_back(*std::move(kept));
      continue;
    }
    log::warn("a container that an earlier worker left is given up", {{"reason", kept.error()}});
    remove_note(note);
  }
  return all;
}

Result<os::Fd> KeptContainers::keep(const KeptContainer& one) const {
  AIFLOW_TRY(os::make_dirs(folder_));
  const os::Path note = note_of(one.mark);
  os::Fd lines(::open(lines_of(note).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!lines.valid()) {
    return fail(os::error_from_errno(errno, "write '" + lines_of(note).string() + "'"));
  }
  write_lines(lines, one.lines);
  wire::Job job = one.job;
  job.token.clear();
  AIFLOW_TRY(os::write_atomic(
      note, json::write(json::object({{"job", wire::to_json(job)},
                                      {"mark", one.mark},
                                      {"directory", one.directory.string()},
                                      {"started_at", format_time(one.started_at)}}))));
  return lines;
}

void KeptContainers::drop(const std::string& mark) const { remove_note(note_of(mark)); }

void write_lines(const os::Fd& file, const OutputLines& lines) {
  // A disk that is full costs some lines twice, after the end of a worker.
  static_cast<void>(::pwrite(file.get(), &lines, sizeof lines, 0));
}

}  // namespace aiflow::supervise::detail

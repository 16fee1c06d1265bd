// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "failpoint/failpoint.h"
#include "json/value.h"
#include "log/log.h"
#include "os/frame.h"
#include "os/signals.h"
#include "supervise/detail/message.h"

namespace aiflow::supervise::detail {
namespace {

constexpr std::size_t kJournalBytesMax = 1ULL << 30;
/// Acknowledged reports are dead weight: over this size the file is written anew without them.
constexpr std::uint64_t kRewriteBytes = 4U << 20;
constexpr std::string_view kAcknowledged = "acknowledged";

std::string frame_of(const json::Value& record) { return os::encode_frame(json::write(record)); }

}  // namespace

// A record is a frame (os/frame.h): a Finished, or {"acknowledged": seq}.

Spool::Spool(os::Path file) : path_(std::move(file)) {
  load();
  rewrite();
  syncer_ = std::jthread([this] { sync_loop(); });
}

Spool::~Spool() {
  forget();
  if (unsynced_ && !reports_.empty()) sync_wanted_.push(fd_.get());
  sync_wanted_.close();
}

void Spool::add(const wire::Finished& report) {
  reports_.insert_or_assign(report.seq, report);
  append(frame_of(to_json(report)));
}

void Spool::remove(std::int64_t seq) {
  if (reports_.erase(seq) == 0) return;
  forgotten_.push_back(seq);
  if (file_bytes_ > kRewriteBytes) forget();
}

void Spool::forget() {
  if (forgotten_.empty()) return;
  if (reports_.empty() && fd_.valid() && ::ftruncate(fd_.get(), 0) == 0) {
    file_bytes_ = 0;
    forgotten_.clear();
    return;
  }
  if (file_bytes_ > kRewriteBytes) return rewrite();
  std::string frames;
  for (const std::int64_t seq : std::exchange(forgotten_, {})) {
    frames += frame_of(json::object({{kAcknowledged, seq}}));
  }
  append(frames);
}

bool Spool::settle() {
  forget();
  const bool is_old = !reports_.empty() && reports_.begin()->first < settled_seq_;
  settled_seq_ = next_seq_;
  if (!unsynced_ || reports_.empty()) return false;
  if (!is_old) return true;
  // Refused when one is waiting already: that one comes after this write and covers it.
  sync_wanted_.push(fd_.get());
  unsynced_ = false;
  return false;
}

void Spool::load() {
  auto bytes = os::read_file(path_, kJournalBytesMax);
  if (!bytes && bytes.error().code == ErrorCode::not_found) return;
  const Status loaded = bytes ? load_records(*bytes) : Status(fail(bytes.error()));
  if (loaded) return;
  log::warn("spooled reports are unreadable and put aside",
            {{"file", path_}, {"reason", loaded.error()}});
  std::error_code ignored;
  std::filesystem::rename(path_, path_.string() + ".bad", ignored);
}

Status Spool::load_records(const std::string& bytes) {
  os::FrameReader reader(kFrameBytesMax);
  reader.feed(bytes);
  for (;;) {
    AIFLOW_ASSIGN(const auto frame, reader.next());
    if (!frame) return {};
    AIFLOW_ASSIGN(const json::Value record, json::parse(*frame));
    if (const json::Value* seq = record.find(kAcknowledged); seq != nullptr && seq->is_int()) {
      reports_.erase(seq->as_int());
      continue;
    }
    AIFLOW_ASSIGN(auto report, wire::parse_finished(record));
    next_seq_ = std::max(next_seq_, report.seq + 1);
    reports_.insert_or_assign(report.seq, std::move(report));
  }
}

void Spool::append(std::string_view frames) {
  failpoint::reach("spool.writing");
  const auto written = os::write_all(fd_.get(), frames);
  failpoint::reach("spool.written");
  file_bytes_ += frames.size();
  unsynced_ = true;
  if (written) return;
  log::error("a report could not be spooled", {{"reason", written.error()}});
  rewrite();  // without the torn record; the next one tries again
}

/// The journal with only what is kept. Its fd is opened for appending.
void Spool::rewrite() {
  failpoint::reach("spool.rewriting");
  std::string bytes;
  for (const auto& [seq, report] : reports_) bytes += frame_of(to_json(report));
  forgotten_.clear();
  auto written = os::write_atomic(path_, bytes);
  if (!written) log::error("the spool cannot be written", {{"reason", written.error()}});
  os::Fd fd(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return;
  // The number stays the same: the syncer may hold it.
  if (!fd_.valid()) {
    fd_ = std::move(fd);
  } else {
    ::dup3(fd.get(), fd_.get(), O_CLOEXEC);
  }
  file_bytes_ = bytes.size();
  failpoint::reach("spool.rewritten");
}

void Spool::sync_loop() {
  os::block_signals();
  while (auto fd = sync_wanted_.pop()) {
    failpoint::reach("spool.syncing");
    ::fdatasync(*fd);
    failpoint::reach("spool.synced");
  }
}

}  // namespace aiflow::supervise::detail

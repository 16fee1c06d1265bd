// SPDX-License-Identifier: Apache-2.0
#include "island/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "log/log.h"
#include "os/frame.h"

namespace aiflow::island {
namespace {

constexpr std::size_t kFileBytesMax = 1U << 30;
constexpr std::size_t kRecordBytesMax = 16U << 20;

}  // namespace

Result<std::vector<json::Value>> Journal::open() {
  std::vector<json::Value> records;
  AIFLOW_TRY(os::make_dirs(path_.parent_path()));
  os::remove_temporaries(path_.parent_path());
  const auto bytes = os::read_file(path_, kFileBytesMax);
  if (!bytes && bytes.error().code != ErrorCode::not_found) return fail(bytes.error());
  os::FrameReader reader(kRecordBytesMax);
  if (bytes) reader.feed(*bytes);
  while (true) {
    auto frame = reader.next();
    if (!frame || !*frame) break;
    auto record = json::parse(**frame, {.bytes_max = kRecordBytesMax});
    if (!record) break;
    bytes_ += os::kFrameHeaderBytes + (*frame)->size();
    records.push_back(*std::move(record));
  }
  if (bytes && bytes_ < bytes->size()) {
    log::warn("the end of an island's journal is cut off",
              {{"bytes", static_cast<std::int64_t>(bytes->size() - bytes_)}});
  }
  fd_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd_.valid()) return fail(os::error_from_errno(errno, "open the island's journal"));
  const auto end = static_cast<off_t>(bytes_);
  if (::ftruncate(fd_.get(), end) != 0 || ::lseek(fd_.get(), end, SEEK_SET) != end) {
    return fail(os::error_from_errno(errno, "cut the island's journal"));
  }
  return records;
}

bool Journal::write(const std::string& frames) {
  if (auto done = os::write_all(fd_.get(), frames); !done) {
    log::error("an island's journal cannot be written", {{"error", done.error()}});
    // A half record would hide those after it.
    static_cast<void>(::ftruncate(fd_.get(), static_cast<off_t>(bytes_)));
    static_cast<void>(::lseek(fd_.get(), static_cast<off_t>(bytes_), SEEK_SET));
    return false;
  }
  bytes_ += frames.size();
  return true;
}

void Journal::add(const json::Value& record) {
  is_whole_ = write(os::encode_frame(json::write(record))) && is_whole_;
}

bool Journal::append(const std::vector<json::Value>& records) {
  if (!is_whole_) return false;
  std::string frames;
  for (const json::Value& record : records) frames += os::encode_frame(json::write(record));
  const std::uint64_t before = bytes_;
  if (!write(frames)) return false;
  if (::fdatasync(fd_.get()) == 0) return true;
  is_whole_ = false;  // what the disk has of it is not known
  static_cast<void>(::ftruncate(fd_.get(), static_cast<off_t>(before)));
  static_cast<void>(::lseek(fd_.get(), static_cast<off_t>(before), SEEK_SET));
  bytes_ = before;
  return false;
}

bool Journal::replace(const std::vector<json::Value>& records) {
  std::string all;
  for (const json::Value& record : records) all += os::encode_frame(json::write(record));
  os::Fd fresh;
  if (const auto done = os::write_atomic(path_, all); done) {
    fresh.reset(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
  }
  if (!fresh.valid()) {
    log::error("an island's journal cannot be written anew", {});
    is_whole_ = false;
    return false;
  }
  fd_ = std::move(fresh);
  bytes_ = all.size();
  is_whole_ = true;
  return true;
}

}  // namespace aiflow::island

// SPDX-License-Identifier: Apache-2.0
#include "uplink/depot.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "log/log.h"
#include "os/file.h"
#include "uplink/bundle.h"
#include "uplink/detail/message.h"

namespace aiflow::uplink {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kBundlePieceBytes = 1 << 20;
constexpr std::size_t kLogPieceBytesMax = 1U << 20;
/// Of one try, notes of ours included; what a worker keeps is less.
constexpr std::int64_t kLogBytesMax = 80LL << 20;
/// Attempts whose logs are remembered; of older ones the database is asked.
constexpr std::size_t kLogsMax = 10'000;

/// A Bash command without templates runs without its DAG's file.
bool needs_dag_file(const wire::Job& job) {
  const json::Value* templated = job.payload.find("templated");
  return job.operator_ != "bash" ||
         (templated != nullptr && templated->is_bool() && templated->as_bool());
}

std::int64_t size_of(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

Result<std::int64_t> write_piece(const fs::path& log, std::int64_t offset,
                                 const std::string& bytes) {
  AIFLOW_TRY(os::make_dirs(log.parent_path()));
  constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW;
  const os::Fd fd(::open(log.c_str(), kFlags, 0600));
  if (!fd.valid()) return fail(os::error_from_errno(errno, "open the log"));
  const std::int64_t size = size_of(log);
  // A piece that would leave a hole: the worker goes on where the file ends.
  if (offset > size) return size;
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t wrote = ::pwrite(fd.get(), bytes.data() + done, bytes.size() - done,
                                   offset + static_cast<std::int64_t>(done));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return fail(os::error_from_errno(errno, "write the log"));
    done += static_cast<std::size_t>(wrote);
  }
  return offset + static_cast<std::int64_t>(bytes.size());
}

}  // namespace

void Depot::outgoing(const std::string& worker, json::Value& frame) {
  if (detail::type_of(frame) != "Start") return;
  auto start = wire::parse_start(frame);
  if (!start) return;  // the worker will say so
  auto delivery = deliver(worker, start->job);
  if (delivery) {
    frame.set("delivery", wire::to_json(*delivery));
    return;
  }
  log::warn("a job's files cannot be given to a worker elsewhere",
            {{"task", start->job.key.task_id}, {"error", delivery.error()}});
  frame.set("trouble", delivery.error().message);
}

Result<std::optional<json::Value>> Depot::incoming(const std::string& worker,
                                                   const json::Value& frame) {
  const std::string_view type = detail::type_of(frame);
  if (type == "LogPiece") {
    AIFLOW_ASSIGN(const auto piece, wire::parse_log_piece(frame));
    return std::optional(detail::typed("LogTaken", take_log(worker, piece)));
  }
  if (type == "BundleGet") {
    AIFLOW_ASSIGN(const auto wanted, wire::parse_bundle_get(frame));
    return std::optional(detail::typed("BundlePiece", give_bundle(wanted)));
  }
  return std::optional<json::Value>();
}

Result<wire::Delivery> Depot::deliver(const std::string& worker, const wire::Job& job) {
  const wire::AttemptRef attempt{job.key, job.try_number, job.epoch};
  wire::Delivery delivery{.bundle = {}, .dag_file = {}, .log_offset = size_of(job.log_path)};
  remember({worker, detail::key_of(attempt)}, job.log_path);
  // An island may go on with tasks of other kinds, without asking.
  if (!needs_dag_file(job) && !job.island) return delivery;
  for (const fs::path& folder : options_.dag_folders) {
    delivery.dag_file = path_in(folder, job.dag_file);
    if (delivery.dag_file.empty()) continue;
    AIFLOW_ASSIGN(delivery.bundle, bundle_of(folder));
    return delivery;
  }
  return fail(ErrorCode::not_found,
              "'" + job.dag_file + "' is in none of the server's DAG folders");
}

Result<std::string> Depot::bundle_of(const fs::path& folder) {
  AIFLOW_ASSIGN(std::string print, folder_print(folder));
  Folder& known = folders_[folder];
  std::error_code error;
  if (known.print == print && fs::exists(options_.store / known.bundle, error)) {
    return known.bundle;
  }
  AIFLOW_TRY(os::make_dirs(options_.store));
  AIFLOW_ASSIGN(const std::string bundle, pack_bundle(folder, options_.store));
  // A file that was written to while it was read is in no print: the next look packs again.
  AIFLOW_ASSIGN(const std::string after, folder_print(folder));
  known = {.print = after == print ? std::move(print) : std::string(), .bundle = bundle};
  forget_oldest(bundle);
  return bundle;
}

void Depot::forget_oldest(const std::string& keep) {
  struct Packed {
    fs::file_time_type at;
    fs::path path;
    std::int64_t bytes;
  };
  std::vector<Packed> all;
  std::int64_t sum = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(options_.store, error)) {
    if (!is_bundle_name(entry.path().filename().string())) continue;
    all.push_back({entry.last_write_time(error), entry.path(), size_of(entry.path())});
    sum += all.back().bytes;
  }
  std::ranges::sort(all, {}, &Packed::at);
  for (const Packed& each : all) {
    if (sum <= options_.store_bytes_max || each.path.filename() == keep) continue;
    fs::remove(each.path, error);
    sum -= each.bytes;
  }
}

wire::LogTaken Depot::take_log(const std::string& worker, const wire::LogPiece& piece) {
  wire::LogTaken taken{.attempt = piece.attempt, .offset = piece.offset, .error = {}};
  const auto refuse = [&](const Error& error) {
    log::warn("a log of a worker elsewhere is not taken",
              {{"worker", worker}, {"task", piece.attempt.key.task_id}, {"error", error}});
    taken.error = error.message;
    return taken;
  };
  const auto log = log_of(worker, piece.attempt);
  if (!log && log.error().code == ErrorCode::unavailable) return taken;  // nothing yet
  if (!log) return refuse(log.error());
  const auto bytes = detail::from_base64(piece.data);
  if (!bytes) return refuse(bytes.error());
  if (piece.offset < 0 || bytes->size() > kLogPieceBytesMax || piece.offset > kLogBytesMax) {
    return refuse({ErrorCode::invalid_argument, "the log is too long"});
  }
  const auto end = write_piece(*log, piece.offset, *bytes);
  if (!end) return refuse(end.error());
  taken.offset = *end;
  return taken;
}

Result<fs::path> Depot::log_of(const std::string& worker, const wire::AttemptRef& attempt) {
  const Writer writer(worker, detail::key_of(attempt));
  if (const auto known = logs_.find(writer); known != logs_.end()) return known->second;
  AIFLOW_ASSIGN(auto log, options_.log_of(worker, attempt));
  remember(writer, log);
  return log;
}

void Depot::remember(const Writer& writer, const fs::path& log) {
  if (logs_.size() >= kLogsMax) {
    logs_.clear();
    writers_.clear();
  }
  logs_[writer] = log;
  const auto [known, is_first] = writers_.try_emplace(log, writer);
  if (is_first || known->second == writer) return;
  // It was lost before it had begun, so the next one has its try and its log.
  logs_.erase(std::exchange(known->second, writer));
}

wire::BundlePiece Depot::give_bundle(const wire::BundleGet& wanted) const {
  wire::BundlePiece piece{
      .bundle = wanted.bundle, .offset = wanted.offset, .size = 0, .data = {}, .error = {}};
  const auto refuse = [&](std::string why) {
    piece.error = std::move(why);
    return piece;
  };
  if (!is_bundle_name(wanted.bundle)) return refuse("this is no bundle's name");
  const fs::path path = options_.store / wanted.bundle;
  const os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return refuse("the server has these DAG files no more");
  piece.size = size_of(path);
  if (wanted.offset < 0 || wanted.offset > piece.size) return refuse("the offset is out of range");
  std::string bytes(
      static_cast<std::size_t>(std::min(kBundlePieceBytes, piece.size - wanted.offset)), '\0');
  const ssize_t got = ::pread(file.get(), bytes.data(), bytes.size(), wanted.offset);
  if (got < 0) return refuse(os::error_from_errno(errno, "read a bundle").message);
  bytes.resize(static_cast<std::size_t>(got));
  piece.data = detail::to_base64(bytes);
  return piece;
}

}  // namespace aiflow::uplink

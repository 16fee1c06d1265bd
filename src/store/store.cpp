// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <utility>

#include "db/migrate.h"
#include "os/environment.h"
#include "os/system_clock.h"
#include "store/detail/migrations.h"
#include "store/detail/rows.h"

namespace aiflow::store {
namespace {

/// Idle reader connections that are kept; more are closed after use.
constexpr std::size_t kIdleReadersMax = 8;
/// A transaction is run at most so often; the pauses in between are about 1.2 s in all.
constexpr int kTriesMax = 7;
constexpr Duration kFirstPause = std::chrono::milliseconds(10);

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const db::Address& address, WallTime now) {
  // Of its own: a migration may take longer than any other statement is given.
  AIFLOW_ASSIGN(auto migrator, db::Connection::open({.address = address, .answer_timeout_s = 0}));
  AIFLOW_TRY(db::migrate(*migrator, detail::migrations(migrator->dialect()), now));
  migrator.reset();
  std::unique_ptr<Store> store(new Store(address));
  AIFLOW_ASSIGN(store->writer_, db::Connection::open({.address = address, .check = false}));
  return store;
}

Store::Store(db::Address address)
    : address_(std::move(address)),
      jitter_(static_cast<std::uint64_t>(os::process_id()) ^
              static_cast<std::uint64_t>(os::SystemClock().now().time_since_epoch().count())) {}

Status Store::reopen_if_broken() {
  if (writer_ != nullptr && !writer_->broken()) return {};
  // After an I/O error the pages in memory may differ from the disk: read them anew, checked.
  writer_.reset();
  auto opened = db::Connection::open({.address = address_});
  if (!opened) {
    may_connect_again_ = address_.is_server() && opened.error().code == ErrorCode::unavailable;
    return fail(std::move(opened).error());
  }
  writer_ = *std::move(opened);
  return {};
}

bool Store::pause_before_next(int tries) {
  const bool is_worth_it = writer_ == nullptr ? may_connect_again_ : writer_->may_run_again();
  if (!is_worth_it || tries >= kTriesMax) return false;
  // Twice as long each time, with jitter so that two that met do not meet again.
  const auto longest = static_cast<std::uint64_t>(kFirstPause.count())
                       << static_cast<unsigned>(tries);
  const Duration pause(static_cast<std::int64_t>(longest / 2 + jitter_.below(longest / 2)));
  os::sleep_for(pause);
  return true;
}

void Store::fence(std::int64_t epoch) {
  const std::scoped_lock lock(writer_mutex_);
  fence_ = epoch;
}

Status Store::check_fence() {
  if (fence_ < 0) return {};
  if (fence_ == 0) {
    return fail(ErrorCode::unavailable, "this server is on standby; the leader takes changes");
  }
  // The shared lock keeps another server from taking the lead before this transaction has ended.
  AIFLOW_ASSIGN(const auto epoch,
                writer_->first("SELECT epoch FROM leader WHERE id = 1 LOCK IN SHARE MODE", {},
                               [](db::Row& row) { return row.integer(); }));
  if (epoch == fence_) return {};
  return fail(ErrorCode::unavailable, "another server has taken the lead (epoch " +
                                          std::to_string(epoch.value_or(0)) + ", this one had " +
                                          std::to_string(fence_) + "); nothing was changed");
}

Result<Store::Reader> Store::take_reader() {
  {
    const std::scoped_lock lock(readers_mutex_);
    if (!readers_.empty()) {
      Reader reader(*this, std::move(readers_.back()));
      readers_.pop_back();
      return reader;
    }
  }
  AIFLOW_ASSIGN(auto opened,
                db::Connection::open({.address = address_, .read_only = true, .check = false}));
  return Reader(*this, std::move(opened));
}

void Store::drop_idle_readers() {
  const std::scoped_lock lock(readers_mutex_);
  readers_.clear();
}

Store::Reader::~Reader() {
  if (connection == nullptr || connection->broken()) return;
  const std::scoped_lock lock(store->readers_mutex_);
  if (store->readers_.size() < kIdleReadersMax) store->readers_.push_back(std::move(connection));
}

namespace detail {

std::string write_strings(const std::vector<std::string>& texts) {
  json::Array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return json::write(json::Value(std::move(array)));
}

std::string state_is_one_of(const std::vector<RunState>& states) {
  std::string condition = "state IN (";
  for (const RunState state : states) condition.append("'").append(to_string(state)).append("',");
  condition.back() = ')';
  return condition;
}

std::vector<std::string> read_strings(db::Row& row) {
  std::vector<std::string> texts;
  const json::Value value = read_json(row);
  if (!value.is_array()) return texts;
  for (const json::Value& item : value.as_array()) {
    if (item.is_string()) texts.push_back(item.as_string());
  }
  return texts;
}

}  // namespace detail
}  // namespace aiflow::store

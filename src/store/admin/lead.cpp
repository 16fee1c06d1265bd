// SPDX-License-Identifier: Apache-2.0
#include "store/admin/lead.h"

#include <utility>

namespace aiflow::store {
namespace {

/// The server's clock, which all that share the database see alike.
constexpr std::string_view kNow = "CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED)";
/// The lease is renewed so many times before it would run out.
constexpr int kRenewals = 5;

std::string with_now(std::string_view before, std::string_view after = {}) {
  return std::string(before) + std::string(kNow) + std::string(after);
}

}  // namespace

Lead::Lead(db::Address address, LeadOptions options)
    : address_(std::move(address)), options_(std::move(options)) {}

Lead::~Lead() { release(); }

Result<db::Connection*> Lead::connection() {
  if (connection_ != nullptr && !connection_->broken()) return connection_.get();
  connection_.reset();
  AIFLOW_ASSIGN(connection_, db::Connection::open({.address = address_, .check = false}));
  return connection_.get();
}

Result<std::optional<std::int64_t>> Lead::take() {
  static const std::string sql =
      with_now("UPDATE leader SET epoch = epoch + 1, holder = ?, url = '', expires_at = ? + ",
               " WHERE id = 1 AND (holder = ? OR expires_at < ") +
      with_now("", ")");
  AIFLOW_ASSIGN(db::Connection* const db, connection());
  AIFLOW_TRY(db->run(sql, {options_.holder, options_.lease.count(), options_.holder}));
  if (db->changes() == 0) return std::nullopt;
  // Ours until the lease ends, so what is read here is what was written.
  AIFLOW_ASSIGN(const Leader now, leader());
  if (now.holder != options_.holder) return std::nullopt;
  epoch_ = now.epoch;
  return std::optional(epoch_);
}

Result<Leader> Lead::leader() {
  static const std::string sql =
      with_now("SELECT epoch, holder, url, expires_at > ", " FROM leader WHERE id = 1");
  AIFLOW_ASSIGN(db::Connection* const db, connection());
  AIFLOW_ASSIGN(auto found, db->first(sql, {}, [](db::Row& row) {
    return Leader{
        .epoch = row.integer(), .holder = row.text(), .url = row.text(), .is_live = row.boolean()};
  }));
  return std::move(found).value_or(Leader{});
}

Result<bool> Lead::renew(Duration lease) {
  static const std::string sql =
      with_now("UPDATE leader SET url = ?, expires_at = ? + ", " WHERE id = 1 AND epoch = ?");
  AIFLOW_ASSIGN(db::Connection* const db, connection());
  AIFLOW_TRY(db->run(sql, {url_, lease.count(), epoch_}));
  return db->changes() > 0;
}

void Lead::keep(std::string url, std::function<void()> lost) {
  url_ = std::move(url);
  thread_ = std::jthread([this, lost = std::move(lost)] { run(lost); });
}

void Lead::run(const std::function<void()>& lost) {
  for (;;) {
    const auto ours = renew(options_.lease);
    if (ours.has_value() && !*ours) {
      epoch_ = 0;
      lost();
      return;
    }
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, options_.lease / kRenewals, [&] { return stopping_; })) return;
  }
}

void Lead::release() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  if (epoch_ == 0) return;
  static_cast<void>(renew(Duration{-1}));  // one that fails runs out by itself
  epoch_ = 0;
}

}  // namespace aiflow::store

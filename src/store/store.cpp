// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <utility>

#include "db/migrate.h"
#include "store/detail/migrations.h"
#include "store/detail/rows.h"

namespace aiflow::store {
namespace {

/// Idle reader connections that are kept; more are closed after use.
constexpr std::size_t kIdleReadersMax = 8;

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& path, WallTime now) {
  AIFLOW_ASSIGN(auto writer, db::Connection::open({.path = path}));
  AIFLOW_TRY(db::migrate(*writer, detail::sqlite_migrations(), now));
  return std::unique_ptr<Store>(new Store(path, std::move(writer)));
}

Status Store::reopen_if_broken() {
  if (writer_ != nullptr && !writer_->broken()) return {};
  // After an I/O error the pages in memory may differ from the disk: read them anew, checked.
  writer_.reset();
  AIFLOW_ASSIGN(writer_, db::Connection::open({.path = path_}));
  return {};
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
                db::Connection::open({.path = path_, .read_only = true, .check = false}));
  return Reader(*this, std::move(opened));
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

// SPDX-License-Identifier: Apache-2.0
// Backups. A backup is a SQLite file, whatever the database is: one file to keep and to look into,
// and the way from one kind of database to the other. Blobs, packs and logs are files of the data
// directory and are backed up as files; their digests are in the database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "db/address.h"

namespace aiflow::store {

struct TableCount {
  std::string table;
  std::int64_t rows = 0;
};

/// Writes the state of one moment to `file`, which must not exist, while servers go on. The file is
/// complete and on the disk when this returns, or not there at all.
/// Errors: conflict (the file exists, or the schema is not this program's), unavailable, corrupt.
[[nodiscard]] Result<std::vector<TableCount>> back_up(const db::Address& address,
                                                      const std::filesystem::path& file,
                                                      WallTime now);

/// What a backup holds. Errors: corrupt, conflict (schema of a newer program), not_found.
[[nodiscard]] Result<std::vector<TableCount>> look_into_backup(const std::filesystem::path& file);

/// Replaces all that is in the database by the backup, all or nothing, and raises the epoch of
/// every task: a worker that still runs an attempt of the time after the backup can't report it. No
/// server may run on the database. A SQLite file is kept as FILE.before-restore. Errors: as
/// look_into_backup; conflict when a server leads the database.
Status restore(const db::Address& address, const std::filesystem::path& file, WallTime now);

}  // namespace aiflow::store

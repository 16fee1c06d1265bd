// SPDX-License-Identifier: Apache-2.0
// Brings a pack here file by file, from wherever its bytes can be read: first pack.json, which says
// what every byte has to be, then its files. They are gathered in a folder beside the packs, which
// a stopped fetch leaves for the next one of the same pack, and are moved into place when all fit.
// Not for two threads or processes at once on one pool: the folder of the last one is all that is
// kept.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "runtime/pack.h"
#include "runtime/pool.h"

namespace aiflow::runtime {

/// Bytes of a file of the pack from an offset on, as many as are convenient; none at its end.
using ReadPackFile =
    std::function<Result<std::string>(const std::string& path, std::int64_t offset)>;

/// Reads pack.json. Errors: those of `read`; corrupt.
[[nodiscard]] Result<PackManifest> fetch_manifest(const ReadPackFile& read);

/// Fetches the pack unless the pool has it. Errors: those of `read`, after which another call goes
/// on where this one stopped; corrupt, for other bytes than pack.json says; invalid_argument over
/// the limits; those of writing. Nothing is left behind then.
[[nodiscard]] Result<InstalledPack> fetch_pack(const Pool& pool, const PackManifest& manifest,
                                               const ReadPackFile& read,
                                               const UnpackLimits& limits = {});

}  // namespace aiflow::runtime

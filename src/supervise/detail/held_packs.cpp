// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/held_packs.h"

#include "log/log.h"
#include "runtime/pool.h"

namespace aiflow::supervise::detail {
namespace {

constexpr std::size_t kPacksMax = 100;

}  // namespace

std::string wanted_pack(const wire::Job& job) {
  const json::Value* pack = job.executor_config ? job.executor_config->find("pack") : nullptr;
  return pack != nullptr && pack->is_string() ? pack->as_string() : std::string();
}

Result<std::filesystem::path> find_pack(const std::filesystem::path& home,
                                        const std::string& wanted) {
  AIFLOW_ASSIGN(const auto packs, runtime::Pool(home / "packs").list());
  std::vector<std::filesystem::path> found;
  for (const auto& pack : packs) {
    if (pack.digest.value == wanted || pack.manifest.name == wanted) found.push_back(pack.folder);
  }
  if (found.size() == 1) return found.front();
  return fail(ErrorCode::not_found,
              (found.empty() ? "no pack '" : "more than one pack '") + wanted +
                  "' is installed on the worker's machine (aiflow runtime list)");
}

HeldPacks::HeldPacks(std::filesystem::path folder)
    : folder_(std::move(folder)), seen_(std::filesystem::file_time_type::min()) {
  static_cast<void>(look());
}

/// A pack comes and goes by a rename, which changes the folder's time.
bool HeldPacks::look() {
  std::error_code error;
  const auto now = std::filesystem::last_write_time(folder_, error);
  if (error || now == seen_) return false;
  seen_ = now;
  const auto found = runtime::Pool(folder_).list();
  if (!found) {
    log::warn("the packs of this worker cannot be listed", {{"reason", found.error()}});
    return false;
  }
  std::vector<wire::HeldPack> packs;
  for (const auto& pack : *found) {
    if (packs.size() == kPacksMax) break;
    packs.push_back({.name = pack.manifest.name,
                     .version = pack.manifest.version,
                     .digest = pack.digest.value,
                     .size = runtime::total_bytes(pack.manifest)});
  }
  const bool is_new = packs != packs_;
  packs_ = std::move(packs);
  return is_new;
}

}  // namespace aiflow::supervise::detail

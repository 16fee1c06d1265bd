// SPDX-License-Identifier: Apache-2.0
#include "runtime/delivery.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "os/fd.h"

namespace aiflow::runtime {
namespace {

namespace fs = std::filesystem;

Error failure(const fs::path& target) {
  return os::error_from_errno(errno, "'" + target.string() + "'");
}

Status make_symlink(const fs::path& pack_folder, const fs::path& target) {
  if (::symlink(pack_folder.c_str(), target.c_str()) == 0) return {};
  return fail(failure(target));
}

Status make_bind_mount(const fs::path& pack_folder, const fs::path& target) {
  if (::mkdir(target.c_str(), 0755) != 0) return fail(failure(target));
  if (::mount(pack_folder.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    const Error why = failure(target);
    ::rmdir(target.c_str());
    return fail(why);
  }
  // A bind mount takes its flags only in a second call.
  constexpr unsigned long kFlags = MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV;
  if (::mount(nullptr, target.c_str(), nullptr, kFlags, nullptr) == 0) return {};
  const Error why = failure(target);
  ::umount2(target.c_str(), MNT_DETACH);
  ::rmdir(target.c_str());
  return fail(why);
}

}  // namespace

Result<Delivery> Delivery::make(const fs::path& pack_folder, const fs::path& target,
                                DeliveryKind kind) {
  std::error_code ignored;
  if (!fs::is_directory(pack_folder, ignored)) {
    return fail(ErrorCode::not_found, "'" + pack_folder.string() + "' is no folder");
  }
  const fs::path absolute = fs::absolute(pack_folder, ignored);
  AIFLOW_TRY(kind == DeliveryKind::symlink ? make_symlink(absolute, target)
                                           : make_bind_mount(absolute, target));
  return Delivery(target, kind);
}

Delivery::Delivery(Delivery&& other) noexcept
    : target_(std::exchange(other.target_, {})), kind_(other.kind_) {}

Delivery& Delivery::operator=(Delivery&& other) noexcept {
  if (this == &other) return *this;
  static_cast<void>(withdraw());
  target_ = std::exchange(other.target_, {});
  kind_ = other.kind_;
  return *this;
}

Delivery::~Delivery() { static_cast<void>(withdraw()); }

Status Delivery::withdraw() {
  if (target_.empty()) return {};
  const fs::path target = std::exchange(target_, {});
  if (kind_ == DeliveryKind::symlink) {
    if (::unlink(target.c_str()) == 0) return {};
    return fail(failure(target));
  }
  if (::umount2(target.c_str(), MNT_DETACH) != 0) return fail(failure(target));
  if (::rmdir(target.c_str()) != 0) return fail(failure(target));
  return {};
}

}  // namespace aiflow::runtime

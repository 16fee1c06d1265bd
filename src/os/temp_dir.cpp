// SPDX-License-Identifier: Apache-2.0
#include "os/temp_dir.h"

#include <cerrno>
#include <cstdlib>
#include <string>

#include "os/environment.h"

namespace aiflow::os {

Result<TempDir> TempDir::create(std::string_view name_start, const Path& parent) {
  const Path where = parent.empty() ? Path(get_env("TMPDIR").value_or("/tmp")) : parent;
  std::string name = (where / (std::string(name_start) + "-XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) {
    return fail(error_from_errno(errno, "make a temporary directory in '" + where.string() + "'"));
  }
  return TempDir(Path(name));
}

TempDir& TempDir::operator=(TempDir&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TempDir::~TempDir() {
  if (path_.empty()) return;
  // A destructor has nobody to tell; what stays behind is under a temporary name.
  static_cast<void>(remove_tree(path_));
}

}  // namespace aiflow::os

// SPDX-License-Identifier: Apache-2.0
// Being told of changes of files.
#pragma once

#include "base/result.h"
#include "os/fd.h"

namespace aiflow::os {

/// A non-blocking inotify descriptor. Errors: unavailable, with the setting to raise when this user
/// has as many as the system allows (or the process no descriptor left).
[[nodiscard]] Result<Fd> make_inotify();

}  // namespace aiflow::os

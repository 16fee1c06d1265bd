// SPDX-License-Identifier: Apache-2.0
// AIFLOW_ASSERT stops the program on a bug. It is always on: a wrong state must not reach the disk.
#pragma once

namespace aiflow {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}

#define AIFLOW_ASSERT(cond) \
  ((cond) ? static_cast<void>(0) : ::aiflow::assertion_failed(#cond, __FILE__, __LINE__))

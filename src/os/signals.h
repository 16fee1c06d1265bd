// SPDX-License-Identifier: Apache-2.0
// Signals as readable events instead of handlers.
#pragma once

#include <initializer_list>
#include <optional>

#include "base/result.h"
#include "os/fd.h"

namespace aiflow::os {

/// Blocks the signals in the calling thread (call before other threads start, they inherit it) and
/// gives a non-blocking descriptor that becomes readable when one arrives.
[[nodiscard]] Result<Fd> signal_fd(std::initializer_list<int> signals);

/// Blocks every signal in the calling thread. A thread that waits for other things would be woken
/// by each child that ends while the thread with the children blocks its signals to start another.
void block_signals();

/// The next signal that arrived, nullopt when none waits.
[[nodiscard]] std::optional<int> read_signal(int fd);

/// Writes to closed pipes and sockets then fail with EPIPE instead of ending the process.
void ignore_sigpipe();

}  // namespace aiflow::os

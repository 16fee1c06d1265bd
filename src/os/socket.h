// SPDX-License-Identifier: Apache-2.0
// Unix stream sockets: listen, connect, whole frames with a deadline, descriptors as luggage.
// Blocking calls work on blocking and non-blocking descriptors alike. SIGPIPE is never raised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "os/fd.h"
#include "os/file.h"

namespace aiflow::os {

/// Listens at `path` with mode 0600. A socket file that nobody answers on is replaced.
/// Paths longer than the kernel's 107 bytes work. Errors: conflict when somebody listens there.
[[nodiscard]] Result<Fd> listen_unix(const Path& path);

/// Errors: not_found (no socket there), unavailable (nobody listens), timeout.
[[nodiscard]] Result<Fd> connect_unix(const Path& path, Deadline deadline);

/// The next connection. Errors: timeout, internal.
[[nodiscard]] Result<Fd> accept_unix(int listener, Deadline deadline);

/// Two connected stream sockets; both close on exec.
[[nodiscard]] Result<std::pair<Fd, Fd>> socket_pair();

struct PeerCredentials {
  int pid = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};
/// Who connected, as the kernel saw it then.
[[nodiscard]] Result<PeerCredentials> peer_credentials(int fd);

/// Sends all bytes. Errors: timeout, unavailable (the peer is gone).
[[nodiscard]] Status send_all(int fd, std::string_view bytes, Deadline deadline);
/// Reads exactly `count` bytes. Errors: timeout, unavailable (the peer is gone).
[[nodiscard]] Result<std::string> recv_exact(int fd, std::size_t count, Deadline deadline);

/// One frame (frame.h). Errors: timeout, unavailable.
[[nodiscard]] Status send_frame(int fd, std::string_view payload, Deadline deadline);
/// One frame's payload. Errors: timeout, unavailable, corrupt when longer than `payload_bytes_max`
/// (nothing is allocated for it).
[[nodiscard]] Result<std::string> recv_frame(int fd, std::size_t payload_bytes_max,
                                             Deadline deadline);

/// One frame whose first byte carries descriptors (SCM_RIGHTS), at most 16; they stay open here.
[[nodiscard]] Status send_frame_with_fds(int fd, std::string_view payload,
                                         const std::vector<int>& fds, Deadline deadline);

struct FrameWithFds {
  std::string payload;
  std::vector<Fd> fds;  ///< close on exec
};
/// The other side of send_frame_with_fds; reads exactly one frame.
[[nodiscard]] Result<FrameWithFds> recv_frame_with_fds(int fd, std::size_t payload_bytes_max,
                                                       Deadline deadline);

}  // namespace aiflow::os

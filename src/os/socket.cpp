// SPDX-License-Identifier: Apache-2.0
#include "os/socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/assert.h"
#include "os/frame.h"
#include "os/system_clock.h"

namespace aiflow::os {
namespace {

constexpr std::size_t kFdsMax = 16;

Error socket_error(const Path& path, std::string_view verb) {
  return error_from_errno(errno, std::string(verb) + " '" + path.string() + "'");
}

/// An address the kernel takes even when the path is longer than its 107 bytes: the directory is
/// opened and named through /proc. `directory` must stay open while the address is used.
struct Address {
  sockaddr_un address{};
  Fd directory;
};

Result<Address> address_of(const Path& path) {
  Address made;
  made.address.sun_family = AF_UNIX;
  std::string text = path.string();
  if (text.size() >= sizeof(made.address.sun_path)) {
    const Path parent = path.parent_path();
    made.directory.reset(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!made.directory.valid()) return fail(socket_error(path, "open the directory of"));
    text = "/proc/self/fd/" + std::to_string(made.directory.get()) + "/" + path.filename().string();
  }
  if (text.size() >= sizeof(made.address.sun_path)) {
    return fail(ErrorCode::invalid_argument, "socket name '" + text + "' is too long");
  }
  std::memcpy(made.address.sun_path, text.c_str(), text.size() + 1);
  return made;
}

const sockaddr* raw(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

Result<Fd> new_socket() {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return fail(error_from_errno(errno, "socket"));
  return fd;
}

/// Waits until `fd` is ready for `events`. Errors: timeout.
Status wait_ready(int fd, short events, Deadline deadline) {
  const SystemClock clock;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline.left(clock.steady_now()));
    pollfd wait{.fd = fd, .events = events, .revents = 0};
    const int ready =
        ::poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1'000'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return fail(error_from_errno(errno, "poll"));
    if (deadline.passed(clock.steady_now())) {
      return fail(ErrorCode::timeout, "no answer in time from the other side of the socket");
    }
  }
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

std::unexpected<Error> peer_gone() {
  return fail(ErrorCode::unavailable, "the other side closed the socket");
}

/// One recvmsg of at most `room` bytes; descriptors that arrive are added to `fds`.
Result<std::size_t> recv_some(int fd, char* to, std::size_t room, std::vector<Fd>& fds) {
  iovec part{.iov_base = to, .iov_len = room};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kFdsMax)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (got < 0) {
    if (would_block() || errno == EINTR) return std::size_t{0};
    return fail(error_from_errno(errno, "receive"));
  }
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr;
       head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int received = -1;
      std::memcpy(&received, CMSG_DATA(head) + i * sizeof(int), sizeof(int));
      fds.emplace_back(received);
    }
  }
  if (got == 0) return peer_gone();
  return static_cast<std::size_t>(got);
}

Result<std::string> recv_exact_with_fds(int fd, std::size_t count, Deadline deadline,
                                        std::vector<Fd>& fds) {
  std::string bytes;
  while (bytes.size() < count) {
    AIFLOW_TRY(wait_ready(fd, POLLIN, deadline));
    // Grows with what really comes, so a lying length costs nothing.
    const std::size_t used = bytes.size();
    const std::size_t room = std::min<std::size_t>(count - used, 1U << 20);
    bytes.resize(used + room);
    auto got = recv_some(fd, bytes.data() + used, room, fds);
    if (!got) return fail(std::move(got.error()));
    bytes.resize(used + *got);
  }
  return bytes;
}

Result<std::size_t> frame_length(std::string_view header, std::size_t payload_bytes_max) {
  std::size_t size = 0;
  for (const char c : header) size = size << 8 | static_cast<unsigned char>(c);
  if (size > payload_bytes_max) {
    return fail(ErrorCode::corrupt, "frame of " + std::to_string(size) +
                                        " bytes is over the limit of " +
                                        std::to_string(payload_bytes_max));
  }
  return size;
}

}  // namespace

Result<Fd> listen_unix(const Path& path) {
  AIFLOW_ASSIGN(const Address address, address_of(path));
  AIFLOW_ASSIGN(Fd fd, new_socket());
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(probe.get(), raw(address.address), sizeof(address.address)) == 0 ||
      errno == EAGAIN) {
    return fail(ErrorCode::conflict, "somebody listens at '" + path.string() + "' already");
  }
  ::unlink(address.address.sun_path);
  // The mode is taken from the descriptor at bind, so nobody gets in between bind and chmod.
  ::fchmod(fd.get(), 0600);
  if (::bind(fd.get(), raw(address.address), sizeof(address.address)) != 0 ||
      ::chmod(address.address.sun_path, 0600) != 0 || ::listen(fd.get(), 128) != 0) {
    return fail(socket_error(path, "listen at"));
  }
  return fd;
}

Result<Fd> connect_unix(const Path& path, Deadline deadline) {
  AIFLOW_ASSIGN(const Address address, address_of(path));
  AIFLOW_ASSIGN(Fd fd, new_socket());
  AIFLOW_TRY(set_nonblocking(fd.get()));
  const SystemClock clock;
  // EAGAIN: the listener's queue is full; a Unix socket has no other way to wait for it.
  while (::connect(fd.get(), raw(address.address), sizeof(address.address)) != 0) {
    if (errno != EAGAIN && errno != EINTR) return fail(socket_error(path, "connect to"));
    if (deadline.passed(clock.steady_now())) {
      return fail(ErrorCode::timeout, "connect to '" + path.string() + "': no answer in time");
    }
    sleep_for(std::chrono::milliseconds(5));
  }
  const int flags = ::fcntl(fd.get(), F_GETFL);
  ::fcntl(fd.get(), F_SETFL, flags & ~O_NONBLOCK);
  return fd;
}

Result<Fd> accept_unix(int listener, Deadline deadline) {
  for (;;) {
    AIFLOW_TRY(wait_ready(listener, POLLIN, deadline));
    Fd fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (fd.valid()) return fd;
    if (!would_block() && errno != EINTR && errno != ECONNABORTED) {
      return fail(error_from_errno(errno, "accept"));
    }
  }
}

Result<std::pair<Fd, Fd>> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(error_from_errno(errno, "socketpair"));
  }
  return std::pair{Fd(ends[0]), Fd(ends[1])};
}

Result<PeerCredentials> peer_credentials(int fd) {
  struct {
    pid_t pid;
    uid_t uid;
    gid_t gid;
  } peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return fail(error_from_errno(errno, "peer credentials"));
  }
  return PeerCredentials{.pid = peer.pid, .uid = peer.uid, .gid = peer.gid};
}

Status send_all(int fd, std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (would_block()) {
      AIFLOW_TRY(wait_ready(fd, POLLOUT, deadline));
    } else if (errno != EINTR) {
      return fail(error_from_errno(errno, "send"));
    }
  }
  return {};
}

Result<std::string> recv_exact(int fd, std::size_t count, Deadline deadline) {
  std::vector<Fd> unexpected;  // closed at once: this call's peer has no business sending any
  return recv_exact_with_fds(fd, count, deadline, unexpected);
}

Status send_frame(int fd, std::string_view payload, Deadline deadline) {
  return send_all(fd, encode_frame(payload), deadline);
}

Result<std::string> recv_frame(int fd, std::size_t payload_bytes_max, Deadline deadline) {
  AIFLOW_ASSIGN(auto frame, recv_frame_with_fds(fd, payload_bytes_max, deadline));
  return std::move(frame.payload);
}

Status send_frame_with_fds(int fd, std::string_view payload, const std::vector<int>& fds,
                           Deadline deadline) {
  AIFLOW_ASSERT(!fds.empty() && fds.size() <= kFdsMax);
  std::string frame = encode_frame(payload);
  iovec part{.iov_base = frame.data(), .iov_len = frame.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kFdsMax)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
  std::memcpy(CMSG_DATA(head), fds.data(), sizeof(int) * fds.size());
  for (;;) {
    const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      return send_all(fd, std::string_view(frame).substr(static_cast<std::size_t>(sent)), deadline);
    }
    if (would_block()) {
      AIFLOW_TRY(wait_ready(fd, POLLOUT, deadline));
    } else if (errno != EINTR) {
      return fail(error_from_errno(errno, "send"));
    }
  }
}

Result<FrameWithFds> recv_frame_with_fds(int fd, std::size_t payload_bytes_max, Deadline deadline) {
  FrameWithFds frame;
  AIFLOW_ASSIGN(const std::string header,
                recv_exact_with_fds(fd, kFrameHeaderBytes, deadline, frame.fds));
  AIFLOW_ASSIGN(const std::size_t size, frame_length(header, payload_bytes_max));
  AIFLOW_ASSIGN(frame.payload, recv_exact_with_fds(fd, size, deadline, frame.fds));
  return frame;
}

}  // namespace aiflow::os

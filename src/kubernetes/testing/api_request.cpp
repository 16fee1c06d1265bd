// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <algorithm>
#include <cctype>

#include "kubernetes/testing/fake_api.h"

namespace aiflow::kubernetes::testing {
namespace {

/// False: the peer is gone.
bool receive(int fd, std::string& buffer) {
  char bytes[16384];
  const ssize_t n = ::recv(fd, bytes, sizeof bytes, 0);
  if (n > 0) buffer.append(bytes, static_cast<std::size_t>(n));
  return n > 0;
}

void read_headers(ApiRequest& request, const std::string& head) {
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const std::size_t stop = head.find("\r\n", at);
    const std::string line = head.substr(at, stop - at);
    at = stop + 2;
    const std::size_t colon = line.find(": ");
    if (colon == line.npos) continue;
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers[name] = line.substr(colon + 2);
  }
}

}  // namespace

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::optional<ApiRequest> read_request(int fd, std::string& buffer) {
  std::size_t end = buffer.find("\r\n\r\n");
  for (; end == buffer.npos; end = buffer.find("\r\n\r\n")) {
    if (!receive(fd, buffer)) return std::nullopt;
  }
  const std::string head = buffer.substr(0, end + 2);
  const std::size_t space = head.find(' ');
  const std::string target = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
  ApiRequest request;
  request.method = head.substr(0, space);
  request.path = target.substr(0, target.find('?'));
  if (target.contains('?')) request.query = target.substr(target.find('?') + 1);
  read_headers(request, head);
  const auto length = request.headers.find("content-length");
  const std::size_t body = length == request.headers.end() ? 0 : std::stoul(length->second);
  if (request.headers.contains("expect")) send_all(fd, "HTTP/1.1 100 Continue\r\n\r\n");
  while (buffer.size() < end + 4 + body) {
    if (!receive(fd, buffer)) return std::nullopt;
  }
  request.body = buffer.substr(end + 4, body);
  buffer.erase(0, end + 4 + body);
  return request;
}

}  // namespace aiflow::kubernetes::testing

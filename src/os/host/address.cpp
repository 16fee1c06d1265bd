// SPDX-License-Identifier: Apache-2.0
#include "os/host/address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace aiflow::os {
namespace {

constexpr std::size_t kAddressesMax = 64;

/// "" of what no other machine can use.
std::string text_of(const ifaddrs& one) {
  const bool is_meant = one.ifa_addr != nullptr && (one.ifa_flags & IFF_UP) != 0 &&
                        (one.ifa_flags & IFF_LOOPBACK) == 0;
  if (!is_meant) return "";
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (one.ifa_addr->sa_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, one.ifa_addr, sizeof address);
    ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  } else if (one.ifa_addr->sa_family == AF_INET6) {
    sockaddr_in6 address{};
    std::memcpy(&address, one.ifa_addr, sizeof address);
    const bool is_of_link = address.sin6_addr.s6_addr[0] == 0xfe &&  // fe80::/10
                            (address.sin6_addr.s6_addr[1] & 0xc0) == 0x80;
    if (!is_of_link) ::inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace

std::vector<std::string> addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
  std::vector<std::string> all;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (all.size() == kAddressesMax) break;
    std::string text = text_of(*one);
    if (!text.empty()) all.push_back(std::move(text));
  }
  return all;
}

std::string first_address() {
  const auto all = addresses();
  const auto first = std::ranges::find_if(
      all, [](const std::string& one) { return one.find(':') == std::string::npos; });
  return first == all.end() ? "127.0.0.1" : *first;
}

}  // namespace aiflow::os

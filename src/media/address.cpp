// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "media/detail/address.h"
#include "media/source.h"

namespace aiflow::media {
namespace {

/// "rtsp" of "RTSP://cam/1"; empty when there is no "://".
std::string scheme_of(std::string_view url) {
  const auto end = url.find("://");
  if (end == std::string_view::npos) return {};
  std::string scheme(url.substr(0, end));
  const auto part_of_scheme = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
  };
  if (!std::ranges::all_of(scheme, part_of_scheme)) return {};
  std::ranges::transform(scheme, scheme.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return scheme;
}

Address file_address(std::string_view path) {
  return {"file:" + std::string(path), std::string(path), "file", true, false};
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
  if (url.empty()) return fail(ErrorCode::invalid_argument, "the video source is empty");
  if (url.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, "the video source holds a NUL byte");
  }
  const std::string scheme = scheme_of(url);
  if (scheme.empty()) return file_address(url.starts_with("file:") ? url.substr(5) : url);
  if (scheme == "file") return file_address(url.substr(7));
  Address address{std::string(url), without_password(url), "", false, false};
  if (scheme == "rtsp" || scheme == "rtsps") {
    address.rtsp = true;
    address.protocols = scheme == "rtsp" ? "rtsp,rtp,udp,tcp" : "rtsps,rtp,srtp,udp,tcp,tls";
    return address;
  }
  if (scheme == "http" || scheme == "https") {
    address.protocols = "http,https,tcp,tls,crypto";
    return address;
  }
  return fail(ErrorCode::invalid_argument,
              "'" + address.name + "': scheme '" + scheme +
                  "' is not supported; use a file path, rtsp://, rtsps://, http:// or https://");
}

std::string without_password(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::string(url);
  const std::size_t host = scheme_end + 3;
  // The last '@', because a password may hold an unescaped '@' or '/'; a query may hold a key.
  std::string_view rest = url.substr(host);
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) rest = rest.substr(at + 1);
  const auto query = rest.find('?');
  std::string name(url.substr(0, host));
  name += rest.substr(0, query);
  if (query != std::string_view::npos) name += "?...";
  return name;
}

}  // namespace aiflow::media

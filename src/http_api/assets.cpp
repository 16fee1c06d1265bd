// SPDX-License-Identifier: Apache-2.0
#include "http_api/assets.h"

#include <algorithm>
#include <cctype>

#include "http_api/detail/gunzip.h"

namespace aiflow::http_api {
namespace {

const Asset* find(std::span<const Asset> assets, std::string_view path) {
  const auto found = std::ranges::lower_bound(assets, path, {}, &Asset::path);
  return found != assets.end() && found->path == path ? &*found : nullptr;
}

/// "gzip, deflate, br;q=0.5" names it, "gzip;q=0" does not.
bool takes_gzip(const net::Request& request) {
  const auto* said = request.header("accept-encoding");
  if (said == nullptr) return false;
  std::string words = *said;
  std::erase_if(words, [](unsigned char c) { return std::isspace(c) != 0; });
  std::ranges::transform(words, words.begin(), [](unsigned char c) { return std::tolower(c); });
  for (std::size_t from = 0; from <= words.size();) {
    const std::size_t end = std::min(words.find(',', from), words.size());
    const std::string_view one = std::string_view(words).substr(from, end - from);
    const std::string_view name = one.substr(0, one.find(';'));
    const std::size_t quality = one.find(";q=");
    const bool is_refused =
        quality != one.npos && one.find_first_of("123456789", quality) == one.npos;
    if ((name == "gzip" || name == "*") && !is_refused) return true;
    from = end + 1;
  }
  return false;
}

net::Response text(int status, std::string body) {
  net::Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  return response;
}

}  // namespace

net::Response serve_asset(std::span<const Asset> assets, const net::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    return text(405, "This address takes GET.\n");
  }
  if (assets.empty()) {
    return text(503, "This build has no dashboard. Run ./dev web, then build again.\n");
  }
  const auto* asset = find(assets, request.path == "/" ? "/index.html" : request.path);
  const bool is_hashed = request.path.starts_with("/assets/");
  if (asset == nullptr && !is_hashed) asset = find(assets, "/index.html");
  if (asset == nullptr) return text(404, "There is no such file.\n");
  net::Response response;
  response.headers.emplace_back("ETag", std::string(asset->etag));
  // Names in /assets hold the content's hash: they never change.
  response.headers.emplace_back("Cache-Control",
                                is_hashed ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.emplace_back("Vary", "Accept-Encoding");
  const auto* known = request.header("if-none-match");
  if (known != nullptr && *known == asset->etag) {
    response.status = 304;
    return response;
  }
  response.content_type = asset->content_type;
  if (!takes_gzip(request)) {
    response.body = detail::gunzip(asset->gzip);
    return response;
  }
  response.headers.emplace_back("Content-Encoding", "gzip");
  response.static_body = asset->gzip;
  return response;
}

}  // namespace aiflow::http_api

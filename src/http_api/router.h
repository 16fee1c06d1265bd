// SPDX-License-Identifier: Apache-2.0
// Method and path -> route of api/engine.yaml and the values of its {parameters}.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "wire/routes.h"

namespace aiflow::http_api {

using Parameters = std::map<std::string, std::string, std::less<>>;

struct Match {
  const wire::RouteInfo* route = nullptr;
  Parameters parameters;
};

class Router {
 public:
  Router();

  struct Refusal {
    int status = 404;
    std::string message;
    std::string allow;  ///< methods of the path, for 405
  };
  /// `path` is percent-encoded. Parameters are decoded, valid UTF-8, 1 to 250 bytes, without '/',
  /// control characters, "." and "..".
  [[nodiscard]] std::expected<Match, Refusal> match(std::string_view method,
                                                    std::string_view path) const;

  /// The route that reads what `route` changes; null when there is none.
  [[nodiscard]] const wire::RouteInfo* reader_of(const wire::RouteInfo& route) const;

 private:
  struct Entry {
    const wire::RouteInfo* info;
    std::vector<std::string> segments;
  };
  std::vector<Entry> entries_;
};

}  // namespace aiflow::http_api

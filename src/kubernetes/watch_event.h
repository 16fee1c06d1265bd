// SPDX-License-Identifier: Apache-2.0
// One line of a watch, and one page of a list.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kubernetes/pod.h"

namespace aiflow::kubernetes {

/// A pod has appeared, changed, or is gone (then as it was last).
struct PodChanged {
  Pod pod;
  bool is_gone = false;
};
/// Nothing of interest up to this version.
struct Bookmark {
  std::string resource_version;
};
/// The version that was watched from is too old: a new list is needed.
struct WatchExpired {};
/// The API ends the watch for another reason.
struct WatchFailed {
  std::string message;
};
/// An object that cannot be read; the watch goes on behind it.
struct Unreadable {
  std::string resource_version;  ///< empty when even that cannot be read
  std::string name;              ///< likewise
  std::string why;
};
using WatchEvent = std::variant<PodChanged, Bookmark, WatchExpired, WatchFailed, Unreadable>;

/// Errors: corrupt, when the line is no event at all: then the stream cannot be trusted any more.
[[nodiscard]] Result<WatchEvent> parse_watch_line(std::string_view line);

struct PodPage {
  std::vector<Pod> pods;
  std::vector<Unreadable> unreadable;
  std::string resource_version;
  std::string next;  ///< token for the next page; empty: the last one
};

/// Errors: corrupt, when it is no list.
[[nodiscard]] Result<PodPage> parse_pod_list(std::string_view body);

}  // namespace aiflow::kubernetes

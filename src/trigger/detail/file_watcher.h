// SPDX-License-Identifier: Apache-2.0
// Waits for files. The folder in front of a pattern's first wildcard is watched by inotify when it
// is there; each wait also looks by itself: at its poll interval, or, when the watched folder tells
// all that matters, now and then (NFS tells nothing of what other machines do).
// File systems can hang, so that this kind has a loop of its own.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "os/event_loop.h"
#include "os/fd.h"
#include "trigger/detail/watcher.h"

namespace aiflow::trigger::detail {

enum class Found : std::uint8_t {
  nothing,
  empty_folder,  ///< a file may come below it
  file,          ///< or a folder with a file below it
};

class FileWatcher final : public Watcher {
 public:
  FileWatcher(os::EventLoop& loop, Fire fire);
  ~FileWatcher() override;

  void add(const Wait& wait) override;
  void remove(WaitId id) override;

 private:
  struct Entry {
    FileTrigger trigger;
    std::string folder;            ///< in front of the first wildcard
    std::string name;              ///< the one name in `folder` that it can be; empty: a pattern
    Found found = Found::nothing;  ///< at the last look
    os::EventLoop::TimerId timer = 0;
  };
  struct Folder {
    int watch = -1;                                     ///< -1: not watched
    std::map<std::string, std::set<WaitId>> by_name{};  ///< "" : patterns
  };

  void look(WaitId id);
  void look_later(WaitId id);
  void on_inotify();
  void watch_folder(const std::string& path);
  void forget_watch(int watch);

  os::EventLoop& loop_;
  Fire fire_;
  os::Fd inotify_;
  std::map<WaitId, Entry> entries_;
  std::map<std::string, Folder> folders_;
  std::map<int, std::string> watched_;
};

/// What the trigger's pattern names now.
[[nodiscard]] Found look_for(const FileTrigger& trigger);

}  // namespace aiflow::trigger::detail

// SPDX-License-Identifier: Apache-2.0
// For tests: the dashboard's event stream in a thread of its own.
#pragma once

#include <doctest/doctest.h>

#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "base/bounded_queue.h"
#include "http_api/detail/fake_server.h"

namespace aiflow::http_api {

/// What an event stream brings, as text. It is open when the watcher is made.
class Watcher {
 public:
  Watcher(Bench& bench, net::Headers headers)
      : thread_([this, client = bench.tcp(), headers = std::move(headers)]() mutable {
          const auto on_event = [this](const net::SseMessage& event) {
            return events_.push(event.data);
          };
          const auto head =
              client.stream_events({.request = {.target = "/api/v2/stream", .headers = headers},
                                    .on_event = on_event,
                                    .stop = stop_.get_token()},
                                   soon());
          ended_.push(head.has_value());
        }) {
    REQUIRE(next().find("hello") != std::string::npos);
  }
  ~Watcher() { stop_.request_stop(); }

  /// "nothing" when none comes in time.
  std::string next() { return events_.pop_for(std::chrono::seconds(20)).value_or("nothing"); }
  /// Still gets what happens after now.
  bool gets_events() { return next() != "nothing" && ended_.size() == 0; }
  /// The server has ended the answer.
  bool is_cut() { return ended_.pop_for(std::chrono::seconds(20)).value_or(false); }

 private:
  BoundedQueue<std::string> events_{1'000, WhenFull::drop_oldest};
  BoundedQueue<bool> ended_{1, WhenFull::reject};
  std::stop_source stop_;
  std::jthread thread_;
};

}  // namespace aiflow::http_api

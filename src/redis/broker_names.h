// SPDX-License-Identifier: Apache-2.0
// The keys of AIflow in a Redis database. A session is one life of the streams under one server:
// when the server starts, or finds its data gone, it begins a new one with new streams, and every
// worker says hello in it. So nothing of before needs to be understood, only removed.
#pragma once

#include <string>
#include <string_view>

namespace aiflow::redis::keys {

/// The present session's name; expires unless its server lives.
inline constexpr const char* kSession = "aiflow:session";
/// Of a server that stopped by plan, for a moment: "SESSION FRAME", its last words to all workers.
inline constexpr const char* kLeft = "aiflow:left";
/// All streams that the present and earlier sessions have made.
inline constexpr const char* kStreams = "aiflow:streams";
/// What nobody could read or wanted; outlives sessions. Fields: stream, entry, reason, data.
inline constexpr const char* kDead = "aiflow:dead";
/// Which process is the worker of this name: two of one name would both run what comes for it.
inline std::string owner(std::string_view worker) { return "aiflow:owner:" + std::string(worker); }
/// The consumer group of the workers on each lane.
inline constexpr const char* kGroup = "workers";

/// From all workers: fields w (worker), f (frame).
inline std::string reports(std::string_view session) {
  return "aiflow:" + std::string(session) + ":reports";
}
/// To one worker: field f (frame).
inline std::string control(std::string_view session, std::string_view worker) {
  return "aiflow:" + std::string(session) + ":worker:" + std::string(worker);
}
/// Attempts that wait for a worker: field a (AttemptRef).
inline std::string lane(std::string_view session, std::string_view lane) {
  return "aiflow:" + std::string(session) + ":lane:" + std::string(lane);
}

}  // namespace aiflow::redis::keys

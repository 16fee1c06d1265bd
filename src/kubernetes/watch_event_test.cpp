// SPDX-License-Identifier: Apache-2.0
#include "kubernetes/watch_event.h"

#include <doctest/doctest.h>

#include "kubernetes/backoff.h"

namespace aiflow::kubernetes {
namespace {

using namespace std::chrono_literals;

constexpr const char* kPod =
    R"({"metadata":{"name":"p","namespace":"n","uid":"u","resourceVersion":"7",
  "labels":{"a":"b"},"annotations":{"c":"d"}},
  "spec":{"nodeName":"node-1","containers":[{"name":"base"},{"name":"side"}]},
  "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}],
    "containerStatuses":[
      {"name":"base","state":{"terminated":{"exitCode":137,"reason":"OOMKilled",
        "finishedAt":"2026-01-01T00:00:01Z"}}},
      {"name":"side","state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]}})";

std::string event(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}";
}

TEST_CASE("a change brings the pod, its containers and its conditions") {
  const auto read = parse_watch_line(event("MODIFIED", kPod));
  REQUIRE(read);
  const auto* changed = std::get_if<PodChanged>(&*read);
  REQUIRE(changed != nullptr);
  CHECK_FALSE(changed->is_gone);
  const Pod& pod = changed->pod;
  CHECK(pod.name == "p");
  CHECK(pod.node == "node-1");
  CHECK(pod.container_names == std::vector<std::string>{"base", "side"});
  REQUIRE(pod.container("base") != nullptr);
  CHECK(pod.container("base")->state == ContainerStatus::State::terminated);
  CHECK(pod.container("base")->reason == "OOMKilled");
  CHECK(pod.container("base")->exit_code == 137);
  CHECK(pod.container("side")->state == ContainerStatus::State::running);
  CHECK(pod.condition("Ready")->status == "True");
  CHECK(pod.condition("PodScheduled") == nullptr);
}

TEST_CASE("a deletion, a bookmark, an expired version and another failure are told apart") {
  CHECK(std::get<PodChanged>(*parse_watch_line(event("DELETED", kPod))).is_gone);
  const auto mark = parse_watch_line(event("BOOKMARK", R"({"metadata":{"resourceVersion":"9"}})"));
  CHECK(std::get<Bookmark>(*mark).resource_version == "9");
  const auto old = parse_watch_line(event("ERROR", R"({"code":410,"reason":"Gone"})"));
  CHECK(std::holds_alternative<WatchExpired>(*old));
  const auto expired = parse_watch_line(event("ERROR", R"({"reason":"Expired"})"));
  CHECK(std::holds_alternative<WatchExpired>(*expired));
  const auto failed = parse_watch_line(event("ERROR", R"({"code":500,"message":"etcd"})"));
  CHECK(std::get<WatchFailed>(*failed).message == "etcd");
}

TEST_CASE("an object with malformed metadata is left out, with its name and version") {
  for (const char* bad :
       {R"("annotations":"text")", R"("annotations":{"a":1})", R"("labels":["x"])",
        R"("labels":{"a":{"b":"c"}})", R"("deletionTimestamp":5)"}) {
    const std::string object =
        R"({"metadata":{"name":"p","resourceVersion":"8",)" + std::string(bad) + "}}";
    const auto read = parse_watch_line(event("ADDED", object));
    REQUIRE(read);
    const auto* one = std::get_if<Unreadable>(&*read);
    REQUIRE(one != nullptr);
    CHECK(one->name == "p");
    CHECK(one->resource_version == "8");
    CHECK_FALSE(one->why.empty());
  }
}

TEST_CASE("a line that is no event is an error of the stream") {
  for (const char* bad : {"", "{", "[]", R"({"type":"ADDED"})", R"({"object":{}})", "null"}) {
    CHECK(parse_watch_line(bad).error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("one bad pod of a list does not hide the others") {
  const std::string list = R"({"metadata":{"resourceVersion":"5","continue":"more"},"items":[)" +
                           std::string(kPod) +
                           R"(,{"metadata":{"name":"bad","annotations":[]}},7]})";
  const auto page = parse_pod_list(list);
  REQUIRE(page);
  CHECK(page->pods.size() == 1);
  CHECK(page->unreadable.size() == 2);
  CHECK(page->unreadable[0].name == "bad");
  CHECK(page->resource_version == "5");
  CHECK(page->next == "more");
  CHECK_FALSE(parse_pod_list("{}"));
}

TEST_CASE("the pause grows to its limit, starts anew after success, and heeds Retry-After") {
  Backoff backoff(1s, 8s, 1);
  Duration before{0};
  for (const Duration most :
       {Duration(1s), Duration(2s), Duration(4s), Duration(8s), Duration(8s)}) {
    const Duration pause = backoff.failed();
    CHECK(pause >= most / 2);
    CHECK(pause <= most);
    CHECK(pause >= before / 2);
    before = pause;
  }
  CHECK(backoff.failed(30s) == 30s);
  CHECK(backoff.failed(10h) == 10min);
  backoff.succeeded();
  CHECK(backoff.failed() <= 1s);
}

}  // namespace
}  // namespace aiflow::kubernetes

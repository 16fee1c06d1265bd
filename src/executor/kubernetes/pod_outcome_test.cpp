// SPDX-License-Identifier: Apache-2.0
// Each way in which a pod ends is one outcome with one cause.
#include "executor/kubernetes/pod_outcome.h"

#include <doctest/doctest.h>

#include "executor/kubernetes/pod_report.h"

namespace aiflow::executor {
namespace {

kubernetes::Pod pod_with(const std::string& status, bool is_deleting = false) {
  const std::string deleted =
      is_deleting ? R"(,"deletionTimestamp":"2026-01-01T00:00:00Z")" : std::string();
  const auto object = json::parse(R"({"metadata":{"name":"p")" + deleted +
                                  R"(},"spec":{"nodeName":"n1"},"status":)" + status + "}");
  return kubernetes::parse_pod(object.value()).value();
}

std::string base_ended(const std::string& how, const std::string& more = "") {
  return R"({"phase":"Running")" + more +
         R"(,"containerStatuses":[{"name":"base","state":{"terminated":)" + how + "}}]}";
}

PodVerdict verdict_of(const std::string& status, bool is_deleting = false,
                      const PodTerms& terms = {}) {
  const auto verdict = judge(pod_with(status, is_deleting), terms);
  REQUIRE(verdict);
  return *verdict;
}

TEST_CASE("success, a failure with its exit code, and out of memory") {
  const PodVerdict good = verdict_of(base_ended(
      R"({"exitCode":0,"reason":"Completed","message":"[1]","startedAt":"2026-01-01T00:00:00Z",
          "finishedAt":"2026-01-01T00:00:05Z"})"));
  CHECK(good.outcome == Outcome::success);
  CHECK(good.cause.empty());
  CHECK(good.message == "[1]");
  CHECK(*good.ended_at - *good.started_at == Duration(std::chrono::seconds(5)));
  const PodVerdict bad = verdict_of(base_ended(R"({"exitCode":3,"reason":"Error"})"));
  CHECK(bad.outcome == Outcome::failed);
  CHECK(bad.exit_code == 3);
  CHECK(bad.cause == "exit code 3");
  CHECK(verdict_of(base_ended(R"({"exitCode":137,"reason":"OOMKilled"})")).cause ==
        "out of memory (the container's limit)");
  // Only a child of the container's process was killed, and the process hid it.
  CHECK(verdict_of(base_ended(R"({"exitCode":0,"reason":"OOMKilled"})")).outcome ==
        Outcome::failed);
  CHECK(verdict_of(base_ended(R"({"exitCode":128,"reason":"StartError"})")).cause ==
        "exit code 128 (StartError)");
  CHECK(verdict_of(base_ended(R"({"exitCode":128,"reason":"StartError","message":"no python3"})"))
            .cause == "exit code 128 (StartError): no python3");
  CHECK(verdict_of(base_ended(R"({"exitCode":137,"reason":"Error"})")).cause ==
        "exit code 137: killed, out of memory or from outside (the node does not say)");
}

TEST_CASE("the end of a short container is not its start, and a start of 1970 is none") {
  const WallTime from = parse_time("2026-01-01T00:00:00Z").value();
  const auto ms = [](int n) { return std::chrono::milliseconds(n); };
  PodVerdict verdict{.ended_at = from};
  CHECK(end_of(verdict, {.from = from, .now = from + ms(5000)}) == from + ms(999));
  CHECK(end_of(verdict, {.from = from, .now = from + ms(300)}) == from + ms(300));
  // The pod was there in the middle of the second in which its container could not be started.
  CHECK(end_of(verdict, {.from = from + ms(400), .now = from + ms(5000)}) == from + ms(999));
  CHECK(end_of(verdict, {.from = from + ms(4000), .now = from + ms(5000)}) == from + ms(4000));
  verdict.ended_at = from + ms(2000);
  CHECK(end_of(verdict, {.from = from, .now = from + ms(5000)}) == from + ms(2000));
  CHECK(end_of({}, {.from = from, .now = from - ms(1)}) == from);
  const auto failed = pod_with(base_ended(
      R"({"exitCode":128,"reason":"StartError","startedAt":"1970-01-01T00:00:00Z",
          "finishedAt":"2026-01-01T00:00:05Z"})"));
  CHECK_FALSE(has_begun(failed, {}));
}

TEST_CASE("what runs beside the base container does not count") {
  const auto verdict = judge(pod_with(R"({"phase":"Running","containerStatuses":[
      {"name":"base","state":{"terminated":{"exitCode":0}}},
      {"name":"side","state":{"running":{}}}]})"),
                             {});
  REQUIRE(verdict);
  CHECK(verdict->outcome == Outcome::success);
  CHECK_FALSE(judge(pod_with(R"({"phase":"Running","containerStatuses":[
      {"name":"base","state":{"running":{}}},
      {"name":"side","state":{"terminated":{"exitCode":1}}}]})"),
                    {}));
}

TEST_CASE("an exit code can mean skipped") {
  PodTerms terms;
  terms.skip_codes = {99};
  CHECK(verdict_of(base_ended(R"({"exitCode":99,"reason":"Error"})"), false, terms).outcome ==
        Outcome::skipped);
}

TEST_CASE("evicted, preempted, deleted and lost with its node are told apart") {
  CHECK(verdict_of(R"({"phase":"Failed","reason":"Evicted","message":"low on memory"})").cause ==
        "the pod was evicted: low on memory");
  const auto disrupted = [](const std::string& reason) {
    return R"(,"conditions":[{"type":"DisruptionTarget","status":"True","reason":")" + reason +
           R"(","message":"m"}])";
  };
  const std::string killed = R"({"exitCode":143,"reason":"Error"})";
  CHECK(verdict_of(base_ended(killed, disrupted("EvictionByEvictionAPI")), true).cause ==
        "the pod was evicted: m (exit code 143)");
  CHECK(verdict_of(base_ended(killed, disrupted("PreemptionByScheduler")), true).cause ==
        "the pod made room for one of higher priority: m (exit code 143)");
  CHECK(verdict_of(base_ended(killed), true).cause ==
        "the pod was deleted from outside (exit code 143)");
  CHECK(
      verdict_of(R"({"phase":"Running")" + disrupted("DeletionByTaintManager") + "}", true).cause ==
      "node 'n1' was lost: m");
  CHECK(verdict_of(R"({"phase":"Unknown"})").cause == "node 'n1' was lost");
  CHECK(verdict_of(R"({"phase":"Failed","reason":"NodeShutdown"})").cause ==
        "node 'n1' was shut down");
  CHECK(verdict_of(R"({"phase":"Failed","reason":"DeadlineExceeded"})").cause ==
        "the pod's active_deadline_seconds have passed");
}

TEST_CASE("a pod that is gone in the middle of its run has failed; one that had ended has not") {
  CHECK(judge_gone(pod_with(R"({"phase":"Running"})"), {}).cause ==
        "the pod was deleted from outside");
  CHECK(judge_gone(pod_with(R"({"phase":"Succeeded"})"), {}).outcome == Outcome::success);
}

TEST_CASE("an init container that fails is named") {
  CHECK(verdict_of(R"({"phase":"Failed","initContainerStatuses":[
      {"name":"fetch","state":{"terminated":{"exitCode":2,"reason":"Error"}}}]})")
            .cause == "init container 'fetch' ended with exit code 2");
}

TEST_CASE("what keeps a pod from starting: for good, perhaps, or only for now") {
  using Kind = StartTrouble::Kind;
  const auto trouble = [](const std::string& reason) {
    return start_trouble(pod_with(R"({"phase":"Pending","containerStatuses":[
        {"name":"base","state":{"waiting":{"reason":")" +
                                  reason + R"(","message":"m"}}}]})"));
  };
  CHECK(trouble("InvalidImageName").kind == Kind::hopeless);
  CHECK(trouble("ErrImagePull").kind == Kind::pulling);
  CHECK(trouble("ImagePullBackOff").kind == Kind::pulling);
  CHECK(trouble("ImagePullBackOff").words == "ImagePullBackOff: m");
  CHECK(trouble("ContainerCreating").words.empty());
  const StartTrouble full = start_trouble(pod_with(R"({"phase":"Pending","conditions":[
      {"type":"PodScheduled","status":"False","reason":"Unschedulable",
       "message":"0/1 nodes are available"}]})"));
  CHECK(full.kind == Kind::waits);
  CHECK(full.words == "Unschedulable: 0/1 nodes are available");
}

}  // namespace
}  // namespace aiflow::executor

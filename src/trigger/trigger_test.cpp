// SPDX-License-Identifier: Apache-2.0
#include "trigger/trigger.h"

#include <doctest/doctest.h>

namespace aiflow::trigger {
namespace {

Result<Trigger> parsed(std::string_view text) { return parse(json::parse(text).value()); }

TEST_CASE("each kind is read and described in words") {
  const auto words = [](std::string_view text) {
    const auto trigger = parsed(text);
    REQUIRE_MESSAGE(trigger, (trigger ? "" : trigger.error().message));
    return describe(*trigger);
  };
  CHECK(words(R"({"kind":"time","at":"2026-01-01T00:00:00+01:00"})") ==
        "the time 2025-12-31T23:00:00.000000Z");
  CHECK(words(R"({"kind":"file","pattern":"/data/in.csv"})") == "file '/data/in.csv'");
  CHECK(words(R"({"kind":"http","url":"http://h/a?key=1","conn_id":"api"})") ==
        "an answer of http://h/a (connection 'api')");
  CHECK(words(R"({"kind":"redis","host":"h","channels":["a","b","c","d"]})") ==
        "a message on Redis channel 'a', 'b', 'c' and 1 more at h:6379");
  CHECK(words(R"({"kind":"mqtt","conn_id":"q","topics":["a/#"]})") ==
        "a message on MQTT topic 'a/#' at connection 'q'");
  CHECK(words(R"({"kind":"external_task","dag_id":"etl","run_ids":["r1"],"task_ids":["a"]})") ==
        "dag 'etl', run 'r1', task 'a'");
}

TEST_CASE("what cannot be waited for is refused in words") {
  const auto why = [](std::string_view text) {
    const auto trigger = parsed(text);
    REQUIRE_FALSE(trigger);
    CHECK(trigger.error().code == ErrorCode::invalid_argument);
    return trigger.error().message;
  };
  CHECK(why(R"([])").contains("object"));
  CHECK(why(R"({"kind":"moon"})").contains("known are time, file"));
  CHECK(why(R"({"kind":"time","at":"soon"})").contains("soon"));
  CHECK(why(R"({"kind":"file","pattern":"in.csv"})").contains("absolute"));
  CHECK(why(R"({"kind":"http","url":"file:///etc/passwd"})").contains("http or https"));
  CHECK(why(R"({"kind":"http","url":"http://u:p@h/"})").contains("credentials"));
  CHECK(why(R"({"kind":"http","url":"http://h/","headers":{"Authorization":"x"}})")
            .contains("put it into a connection"));
  CHECK(
      why(R"({"kind":"http","url":"http://h/","headers":{"a":"b\r\nc: d"}})").contains("one line"));
  CHECK(why(R"({"kind":"redis","channels":["a"]})").contains("host or conn_id"));
  CHECK(why(R"({"kind":"redis","host":"h"})").contains("channels are missing"));
  CHECK(why(R"({"kind":"mqtt","host":"h","topics":["a"],"qos":3})").contains("qos"));
  CHECK(why(R"({"kind":"mqtt","host":"h","port":70000,"topics":["a"]})").contains("port"));
  CHECK(why(R"({"kind":"external_task","dag_id":"d"})").contains("run_ids or logical_dates"));
  CHECK(why(R"({"kind":"external_task","dag_id":"d","run_ids":[1]})").contains("no text"));
}

TEST_CASE("poll intervals are kept between a second and a day") {
  const auto poll = [](std::string_view ms) {
    const auto trigger =
        parsed(R"({"kind":"file","pattern":"/f","poll_ms":)" + std::string(ms) + "}");
    return std::get<FileTrigger>(trigger.value()).poll;
  };
  CHECK(poll("1") == std::chrono::seconds(1));
  CHECK(poll("2500") == std::chrono::milliseconds(2500));
  CHECK(poll("9000000000000000000") == std::chrono::hours(24));
}

}  // namespace
}  // namespace aiflow::trigger

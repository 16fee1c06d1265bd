// SPDX-License-Identifier: Apache-2.0
#include "os/zone/time_zone.h"

#include <doctest/doctest.h>

#include <string>

namespace aiflow::os {
namespace {

using namespace std::chrono_literals;

/// Minutes from UTC.
long offset(const Result<ZoneOffset>& zone, std::string_view time) {
  REQUIRE(zone);
  return std::chrono::duration_cast<std::chrono::minutes>((*zone)(parse_time(time).value()))
      .count();
}

TEST_CASE("a zone has its offset before and after each change of the clock") {
  const auto berlin = read_zone("Europe/Berlin");
  CHECK(offset(berlin, "2026-01-15T00:00:00Z") == 60);
  CHECK(offset(berlin, "2026-03-29T00:59:59Z") == 60);
  CHECK(offset(berlin, "2026-03-29T01:00:00Z") == 120);
  CHECK(offset(read_zone("Australia/Lord_Howe"), "2026-07-01T00:00:00Z") == 630);
}

TEST_CASE("the rule at a zone file's end holds for the years after its last change") {
  const auto berlin = read_zone("Europe/Berlin");
  CHECK(offset(berlin, "2090-01-15T00:00:00Z") == 60);
  CHECK(offset(berlin, "2090-07-15T00:00:00Z") == 120);
}

TEST_CASE("a zone rule: names, changes by weekday and by day, summer over the new year") {
  const auto york = parse_zone_rule("EST5EDT,M3.2.0,M11.1.0");
  CHECK(offset(york, "2026-03-08T06:59:59Z") == -300);
  CHECK(offset(york, "2026-03-08T07:00:00Z") == -240);
  CHECK(offset(york, "2026-11-01T05:59:59Z") == -240);
  CHECK(offset(york, "2026-11-01T06:00:00Z") == -300);
  const auto howe = parse_zone_rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
  CHECK(offset(howe, "2026-01-01T00:00:00Z") == 660);
  CHECK(offset(howe, "2026-07-01T00:00:00Z") == 630);
  CHECK(offset(parse_zone_rule("A0B,J60/0,300"), "2028-02-29T23:59:59Z") == 0);
  CHECK(offset(parse_zone_rule("A0B,J60/0,300"), "2028-03-01T00:00:00Z") == 60);
  CHECK(offset(parse_zone_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0"), "2026-03-29T00:59:59Z") == -120);
  CHECK(offset(parse_zone_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0"), "2026-03-29T01:00:00Z") == -60);
  for (const char* text :
       {"", "5", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M1.1.0",
        "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.0,M11.1.0x", "<EST5", "EST999"}) {
    CHECK_MESSAGE(!parse_zone_rule(text), text);
  }
}

TEST_CASE("a zone may be a fixed offset") {
  CHECK(offset(read_zone("+09:00"), "2026-01-15T00:00:00Z") == 540);
  CHECK(offset(read_zone("-03:30"), "2026-07-15T00:00:00Z") == -210);
  CHECK_FALSE(read_zone("+9h"));
}

TEST_CASE("unknown zones and damaged files are errors") {
  CHECK_FALSE(read_zone("Mars/Olympus"));
  CHECK_FALSE(read_zone("../../etc/passwd"));
  CHECK_FALSE(parse_zone_file("TZif2 but too short"));
  CHECK_FALSE(parse_zone_file("TZif2" + std::string(100, '\xff')));
}

}  // namespace
}  // namespace aiflow::os

// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/service_rate.h"

#include <doctest/doctest.h>

#include "executor/kubernetes/service_plan.h"

namespace aiflow::executor {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a metrics path stays below its service") {
  for (const char* good : {"/metrics", "/a/b-c_d.e~f", "/...", "/actuator/prometheus"}) {
    CHECK_MESSAGE(is_metrics_path(good), good);
  }
  for (const char* bad : {"", "/", "metrics", "//metrics", "/a/../../secrets", "/..", "/./a", "/a/",
                          "/a%2e%2e/b", "/a?b", "/a#b", "/a b", "/a\n", "/\xed\x95\x9c", "/a\\b"}) {
    CHECK_FALSE_MESSAGE(is_metrics_path(bad), bad);
  }
  CHECK_FALSE(is_metrics_path("/" + std::string(200, 'a')));
  const ServiceTerms terms{.attempt = {}, .port = 8080, .metrics = "/metrics"};
  CHECK(metrics_url({.space = "edge", .name = "s-web"}, terms) ==
        "/api/v1/namespaces/edge/services/http:s-web:8080/proxy/metrics");
}

TEST_CASE("a metric is summed over its labels") {
  const std::string_view text =
      "# HELP requests_total of all\n# TYPE requests_total counter\n"
      "requests_total{code=\"200\",path=\"/a}b\"} 3\nrequests_total{code=\"500\"}\t1.5 1700000000\n"
      "requests_total_created 99\nother 7\r\n";
  CHECK(sum_of_metric(text, "requests_total").value() == doctest::Approx(4.5));
  CHECK(sum_of_metric(text, "other").value() == 7);
  CHECK(sum_of_metric("a 1e3", "a").value() == 1000);
  CHECK(sum_of_metric(text, "missing").error().message == "there is no metric missing");
  CHECK(sum_of_metric(text, "requests").error().code == ErrorCode::not_found);
  CHECK(sum_of_metric("a{x=\"1\" 3", "a").error().code == ErrorCode::invalid_argument);
  CHECK(sum_of_metric("a", "a").error().code == ErrorCode::not_found);
  CHECK(sum_of_metric("a many", "a").error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a rate is of two looks, said when it differs") {
  ServiceRate rate;
  const SteadyTime start{};
  CHECK_FALSE(rate.take(start, 100));
  CHECK(rate.take(start + 2s, 125) == "12.5/s");
  CHECK_FALSE(rate.take(start + 4s, 150));
  CHECK_FALSE(rate.take(start + 6s, 10));  // another process
  CHECK(rate.take(start + 8s, 10) == "0.0/s");
}

}  // namespace
}  // namespace aiflow::executor

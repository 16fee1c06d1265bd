// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/spool.h"

#include <doctest/doctest.h>

#include <fstream>

#include "os/temp_dir.h"

namespace aiflow::supervise::detail {
namespace {

wire::Finished report(Spool& spool, const std::string& cause) {
  wire::Finished made;
  made.seq = spool.next_seq();
  made.cause = cause;
  return made;
}

TEST_CASE("what is not acknowledged is there again after a restart, in order") {
  const auto dir = os::TempDir::create("aiflow-spool").value();
  const os::Path file = dir.path() / "reports";
  wire::Finished a, b, c;
  {
    Spool spool(file);
    spool.add(a = report(spool, "a"));
    spool.add(b = report(spool, "b"));
    spool.add(c = report(spool, "c"));
    spool.settle();
    spool.remove(b.seq);
    spool.remove(99);
  }
  Spool spool(file);
  REQUIRE(spool.reports().size() == 2);
  CHECK(spool.reports().begin()->second == a);
  CHECK(spool.reports().rbegin()->second == c);
  CHECK(spool.next_seq() > c.seq);
  spool.remove(a.seq);
  spool.remove(c.seq);
  spool.settle();
  CHECK(std::filesystem::file_size(file) == 0);
}

TEST_CASE("only what was there at the last look already is worth an fsync") {
  const auto dir = os::TempDir::create("aiflow-spool").value();
  Spool spool(dir.path() / "reports");
  CHECK_FALSE(spool.settle());
  const auto brief = report(spool, "brief");
  spool.add(brief);
  CHECK(spool.settle());  // not yet
  spool.remove(brief.seq);
  spool.add(report(spool, "stays"));
  CHECK(spool.settle());
  CHECK_FALSE(spool.settle());  // begun
  CHECK_FALSE(spool.settle());  // nothing is new
}

TEST_CASE("the journal does not grow with what was acknowledged") {
  const auto dir = os::TempDir::create("aiflow-spool").value();
  const os::Path file = dir.path() / "reports";
  Spool spool(file);
  const auto kept = report(spool, "kept");
  spool.add(kept);
  for (int i = 0; i < 300; ++i) {
    const auto big = report(spool, std::string(100'000, 'x'));
    spool.add(big);
    spool.remove(big.seq);
  }
  CHECK(std::filesystem::file_size(file) < 5 << 20);
  CHECK(spool.reports().size() == 1);
  spool.settle();
  CHECK(Spool(file).reports().size() == 1);
  CHECK(Spool(file).reports().at(kept.seq) == kept);
}

TEST_CASE("a torn end is cut off, an unreadable journal is put aside") {
  const auto dir = os::TempDir::create("aiflow-spool").value();
  const os::Path file = dir.path() / "reports";
  wire::Finished whole;
  {
    Spool spool(file);
    spool.add(whole = report(spool, "whole"));
    spool.add(report(spool, "torn"));
  }
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 3);
  {
    const Spool spool(file);
    REQUIRE(spool.reports().size() == 1);
    CHECK(spool.reports().at(whole.seq) == whole);
  }
  std::ofstream(file, std::ios::trunc) << "no journal at all";
  const Spool spool(file);
  CHECK(spool.reports().empty());
  CHECK(std::filesystem::exists(dir.path() / "reports.bad"));
}

}  // namespace
}  // namespace aiflow::supervise::detail

// SPDX-License-Identifier: Apache-2.0
#include "uplink/detail/pack_cache.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <deque>

#include "os/system_clock.h"
#include "uplink/detail/fake_api.h"

namespace aiflow::uplink::detail {
namespace {

using namespace std::chrono_literals;
const os::SystemClock kClock;

struct Bench {
  os::TempDir dir = os::TempDir::create("pack-cache").value();
  FakeApi api{dir.path() / "api.sock"};
  std::mutex mutex;
  std::condition_variable came;
  std::deque<std::function<void()>> posted;
  std::vector<std::string> said;  ///< by the tasks: "a sha256:…", "a error"
  std::unique_ptr<PackCache> cache;

  explicit Bench(std::int64_t bytes_max = 1 << 20, Duration patience = 10s) {
    cache = std::make_unique<PackCache>(kClock,
                                        PackCacheOptions{.folder = dir.path() / "packs",
                                                         .api_socket = dir.path() / "api.sock",
                                                         .bytes_max = bytes_max,
                                                         .patience = patience},
                                        [this](std::function<void()> task) {
                                          const std::scoped_lock lock(mutex);
                                          posted.push_back(std::move(task));
                                          came.notify_all();
                                        });
  }
  static AttemptKey key(const std::string& task) { return {"d", "r", task, -1, 1}; }
  void want(const std::string& task, const std::string& pack) {
    cache->want({.attempt = key(task), .name = pack, .token = "token of " + task},
                [this, task](const Result<PackDigest>& got) {
                  said.push_back(task + " " + (got ? got->value : got.error().message));
                });
  }
  /// Runs what was posted until the tasks have said so much.
  std::vector<std::string> wait(std::size_t count) {
    while (said.size() < count) {
      std::unique_lock lock(mutex);
      REQUIRE(came.wait_for(lock, 10s, [&] { return !posted.empty(); }));
      const auto task = std::move(posted.front());
      posted.pop_front();
      lock.unlock();
      task();
    }
    return said;
  }
  bool has(const std::string& digest) const {
    return runtime::Pool(dir.path() / "packs").acquire({digest}).has_value();
  }
  auto times(const std::string& what) { return std::ranges::count(api.given(), what); }
};

TEST_CASE("tasks that ask for one pack wait for one fetch, by name or digest") {
  Bench bench;
  const auto digest = bench.api.add_pack("tiny", std::string(2500, 'x'));
  bench.want("a", "tiny");
  bench.want("b", digest);
  bench.want("c", "tiny");
  auto said = bench.wait(3);
  std::ranges::sort(said);
  CHECK(said == std::vector{"a " + digest, "b " + digest, "c " + digest});
  CHECK(bench.has(digest));
  for (const char* piece : {"data 0", "data 1000", "data 2000"}) CHECK(bench.times(piece) == 1);
  bench.api.stop();
  bench.want("d", digest);  // it is here, and nobody is asked
  CHECK(bench.said.size() == 4);
}

TEST_CASE("a server that is away for a moment is asked again, where it stopped") {
  Bench bench;
  const auto digest = bench.api.add_pack("tiny", std::string(2500, 'x'));
  bench.api.answer_data({503, 502});
  bench.want("a", "tiny");
  CHECK(bench.wait(1).front() == "a " + digest);
  CHECK(bench.times("data 0") == 1);
}

TEST_CASE("a server that stays away fails the task, with what is wrong") {
  Bench bench(1 << 20, 0s);
  bench.api.stop();
  bench.want("a", "tiny");
  CHECK(bench.wait(1).front().find("api.sock") != std::string::npos);
  bench.api.start();
  bench.want("b", "nosuch");
  CHECK(bench.wait(2).back() == "b the server answered 404");
}

TEST_CASE("the next worker goes on with what an earlier one had begun to fetch") {
  Bench bench(1 << 20, 0s);
  const auto digest = bench.api.add_pack("tiny", std::string(2500, 'x'));
  bench.want("a", "tiny");
  bench.wait(1);
  REQUIRE(runtime::Pool(bench.dir.path() / "packs").remove({digest}));
  const auto begun = bench.dir.path() / "packs/.fetch-sha256-";
  std::filesystem::create_directories(begun.string() + digest.substr(7));
  std::ofstream(begun.string() + digest.substr(7) + "/data") << std::string(1500, 'x');
  bench.want("b", "tiny");
  CHECK(bench.wait(2).back() == "b " + digest);
  CHECK(bench.times("data 1500") == 1);
  CHECK(bench.times("data 0") == 1);
}

TEST_CASE("an attempt that is over does not end the fetch for another one") {
  Bench bench;
  const auto digest = bench.api.add_pack("tiny", "x");
  bench.api.deny("token of a");
  bench.want("a", "tiny");
  bench.want("b", "tiny");
  CHECK(bench.wait(2) == std::vector<std::string>{"a the server answered 401", "b " + digest});
}

TEST_CASE("who waited when the connection was lost is told nothing, and waits again") {
  Bench bench;
  const auto digest = bench.api.add_pack("tiny", "x");
  bench.want("a", "tiny");
  bench.cache->lost();
  bench.want("b", "tiny");
  CHECK(bench.wait(1) == std::vector{"b " + digest});
}

TEST_CASE("packs that no task uses make room, the one that was used last stays") {
  Bench bench(25);
  std::vector<std::string> digests;
  for (const char* name : {"one", "two", "three"}) {
    digests.push_back(bench.api.add_pack(name, std::string(10, name[1])));
  }
  bench.want("a", digests[0]);
  bench.wait(1);
  bench.want("b", digests[1]);
  bench.wait(2);
  bench.cache->release(Bench::key("a"));
  bench.cache->release(Bench::key("b"));
  bench.want("a", digests[0]);  // used again
  bench.cache->keep_only({});
  bench.want("c", digests[2]);
  bench.wait(4);
  CHECK(bench.has(digests[0]));
  CHECK_FALSE(bench.has(digests[1]));
  CHECK(bench.has(digests[2]));
}

TEST_CASE("a pack that a task uses stays, whatever there is room for") {
  Bench bench(1);
  const auto first = bench.api.add_pack("one", "1");
  const auto second = bench.api.add_pack("two", "2");
  bench.want("a", first);
  bench.wait(1);
  bench.want("b", second);
  bench.wait(2);
  CHECK(bench.has(first));
  CHECK(bench.has(second));
}

}  // namespace
}  // namespace aiflow::uplink::detail

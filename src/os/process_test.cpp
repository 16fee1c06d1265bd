// SPDX-License-Identifier: Apache-2.0
#include "os/process.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <thread>

#include "os/environment.h"
#include "os/event_loop.h"
#include "os/file.h"
#include "os/process_tree.h"
#include "os/signals.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::os {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const SystemClock kClock;

Deadline soon() { return Deadline::after(kClock, seconds(10)); }

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

struct Ran {
  ExitStatus status;
  std::string output;
};

/// Runs to the end; stdout and stderr come back together.
Ran run(ProcessOptions options) {
  Pipe pipe = make_pipe().value();
  options.fds.emplace_back(pipe.write_end.get(), 1);
  options.fds.emplace_back(pipe.write_end.get(), 2);
  auto process = Process::start(options);
  REQUIRE_MESSAGE(process.has_value(), process.error().message);
  pipe.write_end.reset();
  Ran ran;
  ran.output = read_all(pipe.read_end.get());
  ran.status = process->wait(soon()).value();
  return ran;
}

ProcessOptions bash(std::string script) { return {.argv = {"bash", "-c", std::move(script)}}; }

bool alive(int pid) {
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  return stat && stat->find(") Z ") == std::string::npos;
}

bool eventually(const std::function<bool()>& condition) {
  const Deadline deadline = soon();
  while (!condition()) {
    if (deadline.passed(kClock.steady_now())) return false;
    sleep_for(milliseconds(2));
  }
  return true;
}

TEST_CASE("a process gives its exit code, or the signal that ended it") {
  CHECK(run(bash("exit 3")).status == ExitStatus{.exit_code = 3, .signal = std::nullopt});
  const Ran killed = run(bash("kill -9 $$"));
  CHECK(killed.status == ExitStatus{.exit_code = std::nullopt, .signal = SIGKILL});
  CHECK(describe(killed.status) == "killed by SIGKILL");
  CHECK(describe({.exit_code = 3, .signal = std::nullopt}) == "exit code 3");
}

TEST_CASE("a program that cannot be started is named with the reason") {
  const auto missing = Process::start({.argv = {"no-such-program"}});
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(missing.error().message == "could not start: No such file or directory: 'no-such-program'");
  CHECK(Process::start({.argv = {"/etc/passwd"}}).error().message ==
        "could not start: Permission denied: '/etc/passwd'");
  ProcessOptions lost = bash("true");
  lost.cwd = "/no/such/folder";
  CHECK(Process::start(lost).error().message ==
        "could not start: change to directory: No such file or directory: '/no/such/folder'");
  lost.contain_tree = true;
  CHECK(Process::start(lost).error().message.find("/no/such/folder") != std::string::npos);
}

TEST_CASE("environment, directory, session and limits are what was asked for") {
  ProcessOptions options = bash("echo $A $(pwd) $(ulimit -n) $(ps -o sid= -p $$) $$");
  options.env = {{"A", "x y"}, {"PATH", "/usr/bin:/bin"}};
  options.cwd = "/usr";
  options.limits.open_files = 77;
  const Ran ran = run(options);
  int session = 0, pid = 0;
  REQUIRE(std::sscanf(ran.output.c_str(), "x y /usr 77 %d %d", &session, &pid) == 2);
  CHECK(session == pid);
}

TEST_CASE("descriptors arrive where they were sent, even when they cross, and no others") {
  Pipe a = make_pipe().value();
  Pipe b = make_pipe().value();
  const int wa = a.write_end.get(), wb = b.write_end.get();
  ProcessOptions options = bash("echo a >&" + std::to_string(wb) + "; echo b >&" +
                                std::to_string(wa) + "; ls /proc/self/fd | wc -w");
  options.fds = {{wa, wb}, {wb, wa}};
  const Ran ran = run(options);
  a.write_end.reset();
  b.write_end.reset();
  CHECK(read_all(a.read_end.get()) == "a\n");
  CHECK(read_all(b.read_end.get()) == "b\n");
  CHECK(std::stoi(ran.output) == 6);  // 0 1 2, the two, and the one of ls itself
}

TEST_CASE("signals that are blocked or ignored here are not so in the child") {
  std::signal(SIGUSR1, SIG_IGN);
  const Ran ran = run(bash("grep -E 'SigBlk|SigIgn' /proc/self/status | awk '{print $2}'"));
  std::signal(SIGUSR1, SIG_DFL);
  REQUIRE(ran.output.size() == 34);
  // 32 and 33 belong to the C library, which lets nobody set them; whoever started the tests may
  // have left them ignored.
  constexpr std::uint64_t kLibrary = 0x1'8000'0000;
  CHECK((std::stoull(ran.output.substr(0, 16), nullptr, 16) & ~kLibrary) == 0);
  CHECK((std::stoull(ran.output.substr(17, 16), nullptr, 16) & ~kLibrary) == 0);
}

TEST_CASE("a deadline ends the wait, not the process") {
  auto process = Process::start(bash("sleep 100")).value();
  CHECK(process.wait(Deadline::after(kClock, milliseconds(20))).error().code == ErrorCode::timeout);
  CHECK_FALSE(process.poll().has_value());
  CHECK(process.stop(seconds(5)).signal == SIGTERM);
  CHECK(process.poll()->signal == SIGTERM);
}

TEST_CASE("a stop goes on to SIGKILL when SIGTERM is ignored") {
  Pipe ready = make_pipe().value();
  ProcessOptions options = bash("trap '' TERM; echo; while :; do sleep 1; done");
  options.fds = {{ready.write_end.get(), 1}};
  auto process = Process::start(options).value();
  char byte = 0;
  REQUIRE(::read(ready.read_end.get(), &byte, 1) == 1);
  CHECK(process.stop(milliseconds(20)).signal == SIGKILL);
}

TEST_CASE("a guarded process ends with its command and leaves no descendant") {
  const TempDir dir = TempDir::create("aiflow-test").value();
  ProcessOptions options = bash(
      "setsid bash -c 'trap \"\" TERM; (setsid sleep 1000 & echo $! >pid); wait' & "
      "while [ ! -s pid ]; do sleep 0.01; done; exit 7");
  options.cwd = dir.path();
  options.contain_tree = true;
  CHECK(run(options).status.exit_code == 7);
  const int pid = std::stoi(read_file(dir.path() / "pid", 20).value());
  CHECK_FALSE(alive(pid));
}

TEST_CASE("SIGTERM to a guard ends the whole tree at once") {
  const TempDir dir = TempDir::create("aiflow-test").value();
  ProcessOptions options =
      bash("trap '' TERM; setsid -f sleep 1000; echo $$ >pid; while :; do sleep 1; done");
  options.cwd = dir.path();
  options.contain_tree = true;
  auto process = Process::start(options).value();
  const auto started = [&] { return !read_file(dir.path() / "pid", 20).value_or("").empty(); };
  REQUIRE(eventually(started));
  const auto tree = descendants_of(process.pid());
  CHECK(tree.size() >= 2);
  process.send_signal(SIGTERM);
  CHECK(process.wait(soon()).value().signal == SIGKILL);
  CHECK(std::ranges::none_of(tree, alive));
}

TEST_CASE("a process dies with the thread that started it when asked to") {
  int pid = 0;
  std::jthread([&] {
    ProcessOptions options = bash("sleep 1000");
    options.die_with_parent = true;
    pid = Process::start(options).value().pid();
  }).join();
  CHECK(eventually([&] { return !alive(pid); }));
}

TEST_CASE("killing a tree reaches descendants in other sessions below a subreaper") {
  const TempDir dir = TempDir::create("aiflow-test").value();
  ProcessOptions options =
      bash("(setsid sleep 1000 &) ; setsid -f sleep 1000; echo >ready; sleep 1000");
  options.cwd = dir.path();
  options.subreaper = true;
  auto process = Process::start(options).value();
  REQUIRE(eventually([&] { return std::filesystem::exists(dir.path() / "ready"); }));
  REQUIRE(eventually([&] { return descendants_of(process.pid()).size() == 2; }));
  const auto tree = descendants_of(process.pid());
  kill_tree(process.pid());
  CHECK(process.wait(soon()).value().signal == SIGKILL);
  CHECK(eventually([&] { return std::ranges::none_of(tree, alive); }));
}

TEST_CASE("the event loop runs watches and timers, and forgets what was cancelled") {
  auto loop = EventLoop::create(kClock).value();
  Pipe pipe = make_pipe().value();
  std::string order;
  loop->watch(pipe.read_end.get(), {}, [&] {
    order += "read ";
    loop->unwatch(pipe.read_end.get());
  });
  loop->after(milliseconds(2), [&] { order += "timer "; });
  loop->cancel(loop->after(milliseconds(1), [&] { order += "never "; }));
  REQUIRE(write_all(pipe.write_end.get(), "x").has_value());
  const Deadline deadline = soon();
  while (order.size() < 11 && !deadline.passed(kClock.steady_now())) loop->run_once(seconds(1));
  CHECK(order == "read timer ");
}

}  // namespace
TEST_CASE("a thread that blocks signals is not chosen for one") {
  sigset_t blocked;
  std::jthread([&] {
    block_signals();
    ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  }).join();
  CHECK(::sigismember(&blocked, SIGCHLD) == 1);
  CHECK(::sigismember(&blocked, SIGTERM) == 1);
}

}  // namespace aiflow::os

// SPDX-License-Identifier: Apache-2.0
// Mutated input for everything that reads input from outside. Run by ctest with a fixed seed, and
// longer by hand:
//   fuzz_parsers [--target NAME] [--seed N] [--iterations N] [--only ITERATION] [--corpus DIR]
// A failure names the target, seed and iteration; --only runs that one again, e.g. in a debugger.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "mutate.h"
#include "targets.h"

extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace aiflow::fuzz {
namespace {

struct Options {
  std::string target;
  std::uint64_t seed = 1;
  std::uint64_t iterations = 2000;
  std::optional<std::uint64_t> only;
  std::string corpus = AIFLOW_SOURCE_DIR "/tests/fuzz/corpus";
};

/// What runs now; for the message of a crash.
const char* current_target = "";
std::uint64_t current_seed = 0;
std::uint64_t current_iteration = 0;

void say_where() {
  std::fprintf(stderr, "\nfuzz_parsers --target %s --seed %llu --only %llu\n", current_target,
               static_cast<unsigned long long>(current_seed),
               static_cast<unsigned long long>(current_iteration));
}

[[noreturn]] void on_signal(int signal) {
  say_where();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::_Exit(1);
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--target")
      options.target = value;
    else if (name == "--seed")
      options.seed = std::strtoull(value, nullptr, 10);
    else if (name == "--iterations")
      options.iterations = std::strtoull(value, nullptr, 10);
    else if (name == "--only")
      options.only = std::strtoull(value, nullptr, 10);
    else if (name == "--corpus")
      options.corpus = value;
    else
      return std::nullopt;
  }
  if (argc % 2 == 0) return std::nullopt;
  return options;
}

/// The files of the target's folder.
void add_corpus(Target& target, const std::filesystem::path& corpus) {
  const auto folder = corpus / target.name;
  if (!std::filesystem::is_directory(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    target.seeds.emplace_back(std::istreambuf_iterator<char>(file),
                              std::istreambuf_iterator<char>());
  }
}

bool run(const Target& target, const Options& options) {
  current_target = target.name.c_str();
  current_seed = options.seed;
  const std::uint64_t first = options.only.value_or(0);
  const std::uint64_t end = options.only ? first + 1 : options.iterations;
  std::uint64_t accepted = 0;
  for (current_iteration = first; current_iteration < end; ++current_iteration) {
    // Each iteration has its own numbers, so that one can be run alone.
    Prng prng(options.seed * 0x9E3779B97F4A7C15ULL + current_iteration);
    const Verdict verdict = target.judge(mutate(prng, target.seeds));
    accepted += verdict == Verdict::accepted ? 1 : 0;
    if (verdict != Verdict::broken) continue;
    std::fprintf(stderr, "%s: an input breaks what must hold", target.name.c_str());
    say_where();
    return false;
  }
  std::printf("%-18s %llu inputs, %llu accepted\n", current_target,
              static_cast<unsigned long long>(end - first),
              static_cast<unsigned long long>(accepted));
  return true;
}

int run_all(const Options& options) {
  int ran = 0;
  for (Target& target : all_targets()) {
    if (!options.target.empty() && target.name != options.target) continue;
    add_corpus(target, options.corpus);
    if (target.seeds.empty()) {
      std::fprintf(stderr, "%s: the corpus has no file for it\n", target.name.c_str());
      return 1;
    }
    for (const std::string& seed : target.seeds) {
      if (target.judge(seed) == Verdict::accepted) continue;
      std::fprintf(stderr, "%s: a good input is not accepted: %s\n", target.name.c_str(),
                   seed.c_str());
      return 1;
    }
    if (!run(target, options)) return 1;
    ++ran;
  }
  if (ran > 0) return 0;
  std::fprintf(stderr, "there is no target '%s'\n", options.target.c_str());
  return 2;
}

}  // namespace
}  // namespace aiflow::fuzz

int main(int argc, char** argv) {
  namespace fuzz = aiflow::fuzz;
  const auto options = fuzz::parse(argc, argv);
  if (!options) {
    std::fprintf(stderr,
                 "usage: fuzz_parsers [--target NAME] [--seed N] [--iterations N] "
                 "[--only ITERATION] [--corpus DIR]\n");
    return 2;
  }
  std::signal(SIGABRT, fuzz::on_signal);  // of an assertion; sanitizers leave it alone
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(fuzz::say_where);
  } else {
    std::signal(SIGSEGV, fuzz::on_signal);
  }
  return fuzz::run_all(*options);
}

// SPDX-License-Identifier: Apache-2.0
// aiflow tasks show: all that is known of a task instance.
#include "app/cli/workflow/task_show.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <string>

#include "app/cli/workflow/words.h"

namespace aiflow::app {
namespace {

constexpr std::int64_t kTailBytes = 2000;
constexpr std::size_t kTailLines = 5;

const Parameter kTry{.name = "--try", .help = "number of the try; the newest when left out"};

std::string took(const wire::TaskTry& one, WallTime now) {
  return one.start_date ? format_duration(one.end_date.value_or(now) - *one.start_date) : "-";
}

std::string cpu_words(const wire::TaskTry& one) {
  if (!one.cpu_user_ms || !one.cpu_system_ms) return "-";
  return format_duration(std::chrono::milliseconds(*one.cpu_user_ms + *one.cpu_system_ms));
}

std::string bytes_words(std::optional<std::int64_t> bytes) {
  return bytes ? format_bytes(static_cast<double>(*bytes)) : "-";
}

std::string two_places(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", number);
  return text.data();
}

void print_tries(const std::vector<wire::TaskTry>& tries, WallTime now) {
  Table table{.header = {"TRY", "STATE", "STARTED", "TOOK", "CPU TIME", "MEMORY PEAK",
                         "MEMORY MEAN", "WORKER", "CAUSE"},
              .rows = {}};
  for (const wire::TaskTry& one : tries) {
    table.rows.push_back({std::to_string(one.try_number), state_label(one.state, is_terminal()),
                          or_dash(one.start_date, now), took(one, now), cpu_words(one),
                          bytes_words(one.memory_peak_bytes), bytes_words(one.memory_mean_bytes),
                          one.hostname.empty() ? "-" : one.hostname, one.cause});
  }
  std::cout << render(table);
}

/// The most processors that were busy between two samples, the first one since the start.
double processors_peak(const std::vector<wire::UsageSample>& samples) {
  double most = 0;
  wire::UsageSample before;
  for (const wire::UsageSample& one : samples) {
    const auto span = static_cast<double>(std::max<std::int64_t>(one.ms - before.ms, 1));
    most = std::max(most, static_cast<double>(one.cpu_ms - before.cpu_ms) / span);
    before = one;
  }
  return most;
}

void print_use(const wire::TryDetails& of) {
  std::cout << "\nresources of try " << of.try_number << ": ";
  if (of.usage_note) {
    std::cout << "not measured, " << (*of.usage_note == "pod" ? "it ran in a pod" : *of.usage_note)
              << "\n";
  } else if (of.samples.empty()) {
    std::cout << (of.cpu_user_ms ? "too short for samples over time\n" : "none were told\n");
  } else {
    const wire::UsageSample& last = of.samples.back();
    std::int64_t peak = of.memory_peak_bytes.value_or(0);
    for (const auto& one : of.samples) peak = std::max(peak, one.memory_bytes);
    const auto span = static_cast<double>(std::max<std::int64_t>(last.ms, 1));
    std::cout << "processors " << two_places(static_cast<double>(last.cpu_ms) / span)
              << " on average, " << two_places(processors_peak(of.samples)) << " at most; memory "
              << bytes_words(peak) << " at most, "
              << bytes_words(of.memory_mean_bytes.value_or(last.memory_bytes))
              << (of.memory_mean_bytes ? " on average\n" : " now\n");
  }
}

/// The length of a colour's sequence, ESC [ numbers m, at the text's beginning; 0: it is none.
std::size_t colour_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const auto end = text.find_first_not_of("0123456789;:", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

/// What a task put into its fields or its log must not steer the terminal. Colours go; other
/// controls of ASCII, and those of Latin-1, which are two bytes in UTF-8, become '?'.
std::string shown_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (const auto colour = colour_length(text)) {
      text.remove_prefix(colour);
      continue;
    }
    const auto byte = static_cast<unsigned char>(text.front());
    const auto next = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0;
    const bool is_two = byte == 0xc2 && next >= 0x80 && next < 0xa0;
    const bool is_control = (byte < ' ' && byte != '\n' && byte != '\t') || byte == 0x7f || is_two;
    out += is_control ? '?' : text.front();
    if (byte == '\n') out += "    ";
    text.remove_prefix(is_two ? 2 : 1);
  }
  return out;
}

void print_rendered(const wire::TryDetails& of) {
  std::cout << "\nfields of try " << of.try_number << ", rendered:";
  if (!of.rendered_fields || !of.rendered_fields->is_object()) {
    std::cout << " none (it has none with a value, did not get that far, or is a command without "
                 "templates)\n";
    return;
  }
  std::cout << "\n";
  for (const auto& [name, value] : of.rendered_fields->as_object()) {
    const std::string text = value.is_string() ? value.as_string() : json::write(value);
    std::cout << "  " << shown_text(name) << ": " << shown_text(text) << "\n";
  }
}

/// The last lines of the log, and the command for all of it.
Status print_tail(ApiClient& client, const Invocation& in, const TaskAt& at, std::int64_t number) {
  const std::string path = at.path + "/logs/" + std::to_string(number) + at.name.query();
  const std::string from = path + (at.name.map_index ? "&offset=" : "?offset=");
  AIFLOW_ASSIGN(const auto value, client.get(from + "0"));
  AIFLOW_ASSIGN(auto chunk, wire::parse_log_chunk(value));
  if (chunk.size > chunk.next_offset) {
    AIFLOW_ASSIGN(const auto end, client.get(from + std::to_string(chunk.size - kTailBytes)));
    AIFLOW_ASSIGN(chunk, wire::parse_log_chunk(end));
  }
  std::string_view text = chunk.content;
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::size_t begin = text.size();
  for (std::size_t lines = 0; lines < kTailLines && begin != 0; ++lines) {
    const std::size_t before = text.rfind('\n', begin - 1);
    begin = before == std::string_view::npos ? 0 : before;
  }
  if (begin != 0) text.remove_prefix(begin + 1);
  std::cout << "\nlast lines of its log:\n    " << shown_text(text)
            << "\nall of it: aiflow tasks log " << in.text("dag_id") << " '" << in.text("task_id")
            << "' --run '" << at.run << "'\n";
  return {};
}

void print_head(const wire::TaskInstance& ti, const std::string& run) {
  std::cout << shown_name(ti) << " of " << run << " is " << state_label(ti.state, is_terminal())
            << (ti.cause.empty() ? "" : ": " + ti.cause) << "\n";
  if (ti.explanation && ti.explanation->text != ti.cause) {
    std::cout << ti.explanation->text << "\n";
  }
  std::cout << "operator " << ti.operator_name << ", pool " << ti.pool << ", priority "
            << ti.priority_weight << ", try " << ti.try_number << " of " << ti.max_tries + 1
            << "\n";
}

/// Of all tries for a program, else of --try, or of the newest one.
Result<json::Array> details_of(ApiClient& client, const Invocation& in, const TaskAt& at,
                               const std::vector<wire::TaskTry>& tries) {
  std::optional<std::int64_t> wanted;
  if (in.given("--try")) {
    AIFLOW_ASSIGN(wanted, in.number("--try"));
  } else if (!in.flag("--json") && !tries.empty()) {
    wanted = tries.back().try_number;
  }
  std::vector<std::int64_t> numbers;
  if (wanted) numbers.push_back(*wanted);
  for (const wire::TaskTry& one : tries) {
    if (!wanted) numbers.push_back(one.try_number);
  }
  json::Array details;
  for (const std::int64_t number : numbers) {
    AIFLOW_ASSIGN(auto value,
                  client.get(at.path + "/tries/" + std::to_string(number) + at.name.query()));
    details.push_back(std::move(value));
  }
  return details;
}

Status show(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const TaskAt at, task_at(client, in));
  AIFLOW_ASSIGN(json::Value item, client.get(at.path + at.name.query()));
  AIFLOW_ASSIGN(const auto ti, wire::parse_task_instance(item));
  AIFLOW_ASSIGN(const auto listed, client.list(at.path + "/tries" + at.name.query()));
  std::vector<wire::TaskTry> tries;
  for (const json::Value& one : listed) {
    AIFLOW_ASSIGN(auto parsed, wire::parse_task_try(one));
    tries.push_back(std::move(parsed));
  }
  AIFLOW_ASSIGN(json::Array details, details_of(client, in, at, tries));
  if (in.flag("--json")) {
    item.set("tries", std::move(details));
    print_object(in, item);
    return {};
  }
  print_head(ti, at.run);
  if (details.empty()) return {};
  std::cout << "\n";
  print_tries(tries, clock.now());
  AIFLOW_ASSIGN(const auto shown, wire::parse_try_details(details.back()));
  print_use(shown);
  print_rendered(shown);
  return print_tail(client, in, at, shown.try_number);
}

}  // namespace

Command task_show_command(const Clock& clock) {
  return {
      .words = {"tasks", "show"},
      .summary = "a task of a run: its state, its tries and what they used, its rendered fields",
      .parameters = with_common({kDag, kTask, kRun, kIndex, kTry}),
      .examples = {"aiflow tasks show etl load", "aiflow tasks show etl 'load[3]' --try 1",
                   "aiflow tasks show etl load --run manual__2026-11-24T02:00:00Z --json"},
      .run = bound(clock, show)};
}

}  // namespace aiflow::app

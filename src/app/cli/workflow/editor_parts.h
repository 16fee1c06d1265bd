// SPDX-License-Identifier: Apache-2.0
// What the editor of YAML DAGs needs of a server. Private to server.cpp.
#pragma once

#include "app/cli/serve.h"
#include "service/dag_files/dag_editor.h"
#include "service/dag_files/dag_loader.h"

namespace aiflow::app {

/// `loader`: what it saves and removes goes the same way.
[[nodiscard]] service::DagEditor::Parts editor_parts(const Clock& clock, store::Store& store,
                                                     const ServeOptions& options,
                                                     service::DagLoaderParts loader);

}  // namespace aiflow::app

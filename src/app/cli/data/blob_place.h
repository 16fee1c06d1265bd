// SPDX-License-Identifier: Apache-2.0
// Where the server keeps blobs beside its data directory: --blobs s3://… and what belongs to it.
#pragma once

#include <memory>
#include <vector>

#include "app/cli/command.h"
#include "blobs/blob_remote.h"

namespace aiflow::app {

[[nodiscard]] std::vector<Parameter> blob_parameters();

/// --blobs, else AIFLOW_BLOBS; nullptr when neither is there: the data directory alone. The keys
/// come from the file of --s3-keys-file, else from AIFLOW_S3_ACCESS_KEY and AIFLOW_S3_SECRET_KEY,
/// which are taken out of the environment so that no child inherits them. A store that does not
/// answer now may do so later; one that refuses is an error. Called before any thread starts.
/// Errors: invalid_argument, denied, not_found (bucket, file of the keys).
[[nodiscard]] Result<std::shared_ptr<blobs::BlobRemote>> blob_remote_of(const Invocation& in);

}  // namespace aiflow::app

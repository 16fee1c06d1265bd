// SPDX-License-Identifier: Apache-2.0
// What every BlobStore must do, whatever stands behind its folder. Tests only (doctest).
#pragma once

#include <functional>
#include <memory>

#include "blobs/blob_remote.h"

namespace aiflow::blobs {

/// `remote`: of one suite, empty at the start; nullptr = a folder alone.
void check_blob_store(const std::shared_ptr<BlobRemote>& remote);

/// The parts that only a remote can show: a second machine sees what the first one put.
void check_blob_remote(const std::shared_ptr<BlobRemote>& remote);

}  // namespace aiflow::blobs

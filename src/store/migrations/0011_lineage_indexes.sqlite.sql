-- SPDX-License-Identifier: Apache-2.0
-- For lineage from content to what was made of it, and for finding blobs that nothing names.
CREATE INDEX model_variants_blob ON model_variants (blob_sha256);
CREATE INDEX scene_events_variant ON scene_events (variant_id);
CREATE INDEX scene_events_snapshot ON scene_events (snapshot_sha256);
CREATE INDEX dag_runs_ended ON dag_runs (end_date);
-- @down
DROP INDEX model_variants_blob;
DROP INDEX scene_events_variant;
DROP INDEX scene_events_snapshot;
DROP INDEX dag_runs_ended;

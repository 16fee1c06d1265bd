-- SPDX-License-Identifier: Apache-2.0
-- For lineage from content to what was made of it, and for finding blobs that nothing names.
CREATE INDEX IF NOT EXISTS model_variants_blob ON model_variants (blob_sha256);
CREATE INDEX IF NOT EXISTS scene_events_variant ON scene_events (variant_id);
CREATE INDEX IF NOT EXISTS scene_events_snapshot ON scene_events (snapshot_sha256(64));
CREATE INDEX IF NOT EXISTS dag_runs_ended ON dag_runs (end_date);
-- @down
DROP INDEX IF EXISTS scene_events_variant ON scene_events;
DROP INDEX IF EXISTS scene_events_snapshot ON scene_events;
DROP INDEX IF EXISTS dag_runs_ended ON dag_runs;

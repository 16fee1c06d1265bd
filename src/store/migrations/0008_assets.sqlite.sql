-- SPDX-License-Identifier: Apache-2.0
-- Assets that DAGs name or that tasks made under an alias; is_active: some DAG names it now.
CREATE TABLE assets (
  name TEXT PRIMARY KEY,
  uri TEXT NOT NULL,
  asset_group TEXT NOT NULL,
  extra TEXT NOT NULL,
  is_active INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An asset was new. The source's texts are empty when somebody outside said so.
CREATE TABLE asset_events (
  event_id INTEGER PRIMARY KEY,
  asset TEXT NOT NULL,
  extra TEXT NOT NULL,
  alias TEXT NOT NULL,
  username TEXT NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX asset_events_asset ON asset_events (asset, event_id);
CREATE INDEX asset_events_alias ON asset_events (alias, event_id);

-- Events of an asset or alias that no run of a DAG has consumed: from the first to the last.
CREATE TABLE asset_queue (
  dag_id TEXT NOT NULL,
  asset TEXT NOT NULL,
  first_event INTEGER NOT NULL,
  last_event INTEGER NOT NULL,
  events INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (dag_id, asset)
) STRICT, WITHOUT ROWID;

-- What a run has consumed of an asset or alias.
CREATE TABLE run_assets (
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  asset TEXT NOT NULL,
  first_event INTEGER NOT NULL,
  last_event INTEGER NOT NULL,
  PRIMARY KEY (dag_id, run_id, asset)
) STRICT, WITHOUT ROWID;
-- @down
DROP TABLE run_assets;
DROP TABLE asset_queue;
DROP TABLE asset_events;
DROP TABLE assets;

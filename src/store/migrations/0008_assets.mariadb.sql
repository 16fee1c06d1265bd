-- SPDX-License-Identifier: Apache-2.0
-- Assets that DAGs name or that tasks made under an alias; is_active: some DAG names it now.
CREATE TABLE IF NOT EXISTS assets (
  name VARBINARY(1510) PRIMARY KEY,
  uri LONGTEXT NOT NULL,
  asset_group LONGTEXT NOT NULL,
  extra LONGTEXT NOT NULL,
  is_active BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

-- An asset was new. The source's texts are empty when somebody outside said so.
CREATE TABLE IF NOT EXISTS asset_events (
  event_id BIGINT PRIMARY KEY,
  asset VARBINARY(1510) NOT NULL,
  extra LONGTEXT NOT NULL,
  alias VARBINARY(1510) NOT NULL,
  username LONGTEXT NOT NULL,
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  map_index BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS asset_events_asset ON asset_events (asset, event_id);
CREATE INDEX IF NOT EXISTS asset_events_alias ON asset_events (alias, event_id);

-- Events of an asset or alias that no run of a DAG has consumed: from the first to the last.
CREATE TABLE IF NOT EXISTS asset_queue (
  dag_id VARBINARY(250) NOT NULL,
  asset VARBINARY(1510) NOT NULL,
  first_event BIGINT NOT NULL,
  last_event BIGINT NOT NULL,
  events BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (dag_id, asset)
);

-- What a run has consumed of an asset or alias.
CREATE TABLE IF NOT EXISTS run_assets (
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  asset VARBINARY(1510) NOT NULL,
  first_event BIGINT NOT NULL,
  last_event BIGINT NOT NULL,
  PRIMARY KEY (dag_id, run_id, asset)
);
-- @down
DROP TABLE IF EXISTS run_assets;
DROP TABLE IF EXISTS asset_queue;
DROP TABLE IF EXISTS asset_events;
DROP TABLE IF EXISTS assets;

PRAGMA application_id = 1095329388;
PRAGMA user_version = 0;
BEGIN TRANSACTION;
CREATE TABLE blobs (
  sha256 TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE cameras (
  camera_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  service TEXT NOT NULL,
  rules TEXT NOT NULL,
  classes TEXT NOT NULL,
  start_frame INTEGER NOT NULL,
  end_frame INTEGER,
  realtime INTEGER NOT NULL,
  score_min REAL,
  detect_fps REAL,
  wanted INTEGER NOT NULL,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  frame INTEGER NOT NULL,
  frames_total INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  counts TEXT NOT NULL,
  stats TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  username TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE dag_runs (
  dag_id TEXT NOT NULL REFERENCES dags,
  run_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  run_type TEXT NOT NULL,
  logical_date INTEGER,
  data_interval_start INTEGER,
  data_interval_end INTEGER,
  run_after INTEGER NOT NULL,
  queued_at INTEGER NOT NULL,
  start_date INTEGER,
  end_date INTEGER,
  conf TEXT NOT NULL,
  note TEXT NOT NULL,
  dag_version INTEGER NOT NULL,
  cause TEXT NOT NULL,
  triggered_by TEXT NOT NULL,
  clear_number INTEGER NOT NULL,
  PRIMARY KEY (dag_id, run_id),
  FOREIGN KEY (dag_id, dag_version) REFERENCES dag_versions
) STRICT, WITHOUT ROWID;
INSERT INTO "dag_runs" VALUES('mixed','first',1,'failed','manual',1795862158124133,1795862158124133,1795862158124133,1795862158124133,1795862158124133,1795862158124133,1795862158788270,'{}','',1,'marked failed by local','local',0);
INSERT INTO "dag_runs" VALUES('mixed','second',2,'success','manual',1795862158139984,1795862158139984,1795862158139984,1795862158139984,1795862158139984,1795862158824876,1795862158857678,'{}','',1,'all tasks at the end of the DAG succeeded or were skipped','local',1);
INSERT INTO "dag_runs" VALUES('open','unfinished',1,'running','manual',1795862158897030,1795862158897030,1795862158897030,1795862158897030,1795862158897030,1795862158897030,NULL,'{}','',1,'started; max_active_runs has room for it','local',0);
CREATE TABLE dag_versions (
  dag_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  spec TEXT NOT NULL,
  source TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (dag_id, version)
) STRICT;
INSERT INTO "dag_versions" VALUES('mixed',1,'{"dag_id":"mixed","description":"","doc_md":"","tags":[],"owner":"aiflow","schedule":{"kind":"none","text":"never; started by hand"},"timezone":"UTC","catchup":false,"max_active_tasks":16,"max_active_runs":16,"max_consecutive_failed_dag_runs":0,"is_paused_upon_creation":false,"fail_fast":false,"compat":3,"params":{},"tasks":[{"task_id":"a","label":"a","operator":"bash","operator_name":"BashOperator","upstream":[],"trigger_rule":"all_success","payload":{"templated":false,"bash_command":"echo value","env":null,"append_env":false,"cwd":null,"skip_on_exit_code":[99],"do_xcom_push":true},"retries":0,"retry_delay_ms":300000,"retry_exponential_backoff":0.0,"pool":"default_pool","pool_slots":1,"priority_weight":1,"weight_rule":"downstream","depends_on_past":false,"wait_for_downstream":false,"is_setup":false,"is_teardown":false,"on_failure_fail_dagrun":false,"doc_md":"","owner":"aiflow","is_branch":false,"is_short_circuit":false,"ignore_downstream_trigger_rules":true},{"task_id":"b","label":"b","operator":"bash","operator_name":"BashOperator","upstream":["a"],"trigger_rule":"all_success","payload":{"templated":false,"bash_command":"[ $AIFLOW_CTX_TRY_NUMBER = 2 ]","env":null,"append_env":false,"cwd":null,"skip_on_exit_code":[99],"do_xcom_push":true},"retries":1,"retry_delay_ms":10,"retry_exponential_backoff":0.0,"pool":"default_pool","pool_slots":1,"priority_weight":1,"weight_rule":"downstream","depends_on_past":false,"wait_for_downstream":false,"is_setup":false,"is_teardown":false,"on_failure_fail_dagrun":false,"doc_md":"","owner":"aiflow","is_branch":false,"is_short_circuit":false,"ignore_downstream_trigger_rules":true},{"task_id":"c","label":"c","operator":"bash","operator_name":"BashOperator","upstream":["a"],"trigger_rule":"all_success","payload":{"templated":false,"bash_command":"exit 99","env":null,"append_env":false,"cwd":null,"skip_on_exit_code":[99],"do_xcom_push":true},"retries":0,"retry_delay_ms":300000,"retry_exponential_backoff":0.0,"pool":"default_pool","pool_slots":1,"priority_weight":1,"weight_rule":"downstream","depends_on_past":false,"wait_for_downstream":false,"is_setup":false,"is_teardown":false,"on_failure_fail_dagrun":false,"doc_md":"","owner":"aiflow","is_branch":false,"is_short_circuit":false,"ignore_downstream_trigger_rules":true},{"task_id":"m","label":"m","operator":"python","operator_name":"BashOperator","upstream":["a"],"trigger_rule":"all_success","payload":{},"retries":0,"retry_delay_ms":300000,"retry_exponential_backoff":0.0,"pool":"default_pool","pool_slots":1,"priority_weight":1,"weight_rule":"downstream","depends_on_past":false,"wait_for_downstream":false,"is_setup":false,"is_teardown":false,"on_failure_fail_dagrun":false,"doc_md":"","owner":"aiflow","is_branch":false,"is_short_circuit":false,"ignore_downstream_trigger_rules":true,"expand":[{"kind":"literal","length":3,"parts":[]}]},{"task_id":"d","label":"d","operator":"bash","operator_name":"BashOperator","upstream":["b","c","m"],"trigger_rule":"all_done","payload":{"templated":false,"bash_command":"true","env":null,"append_env":false,"cwd":null,"skip_on_exit_code":[99],"do_xcom_push":true},"retries":0,"retry_delay_ms":300000,"retry_exponential_backoff":0.0,"pool":"default_pool","pool_slots":1,"priority_weight":1,"weight_rule":"downstream","depends_on_past":false,"wait_for_downstream":false,"is_setup":false,"is_teardown":false,"on_failure_fail_dagrun":false,"doc_md":"","owner":"aiflow","is_branch":false,"is_short_circuit":false,"ignore_downstream_trigger_rules":true}],"task_groups":[],"source_hash":"f242642d562d5e3ee5f6c0658d3268948b9afb7ce8266053222a84c84419324e"}','
from datetime import timedelta
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("mixed"):
    a = BashOperator(task_id="a", bash_command="echo value")
    b = BashOperator(task_id="b", retries=1, retry_delay=timedelta(milliseconds=10),
                     bash_command="[ $AIFLOW_CTX_TRY_NUMBER = 2 ]")
    c = BashOperator(task_id="c", bash_command="exit 99")
    m = BashOperator.partial(task_id="m").expand(bash_command=["true", "exit 1", "true"])
    d = BashOperator(task_id="d", trigger_rule="all_done", bash_command="true")
    a >> [b, c, m] >> d
with DAG("open"):
    x = BashOperator(task_id="x", bash_command="[ $AIFLOW_CTX_TRY_NUMBER = 2 ] || sleep 600", retries=2,
                     retry_delay=timedelta(milliseconds=10))
    y = BashOperator(task_id="y", bash_command="true")
    x >> y
',1795862158098747);
INSERT INTO "dag_versions" VALUES('open',1,'{"dag_id":"open","description":"","doc_md":"","tags":[],"owner":"aiflow","schedule":{"kind":"none","text":"never; started by hand"},"timezone":"UTC","catchup":false,"max_active_tasks":16,"max_active_runs":16,"max_consecutive_failed_dag_runs":0,"is_paused_upon_creation":false,"fail_fast":false,"compat":3,"params":{},"tasks":[{"task_id":"x","label":"x","operator":"bash","operator_name":"BashOperator","upstream":[],"trigger_rule":"all_success","payload":{"templated":false,"bash_command":"[ $AIFLOW_CTX_TRY_NUMBER = 2 ] || sleep 600","env":null,"append_env":false,"cwd":null,"skip_on_exit_code":[99],"do_xcom_push":true},"retries":2,"retry_delay_ms":10,"retry_exponential_backoff":0.0,"pool":"default_pool","pool_slots":1,"priority_weight":1,"weight_rule":"downstream","depends_on_past":false,"wait_for_downstream":false,"is_setup":false,"is_teardown":false,"on_failure_fail_dagrun":false,"doc_md":"","owner":"aiflow","is_branch":false,"is_short_circuit":false,"ignore_downstream_trigger_rules":true},{"task_id":"y","label":"y","operator":"bash","operator_name":"BashOperator","upstream":["x"],"trigger_rule":"all_success","payload":{"templated":false,"bash_command":"true","env":null,"append_env":false,"cwd":null,"skip_on_exit_code":[99],"do_xcom_push":true},"retries":0,"retry_delay_ms":300000,"retry_exponential_backoff":0.0,"pool":"default_pool","pool_slots":1,"priority_weight":1,"weight_rule":"downstream","depends_on_past":false,"wait_for_downstream":false,"is_setup":false,"is_teardown":false,"on_failure_fail_dagrun":false,"doc_md":"","owner":"aiflow","is_branch":false,"is_short_circuit":false,"ignore_downstream_trigger_rules":true}],"task_groups":[],"source_hash":"f242642d562d5e3ee5f6c0658d3268948b9afb7ce8266053222a84c84419324e"}','
from datetime import timedelta
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("mixed"):
    a = BashOperator(task_id="a", bash_command="echo value")
    b = BashOperator(task_id="b", retries=1, retry_delay=timedelta(milliseconds=10),
                     bash_command="[ $AIFLOW_CTX_TRY_NUMBER = 2 ]")
    c = BashOperator(task_id="c", bash_command="exit 99")
    m = BashOperator.partial(task_id="m").expand(bash_command=["true", "exit 1", "true"])
    d = BashOperator(task_id="d", trigger_rule="all_done", bash_command="true")
    a >> [b, c, m] >> d
with DAG("open"):
    x = BashOperator(task_id="x", bash_command="[ $AIFLOW_CTX_TRY_NUMBER = 2 ] || sleep 600", retries=2,
                     retry_delay=timedelta(milliseconds=10))
    y = BashOperator(task_id="y", bash_command="true")
    x >> y
',1795862158098772);
CREATE TABLE dags (
  dag_id TEXT PRIMARY KEY,
  fileloc TEXT NOT NULL,
  is_paused INTEGER NOT NULL,
  is_active INTEGER NOT NULL,
  version INTEGER NOT NULL,
  last_parsed_at INTEGER,
  created_at INTEGER NOT NULL,
  last_logical_date INTEGER,
  last_interval_start INTEGER,
  last_interval_end INTEGER,
  last_run_after INTEGER,
  next_logical_date INTEGER,
  next_interval_start INTEGER,
  next_interval_end INTEGER,
  next_run_after INTEGER,
  consecutive_failed_runs INTEGER NOT NULL,
  last_run_number INTEGER NOT NULL,
  cause TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "dags" VALUES('mixed','/home/of/then/dags/history.py',0,1,1,1795862158098747,1795862158098747,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,2,'');
INSERT INTO "dags" VALUES('open','/home/of/then/dags/history.py',0,1,1,1795862158098772,1795862158098772,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,'');
CREATE TABLE event_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  data TEXT NOT NULL
) STRICT;
INSERT INTO "event_log" VALUES(1,'dag',1795862158098854,'{"dag_id":"mixed","dag_display_name":"mixed","description":"","is_paused":false,"owners":["aiflow"],"tags":[],"timetable_summary":"never; started by hand","timetable_description":"never; started by hand","fileloc":"/home/of/then/dags/history.py","version":1,"last_parsed_time":"2026-11-28T10:35:58.098747Z","recent_runs":[],"running_count":0,"failed_count":0,"has_import_errors":false,"change":"version 1"}');
INSERT INTO "event_log" VALUES(2,'dag',1795862158098854,'{"dag_id":"open","dag_display_name":"open","description":"","is_paused":false,"owners":["aiflow"],"tags":[],"timetable_summary":"never; started by hand","timetable_description":"never; started by hand","fileloc":"/home/of/then/dags/history.py","version":1,"last_parsed_time":"2026-11-28T10:35:58.098772Z","recent_runs":[],"running_count":0,"failed_count":0,"has_import_errors":false,"change":"version 1"}');
INSERT INTO "event_log" VALUES(3,'task_instance',1795862158124214,'{"dag_id":"mixed","dag_run_id":"first","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"no_status","cause":"","try_number":0,"max_tries":1,"pool":"default_pool","priority_weight":2,"hostname":""}');
INSERT INTO "event_log" VALUES(4,'task_instance',1795862158124214,'{"dag_id":"mixed","dag_run_id":"first","task_id":"c","map_index":-1,"task_display_name":"c","operator_name":"BashOperator","state":"no_status","cause":"","try_number":0,"max_tries":0,"pool":"default_pool","priority_weight":2,"hostname":""}');
INSERT INTO "event_log" VALUES(5,'task_instance',1795862158124214,'{"dag_id":"mixed","dag_run_id":"first","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"no_status","cause":"","try_number":0,"max_tries":0,"pool":"default_pool","priority_weight":1,"hostname":""}');
INSERT INTO "event_log" VALUES(6,'task_instance',1795862158124214,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":0,"task_display_name":"m","operator_name":"BashOperator","state":"no_status","cause":"expanded into 3 instances","try_number":0,"max_tries":0,"pool":"default_pool","priority_weight":2,"hostname":""}');
INSERT INTO "event_log" VALUES(7,'task_instance',1795862158124214,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":1,"task_display_name":"m","operator_name":"BashOperator","state":"no_status","cause":"expanded into 3 instances","try_number":0,"max_tries":0,"pool":"default_pool","priority_weight":2,"hostname":""}');
INSERT INTO "event_log" VALUES(8,'task_instance',1795862158124214,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":2,"task_display_name":"m","operator_name":"BashOperator","state":"no_status","cause":"expanded into 3 instances","try_number":0,"max_tries":0,"pool":"default_pool","priority_weight":2,"hostname":""}');
INSERT INTO "event_log" VALUES(9,'dag_run',1795862158124214,'{"dag_id":"mixed","dag_run_id":"first","state":"queued","run_type":"manual","logical_date":"2026-11-28T10:35:58.124133Z","data_interval_start":"2026-11-28T10:35:58.124133Z","data_interval_end":"2026-11-28T10:35:58.124133Z","queued_at":"2026-11-28T10:35:58.124133Z","start_date":"2026-11-28T10:35:58.124133Z","conf":{},"note":"","dag_version":1,"cause":"triggered by local","previous_state":"","user":"local"}');
INSERT INTO "event_log" VALUES(10,'dag_run',1795862158124214,'{"dag_id":"mixed","dag_run_id":"first","state":"running","run_type":"manual","logical_date":"2026-11-28T10:35:58.124133Z","data_interval_start":"2026-11-28T10:35:58.124133Z","data_interval_end":"2026-11-28T10:35:58.124133Z","queued_at":"2026-11-28T10:35:58.124133Z","start_date":"2026-11-28T10:35:58.124133Z","conf":{},"note":"","dag_version":1,"cause":"started; max_active_runs has room for it","previous_state":"queued"}');
INSERT INTO "event_log" VALUES(11,'task_instance',1795862158124214,'{"dag_id":"mixed","dag_run_id":"first","task_id":"a","map_index":-1,"task_display_name":"a","operator_name":"BashOperator","state":"scheduled","cause":"it has no upstream","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.124133Z","scheduled_when":"2026-11-28T10:35:58.124133Z","pool":"default_pool","priority_weight":5,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(12,'task_instance',1795862158124214,'{"dag_id":"mixed","dag_run_id":"first","task_id":"a","map_index":-1,"task_display_name":"a","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.124133Z","scheduled_when":"2026-11-28T10:35:58.124133Z","pool":"default_pool","priority_weight":5,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(13,'task_instance',1795862158140071,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"no_status","cause":"","try_number":0,"max_tries":1,"pool":"default_pool","priority_weight":2,"hostname":""}');
INSERT INTO "event_log" VALUES(14,'task_instance',1795862158140071,'{"dag_id":"mixed","dag_run_id":"second","task_id":"c","map_index":-1,"task_display_name":"c","operator_name":"BashOperator","state":"no_status","cause":"","try_number":0,"max_tries":0,"pool":"default_pool","priority_weight":2,"hostname":""}');
INSERT INTO "event_log" VALUES(15,'task_instance',1795862158140071,'{"dag_id":"mixed","dag_run_id":"second","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"no_status","cause":"","try_number":0,"max_tries":0,"pool":"default_pool","priority_weight":1,"hostname":""}');
INSERT INTO "event_log" VALUES(16,'task_instance',1795862158140071,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":0,"task_display_name":"m","operator_name":"BashOperator","state":"no_status","cause":"expanded into 3 instances","try_number":0,"max_tries":0,"pool":"default_pool","priority_weight":2,"hostname":""}');
INSERT INTO "event_log" VALUES(17,'task_instance',1795862158140071,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":1,"task_display_name":"m","operator_name":"BashOperator","state":"no_status","cause":"expanded into 3 instances","try_number":0,"max_tries":0,"pool":"default_pool","priority_weight":2,"hostname":""}');
INSERT INTO "event_log" VALUES(18,'task_instance',1795862158140071,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":2,"task_display_name":"m","operator_name":"BashOperator","state":"no_status","cause":"expanded into 3 instances","try_number":0,"max_tries":0,"pool":"default_pool","priority_weight":2,"hostname":""}');
INSERT INTO "event_log" VALUES(19,'dag_run',1795862158140071,'{"dag_id":"mixed","dag_run_id":"second","state":"queued","run_type":"manual","logical_date":"2026-11-28T10:35:58.139984Z","data_interval_start":"2026-11-28T10:35:58.139984Z","data_interval_end":"2026-11-28T10:35:58.139984Z","queued_at":"2026-11-28T10:35:58.139984Z","start_date":"2026-11-28T10:35:58.139984Z","conf":{},"note":"","dag_version":1,"cause":"triggered by local","previous_state":"","user":"local"}');
INSERT INTO "event_log" VALUES(20,'dag_run',1795862158140071,'{"dag_id":"mixed","dag_run_id":"second","state":"running","run_type":"manual","logical_date":"2026-11-28T10:35:58.139984Z","data_interval_start":"2026-11-28T10:35:58.139984Z","data_interval_end":"2026-11-28T10:35:58.139984Z","queued_at":"2026-11-28T10:35:58.139984Z","start_date":"2026-11-28T10:35:58.139984Z","conf":{},"note":"","dag_version":1,"cause":"started; max_active_runs has room for it","previous_state":"queued"}');
INSERT INTO "event_log" VALUES(21,'task_instance',1795862158140071,'{"dag_id":"mixed","dag_run_id":"second","task_id":"a","map_index":-1,"task_display_name":"a","operator_name":"BashOperator","state":"scheduled","cause":"it has no upstream","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.139984Z","scheduled_when":"2026-11-28T10:35:58.139984Z","pool":"default_pool","priority_weight":5,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(22,'task_instance',1795862158140071,'{"dag_id":"mixed","dag_run_id":"second","task_id":"a","map_index":-1,"task_display_name":"a","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.139984Z","scheduled_when":"2026-11-28T10:35:58.139984Z","pool":"default_pool","priority_weight":5,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(23,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"first","task_id":"a","map_index":-1,"task_display_name":"a","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.173427Z","end_date":"2026-11-28T10:35:58.173427Z","queued_when":"2026-11-28T10:35:58.124133Z","scheduled_when":"2026-11-28T10:35:58.124133Z","duration":0.0,"pool":"default_pool","priority_weight":5,"hostname":"worker","pid":25728,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(24,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"second","task_id":"a","map_index":-1,"task_display_name":"a","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.173427Z","end_date":"2026-11-28T10:35:58.173427Z","queued_when":"2026-11-28T10:35:58.139984Z","scheduled_when":"2026-11-28T10:35:58.139984Z","duration":0.0,"pool":"default_pool","priority_weight":5,"hostname":"worker","pid":25730,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(25,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"first","task_id":"a","map_index":-1,"task_display_name":"a","operator_name":"BashOperator","state":"success","cause":"done","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.173427Z","end_date":"2026-11-28T10:35:58.173427Z","queued_when":"2026-11-28T10:35:58.124133Z","scheduled_when":"2026-11-28T10:35:58.124133Z","duration":0.0,"pool":"default_pool","priority_weight":5,"hostname":"worker","pid":25728,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(26,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"first","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":1,"max_tries":1,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(27,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"first","task_id":"c","map_index":-1,"task_display_name":"c","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(28,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":0,"task_display_name":"m","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(29,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":1,"task_display_name":"m","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(30,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":2,"task_display_name":"m","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(31,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"second","task_id":"a","map_index":-1,"task_display_name":"a","operator_name":"BashOperator","state":"success","cause":"done","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.173427Z","end_date":"2026-11-28T10:35:58.173427Z","queued_when":"2026-11-28T10:35:58.139984Z","scheduled_when":"2026-11-28T10:35:58.139984Z","duration":0.0,"pool":"default_pool","priority_weight":5,"hostname":"worker","pid":25730,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(32,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":1,"max_tries":1,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(33,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"second","task_id":"c","map_index":-1,"task_display_name":"c","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(34,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":0,"task_display_name":"m","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(35,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":1,"task_display_name":"m","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(36,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":2,"task_display_name":"m","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(37,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"first","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":1,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(38,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"first","task_id":"c","map_index":-1,"task_display_name":"c","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(39,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":0,"task_display_name":"m","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(40,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":1,"task_display_name":"m","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(41,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":2,"task_display_name":"m","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(42,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":1,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(43,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"second","task_id":"c","map_index":-1,"task_display_name":"c","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(44,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":0,"task_display_name":"m","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(45,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":1,"task_display_name":"m","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(46,'task_instance',1795862158173493,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":2,"task_display_name":"m","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(47,'task_instance',1795862158189238,'{"dag_id":"mixed","dag_run_id":"first","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":1,"start_date":"2026-11-28T10:35:58.189199Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25731,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(48,'task_instance',1795862158189238,'{"dag_id":"mixed","dag_run_id":"first","task_id":"c","map_index":-1,"task_display_name":"c","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.189199Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25732,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(49,'task_instance',1795862158197761,'{"dag_id":"mixed","dag_run_id":"first","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"up_for_retry","cause":"exit code 1 (try 1 of 2)","try_number":1,"max_tries":1,"start_date":"2026-11-28T10:35:58.189199Z","end_date":"2026-11-28T10:35:58.197536Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","duration":0.008337,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25731,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(50,'task_instance',1795862158200190,'{"dag_id":"mixed","dag_run_id":"first","task_id":"c","map_index":-1,"task_display_name":"c","operator_name":"BashOperator","state":"skipped","cause":"the task skipped itself: exit code 99 means skipped","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.189199Z","end_date":"2026-11-28T10:35:58.197620Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","duration":0.008421,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25732,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(51,'task_instance',1795862158205892,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":1,"start_date":"2026-11-28T10:35:58.205873Z","end_date":"2026-11-28T10:35:58.205873Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","duration":0.0,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25734,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(52,'task_instance',1795862158205892,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"up_for_retry","cause":"exit code 1 (try 1 of 2)","try_number":1,"max_tries":1,"start_date":"2026-11-28T10:35:58.205873Z","end_date":"2026-11-28T10:35:58.205873Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","duration":0.0,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25734,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(53,'task_instance',1795862158208187,'{"dag_id":"mixed","dag_run_id":"second","task_id":"c","map_index":-1,"task_display_name":"c","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.208161Z","end_date":"2026-11-28T10:35:58.208161Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","duration":0.0,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25735,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(54,'task_instance',1795862158208187,'{"dag_id":"mixed","dag_run_id":"second","task_id":"c","map_index":-1,"task_display_name":"c","operator_name":"BashOperator","state":"skipped","cause":"the task skipped itself: exit code 99 means skipped","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.208161Z","end_date":"2026-11-28T10:35:58.208161Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","duration":0.0,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25735,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(55,'task_instance',1795862158208187,'{"dag_id":"mixed","dag_run_id":"first","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":2,"max_tries":1,"queued_when":"2026-11-28T10:35:58.208161Z","scheduled_when":"2026-11-28T10:35:58.208161Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"up_for_retry","epoch":1}');
INSERT INTO "event_log" VALUES(56,'task_instance',1795862158208187,'{"dag_id":"mixed","dag_run_id":"first","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":2,"max_tries":1,"queued_when":"2026-11-28T10:35:58.208161Z","scheduled_when":"2026-11-28T10:35:58.208161Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":2}');
INSERT INTO "event_log" VALUES(57,'task_instance',1795862158216327,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":2,"max_tries":1,"queued_when":"2026-11-28T10:35:58.216307Z","scheduled_when":"2026-11-28T10:35:58.216307Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"up_for_retry","epoch":1}');
INSERT INTO "event_log" VALUES(58,'task_instance',1795862158216327,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":2,"max_tries":1,"queued_when":"2026-11-28T10:35:58.216307Z","scheduled_when":"2026-11-28T10:35:58.216307Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":2}');
INSERT INTO "event_log" VALUES(59,'task_instance',1795862158648532,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":0,"task_display_name":"m","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.648486Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25747,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(60,'task_instance',1795862158648532,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":1,"task_display_name":"m","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.648486Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25750,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(61,'task_instance',1795862158682645,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":2,"task_display_name":"m","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.682602Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25754,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(62,'task_instance',1795862158703217,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":0,"task_display_name":"m","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.703173Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25755,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(63,'task_instance',1795862158712641,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":0,"task_display_name":"m","operator_name":"BashOperator","state":"success","cause":"done","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.648486Z","end_date":"2026-11-28T10:35:58.712373Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","duration":0.063887,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25747,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(64,'task_instance',1795862158726443,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":1,"task_display_name":"m","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.726413Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25759,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(65,'task_instance',1795862158738897,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":2,"task_display_name":"m","operator_name":"BashOperator","state":"success","cause":"done","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.682602Z","end_date":"2026-11-28T10:35:58.727263Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","duration":0.044661,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25754,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(66,'task_instance',1795862158738897,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":2,"task_display_name":"m","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.738872Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25761,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(67,'task_instance',1795862158761054,'{"dag_id":"mixed","dag_run_id":"first","task_id":"m","map_index":1,"task_display_name":"m","operator_name":"BashOperator","state":"failed","cause":"AirflowException: exit code 1","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.648486Z","end_date":"2026-11-28T10:35:58.760741Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","duration":0.112255,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25750,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(68,'task_instance',1795862158781195,'{"dag_id":"mixed","dag_run_id":"first","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":2,"max_tries":1,"start_date":"2026-11-28T10:35:58.781160Z","queued_when":"2026-11-28T10:35:58.208161Z","scheduled_when":"2026-11-28T10:35:58.208161Z","pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25765,"previous_state":"queued","epoch":2}');
INSERT INTO "event_log" VALUES(69,'task_instance',1795862158781195,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":0,"task_display_name":"m","operator_name":"BashOperator","state":"success","cause":"done","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.703173Z","end_date":"2026-11-28T10:35:58.780971Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","duration":0.077798,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25755,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(70,'task_instance',1795862158785797,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":2,"max_tries":1,"start_date":"2026-11-28T10:35:58.785629Z","queued_when":"2026-11-28T10:35:58.216307Z","scheduled_when":"2026-11-28T10:35:58.216307Z","pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25767,"previous_state":"queued","epoch":2}');
INSERT INTO "event_log" VALUES(71,'task_instance',1795862158785797,'{"dag_id":"mixed","dag_run_id":"first","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"success","cause":"done","try_number":2,"max_tries":1,"start_date":"2026-11-28T10:35:58.781160Z","end_date":"2026-11-28T10:35:58.785506Z","queued_when":"2026-11-28T10:35:58.208161Z","scheduled_when":"2026-11-28T10:35:58.208161Z","duration":0.004346,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25765,"previous_state":"running","epoch":2}');
INSERT INTO "event_log" VALUES(72,'task_instance',1795862158785797,'{"dag_id":"mixed","dag_run_id":"first","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"scheduled","cause":"rule all_done is satisfied","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.785629Z","scheduled_when":"2026-11-28T10:35:58.785629Z","pool":"default_pool","priority_weight":1,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(73,'task_instance',1795862158785797,'{"dag_id":"mixed","dag_run_id":"first","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.785629Z","scheduled_when":"2026-11-28T10:35:58.785629Z","pool":"default_pool","priority_weight":1,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(74,'task_instance',1795862158786335,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"success","cause":"done","try_number":2,"max_tries":1,"start_date":"2026-11-28T10:35:58.785629Z","end_date":"2026-11-28T10:35:58.786005Z","queued_when":"2026-11-28T10:35:58.216307Z","scheduled_when":"2026-11-28T10:35:58.216307Z","duration":0.000376,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25767,"previous_state":"running","epoch":2}');
INSERT INTO "event_log" VALUES(75,'task_instance',1795862158788288,'{"dag_id":"mixed","dag_run_id":"first","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.788270Z","end_date":"2026-11-28T10:35:58.788270Z","queued_when":"2026-11-28T10:35:58.785629Z","scheduled_when":"2026-11-28T10:35:58.785629Z","duration":0.0,"pool":"default_pool","priority_weight":1,"hostname":"worker","pid":25768,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(76,'task_instance',1795862158788288,'{"dag_id":"mixed","dag_run_id":"first","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"success","cause":"done","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.788270Z","end_date":"2026-11-28T10:35:58.788270Z","queued_when":"2026-11-28T10:35:58.785629Z","scheduled_when":"2026-11-28T10:35:58.785629Z","duration":0.0,"pool":"default_pool","priority_weight":1,"hostname":"worker","pid":25768,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(77,'dag_run',1795862158788288,'{"dag_id":"mixed","dag_run_id":"first","state":"success","run_type":"manual","logical_date":"2026-11-28T10:35:58.124133Z","data_interval_start":"2026-11-28T10:35:58.124133Z","data_interval_end":"2026-11-28T10:35:58.124133Z","queued_at":"2026-11-28T10:35:58.124133Z","start_date":"2026-11-28T10:35:58.124133Z","end_date":"2026-11-28T10:35:58.788270Z","conf":{},"note":"","dag_version":1,"cause":"all tasks at the end of the DAG succeeded or were skipped","previous_state":"running"}');
INSERT INTO "event_log" VALUES(78,'task_instance',1795862158793579,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":1,"task_display_name":"m","operator_name":"BashOperator","state":"failed","cause":"AirflowException: exit code 1","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.726413Z","end_date":"2026-11-28T10:35:58.788492Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","duration":0.062079,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25759,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(79,'task_instance',1795862158793579,'{"dag_id":"mixed","dag_run_id":"second","task_id":"m","map_index":2,"task_display_name":"m","operator_name":"BashOperator","state":"success","cause":"done","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.738872Z","end_date":"2026-11-28T10:35:58.793393Z","queued_when":"2026-11-28T10:35:58.173427Z","scheduled_when":"2026-11-28T10:35:58.173427Z","duration":0.054521,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25761,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(80,'task_instance',1795862158793579,'{"dag_id":"mixed","dag_run_id":"second","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"scheduled","cause":"rule all_done is satisfied","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.793555Z","scheduled_when":"2026-11-28T10:35:58.793555Z","pool":"default_pool","priority_weight":1,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(81,'task_instance',1795862158793579,'{"dag_id":"mixed","dag_run_id":"second","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":0,"queued_when":"2026-11-28T10:35:58.793555Z","scheduled_when":"2026-11-28T10:35:58.793555Z","pool":"default_pool","priority_weight":1,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(82,'task_instance',1795862158800589,'{"dag_id":"mixed","dag_run_id":"second","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.800569Z","end_date":"2026-11-28T10:35:58.800569Z","queued_when":"2026-11-28T10:35:58.793555Z","scheduled_when":"2026-11-28T10:35:58.793555Z","duration":0.0,"pool":"default_pool","priority_weight":1,"hostname":"worker","pid":25769,"previous_state":"queued","epoch":1}');
INSERT INTO "event_log" VALUES(83,'task_instance',1795862158800589,'{"dag_id":"mixed","dag_run_id":"second","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"success","cause":"done","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.800569Z","end_date":"2026-11-28T10:35:58.800569Z","queued_when":"2026-11-28T10:35:58.793555Z","scheduled_when":"2026-11-28T10:35:58.793555Z","duration":0.0,"pool":"default_pool","priority_weight":1,"hostname":"worker","pid":25769,"previous_state":"running","epoch":1}');
INSERT INTO "event_log" VALUES(84,'dag_run',1795862158800589,'{"dag_id":"mixed","dag_run_id":"second","state":"success","run_type":"manual","logical_date":"2026-11-28T10:35:58.139984Z","data_interval_start":"2026-11-28T10:35:58.139984Z","data_interval_end":"2026-11-28T10:35:58.139984Z","queued_at":"2026-11-28T10:35:58.139984Z","start_date":"2026-11-28T10:35:58.139984Z","end_date":"2026-11-28T10:35:58.800569Z","conf":{},"note":"","dag_version":1,"cause":"all tasks at the end of the DAG succeeded or were skipped","previous_state":"running"}');
INSERT INTO "event_log" VALUES(85,'task_instance',1795862158824914,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"no_status","cause":"cleared by local","try_number":2,"max_tries":3,"queued_when":"2026-11-28T10:35:58.824876Z","scheduled_when":"2026-11-28T10:35:58.824876Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"success","user":"local","epoch":3}');
INSERT INTO "event_log" VALUES(86,'task_instance',1795862158824914,'{"dag_id":"mixed","dag_run_id":"second","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"no_status","cause":"cleared by local","try_number":1,"max_tries":1,"pool":"default_pool","priority_weight":1,"hostname":"","previous_state":"success","user":"local","epoch":2}');
INSERT INTO "event_log" VALUES(87,'dag_run',1795862158824914,'{"dag_id":"mixed","dag_run_id":"second","state":"queued","run_type":"manual","logical_date":"2026-11-28T10:35:58.139984Z","data_interval_start":"2026-11-28T10:35:58.139984Z","data_interval_end":"2026-11-28T10:35:58.139984Z","queued_at":"2026-11-28T10:35:58.139984Z","start_date":"2026-11-28T10:35:58.824876Z","conf":{},"note":"","dag_version":1,"cause":"cleared by local","previous_state":"success","user":"local"}');
INSERT INTO "event_log" VALUES(88,'dag_run',1795862158824914,'{"dag_id":"mixed","dag_run_id":"second","state":"running","run_type":"manual","logical_date":"2026-11-28T10:35:58.139984Z","data_interval_start":"2026-11-28T10:35:58.139984Z","data_interval_end":"2026-11-28T10:35:58.139984Z","queued_at":"2026-11-28T10:35:58.139984Z","start_date":"2026-11-28T10:35:58.824876Z","conf":{},"note":"","dag_version":1,"cause":"started; max_active_runs has room for it","previous_state":"queued"}');
INSERT INTO "event_log" VALUES(89,'task_instance',1795862158824914,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":3,"max_tries":3,"queued_when":"2026-11-28T10:35:58.824876Z","scheduled_when":"2026-11-28T10:35:58.824876Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"no_status","epoch":3}');
INSERT INTO "event_log" VALUES(90,'task_instance',1795862158824914,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":3,"max_tries":3,"queued_when":"2026-11-28T10:35:58.824876Z","scheduled_when":"2026-11-28T10:35:58.824876Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":4}');
INSERT INTO "event_log" VALUES(91,'task_instance',1795862158829268,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":3,"max_tries":3,"start_date":"2026-11-28T10:35:58.829246Z","end_date":"2026-11-28T10:35:58.829246Z","queued_when":"2026-11-28T10:35:58.824876Z","scheduled_when":"2026-11-28T10:35:58.824876Z","duration":0.0,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25771,"previous_state":"queued","epoch":4}');
INSERT INTO "event_log" VALUES(92,'task_instance',1795862158829268,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"up_for_retry","cause":"exit code 1 (try 3 of 4)","try_number":3,"max_tries":3,"start_date":"2026-11-28T10:35:58.829246Z","end_date":"2026-11-28T10:35:58.829246Z","queued_when":"2026-11-28T10:35:58.824876Z","scheduled_when":"2026-11-28T10:35:58.824876Z","duration":0.0,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25771,"previous_state":"running","epoch":4}');
INSERT INTO "event_log" VALUES(93,'task_instance',1795862158839754,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"scheduled","cause":"rule all_success is satisfied","try_number":4,"max_tries":3,"queued_when":"2026-11-28T10:35:58.839730Z","scheduled_when":"2026-11-28T10:35:58.839730Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"up_for_retry","epoch":4}');
INSERT INTO "event_log" VALUES(94,'task_instance',1795862158839754,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":4,"max_tries":3,"queued_when":"2026-11-28T10:35:58.839730Z","scheduled_when":"2026-11-28T10:35:58.839730Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":5}');
INSERT INTO "event_log" VALUES(95,'task_instance',1795862158846405,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":4,"max_tries":3,"start_date":"2026-11-28T10:35:58.846376Z","end_date":"2026-11-28T10:35:58.846376Z","queued_when":"2026-11-28T10:35:58.839730Z","scheduled_when":"2026-11-28T10:35:58.839730Z","duration":0.0,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25772,"previous_state":"queued","epoch":5}');
INSERT INTO "event_log" VALUES(96,'task_instance',1795862158846405,'{"dag_id":"mixed","dag_run_id":"second","task_id":"b","map_index":-1,"task_display_name":"b","operator_name":"BashOperator","state":"failed","cause":"exit code 1","try_number":4,"max_tries":3,"start_date":"2026-11-28T10:35:58.846376Z","end_date":"2026-11-28T10:35:58.846376Z","queued_when":"2026-11-28T10:35:58.839730Z","scheduled_when":"2026-11-28T10:35:58.839730Z","duration":0.0,"pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25772,"previous_state":"running","epoch":5}');
INSERT INTO "event_log" VALUES(97,'task_instance',1795862158846405,'{"dag_id":"mixed","dag_run_id":"second","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"scheduled","cause":"rule all_done is satisfied","try_number":2,"max_tries":1,"queued_when":"2026-11-28T10:35:58.846376Z","scheduled_when":"2026-11-28T10:35:58.846376Z","pool":"default_pool","priority_weight":1,"hostname":"","previous_state":"no_status","epoch":2}');
INSERT INTO "event_log" VALUES(98,'task_instance',1795862158846405,'{"dag_id":"mixed","dag_run_id":"second","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":2,"max_tries":1,"queued_when":"2026-11-28T10:35:58.846376Z","scheduled_when":"2026-11-28T10:35:58.846376Z","pool":"default_pool","priority_weight":1,"hostname":"","previous_state":"scheduled","epoch":3}');
INSERT INTO "event_log" VALUES(99,'task_instance',1795862158857706,'{"dag_id":"mixed","dag_run_id":"second","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":2,"max_tries":1,"start_date":"2026-11-28T10:35:58.857678Z","end_date":"2026-11-28T10:35:58.857678Z","queued_when":"2026-11-28T10:35:58.846376Z","scheduled_when":"2026-11-28T10:35:58.846376Z","duration":0.0,"pool":"default_pool","priority_weight":1,"hostname":"worker","pid":25773,"previous_state":"queued","epoch":3}');
INSERT INTO "event_log" VALUES(100,'task_instance',1795862158857706,'{"dag_id":"mixed","dag_run_id":"second","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"success","cause":"done","try_number":2,"max_tries":1,"start_date":"2026-11-28T10:35:58.857678Z","end_date":"2026-11-28T10:35:58.857678Z","queued_when":"2026-11-28T10:35:58.846376Z","scheduled_when":"2026-11-28T10:35:58.846376Z","duration":0.0,"pool":"default_pool","priority_weight":1,"hostname":"worker","pid":25773,"previous_state":"running","epoch":3}');
INSERT INTO "event_log" VALUES(101,'dag_run',1795862158857706,'{"dag_id":"mixed","dag_run_id":"second","state":"success","run_type":"manual","logical_date":"2026-11-28T10:35:58.139984Z","data_interval_start":"2026-11-28T10:35:58.139984Z","data_interval_end":"2026-11-28T10:35:58.139984Z","queued_at":"2026-11-28T10:35:58.139984Z","start_date":"2026-11-28T10:35:58.824876Z","end_date":"2026-11-28T10:35:58.857678Z","conf":{},"note":"","dag_version":1,"cause":"all tasks at the end of the DAG succeeded or were skipped","previous_state":"running"}');
INSERT INTO "event_log" VALUES(102,'task_instance',1795862158885076,'{"dag_id":"mixed","dag_run_id":"first","task_id":"d","map_index":-1,"task_display_name":"d","operator_name":"BashOperator","state":"failed","cause":"marked failed by local","try_number":1,"max_tries":0,"start_date":"2026-11-28T10:35:58.788270Z","end_date":"2026-11-28T10:35:58.788270Z","queued_when":"2026-11-28T10:35:58.785629Z","scheduled_when":"2026-11-28T10:35:58.785629Z","duration":0.0,"pool":"default_pool","priority_weight":1,"hostname":"worker","previous_state":"success","user":"local","epoch":2}');
INSERT INTO "event_log" VALUES(103,'dag_run',1795862158885076,'{"dag_id":"mixed","dag_run_id":"first","state":"failed","run_type":"manual","logical_date":"2026-11-28T10:35:58.124133Z","data_interval_start":"2026-11-28T10:35:58.124133Z","data_interval_end":"2026-11-28T10:35:58.124133Z","queued_at":"2026-11-28T10:35:58.124133Z","start_date":"2026-11-28T10:35:58.124133Z","end_date":"2026-11-28T10:35:58.788270Z","conf":{},"note":"","dag_version":1,"cause":"marked failed by local","previous_state":"success","user":"local"}');
INSERT INTO "event_log" VALUES(104,'task_instance',1795862158897084,'{"dag_id":"open","dag_run_id":"unfinished","task_id":"y","map_index":-1,"task_display_name":"y","operator_name":"BashOperator","state":"no_status","cause":"","try_number":0,"max_tries":0,"pool":"default_pool","priority_weight":1,"hostname":""}');
INSERT INTO "event_log" VALUES(105,'dag_run',1795862158897084,'{"dag_id":"open","dag_run_id":"unfinished","state":"queued","run_type":"manual","logical_date":"2026-11-28T10:35:58.897030Z","data_interval_start":"2026-11-28T10:35:58.897030Z","data_interval_end":"2026-11-28T10:35:58.897030Z","queued_at":"2026-11-28T10:35:58.897030Z","start_date":"2026-11-28T10:35:58.897030Z","conf":{},"note":"","dag_version":1,"cause":"triggered by local","previous_state":"","user":"local"}');
INSERT INTO "event_log" VALUES(106,'dag_run',1795862158897084,'{"dag_id":"open","dag_run_id":"unfinished","state":"running","run_type":"manual","logical_date":"2026-11-28T10:35:58.897030Z","data_interval_start":"2026-11-28T10:35:58.897030Z","data_interval_end":"2026-11-28T10:35:58.897030Z","queued_at":"2026-11-28T10:35:58.897030Z","start_date":"2026-11-28T10:35:58.897030Z","conf":{},"note":"","dag_version":1,"cause":"started; max_active_runs has room for it","previous_state":"queued"}');
INSERT INTO "event_log" VALUES(107,'task_instance',1795862158897084,'{"dag_id":"open","dag_run_id":"unfinished","task_id":"x","map_index":-1,"task_display_name":"x","operator_name":"BashOperator","state":"scheduled","cause":"it has no upstream","try_number":1,"max_tries":2,"queued_when":"2026-11-28T10:35:58.897030Z","scheduled_when":"2026-11-28T10:35:58.897030Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"no_status","epoch":0}');
INSERT INTO "event_log" VALUES(108,'task_instance',1795862158897084,'{"dag_id":"open","dag_run_id":"unfinished","task_id":"x","map_index":-1,"task_display_name":"x","operator_name":"BashOperator","state":"queued","cause":"a slot is free","try_number":1,"max_tries":2,"queued_when":"2026-11-28T10:35:58.897030Z","scheduled_when":"2026-11-28T10:35:58.897030Z","pool":"default_pool","priority_weight":2,"hostname":"","previous_state":"scheduled","epoch":1}');
INSERT INTO "event_log" VALUES(109,'task_instance',1795862158924933,'{"dag_id":"open","dag_run_id":"unfinished","task_id":"x","map_index":-1,"task_display_name":"x","operator_name":"BashOperator","state":"running","cause":"started by worker ''worker''","try_number":1,"max_tries":2,"start_date":"2026-11-28T10:35:58.924877Z","queued_when":"2026-11-28T10:35:58.897030Z","scheduled_when":"2026-11-28T10:35:58.897030Z","pool":"default_pool","priority_weight":2,"hostname":"worker","pid":25775,"previous_state":"queued","epoch":1}');
CREATE TABLE import_errors (
  import_error_id INTEGER PRIMARY KEY AUTOINCREMENT,
  filename TEXT NOT NULL UNIQUE,
  line INTEGER,
  timestamp INTEGER NOT NULL,
  stack_trace TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;
CREATE TABLE kept_answers (
  key TEXT PRIMARY KEY,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL
, request_sha256 TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE TABLE login_failures (
  subject TEXT PRIMARY KEY,
  count INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE model_variants (
  variant_id INTEGER PRIMARY KEY AUTOINCREMENT,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  variant TEXT NOT NULL,
  format TEXT NOT NULL,
  blob_sha256 TEXT NOT NULL REFERENCES blobs,
  decoder TEXT NOT NULL,
  method TEXT NOT NULL,
  parent_variant_id INTEGER REFERENCES model_variants,
  created_at INTEGER NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  username TEXT NOT NULL,
  UNIQUE (model, version, variant),
  FOREIGN KEY (model, version) REFERENCES model_versions
) STRICT;
CREATE TABLE model_versions (
  model TEXT NOT NULL REFERENCES models,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (model, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE models (
  name TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  task TEXT NOT NULL,
  licence TEXT NOT NULL,
  source TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('submit', 'cancel')),
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  try_number INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (dag_id, run_id, task_id, map_index, epoch, kind)
) STRICT;
CREATE TABLE packs (
  digest TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  engine TEXT NOT NULL,
  size INTEGER NOT NULL,
  files INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  licence TEXT NOT NULL,
  manifest TEXT NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  username TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE pools (
  name TEXT PRIMARY KEY,
  slots INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "pools" VALUES('default_pool',128);
CREATE TABLE reports (
  report_id INTEGER PRIMARY KEY AUTOINCREMENT,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  title TEXT NOT NULL,
  device TEXT NOT NULL,
  body TEXT NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  username TEXT NOT NULL,
  FOREIGN KEY (model, version) REFERENCES model_versions
) STRICT;
CREATE TABLE scene_events (
  event_id TEXT PRIMARY KEY,
  camera_id TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  rule_name TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  media_time_ms INTEGER NOT NULL,
  frame INTEGER NOT NULL,
  track_ids TEXT NOT NULL,
  label TEXT NOT NULL,
  score REAL NOT NULL,
  points TEXT NOT NULL,
  "values" TEXT NOT NULL,
  snapshot_sha256 TEXT,
  service TEXT NOT NULL,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  variant TEXT NOT NULL,
  variant_id INTEGER NOT NULL,
  report_id INTEGER,
  pack_digest TEXT NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  username TEXT NOT NULL,
  reviewed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO "schema_version" VALUES(1,'0001_initial.sqlite.sql',1795862157169760);
INSERT INTO "schema_version" VALUES(2,'0002_kept_answer_request.sqlite.sql',1795862157169760);
INSERT INTO "schema_version" VALUES(3,'0003_return_length.sqlite.sql',1795862157169760);
CREATE TABLE services (
  name TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  variant TEXT NOT NULL,
  variant_id INTEGER NOT NULL REFERENCES model_variants,
  pack_digest TEXT NOT NULL REFERENCES packs,
  report_id INTEGER REFERENCES reports,
  threads INTEGER NOT NULL,
  address TEXT NOT NULL,
  pid INTEGER,
  started_at INTEGER,
  created_at INTEGER NOT NULL,
  restarts INTEGER NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  username TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
  id_hash TEXT PRIMARY KEY,
  username TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  csrf_token TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE task_instances (
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  max_tries INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  scheduled_at INTEGER,
  queued_at INTEGER,
  start_date INTEGER,
  end_date INTEGER,
  wake_at INTEGER,
  worker_id TEXT NOT NULL,
  pid INTEGER,
  pool TEXT NOT NULL,
  pool_slots INTEGER NOT NULL,
  priority_weight INTEGER NOT NULL,
  operator_name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  branch_followed TEXT,
  skip_all_downstream INTEGER NOT NULL, return_length INTEGER,
  PRIMARY KEY (dag_id, run_id, task_id, map_index),
  FOREIGN KEY (dag_id, run_id) REFERENCES dag_runs
) STRICT, WITHOUT ROWID;
INSERT INTO "task_instances" VALUES('mixed','first','a',-1,'success','done',1,0,1,1795862158124133,1795862158124133,1795862158173427,1795862158173427,NULL,'worker',25728,'default_pool',1,5,'BashOperator','a',NULL,0,-1);
INSERT INTO "task_instances" VALUES('mixed','first','b',-1,'success','done',2,1,2,1795862158208161,1795862158208161,1795862158781160,1795862158785506,NULL,'worker',25765,'default_pool',1,2,'BashOperator','b',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('mixed','first','c',-1,'skipped','the task skipped itself: exit code 99 means skipped',1,0,1,1795862158173427,1795862158173427,1795862158189199,1795862158197620,NULL,'worker',25732,'default_pool',1,2,'BashOperator','c',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('mixed','first','d',-1,'failed','marked failed by local',1,0,2,1795862158785629,1795862158785629,1795862158788270,1795862158788270,NULL,'worker',NULL,'default_pool',1,1,'BashOperator','d',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('mixed','first','m',0,'success','done',1,0,1,1795862158173427,1795862158173427,1795862158648486,1795862158712373,NULL,'worker',25747,'default_pool',1,2,'BashOperator','m',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('mixed','first','m',1,'failed','AirflowException: exit code 1',1,0,1,1795862158173427,1795862158173427,1795862158648486,1795862158760741,NULL,'worker',25750,'default_pool',1,2,'BashOperator','m',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('mixed','first','m',2,'success','done',1,0,1,1795862158173427,1795862158173427,1795862158682602,1795862158727263,NULL,'worker',25754,'default_pool',1,2,'BashOperator','m',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('mixed','second','a',-1,'success','done',1,0,1,1795862158139984,1795862158139984,1795862158173427,1795862158173427,NULL,'worker',25730,'default_pool',1,5,'BashOperator','a',NULL,0,-1);
INSERT INTO "task_instances" VALUES('mixed','second','b',-1,'failed','exit code 1',4,3,5,1795862158839730,1795862158839730,1795862158846376,1795862158846376,NULL,'worker',25772,'default_pool',1,2,'BashOperator','b',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('mixed','second','c',-1,'skipped','the task skipped itself: exit code 99 means skipped',1,0,1,1795862158173427,1795862158173427,1795862158208161,1795862158208161,NULL,'worker',25735,'default_pool',1,2,'BashOperator','c',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('mixed','second','d',-1,'success','done',2,1,3,1795862158846376,1795862158846376,1795862158857678,1795862158857678,NULL,'worker',25773,'default_pool',1,1,'BashOperator','d',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('mixed','second','m',0,'success','done',1,0,1,1795862158173427,1795862158173427,1795862158703173,1795862158780971,NULL,'worker',25755,'default_pool',1,2,'BashOperator','m',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('mixed','second','m',1,'failed','AirflowException: exit code 1',1,0,1,1795862158173427,1795862158173427,1795862158726413,1795862158788492,NULL,'worker',25759,'default_pool',1,2,'BashOperator','m',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('mixed','second','m',2,'success','done',1,0,1,1795862158173427,1795862158173427,1795862158738872,1795862158793393,NULL,'worker',25761,'default_pool',1,2,'BashOperator','m',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('open','unfinished','x',-1,'running','started by worker ''worker''',1,2,1,1795862158897030,1795862158897030,1795862158924877,NULL,NULL,'worker',25775,'default_pool',1,2,'BashOperator','x',NULL,0,NULL);
INSERT INTO "task_instances" VALUES('open','unfinished','y',-1,'no_status','',0,0,0,NULL,NULL,NULL,NULL,NULL,'',NULL,'default_pool',1,1,'BashOperator','y',NULL,0,NULL);
CREATE TABLE task_tries (
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  try_number INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  start_date INTEGER,
  end_date INTEGER,
  worker_id TEXT NOT NULL,
  PRIMARY KEY (dag_id, run_id, task_id, map_index, try_number)
) STRICT, WITHOUT ROWID;
INSERT INTO "task_tries" VALUES('mixed','first','a',-1,1,1,'success','done',1795862158173427,1795862158173427,'worker');
INSERT INTO "task_tries" VALUES('mixed','first','b',-1,1,1,'up_for_retry','exit code 1 (try 1 of 2)',1795862158189199,1795862158197536,'worker');
INSERT INTO "task_tries" VALUES('mixed','first','b',-1,2,2,'success','done',1795862158781160,1795862158785506,'worker');
INSERT INTO "task_tries" VALUES('mixed','first','c',-1,1,1,'skipped','the task skipped itself: exit code 99 means skipped',1795862158189199,1795862158197620,'worker');
INSERT INTO "task_tries" VALUES('mixed','first','d',-1,1,1,'success','done',1795862158788270,1795862158788270,'worker');
INSERT INTO "task_tries" VALUES('mixed','first','m',0,1,1,'success','done',1795862158648486,1795862158712373,'worker');
INSERT INTO "task_tries" VALUES('mixed','first','m',1,1,1,'failed','AirflowException: exit code 1',1795862158648486,1795862158760741,'worker');
INSERT INTO "task_tries" VALUES('mixed','first','m',2,1,1,'success','done',1795862158682602,1795862158727263,'worker');
INSERT INTO "task_tries" VALUES('mixed','second','a',-1,1,1,'success','done',1795862158173427,1795862158173427,'worker');
INSERT INTO "task_tries" VALUES('mixed','second','b',-1,1,1,'up_for_retry','exit code 1 (try 1 of 2)',1795862158205873,1795862158205873,'worker');
INSERT INTO "task_tries" VALUES('mixed','second','b',-1,2,2,'success','done',1795862158785629,1795862158786005,'worker');
INSERT INTO "task_tries" VALUES('mixed','second','b',-1,3,4,'up_for_retry','exit code 1 (try 3 of 4)',1795862158829246,1795862158829246,'worker');
INSERT INTO "task_tries" VALUES('mixed','second','b',-1,4,5,'failed','exit code 1',1795862158846376,1795862158846376,'worker');
INSERT INTO "task_tries" VALUES('mixed','second','c',-1,1,1,'skipped','the task skipped itself: exit code 99 means skipped',1795862158208161,1795862158208161,'worker');
INSERT INTO "task_tries" VALUES('mixed','second','d',-1,1,1,'success','done',1795862158800569,1795862158800569,'worker');
INSERT INTO "task_tries" VALUES('mixed','second','d',-1,2,3,'success','done',1795862158857678,1795862158857678,'worker');
INSERT INTO "task_tries" VALUES('mixed','second','m',0,1,1,'success','done',1795862158703173,1795862158780971,'worker');
INSERT INTO "task_tries" VALUES('mixed','second','m',1,1,1,'failed','AirflowException: exit code 1',1795862158726413,1795862158788492,'worker');
INSERT INTO "task_tries" VALUES('mixed','second','m',2,1,1,'success','done',1795862158738872,1795862158793393,'worker');
CREATE TABLE users (
  username TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  must_change_password INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_login_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE xcoms (
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  stored_at INTEGER NOT NULL,
  PRIMARY KEY (dag_id, run_id, task_id, map_index, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "xcoms" VALUES('mixed','first','a',-1,'return_value','"value"',1795862158173493);
INSERT INTO "xcoms" VALUES('mixed','second','a',-1,'return_value','"value"',1795862158173493);
CREATE UNIQUE INDEX dag_runs_logical_date ON dag_runs (dag_id, logical_date)
  WHERE logical_date IS NOT NULL;
CREATE INDEX dag_runs_unfinished ON dag_runs (state) WHERE state IN ('queued', 'running');
CREATE INDEX dag_runs_run_after ON dag_runs (dag_id, run_after, number);
CREATE INDEX packs_name ON packs (name, created_at);
CREATE INDEX scene_events_started ON scene_events (started_at);
CREATE INDEX scene_events_camera ON scene_events (camera_id, started_at);
CREATE INDEX scene_events_run ON scene_events (dag_id, run_id);
CREATE INDEX sessions_username ON sessions (username);
CREATE INDEX kept_answers_created_at ON kept_answers (created_at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('event_log',109);
INSERT INTO "sqlite_sequence" VALUES('outbox',20);
COMMIT;

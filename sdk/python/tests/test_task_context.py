# SPDX-License-Identifier: Apache-2.0
"""What a task's code finds in its context, and what of it costs a question to the server."""

import http.server
import json
import socket
import socketserver
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

RUN = {"state": "running", "note": "", "queued_at": "2026-01-02T03:04:06Z",
       "start_date": "2026-01-02T03:04:07Z", "end_date": None}
EARLIER = [{"logical_date": f"2026-01-{day}T00:00:00Z", "data_interval_start": None,
            "data_interval_end": f"2026-01-{day}T06:00:00Z", "start_date": f"2026-01-{day}T07:00:00Z",
            "end_date": f"2026-01-{day}T08:00:00Z"} for day in ("31", "01")]
ANSWERS = {"/api/v2/dags/d/dagRuns/r": RUN,
           "/api/v2/dags/d/dagRuns": {"items": EARLIER, "total_entries": 2},
           "/api/v2/dags/d/dagRuns/r/taskInstances": {"items": [{}], "total_entries": 7},
           "/api/v2/dags/d/dagRuns/r/taskInstances/look": {"priority_weight": 9}}


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@pytest.fixture
def served(supervisor, tmp_path):
    """served(source, answers): a supervisor whose tasks reach an API; its .heard are the requests."""
    servers = []

    def make(source, answers=ANSWERS):
        heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = urlsplit(self.path)
                heard.append((path.path, {k: v[0] for k, v in parse_qs(path.query).items()}))
                body = json.dumps(answers[path.path]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words):
                pass

        servers.append(Server(str(tmp_path / "api.sock"), Handler))
        threading.Thread(target=servers[0].serve_forever, args=(0.05,), daemon=True).start()
        (tmp_path / "token").write_text("t")
        one = supervisor(source)
        one.env = {"AIFLOW_API_SOCKET": str(tmp_path / "api.sock"),
                   "AIFLOW_TOKEN_FILE": str(tmp_path / "token")}
        one.heard = heard
        return one

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


def task_of(body: str, dag: str = "", task: str = "") -> str:
    """A DAG whose task `look` is a function with this signature and body."""
    signature, lines = body.split("\n", 1)
    indented = "\n".join("            " + line.strip() for line in lines.strip().splitlines())
    return f"""
    import datetime as dt
    from aiflow import DAG, task, get_current_context
    with DAG("d"{dag}):
        @task({task})
        def look({signature.strip()}):
{indented}
        look()
"""


def value_of(supervisor, task_id="look", **job):
    done, pushed, log, _ = supervisor.run(task_id, **job)
    assert done["outcome"] == "success", log
    return pushed["return_value"]


def test_the_task_instance_says_who_it_is_without_asking(supervisor):
    found = value_of(supervisor(task_of("""ti, dag_run, task, test_mode
        ti.log.info("by the logger")
        assert ti.get_dagrun() is ti.dag_run is dag_run and ti.test_mode is test_mode is False
        assert ti.start_date <= dt.datetime.now(dt.timezone.utc)
        assert ti.end_date is ti.duration is None
        return [ti.state, ti.operator, ti.pool, ti.queue, list(ti.key), ti.hostname, ti.log_url,
        ti.is_eligible_to_retry(), ti.mark_success_url == ti.log_url]""", task="pool='gpu'")),
        try_number=2, max_tries=1)
    assert found == ["running", "PythonOperator", "gpu", "default",
                     ["d", "look", "r", 2, -1], socket.gethostname(),
                     "/dags/d?tab=graph&run=r&task=look", False, True]


CALLBACKS = """
    from aiflow import DAG
    from aiflow.exceptions import AirflowFailException, AirflowSkipException
    from aiflow.operators.python import PythonOperator
    def say(context):
        ti = context["ti"]
        print("ended:", ti.state, ti.duration >= 0,
              ti.duration == (ti.end_date - ti.start_date).total_seconds())
    def raising(error):
        def work(): raise error
        return work
    with DAG("d", default_args={f"on_{event}_callback": say
                                for event in ("success", "failure", "retry", "skipped")}):
        PythonOperator(task_id="good", python_callable=lambda: None)
        PythonOperator(task_id="bad", python_callable=raising(ValueError("x")))
        PythonOperator(task_id="final", python_callable=raising(AirflowFailException("x")))
        PythonOperator(task_id="skips", python_callable=raising(AirflowSkipException("x")))
"""


@pytest.mark.parametrize("task_id, max_tries, state", [
    ("good", 1, "success"), ("bad", 0, "failed"), ("bad", 1, "up_for_retry"),
    ("final", 1, "failed"), ("skips", 1, "skipped")])
def test_callbacks_find_what_the_attempt_became(supervisor, task_id, max_tries, state):
    _done, _pushed, log, _ = supervisor(CALLBACKS).run(task_id, max_tries=max_tries)
    assert f"ended: {state} True True" in log


def test_the_run_is_asked_for_once_and_only_when_used(served):
    s = served(task_of("""dag_run, ti, wants
        if not wants: return [dag_run.conf, dag_run.logical_date.isoformat(), ti.run_id]
        return [dag_run.state, dag_run.note, dag_run.start_date.second, dag_run.queued_at.second,
        dag_run.end_date, ti.priority_weight, ti.priority_weight]""").replace(
        "look()", "look.override(task_id='dry')(wants=False); look(wants=True)"))
    assert value_of(s, "dry") == [{"n": 4}, "2026-01-02T03:04:05+00:00", "r"] and s.heard == []
    assert value_of(s) == ["running", None, 7, 6, None, 9, 9]
    assert [path for path, _ in s.heard] == ["/api/v2/dags/d/dagRuns/r",
                                             "/api/v2/dags/d/dagRuns/r/taskInstances/look"]


def test_what_the_server_does_not_tell_is_not_there(served):
    done, _pushed, _log, _ = served(task_of("""dag_run
        return dag_run.clear_number""")).run("look")
    assert done["outcome"] == "failed" and "no attribute 'clear_number'" in done["cause"]


def test_the_successful_run_before_is_found_by_date(served):
    s = served(task_of("""prev_start_date_success, **context
        assert context["prev_end_date_success"].hour == 8
        assert context["prev_end_date_success"] < dt.datetime.now(dt.timezone.utc)
        here = get_current_context()
        assert here["prev_data_interval_start_success"] is None
        return [prev_start_date_success.isoformat(), here["prev_data_interval_end_success"].isoformat()]"""))
    assert value_of(s) == ["2026-01-31T07:00:00+00:00", "2026-01-31T06:00:00+00:00"]
    assert s.heard == [("/api/v2/dags/d/dagRuns", {
        "state": "success", "logical_date_lte": "2026-01-02T03:04:04.999999+00:00", "limit": "100"})]


def test_a_function_that_takes_all_asks_for_nothing(served):
    s = served(task_of("""**context
        copy = {**get_current_context()}
        return sorted(set(copy) - set(context))"""))
    assert value_of(s) == [] and s.heard == []


def test_without_a_successful_run_before_there_is_none(served):
    source = task_of("""prev_start_date_success
        return [prev_start_date_success is None]""") + """
        from aiflow.operators.bash import BashOperator
        BashOperator(task_id="sh", bash_command=
                     "echo {{ 'none' if prev_end_date_success is none else 'some' }}")
"""
    s = served(source, {"/api/v2/dags/d/dagRuns": {"items": []}})
    assert value_of(s) == [True] and value_of(s, "sh") == "none"
    assert value_of(s, logical_date=None) == [True] and len(s.heard) == 2


def test_a_mapped_task_knows_how_many_it_is(served):
    s = served("""
    from aiflow import DAG, task
    with DAG("d"):
        @task
        def look(n, expanded_ti_count, ti): return [n, expanded_ti_count, ti.log_url]
        look.expand(n=[5, 6, 7])
        look.override(task_id="one")(1)
    """)
    assert value_of(s, map_index=2) == [7, 7, "/dags/d?tab=graph&run=r&task=look&map=2"]
    assert s.heard[0][1] == {"task_id": "look", "limit": "1"}
    assert value_of(s, "one")[1] is None and len(s.heard) == 1


def test_the_dag_and_the_task_know_their_place(supervisor):
    s = supervisor("""
    from aiflow import DAG, TaskGroup
    from aiflow.operators.empty import EmptyOperator
    from aiflow.operators.python import PythonOperator
    def ids(tasks): return [t.task_id for t in tasks]
    def look(dag, task):
        task.log.info("by the task's logger")
        return [dag.fileloc == __file__, dag.task_count, dag.task_dict is dag.tasks, ids(dag.roots),
                ids(dag.leaves), sorted(dag.task_group.children), ids(task.upstream_list),
                ids(task.downstream_list), task.task_group.group_id,
                ids(task.get_direct_relatives(upstream=True)), dag.get_task("a").task_group.group_id]
    with DAG("d"):
        a, z = EmptyOperator(task_id="a"), EmptyOperator(task_id="z")
        with TaskGroup("g"):
            a >> PythonOperator(task_id="look", python_callable=look) >> z
    """)
    done, pushed, log, _ = s.run("g.look")
    assert done["outcome"] == "success" and "by the task's logger" in log
    assert pushed["return_value"] == [True, 3, True, ["a"], ["z"], ["a", "g", "z"], ["a"], ["z"],
                                      "g", ["a"], None]


def test_templates_dict_is_the_functions_and_the_contexts(supervisor):
    assert value_of(supervisor("""
    from aiflow import DAG, get_current_context
    from aiflow.operators.python import PythonOperator
    def look(templates_dict): return [templates_dict, get_current_context()["templates_dict"]]
    with DAG("d"):
        PythonOperator(task_id="look", python_callable=look, templates_dict={"day": "{{ ds }}"})
    """)) == [{"day": "2026-01-02"}] * 2


BOTH = "{{ prev_ds }} {{ next_ds_nodash }} {{ yesterday_ds }} {{ tomorrow_ds_nodash }}"


@pytest.mark.parametrize("schedule, run_type, compat, found", [
    ("'@daily'", "scheduled", 2, "2026-03-29 20260331 2026-03-29 20260331"),
    ("dt.timedelta(days=1)", "backfill", 2, "2026-03-29 20260331 2026-03-29 20260331"),
    ("None", "manual", 2, "2026-03-30 20260330 2026-03-29 20260331"),
    ("'0 0 1,15 * *'", "scheduled", 2, None), ("'@daily'", "scheduled", 3, None)])
def test_dates_of_airflow_2(supervisor, schedule, run_type, compat, found):
    s = supervisor(f"""
    import datetime as dt
    from aiflow import DAG
    from aiflow.operators.bash import BashOperator
    with DAG("d", schedule={schedule}, compat={compat}):
        BashOperator(task_id="look", bash_command="echo '{BOTH}'")
    """)
    done, pushed, _log, _ = s.run("look", logical_date="2026-03-30T00:00:00Z", run_type=run_type,
                                  data_interval_start="2026-03-30T00:00:00Z",
                                  data_interval_end="2026-03-31T00:00:00Z")
    assert pushed.get("return_value") == found
    assert (done["outcome"] == "success") is (found is not None)


def test_the_day_before_is_one_of_the_dags_zone(supervisor):
    s = supervisor("""
    import datetime as dt
    from zoneinfo import ZoneInfo
    from aiflow import DAG
    from aiflow.operators.bash import BashOperator
    with DAG("d", schedule="0 0 * * *", compat=2,
             start_date=dt.datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Berlin"))):
        BashOperator(task_id="look", bash_command="echo {{ prev_execution_date.isoformat() }}")
    """)
    assert value_of(s, logical_date="2026-03-29T22:00:00Z", run_type="scheduled") == (
        "2026-03-28T23:00:00+00:00")  # the day between had 23 hours


def test_times_are_pendulums_where_it_is_installed(supervisor, tmp_path):
    s = supervisor(task_of("""logical_date
        return [type(logical_date).__name__, isinstance(logical_date, dt.datetime)]"""))
    try:
        import pendulum
    except ImportError:
        pendulum = None
    assert value_of(s) == ["datetime" if pendulum is None else "DateTime", True]


def test_an_asset_event_leads_to_the_run_that_made_it(served):
    source = """
    from aiflow import DAG, Asset, task
    with DAG("d", schedule=Asset("raw")):
        @task
        def look(triggering_asset_events):
            [inside, outside] = triggering_asset_events[Asset("raw", "u")]
            run = inside.source_dag_run
            assert inside.source_dag_run is run and outside.source_dag_run is None
            assert outside.source_task_instance is None
            return [run.dag_id, run.run_id, run.run_type, run.conf, run.state, run.logical_date.isoformat(),
                    run.start_date.hour, inside.source_task_instance.xcom_pull(key="rows")]
        look()
    """
    other = {**RUN, "dag_run_id": "r9", "run_type": "scheduled", "conf": None, "state": "success",
             "logical_date": "2026-01-01T00:00:00Z", "data_interval_start": None, "data_interval_end": None}
    flow = served(source, {"/api/v2/dags/maker/dagRuns/r9": other})
    event = {"name": "raw", "uri": "u", "extra": {}, "timestamp": "2026-01-02T00:00:00Z"}
    made = {**event, "source_dag_id": "maker", "source_run_id": "r9", "source_task_id": "load",
            "source_map_index": -1}
    outside = {**event, "source_dag_id": "", "source_run_id": "", "source_task_id": "", "source_map_index": -1}
    done, pushed, log, _ = flow.run("look", triggering_asset_events=[made, outside],
                                    xcoms={("load", "rows"): 12})
    assert done["outcome"] == "success", log
    assert pushed["return_value"] == ["maker", "r9", "scheduled", {}, "success",
                                      "2026-01-01T00:00:00+00:00", 3, 12]
    assert len(flow.heard) == 1 and flow.questions[0]["dag_id"] == "maker"

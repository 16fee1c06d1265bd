# SPDX-License-Identifier: Apache-2.0
"""Runs one attempt of a Python (or templated Bash) task inside its own process.

The supervisor's first frame is TaskStart{job}; XComs go out and are asked for on the same socket;
the last frame is TaskDone{outcome, ...}. Everything printed goes to the attempt's log.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import logging
import os
import signal
import socket
import sys
import traceback

from aiflow import cache, protocol
from aiflow.dag_files.archives import import_archive, is_archive
from aiflow.environment.log_mask import mask_again
from aiflow.baseoperator import TRIGGER_FAILED
from aiflow.context import Context, TaskInstance, build_context, set_current_context
from aiflow.dag import DAG, collect_dags
from aiflow.environment.log_mask import masked
from aiflow.exceptions import (AirflowException, AirflowFailException, AirflowRescheduleException,
                               AirflowSensorTimeout, AirflowSkipException, AirflowTaskTerminated,
                               AirflowTaskTimeout, TaskDeferralTimeout, TaskDeferred)
from aiflow.map_index import check_can_be_mapped_over, name_map_index
from aiflow.yaml_dags import is_yaml
from aiflow.running.rendered import rendered_fields
from aiflow.policies.retry_policy import RetryAction, RetryDecision
from aiflow.triggers.base import decode, deferral_of, wait_here


#: path -> DAGs of a file that was imported before this process was forked (aiflow.warm)
_kept: dict[str, list[DAG]] = {}


def keep_file(path: str) -> None:
    """Imports a DAG file for every load_dag of this process and its forks."""
    _kept[path] = _dags_of(path)


def _dags_of(path: str) -> list[DAG]:
    with collect_dags() as found:
        import_dags(path)
    return found


def import_dags(path: str) -> None:
    """Makes the DAGs of a file: imports a Python file, or the modules at the top of a zip archive, or
    reads a YAML file."""
    if is_archive(path):
        import_archive(path)
    elif is_yaml(path):
        from aiflow.yaml_dags.build import load_yaml

        load_yaml(path)
    else:
        import_file(path)


def load_dag(path: str, dag_id: str) -> DAG:
    """Imports a DAG file and returns one of its DAGs. Raises AirflowException when it is gone."""
    for dag in _kept[path] if path in _kept else _dags_of(path):
        if dag.dag_id == dag_id:
            return dag
    raise AirflowException(f"{path} no longer defines dag '{dag_id}'")


def import_file(path: str):
    """Imports a Python file by path, with its folder and the DAG folder importable, as Airflow does."""
    folder = os.path.dirname(os.path.abspath(path))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    for root in filter(None, os.environ.get("AIFLOW_DAG_FOLDERS", "").split(":")):
        if root not in sys.path and folder.startswith(root.rstrip("/") + "/"):
            sys.path.append(root)
    name = "aiflow_dag_" + os.path.basename(path).removesuffix(".py").replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise AirflowException(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def main(sock: socket.socket) -> int:
    """Runs the attempt that the supervisor describes; returns the process's exit code."""
    _set_up_output()
    start = protocol.recv(sock)
    job = start["job"]
    signal.signal(signal.SIGTERM, _on_sigterm)
    if pack := os.environ.get("AIFLOW_PACK"):
        sys.path.insert(0, pack)
        sys.dont_write_bytecode = True  # a pack stays as it is
    done = (_run_callback(job) if job.get("operator") == "callback"
            else _run(job, sock, bool(start.get("takes_rendered"))))
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        protocol.send(sock, "TaskDone", **done)
    except OSError:
        return 1  # the supervisor is gone: the exit code is all that is left to say
    return 0 if done["outcome"] in ("success", "skipped", "up_for_reschedule", "deferred") else 1


def _set_up_output() -> None:
    # New streams: the zygote's own may have been files, and a file's stream fails on a pipe.
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, force=True,
                        format="%(levelname)s %(name)s: %(message)s")
    mask_again()


def _on_sigterm(_signal, _frame):
    raise AirflowTaskTerminated("SIGTERM")


@contextlib.contextmanager
def _time_limit(limit_ms: int | None, operator):
    """execution_timeout: AirflowTaskTimeout is raised in execute() when it has passed, after
    on_kill(). A task that can't be interrupted is ended by the worker some seconds later."""
    if not limit_ms:
        yield
        return

    def on_alarm(_signal, _frame):
        if operator is not None:
            _kill(operator)
        raise AirflowTaskTimeout(f"timed out after {limit_ms / 1000:g} s")

    signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, limit_ms / 1000)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _kill(operator) -> None:
    """on_kill() is to finish, and may send a SIGTERM to the whole group, this process included."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        operator.on_kill()
    finally:
        signal.signal(signal.SIGTERM, before)


def _done(outcome: str, cause: str = "", **more) -> dict:
    return {"outcome": outcome, "cause": cause, "skip_all_downstream": False, **more}


def _run(job: dict, sock: socket.socket, tells_fields: bool = False) -> dict:
    """-> the fields of TaskDone. Callbacks have run when it returns; nothing they do changes it.
    tells_fields: the other end takes a TaskRendered."""
    context = Context()
    done = _attempt(job, sock, context, tells_fields)
    event = _event_of(done["outcome"], job)
    if event and "task" in context:
        context["ti"].end(_STATE_AFTER[event])
        _call_back(context, event)
    return done


#: event -> the state that its callbacks find
_STATE_AFTER = {"success": "success", "failure": "failed", "retry": "up_for_retry",
                "skipped": "skipped"}


def run_here(job: dict, dag: DAG, sock) -> dict:
    """One attempt of a DAG that is there already, in this process; -> the fields of TaskDone."""
    before = _kept.get(job["dag_file"])
    _kept[job["dag_file"]] = [dag]
    try:
        return _run(job, sock)
    finally:
        _kept.pop(job["dag_file"])
        if before is not None:
            _kept[job["dag_file"]] = before


def _run_callback(job: dict) -> dict:
    """A callback of the DAG itself; -> the fields of TaskDone."""
    from aiflow.policies.run_callback import run_callback

    try:
        with _time_limit(job.get("execution_timeout_ms"), None):
            run_callback(job, load_dag(job["dag_file"], job["key"]["dag_id"]))
        return _done("success")
    except AirflowTaskTerminated:
        return _done("killed", "ended by SIGTERM")
    except BaseException as error:
        _print_traceback()
        return _done("failed", _cause(error))


def _event_of(outcome: str, job: dict) -> str | None:
    """Which callbacks an outcome has. A killed task has none: its process is to end now."""
    if outcome == "failed":
        return "retry" if 0 < job["max_tries"] >= job["try_number"] else "failure"
    return {"success": "success", "skipped": "skipped", "failed_no_retry": "failure"}.get(outcome)


def _call_back(context: dict, event: str) -> None:
    for callback in context["task"].callbacks[event]:
        try:
            callback(context)
        except (Exception, SystemExit):  # the task's own outcome stands
            name = getattr(callback, "__qualname__", repr(callback))
            logging.getLogger("aiflow.task").exception("on_%s_callback %s failed", event, name)


def _attempt(job: dict, sock: socket.socket, context: dict, tells_fields: bool) -> dict:
    """Runs the operator and fills the context. Every ending of user code is mapped here, in one
    place (workflow-semantics section 7 of the design: what each exception means)."""
    operator = None
    try:
        dag = load_dag(job["dag_file"], job["key"]["dag_id"])
        operator = dag.get_task(job["key"]["task_id"])
        ti = TaskInstance(job, sock, operator)
        context.update(build_context(job, dag, operator, ti))
        set_current_context(context)
        operator = context["task"] = ti.task = operator.at_index(context)
        operator.render_template_fields(context)
        if tells_fields and (fields := rendered_fields(operator)):
            protocol.send(sock, "TaskRendered", fields=fields)
        is_named = name_map_index(context, final=False)
        # What goes on after a deferral was begun: its values are no longer all in one report.
        may_keep = operator.cache and not job.get("resume")
        key = cache.key_of(operator, context) if may_keep else None
        hit = cache.look_up(key) if key and job.get("use_cache") is not False else None
        if hit is not None:
            return _done("success", cache.publish(sock, hit))
        _call_hooks(operator.pre_execute_hooks, operator.pre_execute, context)
        _call_back(context, "execute")
        value = _work(job, operator, context)
        _call_hooks(operator.post_execute_hooks, operator.post_execute, context, value)
        done = _done("success", **operator.outcome_fields(value))
        if not is_named:
            name_map_index(context, final=True)
        if not operator.do_xcom_push:
            value = None
        check_can_be_mapped_over(dag, ti, value)
        if value is not None:
            ti.push_return_value(value)
        done["assets"] = context["outlet_events"].emits()
        return {**done, **cache.kept_as(key, operator.cache_ttl, done["assets"])} if key else done
    except AirflowSkipException as skip:
        return _done("skipped", str(skip) or "the task skipped itself")
    except AirflowRescheduleException as again:
        return _done("up_for_reschedule", "waits for its next poke",
                     reschedule_at=again.reschedule_date.isoformat())
    except TaskDeferred as deferred:
        return _deferred(deferred, context)
    except (AirflowFailException, AirflowSensorTimeout) as error:
        return _failed(error, "failed_no_retry", context)
    except AirflowTaskTerminated:
        signal.signal(signal.SIGTERM, lambda *_: None)  # once is enough: on_kill is to finish
        if operator is not None:
            _kill(operator)
        return _done("killed", "ended by SIGTERM")
    except BaseException as error:  # SystemExit and KeyboardInterrupt of user code count too
        if isinstance(error, KeyboardInterrupt) and operator is not None:
            _kill(operator)
        if isinstance(error, SystemExit) and error.code in (None, 0):
            return _done("success")
        return _failed_by_policy(error, job, context, operator)


def _call_hooks(given: list, method, *arguments) -> None:
    for hook in [*given, method]:
        hook(*arguments)


def _work(job: dict, operator, context: dict):
    """What execute() returns, or the method that goes on after a trigger."""
    work = functools.partial(operator.execute, context)
    if resume := job.get("resume"):
        work = _going_on(operator, context, resume["next_method"], decode(resume["next_kwargs"]),
                         resume.get("event"), resume.get("error"), resume["timed_out"])
    elif reason := next(filter(None, (said(context) for said in operator.skip_reasons)), ""):
        raise AirflowSkipException(reason)
    while True:
        try:
            with _time_limit(job.get("execution_timeout_ms"), operator):
                return work()
        except TaskDeferred as deferred:
            if deferred.trigger.server_trigger() is not None:
                raise
            work = _after_own_trigger(operator, context, deferred)


def _going_on(operator, context: dict, method: str, kwargs: dict, event, error: str | None,
              timed_out: bool):
    if error is None:
        return functools.partial(operator.resume_execution, method, {**kwargs, "event": event},
                                 context)
    print(f"The trigger failed: {error}", flush=True)
    return functools.partial(operator.resume_execution, TRIGGER_FAILED,
                             {"error": error, "timed_out": timed_out}, context)


def _after_own_trigger(operator, context: dict, deferred: TaskDeferred):
    """A trigger class of one's own waits here, in the task's process."""
    print(f"{deferred.trigger!r} is not a trigger of the server: the task waits for it in its own "
          "process and keeps its slot", flush=True)
    event = error = None
    timed_out = False
    try:
        event = wait_here(deferred)
    except Exception as problem:
        traceback.print_exc()
        error, timed_out = _cause(problem), isinstance(problem, TaskDeferralTimeout)
    return _going_on(operator, context, deferred.method_name, deferred.kwargs or {}, event, error,
                     timed_out)


def _deferred(deferred: TaskDeferred, context: dict) -> dict:
    try:
        deferral = deferral_of(deferred)
    except AirflowException as error:
        return _failed(error, "failed", context)
    print(f"deferred to {deferred.trigger!r}", flush=True)
    return _done("deferred", "waits for its trigger", deferral=deferral)


def _failed(error: BaseException, outcome: str, context: dict) -> dict:
    _print_traceback()
    context["exception"] = error
    return _done(outcome, _cause(error))


def _failed_by_policy(error: BaseException, job: dict, context: dict, operator) -> dict:
    """A failure that may be tried again, as far as the task's retry policy does not say otherwise."""
    done = _failed(error, "failed", context)
    policy = getattr(operator, "retry_policy", None)
    if policy is None:
        return done
    try:
        decision = policy.evaluate(exception=error, try_number=job["try_number"],
                                   max_tries=job["max_tries"], context=context)
        if not isinstance(decision, RetryDecision):
            raise AirflowException(f"it answered a {type(decision).__name__}, no RetryDecision")
        delay_ms = (None if decision.retry_delay is None
                    else max(0, round(decision.retry_delay.total_seconds() * 1000)))
    except (Exception, SystemExit):
        logging.getLogger("aiflow.task").exception("the retry policy failed; retries go on as usual")
        return done
    if decision.action is RetryAction.DEFAULT:
        return done
    done["cause"] += f" (retry policy: {decision.reason or decision.action.value})"[:300]
    if decision.action is RetryAction.FAIL:
        done["outcome"] = "failed_no_retry"
    elif delay_ms is not None:
        done["retry_delay_ms"] = delay_ms
    return done


def _cause(error: BaseException) -> str:
    text = masked(str(error)).strip().split("\n", 1)[0]
    return f"{type(error).__name__}: {text}"[:500] if text else type(error).__name__


def _print_traceback() -> None:
    """The traceback without the SDK's own first frames: it starts in the user's code."""
    kind, error, trace = sys.exc_info()
    own = os.path.dirname(os.path.abspath(__file__)) + os.sep
    first = trace
    while first is not None and first.tb_frame.f_code.co_filename.startswith(own):
        first = first.tb_next
    traceback.print_exception(kind, error, first or trace)

# SPDX-License-Identifier: Apache-2.0
"""`ti` in the context: who runs, and the way to XComs."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import logging
import socket
from typing import Any, Iterable, Iterator, NamedTuple
from urllib.parse import urlencode

from aiflow import api, protocol
from aiflow.exceptions import AirflowException
from aiflow.running.dag_run import DagRunView
from aiflow.running.moments import parse_time, utc_now
from aiflow.running.structure import layers_before
from aiflow.running.values import revive, to_json_value

XCOM_RETURN_KEY = "return_value"
#: As a map index in a request: a list of what all mapped instances published (api/worker.yaml).
ALL_INDEXES = -2


class TaskInstanceKey(NamedTuple):
    """What names an attempt."""

    dag_id: str
    task_id: str
    run_id: str
    try_number: int
    map_index: int


class TaskInstance:
    """`ti` in the context: who runs, and the way to XComs.

    state: "running"; for callbacks at the end what it became. start_date, end_date: by this
    machine's clock, the end None while it runs. What only the server knows is asked of it when it is
    used, once.
    """


    def __init__(self, job: dict, sock, operator):
        key = job["key"]
        self.dag_id: str = key["dag_id"]
        self.run_id: str = key["run_id"]
        self.task_id: str = key["task_id"]
        self.map_index: int = key["map_index"]
        self.try_number: int = job["try_number"]
        self.max_tries: int = job["max_tries"]
        self.rendered_map_index: str | None = None
        #: no server: dag.test()
        self.test_mode = bool(job.get("test_mode"))
        self.task = operator
        self.queue: str = job.get("queue", "default")
        self.dag_run = DagRunView(job)
        self.state = "running"
        self.start_date: dt.datetime = parse_time(job.get("first_started_at")) or utc_now()
        self.end_date: dt.datetime | None = None
        self.hostname = socket.gethostname()
        self.log = logging.getLogger("airflow.task")
        self._sock = sock
        self._requests = itertools.count(1)
        #: what others do not see yet
        self._pushed: dict[str, Any] = {}
        self._own_place = (self.dag_id, self.run_id, self.task_id, self.map_index)

    def end(self, state: str) -> None:
        """For the callbacks: the attempt has ended, and became this."""
        self.state, self.end_date = state, utc_now()

    @property
    def duration(self) -> float | None:
        """Seconds; None while it runs."""
        return (self.end_date - self.start_date).total_seconds() if self.end_date else None

    @property
    def operator(self) -> str:
        """The name of the operator's class."""
        return self.task.operator_name

    @property
    def pool(self) -> str:
        return self.task.pool

    @property
    def key(self) -> TaskInstanceKey:
        return TaskInstanceKey(self.dag_id, self.task_id, self.run_id, self.try_number,
                               self.map_index)

    def get_dagrun(self) -> DagRunView:
        return self.dag_run

    def is_eligible_to_retry(self) -> bool:
        """Whether a failure of this attempt may be tried again."""
        return self.try_number <= self.max_tries

    @functools.cached_property
    def priority_weight(self) -> int:
        """The weight by the task's weight_rule, which the server works out."""
        return api.call("GET", self._api_path(self.task_id), query={
            "map_index": self.map_index if self.map_index >= 0 else None})["priority_weight"]

    def count_of_instances(self) -> int | None:
        """How many instances this mapped task has, as the server knows; None when it is not mapped."""
        if self.map_index < 0:
            return None
        return api.call("GET", self._api_path(), query={"task_id": self.task_id,
                                                        "limit": 1})["total_entries"]

    def _api_path(self, *task: str) -> str:
        return api.path_of("dags", self.dag_id, "dagRuns", self.run_id, "taskInstances", *task)

    @property
    def log_url(self) -> str:
        """The task in the dashboard: a path, since no job knows by which address people reach it."""
        place = {"tab": "graph", "run": self.run_id, "task": self.task_id}
        if self.map_index >= 0:
            place["map"] = str(self.map_index)
        return f"/dags/{api.quoted(self.dag_id)}?{urlencode(place)}"

    @property
    def mark_success_url(self) -> str:
        """Where it can be marked: the same page."""
        return self.log_url

    @property
    def key_str(self) -> str:
        """dag__task__run, for file names."""
        return f"{self.dag_id}__{self.task_id}__{self.run_id}"

    def xcom_push(self, key: str, value: Any) -> None:
        """Publishes a value; others see it when this attempt has ended with success."""
        if not isinstance(key, str) or not key:
            raise AirflowException(f"an XCom's key is a text, not {key!r}")
        where = f"XCom '{key}' of task '{self.task_id}'"
        plain = to_json_value(value, where, typed=True)
        protocol.send(self._sock, "TaskXComPush", key=key, **{"value": plain})
        self._pushed[key] = plain

    def push_return_value(self, value: Any) -> None:
        """The value a task returned, and each member of it when multiple_outputs is set."""
        self.xcom_push(XCOM_RETURN_KEY, value)
        if getattr(self.task, "multiple_outputs", False):
            if not isinstance(value, dict):
                raise AirflowException(f"task '{self.task_id}' has multiple_outputs and must return "
                                       f"a dict, not a {type(value).__name__}")
            for key, item in value.items():
                self.xcom_push(str(key), item)

    def xcom_pull(self, task_ids: str | Iterable[str] | None = None, dag_id: str | None = None,
                  key: str = XCOM_RETURN_KEY, include_prior_dates: bool = False, *,
                  map_indexes: int | Iterable[int] | None = None, default: Any = None,
                  run_id: str | None = None) -> Any:
        """The value of one task, or a list of values for a list of task ids or of map indexes.

        include_prior_dates: without a value in this run, that of the latest run before it.
        Of a mapped task without map_indexes: the list of all its values; inside a mapped group, of
        a task of the same group, the value at this task's own index.
        Without task_ids: what this task itself has pushed; with compat=2 what the nearest of the
        tasks before it has published. What is missing: `default`, also in lists; with compat=2 a
        list is without it.
        """
        where = {"dag_id": dag_id or self.dag_id, "run_id": run_id or self.run_id, "key": key,
                 "include_prior_dates": True if include_prior_dates else None}
        one_index = map_indexes is None or isinstance(map_indexes, int)
        if task_ids is None and one_index:
            return next(self._found_without_ids(where, map_indexes), default)
        if isinstance(task_ids, str) and one_index:
            return self._pull(task_ids, where, map_indexes, [default])[0]
        ids = ([self.task_id] if task_ids is None else [task_ids] if isinstance(task_ids, str)
               else list(task_ids))
        missing = [] if self.task.dag.compat == 2 else [default]
        if one_index:
            return [value for task_id in ids
                    for value in self._pull_flat(task_id, where, map_indexes, missing)]
        indexes = list(map_indexes)
        return [value for task_id in ids for index in indexes
                for value in self._pull(task_id, where, index, missing)]

    def _found_without_ids(self, where: dict, map_index: int | None) -> Iterator[Any]:
        """Airflow 3: of this instance. Airflow 2: the newest of all, which the task before it
        published, or one before that, and so on; tasks beside it may or may not have run yet."""
        if self.task.dag.compat == 3:
            index = self.map_index if map_index is None else map_index
            yield from self._ask(self.task_id, where, index)
            return
        for ids in layers_before(self.task):
            for task_id in ids:
                yield from self._pull(task_id, where, map_index, [])

    def pulls_all_of(self, task_id: str) -> bool:
        """Whether a pull from this task, without map_indexes, gives a list of all its values."""
        return self._index_of(task_id) == ALL_INDEXES

    def _index_of(self, task_id: str) -> int:
        """The map index that a pull without one means. Raises nothing: an unknown task has -1."""
        other = self.task.dag.tasks.get(task_id)
        if other is None:
            return -1
        group = other.mapped_group
        if other.is_mapped or (group is not None and group is not self.task.mapped_group):
            return ALL_INDEXES
        return -1 if group is None else self.map_index

    def _pull_flat(self, task_id: str, where: dict, map_index: int | None, missing: list) -> list:
        """As Airflow does for several tasks: the values of a mapped one stand in the same list."""
        whole = map_index is None and where["dag_id"] == self.dag_id and self.pulls_all_of(task_id)
        found = self._pull(task_id, where, map_index, missing)
        return found[0] if whole and found is not missing else found

    def _pull(self, task_id: str, where: dict, map_index: int | None, otherwise: list) -> list:
        """The value as the one member of a list, or `otherwise`."""
        if map_index is not None:
            return self._ask(task_id, where, map_index) or otherwise
        if where["dag_id"] == self.dag_id:
            return self._ask(task_id, where, self._index_of(task_id)) or otherwise
        # What another DAG maps is not known here.
        return (self._ask(task_id, where, -1) or self._ask(task_id, where, ALL_INDEXES)
                or otherwise)

    def xcom_item(self, task_id: str, key: str, position: int) -> tuple[Any, int | None]:
        """One item of the list that xcom_pull(task_id, key=key) gives, and how long that is; what it
        gives and None when it has no such item or is no list."""
        where = {"dag_id": self.dag_id, "run_id": self.run_id, "key": key, "item": position}
        index = self._index_of(task_id)
        answer = self._answer(task_id, where, index)
        if not answer["found"]:
            return [] if index == ALL_INDEXES else None, None
        return revive(answer.get("value")), answer.get("length")

    def _ask(self, task_id: str, where: dict, map_index: int) -> list:
        if ((where["dag_id"], where["run_id"], task_id, map_index) == self._own_place
                and where["key"] in self._pushed):
            return [revive(self._pushed[where["key"]])]
        answer = self._answer(task_id, where, map_index)
        return [revive(answer.get("value"))] if answer["found"] else []

    def _answer(self, task_id: str, where: dict, map_index: int) -> dict:
        request_id = next(self._requests)
        protocol.send(self._sock, "TaskXComGet", request_id=request_id, task_id=task_id,
                      map_index=map_index, **where)
        answer = protocol.recv(self._sock)
        if answer["type"] != "TaskXComValue" or answer["request_id"] != request_id:
            raise AirflowException(f"unexpected answer {answer['type']} to an XCom request")
        return answer

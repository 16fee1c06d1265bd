# SPDX-License-Identifier: Apache-2.0
"""Assets: names of data that tasks make (`outlets=`) and that DAGs wait for (`schedule=`).

    raw = Asset("s3://lake/raw")
    with DAG("clean", schedule=raw & Asset("labels")): ...

Dataset is Airflow 2's name of the same.
"""

from __future__ import annotations

import functools
from typing import Any, Callable, Iterator

from aiflow import api
from aiflow.dag import DAG
from aiflow.exceptions import AirflowException
from aiflow.running.dag_run import DagRunView
from aiflow.running.moments import parse_time
from aiflow.running.values import to_json_value
from aiflow.timetables import Timetable, nested_spec
from aiflow.watcher import AssetWatcher, asset_watchers

NAME_BYTES_MAX = 1500
ALIAS_PREFIX = "alias:"


def _check_name(kind: str, name: Any) -> str:
    if not isinstance(name, str) or not name.strip() or len(name.encode()) > NAME_BYTES_MAX:
        raise AirflowException(f"{kind} {name!r}: a name has 1 to {NAME_BYTES_MAX} bytes of text")
    if name.startswith(ALIAS_PREFIX):
        raise AirflowException(f"{kind} {name!r}: a name does not begin with '{ALIAS_PREFIX}'")
    return name


class BaseAsset:
    """What a DAG can wait for: an asset, an alias, or any or all of several."""

    def __or__(self, other: BaseAsset) -> BaseAsset:
        return AssetAny(self, other) if isinstance(other, BaseAsset) else NotImplemented

    def __and__(self, other: BaseAsset) -> BaseAsset:
        return AssetAll(self, other) if isinstance(other, BaseAsset) else NotImplemented

    def add_nodes(self, nodes: list[dict]) -> int:
        """Adds its AssetNodes (api/dag.yaml) behind `nodes`; the position of the whole."""
        raise NotImplementedError

    def assets(self) -> Iterator[Asset]:
        """All assets in it."""
        return iter(())

    def words(self) -> str:
        """For people: "a and (b or c)"."""
        raise NotImplementedError


class _Named(BaseAsset):
    name: str
    node_prefix = ""

    def add_nodes(self, nodes: list[dict]) -> int:
        nodes.append({"kind": "asset", "name": self.node_prefix + self.name, "parts": []})
        return len(nodes) - 1

    def words(self) -> str:
        return self.node_prefix + self.name


class Asset(_Named):
    """Data that tasks make and DAGs wait for. One name means one uri in all DAGs."""

    def __init__(self, name: str | None = None, uri: str | None = None, *, group: str = "asset",
                 extra: dict | None = None, watchers: list[AssetWatcher] | None = None):
        self.name = _check_name("asset", name if name is not None else uri)
        self.uri = uri if uri is not None else self.name
        self.group = group
        self.extra = to_json_value(extra or {}, f"extra of asset '{self.name}'")
        #: messages that make it new
        self.watchers = asset_watchers(watchers, f"asset '{self.name}'")

    @staticmethod
    def ref(*, name: str) -> AssetRef:
        """The asset that another DAG file describes."""
        return AssetRef(name)

    def assets(self) -> Iterator[Asset]:
        yield self

    def spec(self) -> dict:
        """AssetSpec of api/dag.yaml."""
        return {"name": self.name, "uri": self.uri, "group": self.group, "extra": self.extra,
                "watchers": [watcher.spec() for watcher in self.watchers] or None}

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Asset) and (self.name, self.uri) == (other.name, other.uri)

    def __hash__(self) -> int:
        return hash((self.name, self.uri))

    def __fspath__(self) -> str:
        return self.uri

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, uri={self.uri!r})"


class Dataset(Asset):
    """Airflow 2's Asset: named by its uri."""

    def __init__(self, uri: str, extra: dict | None = None, **more: Any):
        super().__init__(more.pop("name", uri), uri, extra=extra, **more)


class AssetRef(_Named):
    """An asset by its name alone."""

    def __init__(self, name: str):
        self.name = _check_name("asset", name)


class AssetAlias(_Named):
    """Stands for assets that a task names while it runs: outlet_events[alias].add(asset)."""

    node_prefix = ALIAS_PREFIX

    def __init__(self, name: str, group: str = "asset"):
        self.name = _check_name("asset alias", name)
        self.group = group

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, AssetAlias) and self.name == other.name

    def __hash__(self) -> int:
        return hash((ALIAS_PREFIX, self.name))


class _Several(BaseAsset):
    kind = ""
    joint = ""

    def __init__(self, *objects: BaseAsset):
        if not objects or not all(isinstance(one, BaseAsset) for one in objects):
            raise AirflowException(f"{type(self).__name__} takes assets, not {objects!r}")
        self.objects: list[BaseAsset] = []
        for one in objects:  # a & b & c is one condition of three
            self.objects += one.objects if type(one) is type(self) else [one]

    def add_nodes(self, nodes: list[dict]) -> int:
        parts = [one.add_nodes(nodes) for one in self.objects]
        nodes.append({"kind": self.kind, "name": None, "parts": parts})
        return len(nodes) - 1

    def assets(self) -> Iterator[Asset]:
        for one in self.objects:
            yield from one.assets()

    def words(self) -> str:
        texts = [f"({one.words()})" if isinstance(one, _Several) else one.words()
                 for one in self.objects]
        return f" {self.joint} ".join(texts)


class AssetAny(_Several):
    """One of them is enough."""

    kind, joint = "any", "or"


class AssetAll(_Several):
    """Each of them has to be new."""

    kind, joint = "all", "and"


def as_condition(value: Any) -> BaseAsset | None:
    """An asset, a condition, or a list of them (all), of a DAG's schedule; None: none of these."""
    if isinstance(value, BaseAsset):
        return value
    if isinstance(value, (list, tuple)) and value and all(isinstance(v, BaseAsset) for v in value):
        return AssetAll(*value)
    return None


def condition_spec(condition: BaseAsset) -> dict:
    """ScheduleSpec of a DAG that waits for assets alone."""
    nodes: list[dict] = []
    condition.add_nodes(nodes)
    return {"kind": "assets", "text": "when new: " + condition.words(), "assets": nodes}


class AssetOrTimeSchedule(Timetable):
    """Runs by a timetable, and beside it when assets are new."""

    def __init__(self, *, timetable: Any, assets: Any):
        condition = as_condition(assets)
        if condition is None:
            raise AirflowException(f"AssetOrTimeSchedule: assets={assets!r} are no assets")
        self.timetable, self.condition = timetable, condition

    def schedule_spec(self, of: str) -> dict:
        by_assets = condition_spec(self.condition)
        by_time = nested_spec(self.timetable, of)
        return {**by_time, "text": f"{by_time['text']}, or {by_assets['text']}",
                "assets": by_assets["assets"]}


def schedule_assets(schedule: Any) -> list[Asset]:
    """The assets that a DAG's schedule names."""
    condition = getattr(schedule, "condition", None) or as_condition(schedule)
    return [] if condition is None else list(condition.assets())


# -- while a task runs --------------------------------------------------------------------------


class Metadata:
    """Yielded by a task's function: extra of the event of one of its outlets."""

    def __init__(self, asset: Asset | str, extra: dict | None = None, alias: Any = None):
        self.asset = Asset(asset) if isinstance(asset, str) else asset
        self.extra, self.alias = dict(extra or {}), alias


class OutletEvent:
    """What the task says of one outlet; of an alias: which assets it stands for."""

    def __init__(self, outlet: Any):
        self.outlet = outlet
        self.extra: dict = {}
        self.added: list[tuple[Asset, dict]] = []

    def add(self, asset: Asset, extra: dict | None = None) -> None:
        """Of an alias: this asset is new too."""
        if not isinstance(self.outlet, AssetAlias):
            raise AirflowException(f"add() is for an AssetAlias, not for {self.outlet!r}")
        self.added.append((asset, dict(extra or {})))


class OutletEvents:
    """`outlet_events` in the context: outlet_events[asset].extra = {...}."""

    def __init__(self, outlets: list):
        self._events = {outlet: OutletEvent(outlet) for outlet in outlets
                        if isinstance(outlet, (Asset, AssetAlias))}

    def __getitem__(self, outlet: Any) -> OutletEvent:
        if outlet not in self._events:
            raise AirflowException(f"{outlet!r} is not in this task's outlets")
        return self._events[outlet]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def take(self, said: Metadata) -> None:
        """What a Metadata says."""
        if said.alias is None:
            self[said.asset].extra.update(said.extra)
            return
        alias = AssetAlias(said.alias) if isinstance(said.alias, str) else said.alias
        self[alias].add(said.asset, said.extra)

    def emits(self) -> list[dict]:
        """AssetEmits of api/worker.yaml."""
        found = []
        for outlet, event in self._events.items():
            if isinstance(outlet, Asset):
                found.append(_emit(outlet, event.extra, ""))
            found += [_emit(asset, extra, outlet.name) for asset, extra in event.added]
        return found


def _emit(asset: Asset, extra: dict, alias: str) -> dict:
    return {"name": asset.name, "uri": asset.uri, "alias": alias,
            "extra": to_json_value(extra, f"extra of asset '{asset.name}'")}


def collect_metadata(steps: Iterator[Any], events: OutletEvents) -> Any:
    """Runs a function that yields Metadata to its end; what it returned."""
    try:
        while True:
            said = next(steps)
            if not isinstance(said, Metadata):
                raise AirflowException(f"a task's function yields Metadata only, not {said!r}")
            events.take(said)
    except StopIteration as end:
        return end.value


class AssetEvent:
    """One time that an asset was new: what was said of it, by whom, when."""

    def __init__(self, event: dict):
        self.extra = event.get("extra") or {}
        self.timestamp = parse_time(event["timestamp"])
        self.source_dag_id = event.get("source_dag_id") or None
        self.source_run_id = event.get("source_run_id") or None
        self.source_task_id = event.get("source_task_id") or None
        self.source_map_index = event.get("source_map_index")

    @functools.cached_property
    def source_dag_run(self) -> DagRunView | None:
        """The run that made the asset new, asked of the server; None when somebody outside did."""
        if not self.source_dag_id or not self.source_run_id:
            return None
        return DagRunView.of_stored(self.source_dag_id, self.source_run_id)

    @property
    def source_task_instance(self) -> SourceTask | None:
        """The task that did; None when somebody outside did."""
        return SourceTask(self) if self.source_dag_id and self.source_task_id else None


class SourceTask:
    """Who made an asset new, and the way to what it published."""

    def __init__(self, event: AssetEvent):
        self.dag_id, self.run_id = event.source_dag_id, event.source_run_id
        self.task_id = event.source_task_id
        self.map_index = -1 if event.source_map_index is None else event.source_map_index

    def xcom_pull(self, *, key: str = "return_value", default: Any = None) -> Any:
        """A value that it has published."""
        from aiflow.context import get_current_context

        return get_current_context()["ti"].xcom_pull(
            self.task_id, dag_id=self.dag_id, run_id=self.run_id, key=key,
            map_indexes=self.map_index, default=default)


class TriggeringEvent(AssetEvent):
    """An asset event that the run has consumed."""

    def __init__(self, event: dict):
        super().__init__(event)
        self.asset = Asset(event["name"], event["uri"])
        self.uri = event["uri"]


def triggering_events(job: dict) -> dict[Asset, list[TriggeringEvent]]:
    """`triggering_asset_events` in the context: by asset, oldest first."""
    found: dict[Asset, list[TriggeringEvent]] = {}
    for event in job.get("triggering_asset_events") or []:
        one = TriggeringEvent(event)
        found.setdefault(one.asset, []).append(one)
    return found


class InletEvents:
    """`inlet_events` in the context: the events of the assets in this task's inlets, oldest first.

    inlet_events[asset] asks the server for the newest EVENTS_MAX.
    """

    EVENTS_MAX = 1000

    def __init__(self, inlets: list):
        self._found: dict[str, list[AssetEvent] | None] = {
            one.name: None for one in inlets if isinstance(one, (Asset, AssetRef))}

    def __getitem__(self, inlet: Any) -> list[AssetEvent]:
        name = inlet if isinstance(inlet, str) else getattr(inlet, "name", None)
        if name not in self._found:
            raise AirflowException(f"{inlet!r} is not in this task's inlets")
        if self._found[name] is None:
            newest_first = api.call("GET", api.path_of("assets", "events"),
                                    query={"name": name, "limit": self.EVENTS_MAX})["items"]
            self._found[name] = [AssetEvent(one) for one in reversed(newest_first)]
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def asset(function: Callable | None = None, *, schedule: Any = None, name: str | None = None,
          uri: str | None = None, group: str = "asset", extra: dict | None = None, **dag_args: Any):
    """@asset(schedule=...): a DAG of one task that makes the asset of the function's name.

    Parameters named `self` and `context` get the asset and the context; each other one is an
    asset that the function reads (an inlet). The decorated name is the Asset.
    """
    if function is None:
        return lambda given: asset(given, schedule=schedule, name=name, uri=uri, group=group,
                                   extra=extra, **dag_args)
    import inspect

    from aiflow.operators.python import PythonOperator

    made = Asset(name or function.__name__, uri, group=group, extra=extra)
    names = list(inspect.signature(function).parameters)
    inlets = [Asset.ref(name=one) for one in names if one not in ("self", "context")]

    def call(**context: Any) -> Any:
        given = {"self": made, "context": context}
        return function(*(given.get(one) or Asset.ref(name=one) for one in names))

    call.__qualname__ = function.__qualname__
    with DAG(made.name, schedule=schedule, **dag_args):
        PythonOperator(task_id=made.name, python_callable=call, outlets=[made], inlets=inlets)
    return made

# SPDX-License-Identifier: Apache-2.0
"""BaseOperator: what every task has, how edges are drawn, chain() and cross_downstream()."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any, Iterator, NoReturn, Sequence

from aiflow.context import get_current_context
from aiflow.dag import DAG, TaskGroup, callback_list, check_id, current_dag, current_group
from aiflow.durations import duration, optional_duration, optional_moment
from aiflow.edges import Edges, Label
from aiflow.exceptions import (AirflowException, TaskDeferralError, TaskDeferralTimeout,
                               TaskDeferred)
from aiflow.param import ParamsDict, own_params
from aiflow.policies.deadline import warn_of_sla
from aiflow.policies.place import Place, with_pack
from aiflow.policies.retry_policy import RetryPolicy, check_policy
from aiflow.running.structure import TaskStructure
from aiflow.running.templates import (is_template, jinja_environment, names_file, render,
                                      render_file)
from aiflow.setup_scope import Scope, current_scope, enter_scope, leave_scope
from aiflow.wire_gen import TriggerRule
from aiflow.xcom_arg import XComArg, find_xcom_args

_RULE_ALIASES = {"none_failed_or_skipped": "none_failed_min_one_success", "dummy": "always"}
#: The method that a task is resumed with when its trigger failed.
TRIGGER_FAILED = "__fail__"
_WEIGHT_RULES = ("downstream", "upstream", "absolute")

_mapped: BaseOperator | None = None


@contextlib.contextmanager
def in_place_of(mapped: BaseOperator) -> Iterator[None]:
    """An operator made inside the block takes the mapped one's place: it does not join the DAG."""
    global _mapped
    _mapped, before = mapped, _mapped
    try:
        with mapped.dag, mapped._group or contextlib.nullcontext():
            yield
    finally:
        _mapped = before


def trigger_rule_name(rule: Any, task_id: str) -> str:
    """The rule's name; Airflow 2's aliases are read too. Raises AirflowException."""
    name = str(getattr(rule, "value", rule))
    name = _RULE_ALIASES.get(name, name)
    if name not in TriggerRule.__members__:
        raise AirflowException(f"task '{task_id}': unknown trigger_rule {name!r}; known are "
                               + ", ".join(TriggerRule.__members__))
    return name


def _weight_rule_name(rule: Any, task_id: str) -> str:
    name = str(getattr(rule, "value", rule))
    if name not in _WEIGHT_RULES:
        raise AirflowException(f"task '{task_id}': weight_rule {name!r} is not one of "
                               + ", ".join(_WEIGHT_RULES))
    return name


def _backoff(given: bool | float, compat: int) -> float:
    """The multiplier; 0: none. Airflow 2 has it on or off; 3 takes a multiplier too."""
    doubles = given and (compat == 2 or given is True)
    return float(2 if doubles else given or 0)


class _DefaultArgs(type):
    """Fills arguments that a call leaves out from the group's and the DAG's default_args."""

    def __call__(cls, *args: Any, **kwargs: Any):
        dag = kwargs.get("dag") or current_dag()
        group = kwargs.get("task_group") or current_group()
        defaults = {**(dag.default_args if dag else {}), **(group.default_args if group else {}),
                    **(kwargs.pop("default_args", None) or {})}
        known = cls.argument_names()
        for name, value in defaults.items():
            if name in known:
                kwargs.setdefault(name, value)
        return super().__call__(*args, **kwargs)

    def argument_names(cls) -> set[str]:
        names: set[str] = set()
        for base in cls.__mro__:
            init = base.__dict__.get("__init__")
            code = getattr(init, "__code__", None)
            if code is not None:
                count = code.co_argcount + code.co_kwonlyargcount
                names.update(code.co_varnames[1:count])
        return names


def _assets(given: Any) -> list:
    """inlets= and outlets= take one or several."""
    return list(given) if isinstance(given, (list, tuple, set)) else [] if given is None else [given]


_EVENTS = ("execute", "success", "failure", "retry", "skipped")
#: Arguments of Airflow's that change nothing here: no mails are sent.
_WITHOUT_EFFECT = {"sla"}


class BaseOperator(TaskStructure, Edges, metaclass=_DefaultArgs):
    """One task. Subclasses set template_fields and write execute(context)."""

    template_fields: Sequence[str] = ()
    #: endings of a template field's text that make it the name of a file with the template
    template_ext: Sequence[str] = ()
    #: the worker's way to run it: "python" (in a Python process), "bash", "docker" (a container), or
    #: "empty" (no process)
    aiflow_operator = "python"
    #: where it runs when nothing is said; None: where all do
    default_executor: str | None = None
    is_branch = False
    is_short_circuit = False
    #: it serves what comes after it, and is ended when that has ended
    is_service = False
    #: between SIGTERM and SIGKILL when it is ended; None: 10 s
    stop_grace: dt.timedelta | None = None
    #: how results may be kept: "inputs" (the operator knows what they depend on), "key" (only with
    #: a cache_key), "never" (what it does is more than its result)
    caching = "key"

    def __init__(self, task_id: str, *, owner: str = "aiflow", retries: int = 0,
                 retry_delay: dt.timedelta | float = dt.timedelta(seconds=300),
                 retry_exponential_backoff: bool | float = False,
                 max_retry_delay: dt.timedelta | float | None = None,
                 start_date: dt.datetime | None = None, end_date: dt.datetime | None = None,
                 depends_on_past: bool = False, wait_for_downstream: bool = False,
                 ignore_first_depends_on_past: bool = True,
                 wait_for_past_depends_before_skipping: bool = False,
                 trigger_rule: Any = "all_success", pool: str = "default_pool",
                 pool_slots: int = 1, priority_weight: int = 1, weight_rule: Any = "downstream",
                 execution_timeout: dt.timedelta | float | None = None,
                 max_active_tis_per_dag: int | None = None,
                 max_active_tis_per_dagrun: int | None = None, do_xcom_push: bool = True,
                 multiple_outputs: bool = False, on_execute_callback: Any = None,
                 on_success_callback: Any = None, on_failure_callback: Any = None,
                 on_retry_callback: Any = None, on_skipped_callback: Any = None,
                 retry_policy: RetryPolicy | None = None,
                 params: dict | None = None, inlets: Any = None, outlets: Any = None,
                 cache: bool = False, cache_key: str | None = None,
                 cache_ttl: dt.timedelta | float | None = None, cache_version: Any = None,
                 pre_execute: Any = None, post_execute: Any = None,
                 doc_md: str | None = None, doc: str | None = None, doc_json: str | None = None,
                 doc_yaml: str | None = None, doc_rst: str | None = None,
                 executor: str | None = None, queue: str | None = None,
                 placement: dict[str, str] | None = None, resources: dict | None = None,
                 run_as_user: str | int | None = None, executor_config: dict | None = None,
                 pack: str | None = None, email: Any = None,
                 email_on_failure: bool = True, email_on_retry: bool = True,
                 map_index_template: str | None = None, task_display_name: str | None = None,
                 dag: DAG | None = None, task_group: TaskGroup | None = None, **unknown: Any):
        self._check_unknown(task_id, unknown)
        self._take_place(task_id, dag, task_group)
        self.label, self.owner, self.doc_md = task_display_name or self.label, owner, doc_md or ""
        self.doc, self.doc_json, self.doc_yaml, self.doc_rst = doc, doc_json, doc_yaml, doc_rst
        self.priority_weight, self.map_index_template = priority_weight, map_index_template
        self.retries = int(retries or 0)
        named = f"task '{self.task_id}'"
        self.retry_delay = duration(retry_delay, named, "retry_delay")
        self.retry_policy = check_policy(retry_policy, named)
        self.retry_exponential_backoff = _backoff(retry_exponential_backoff, self.dag.compat)
        self.max_retry_delay = optional_duration(max_retry_delay, named, "max_retry_delay")
        self.start_date = optional_moment(start_date, named, "start_date")
        self.end_date = optional_moment(end_date, named, "end_date")
        self.depends_on_past = depends_on_past or wait_for_downstream
        self.wait_for_downstream = wait_for_downstream
        self.trigger_rule = trigger_rule_name(trigger_rule, self.task_id)
        self._take_past_rules(ignore_first_depends_on_past, wait_for_past_depends_before_skipping)
        self.pool, self.pool_slots = pool or "default_pool", pool_slots
        self.weight_rule = _weight_rule_name(weight_rule, self.task_id)
        self.execution_timeout = optional_duration(execution_timeout, named, "execution_timeout")
        self.max_active_tis_per_dag = max_active_tis_per_dag
        self.max_active_tis_per_dagrun = max_active_tis_per_dagrun
        self.do_xcom_push, self.multiple_outputs = do_xcom_push, multiple_outputs
        given = (on_execute_callback, on_success_callback, on_failure_callback, on_retry_callback,
                 on_skipped_callback)
        self.callbacks = dict(zip(_EVENTS, map(callback_list, given), strict=True))
        self.pre_execute_hooks = callback_list(pre_execute)
        self.post_execute_hooks = callback_list(post_execute)
        #: of @task.run_if and @task.skip_if: each says in words why the task is skipped, or ""
        self.skip_reasons: list = [] if _mapped is None else _mapped.skip_reasons
        self._mail_after(email, failure=email_on_failure, retry=email_on_retry)
        self._take_params(params)
        self.inlets, self.outlets = _assets(inlets), _assets(outlets)
        self.cache, self.cache_key, self.cache_version = cache or bool(cache_key), cache_key, cache_version
        self.cache_ttl = optional_duration(cache_ttl, named, "cache_ttl")
        self._check_caching()
        self.place = Place.of(named, executor or self.default_executor, queue, placement, resources,
                              run_as_user, with_pack(executor_config, pack, named))
        self.is_setup = self.is_teardown = self.on_failure_fail_dagrun = False
        self._join()

    def _check_unknown(self, task_id: str, unknown: dict) -> None:
        if wrong := unknown.keys() - _WITHOUT_EFFECT:
            raise AirflowException(f"{type(self).__name__} '{task_id}': unknown arguments: "
                                   + ", ".join(sorted(wrong)))
        if unknown.get("sla") is not None:
            warn_of_sla(f"task '{task_id}': sla")

    def _mail_after(self, to: Any, **wanted: bool) -> None:
        """Airflow's email=: after a failure, or before a retry, a mail by smtp_default."""
        for event, is_wanted in wanted.items():
            if to and is_wanted:
                from aiflow.policies.notifiers import SmtpNotifier

                self.callbacks[event].append(SmtpNotifier(to=to))

    def _take_past_rules(self, ignore_first: bool, wait_before_skipping: bool) -> None:
        self.ignore_first_depends_on_past = bool(ignore_first)
        if wait_before_skipping:
            raise AirflowException(f"task '{self.task_id}': "
                                   "wait_for_past_depends_before_skipping=True is not available")

    def _take_params(self, params: dict | None) -> None:
        self.own_params = own_params(self.dag.params, params)
        self.params = ParamsDict(self.dag.params)
        self.params.update(self.own_params)

    def _take_place(self, task_id: str, dag: DAG | None, group: TaskGroup | None) -> None:
        self.dag = dag or current_dag()
        if self.dag is None:
            raise AirflowException(f"task '{task_id}' is outside of a DAG: use `with DAG(...)`, "
                                   "or pass dag=")
        self._group = group or current_group()
        self.label = check_id("task_id", task_id)
        self.task_id = check_id("task_id", (self._group.prefix if self._group else "") + task_id)
        if _mapped is not None:
            self.dag, self._group = _mapped.dag, _mapped._group
            self.label, self.task_id = _mapped.label, _mapped.task_id
        self.group_id = self._group.group_id if self._group else None

    def _join(self) -> None:
        self.upstream_task_ids: set[str] = set()
        self.downstream_task_ids: set[str] = set()
        self.upstream_labels: dict[str, str] = {}
        if _mapped is not None:
            self.upstream_task_ids |= _mapped.upstream_task_ids
            self.downstream_task_ids |= _mapped.downstream_task_ids
            return
        self.dag.add_task(self)
        if scope := current_scope():
            scope.add_task(self)
        if self._group:
            self._group.members.append(self)

    def _check_caching(self) -> None:
        if self.cache and self.caching == "never":
            raise AirflowException(f"task '{self.task_id}': the result of a {self.operator_name} is "
                                   "never kept")
        if self.cache and self.caching == "key" and not self.cache_key:
            raise AirflowException(f"task '{self.task_id}': cache=True is not enough for a "
                                   f"{self.operator_name}; say with cache_key= what its result "
                                   "depends on")

    def cache_inputs(self, context: dict) -> Any:
        """All that the result depends on, for the result cache, when its templates are rendered.
        Only of operators whose `caching` is "inputs". Raises fingerprint.NotPlain."""
        raise NotImplementedError(f"{type(self).__name__}.cache_inputs")

    def rendered_cache_key(self, context: dict) -> Any:
        """The cache_key that was given, without its templates."""
        return render(self.cache_key, {**context, **self.dag.user_defined_macros})

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        # Arguments are set after BaseOperator.__init__ by subclasses: an XComArg among them is an edge.
        if name in self.template_fields and "upstream_task_ids" in self.__dict__:
            for arg in find_xcom_args(value):
                self.set_upstream(arg.operators)

    # -- dynamic task mapping -----------------------------------------------------------------

    is_mapped = False
    #: what it is mapped over (aiflow.mapping.ExpandInput)
    expand_input: Any = None
    #: ids of argument values that are data of other tasks: no templates are looked for in them
    final_ids: frozenset[int] = frozenset()

    @classmethod
    def partial(cls, *, task_id: str, **kwargs: Any):
        """The arguments that all instances share; .expand() or .expand_kwargs() makes the task."""
        from aiflow.mapped import OperatorPartial

        return OperatorPartial(cls, {"task_id": task_id, **kwargs})

    @property
    def operator_name(self) -> str:
        """The class's name, for people."""
        return type(self).__name__.lstrip("_")

    @property
    def mapped_group(self) -> TaskGroup | None:
        """The mapped group that it is in, if any."""
        return self._group.mapped_group if self._group else None

    def map_nodes(self) -> list[dict] | None:
        """The MapNodes of api/dag.yaml, for the scheduler; None when it is not mapped."""
        return None if self.expand_input is None else self.expand_input.nodes()

    def at_index(self, context: dict) -> BaseOperator:
        """The operator to run: of a mapped one that of the context's map index."""
        del context
        return self

    def mapped_argument(self, name: str) -> Any:
        """In a template: this instance's value of an argument of the mapped group it is in."""
        if self.mapped_group is None:
            raise AirflowException(f"task '{self.task_id}' is not in a mapped group")
        return self.mapped_group.arguments[name].resolve(get_current_context())

    # -- running ------------------------------------------------------------------------------

    def pre_execute(self, context: dict) -> None:
        """Called right before execute(), also when the task goes on after a deferral."""

    def post_execute(self, context: dict, result: Any = None) -> None:
        """Called with what execute() has returned."""

    def execute(self, context: dict) -> Any:
        """The work. What it returns becomes the XCom return_value."""
        raise NotImplementedError(f"{type(self).__name__}.execute")

    def defer(self, *, trigger: Any, method_name: str, kwargs: dict | None = None,
              timeout: dt.timedelta | None = None) -> NoReturn:
        """Hands the wait to a trigger and gives the worker slot back; when the trigger fires, the
        task goes on with method_name(context, event=..., **kwargs) in a new process."""
        raise TaskDeferred(trigger=trigger, method_name=method_name, kwargs=kwargs, timeout=timeout)

    def resume_execution(self, next_method: str, next_kwargs: dict | None, context: dict) -> Any:
        """The work after a trigger. "__fail__": the trigger failed, next_kwargs says how."""
        kwargs = dict(next_kwargs or {})
        if next_method == TRIGGER_FAILED:
            error = str(kwargs.get("error", "Unknown"))
            raise (TaskDeferralTimeout if kwargs.get("timed_out") else TaskDeferralError)(error)
        return getattr(self, next_method)(context, **kwargs)

    def on_kill(self) -> None:
        """Called when the task is ended from outside."""

    def outcome_fields(self, value: Any) -> dict:
        """More fields for TaskDone (branches, short circuits)."""
        del value
        return {}

    def render_template_fields(self, context: dict) -> None:
        """Renders every template field in place; Jinja is loaded only when one needs it."""
        context = {**context, **self.dag.user_defined_macros}
        env = None
        for name in self.template_fields:
            value = getattr(self, name, None)
            if value is None:
                continue
            final = self.final_ids
            if names_file(value, self.template_ext) and id(value) not in final:
                env = env or jinja_environment(self.dag)
                value = render_file(value, context, env)
                final = final | {id(value)}
            if env is None and "{" in repr(value):
                env = jinja_environment(self.dag) if is_template(repr(value)) else None
            object.__setattr__(self, name, render(value, context, env, final))

    # -- what the scheduler is told --------------------------------------------------------------

    def payload(self) -> dict:
        """The operator's arguments for the worker, JSON."""
        return {}

    def has_callbacks(self, *events: str) -> bool:
        """Whether any of these events (execute, success, failure, retry, skipped) calls something."""
        return any(self.callbacks[event] for event in events)

    def has_hooks(self) -> bool:
        """Whether code of the DAG file goes around execute()."""
        kind = type(self)
        return bool(self.pre_execute_hooks or self.post_execute_hooks
                    or kind.pre_execute is not BaseOperator.pre_execute
                    or kind.post_execute is not BaseOperator.post_execute)

    def documentation(self) -> str:
        """What the dashboard shows, Markdown: doc_md, or else another doc as it is written."""
        if self.doc_md or self.doc:
            return self.doc_md or self.doc
        for language, text in (("json", self.doc_json), ("yaml", self.doc_yaml),
                               ("rst", self.doc_rst)):
            if text:
                return f"```{language}\n{text}\n```"
        return ""

    # -- edges ------------------------------------------------------------------------------------

    def __enter__(self) -> Scope:
        """Of a setup or teardown: tasks made in the block run within it."""
        return enter_scope([self])

    def __exit__(self, kind: Any, *_error: Any) -> None:
        leave_scope(wire=kind is None)

    @property
    def output(self) -> XComArg:
        """Reference to what this task returns."""
        return XComArg(self)

    @property
    def roots(self):
        return [self]

    @property
    def leaves(self):
        return [self]

    def set_downstream(self, other: Any) -> None:
        if isinstance(other, Label):
            return other.set_upstream(self)
        for task in _tasks_of(other, "roots"):
            if task.dag is not self.dag:
                raise AirflowException(f"tasks '{self.task_id}' and '{task.task_id}' are in "
                                       "different DAGs")
            self.downstream_task_ids.add(task.task_id)
            task.upstream_task_ids.add(self.task_id)

    def set_upstream(self, other: Any) -> None:
        if isinstance(other, Label):
            return other.set_downstream(self)
        for task in _tasks_of(other, "leaves"):
            task.set_downstream(self)

    def _refuse_cache(self, role: str) -> None:
        if self.cache:
            raise AirflowException(f"task '{self.task_id}': the result of a {role} is never kept")

    def as_setup(self):
        """Marks this task as a setup."""
        self._refuse_cache("setup")
        self.is_setup = True
        return self

    def as_teardown(self, *, setups: Any = None, on_failure_fail_dagrun: bool = False):
        """Marks this task as the teardown of `setups`."""
        self._refuse_cache("teardown")
        self.is_teardown = True
        self.on_failure_fail_dagrun = on_failure_fail_dagrun
        self.trigger_rule = "all_done_setup_success"
        for setup in _tasks_of(setups or [], "leaves"):
            setup.is_setup = True
            setup.set_downstream(self)
        return self


def _tasks_of(value: Any, end: str) -> list[BaseOperator]:
    """The operators behind a task, group, XComArg, or a list of them."""
    if isinstance(value, (list, tuple, set)):
        return [task for item in value for task in _tasks_of(item, end)]
    if not hasattr(value, end) or isinstance(value, DAG):
        raise AirflowException(f"a {type(value).__name__} can't be up- or downstream of a task")
    return list(getattr(value, end))


def chain(*elements: Any) -> None:
    """chain(a, [b, c], [d, e], f): a >> b >> d >> f and a >> c >> e >> f."""
    for left, right in zip(elements, elements[1:]):
        if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
            if len(left) != len(right):
                raise AirflowException(f"chain: lists of {len(left)} and {len(right)} tasks can't "
                                       "be paired")
            for a, b in zip(left, right):
                for task in _tasks_of(a, "leaves"):
                    task.set_downstream(b)
        elif isinstance(left, Label):
            left.set_downstream(right)
        else:
            for task in _tasks_of(left, "leaves"):
                task.set_downstream(right)


def chain_linear(*elements: Any) -> None:
    """chain_linear(a, [b, c], [d, e]): each of a step before each of the next."""
    for left, right in zip(elements, elements[1:]):
        cross_downstream([left], [right])


def cross_downstream(from_tasks: Sequence[Any], to_tasks: Sequence[Any]) -> None:
    """Every task on the left before every task on the right."""
    for task in _tasks_of(list(from_tasks), "leaves"):
        task.set_downstream(list(to_tasks))

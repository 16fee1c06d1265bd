# SPDX-License-Identifier: Apache-2.0
"""Mapped tasks: Operator.partial(...).expand(...), and what one instance of them runs."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

from aiflow.baseoperator import BaseOperator, in_place_of
from aiflow.dag import current_dag
from aiflow.durations import optional_duration
from aiflow.exceptions import AirflowException
from aiflow.mapping import ExpandInput, ExpandLists, ExpandRows, names
from aiflow.running.templates import ids_within
from aiflow.xcom_arg import find_xcom_args

#: What every task has: the scheduler knows it before a task is expanded, so it can't be mapped.
BASE_NAMES = BaseOperator.argument_names() - {"self"} | {"default_args"}


@dataclasses.dataclass
class Recipe:
    """How an instance of a mapped task is made.

    kwargs: of all instances. into_op_kwargs: the mapped values are arguments of the operator's
    function, not of the operator. strict: a mapped name may not be among the partial ones.
    """

    operator: type[BaseOperator]
    kwargs: dict[str, Any]
    over: ExpandInput
    into_op_kwargs: bool = False
    strict: bool = True

    def check_names(self, given: set[str]) -> None:
        """Raises AirflowException when mapped names can't be given to an instance."""
        shared = self.kwargs["op_kwargs"] if self.into_op_kwargs else self.kwargs
        check_no_duplicates(self.over.whose, shared if self.strict else {}, given)
        if self.into_op_kwargs:
            return check_function_names(self.over.whose, self.kwargs["python_callable"], given)
        if given & BASE_NAMES:
            raise AirflowException(f"{self.over.whose}: can't be mapped, every instance has the "
                                   f"same: {names(given & BASE_NAMES)}")
        check_operator_names(self.over.whose, self.operator, given)

    def instance_arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        """The operator's arguments with the mapped ones put in."""
        self.check_names(set(given))
        if not self.into_op_kwargs:
            return {**self.kwargs, **given}
        return {**self.kwargs, "op_kwargs": {**self.kwargs["op_kwargs"], **given}}


def check_no_duplicates(whose: str, partial: Any, mapped: Any) -> None:
    """Raises AirflowException when a name is both partial and mapped."""
    both = set(partial) & set(mapped)
    if both:
        raise AirflowException(f"{whose}: both in partial() and mapped: {names(both)}")


def check_operator_names(whose: str, operator: type[BaseOperator], given: set[str]) -> None:
    """Raises AirflowException when the operator has no such arguments."""
    unknown = given - operator.argument_names() - BASE_NAMES
    if unknown:
        raise AirflowException(f"{whose}: {operator.__name__} has no such argument: "
                               f"{names(unknown)}")


def check_function_names(whose: str, function: Any, given: set[str]) -> None:
    """Raises AirflowException when the function has no such parameters."""
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return
    unknown = given - {p.name for p in parameters
                       if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)}
    if unknown:
        raise AirflowException(f"{whose}: {function.__name__}() has no such argument: "
                               f"{names(unknown)}")


class Unexpanded:
    """What partial() gives. A file that leaves it so does not say what was meant."""

    def __init__(self, whose: str, dag: Any):
        self.whose = whose
        self.used = False
        if dag is not None:
            dag.partials.append(self)

    def check_used(self) -> None:
        """Raises AirflowException when no expand() came."""
        if not self.used:
            raise AirflowException(f"{self.whose}: partial() without expand() or expand_kwargs(): "
                                   "it makes no task")


class OperatorPartial(Unexpanded):
    """Operator.partial(...): waits for expand() or expand_kwargs()."""

    def __init__(self, operator: type[BaseOperator], kwargs: dict[str, Any]):
        super().__init__(f"task '{kwargs['task_id']}'", kwargs.get("dag") or current_dag())
        check_operator_names(self.whose, operator, set(kwargs))
        self._operator, self._kwargs = operator, kwargs

    def expand(self, **mapped: Any) -> MappedOperator:
        """One instance for each item, or for each combination of items of several arguments."""
        return self._expand(ExpandLists(self.whose, mapped), set(mapped))

    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> MappedOperator:
        """One instance for each dict; without strict its members win over partial()'s."""
        rows = ExpandRows(self.whose, kwargs)
        return self._expand(rows, rows.literal_names(), strict)

    def _expand(self, over: ExpandInput, given: set[str], strict: bool = True) -> MappedOperator:
        self.used = True
        recipe = Recipe(self._operator, self._kwargs, over, strict=strict)
        recipe.check_names(given)
        return mapped_operator(recipe)


def mapped_operator(recipe: Recipe) -> MappedOperator:
    """The mapped task in the DAG that is being built."""
    shared = {name: value for name, value in recipe.kwargs.items() if name in BASE_NAMES}
    return MappedOperator(recipe=recipe, **shared)


def _own_defaults(operator: type[BaseOperator]) -> dict[str, Any]:
    """Defaults that an operator's class gives to what every task has: __init__(…, retries=3)."""
    found: dict[str, Any] = {}
    for cls in operator.__mro__[: operator.__mro__.index(BaseOperator)]:
        init = cls.__dict__.get("__init__")
        parameters = inspect.signature(init).parameters.values() if init else ()
        for p in parameters:
            if p.name in BASE_NAMES and p.default is not p.empty:
                found.setdefault(p.name, p.default)
    return found


class MappedOperator(BaseOperator):
    """A task that runs once for each item; at_index() gives the operator of one of them."""

    is_mapped = True

    @property
    def caching(self) -> str:
        """That of the operator that each instance runs."""
        return self.recipe.operator.caching

    def __init__(self, *, recipe: Recipe, **kwargs: Any):
        self.recipe = recipe
        super().__init__(**{**_own_defaults(recipe.operator), **kwargs})
        self.expand_input = recipe.over
        recipe.over.whose = f"task '{self.task_id}'"
        if self.mapped_group is not None:
            raise AirflowException(f"task '{self.task_id}': a mapped task in a mapped group is not "
                                   "supported")
        self.is_branch = recipe.operator.is_branch
        self.is_service = recipe.operator.is_service
        self.stop_grace = optional_duration(recipe.kwargs.get("stop_grace"),
                                            f"task '{self.task_id}'", "stop_grace")
        self.is_short_circuit = recipe.operator.is_short_circuit
        self.ignore_downstream_trigger_rules = recipe.kwargs.get("ignore_downstream_trigger_rules",
                                                                 True)
        rendered = [recipe.kwargs.get(name) for name in recipe.operator.template_fields]
        for reference in [*recipe.over.references(), *find_xcom_args(rendered)]:
            self.set_upstream(reference.operators)

    @property
    def aiflow_operator(self) -> str:
        """Items are worked out in Python; a task without work needs neither."""
        from aiflow.operators.empty import EmptyOperator

        if issubclass(self.recipe.operator, EmptyOperator):
            return EmptyOperator.aiflow_operator.fget(self)
        return "docker" if self.recipe.operator.aiflow_operator == "docker" else "python"

    @property
    def default_executor(self) -> str | None:
        return self.recipe.operator.default_executor

    @property
    def operator_name(self) -> str:
        return self.recipe.operator.__name__.lstrip("_")

    def payload(self) -> dict:
        function = self.recipe.kwargs.get("python_callable")
        if self.aiflow_operator == "docker":
            return {"templated": True}  # each instance's container is worked out in Python
        payload: dict = {} if function is None else {"callable": getattr(function, "__qualname__", "?")}
        alone = self.recipe.operator.aiflow_operator != "python" or self.is_service
        if self.place.in_cluster and alone:
            payload["prepares_on_worker"] = True
        return payload

    def at_index(self, context: dict) -> BaseOperator:
        given, published = self.recipe.over.at(context)
        with in_place_of(self):
            operator = self.recipe.operator(**self.recipe.instance_arguments(given))
        operator.final_ids = ids_within(published)
        return operator

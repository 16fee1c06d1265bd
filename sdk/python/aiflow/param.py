# SPDX-License-Identifier: Apache-2.0
"""Param: a value of a DAG's runs with a default and a JSON Schema. The server checks the values."""

from __future__ import annotations

import copy
import json
from collections.abc import ItemsView, Iterator, Mapping, MutableMapping, ValuesView
from typing import Any

from aiflow.exceptions import AirflowException, ParamValidationError


class ArgNotSet:
    """The type of NOTSET."""

    def __repr__(self) -> str:
        return "NOTSET"

    def __bool__(self) -> bool:
        return False

    def __copy__(self) -> ArgNotSet:
        return self

    def __deepcopy__(self, _memo: dict) -> ArgNotSet:
        return self


#: No value: None is one.
NOTSET = ArgNotSet()


def _check_json(value: Any, what: str) -> Any:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ParamValidationError(f"{what} {value!r} of a Param is not JSON: {error}") from None
    return value


class Param:
    """A parameter with a default and a JSON Schema: Param(5, type="integer", minimum=0).

    Without a default a run must give a value. The schema is `schema`, or all other arguments; those
    that only describe (title, section, examples, values_display, …) are kept in it.
    """

    CLASS_IDENTIFIER = "__class"

    def __init__(self, default: Any = NOTSET, description: str | None = None, **kwargs: Any):
        self.value = default if default is NOTSET else _check_json(default, "the default")
        self.description = description
        self.schema: dict[str, Any] = _check_json(kwargs.pop("schema", kwargs), "the schema")

    def __copy__(self) -> Param:
        return Param(self.value, self.description, schema=self.schema)

    @property
    def has_value(self) -> bool:
        return self.value is not NOTSET and self.value is not None

    def resolve(self, value: Any = NOTSET, suppress_exception: bool = False) -> Any:
        """Takes the value over the default and returns it. Raises ParamValidationError without any.

        Against the schema it is checked by the server: when the file is read, at each trigger.
        """
        if value is not NOTSET:
            self.value = _check_json(value, "the value")
        if self.value is NOTSET:
            if suppress_exception:
                return None
            raise ParamValidationError("No value passed and Param has no default value")
        return self.value

    def dump(self) -> dict:
        """As api/dag.yaml has it."""
        value = {} if self.value is NOTSET else {"value": self.value}
        return {**value, "description": self.description, "schema": self.schema}

    def serialize(self) -> dict:
        return self.dump()


class ParamsDict(MutableMapping):
    """Params by name. Reading gives values, get_param() the Param; a plain value becomes a Param, or
    a new value for the Param that is there."""

    def __init__(self, dict_obj: Mapping | None = None, suppress_exception: bool = False):
        self._params: dict[str, Param] = {}
        self.suppress_exception = suppress_exception
        for name, value in dict(dict_obj.items() if dict_obj else ()).items():
            self[name] = value

    def __setitem__(self, name: str, value: Any) -> None:
        if not isinstance(name, str):
            raise ParamValidationError(f"the name of a param is text, not {name!r}")
        if isinstance(value, Param):
            self._params[name] = value
        elif name in self._params:
            try:
                self._params[name].resolve(value, self.suppress_exception)
            except ParamValidationError as error:
                raise ParamValidationError(f"param '{name}': {error}") from None
        else:
            try:
                self._params[name] = Param(value)
            except ParamValidationError as error:
                raise ParamValidationError(f"param '{name}': {error}") from None

    def __getitem__(self, name: str) -> Any:
        return self._params[name].resolve(suppress_exception=self.suppress_exception)

    def __delitem__(self, name: str) -> None:
        del self._params[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)

    def __contains__(self, name: object) -> bool:
        return name in self._params

    def __copy__(self) -> ParamsDict:
        return ParamsDict({name: copy.copy(p) for name, p in self._params.items()},
                          self.suppress_exception)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ParamsDict):
            return self.dump() == other.dump()
        return self.dump() == other if isinstance(other, dict) else NotImplemented

    __hash__ = None

    def __repr__(self) -> str:
        return repr(self.dump())

    def items(self) -> ItemsView:
        """Names and Params, as Airflow has it: not the values."""
        return ItemsView(self._params)

    def values(self) -> ValuesView:
        """The Params."""
        return ValuesView(self._params)

    def update(self, *args: Any, **kwargs: Any) -> None:
        if len(args) == 1 and not kwargs and isinstance(args[0], ParamsDict):
            super().update(args[0]._params)
        else:
            super().update(*args, **kwargs)

    def get_param(self, name: str) -> Param:
        """Raises KeyError."""
        return self._params[name]

    def dump(self) -> dict[str, Any]:
        """Name -> value; None without one."""
        return {name: p.resolve(suppress_exception=True) for name, p in self._params.items()}

    def validate(self) -> dict[str, Any]:
        """Name -> value. Raises ParamValidationError when one has none."""
        try:
            return {name: self[name] for name in self._params}
        except ParamValidationError:
            missing = [name for name, p in self._params.items() if p.value is NOTSET]
            raise ParamValidationError("no value for param " + ", ".join(missing)) from None

    def given(self) -> dict[str, Any]:
        """Name -> value of those that have one."""
        return {name: p.value for name, p in self._params.items() if p.value is not NOTSET}

    def specs(self) -> dict[str, dict]:
        """As api/dag.yaml has it."""
        return {name: p.dump() for name, p in self._params.items()}


class DagParam:
    """A run's value of a param as an argument of a task: dag.param("n"), or an argument of @dag."""

    def __init__(self, current_dag: Any, name: str, default: Any = NOTSET):
        if default is not NOTSET:
            current_dag.params[name] = default
        self._name = name

    def iter_references(self) -> tuple:
        return ()

    def resolve(self, context: dict) -> Any:
        """In the running task. Raises AirflowException when the run has no such value."""
        try:
            return context["params"][self._name]
        except KeyError:
            raise AirflowException(f"the run has no value for param '{self._name}'") from None


def own_params(dag_params: ParamsDict, given: Mapping | None) -> ParamsDict:
    """A task's params: a plain value for one of the DAG's params keeps that one's schema."""
    own = ParamsDict()
    for name, value in dict((given or {}).items()).items():
        if not isinstance(value, Param) and name in dag_params:
            of_dag = dag_params.get_param(name)
            value = Param(value, of_dag.description, schema=of_dag.schema)
        own[name] = value
    return own

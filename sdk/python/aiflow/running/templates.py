# SPDX-License-Identifier: Apache-2.0
"""Templates: texts with Jinja in them, and files of such texts."""

from __future__ import annotations

import os
from typing import Any, Iterable, Sequence

from aiflow.exceptions import AirflowException
from aiflow.param import DagParam
from aiflow.running.lazy import unwrapped


def is_template(text: str) -> bool:
    """Whether Jinja would change anything in the text."""
    return "{{" in text or "{%" in text or "{#" in text


def render(value: Any, context: dict, env=None, final: frozenset[int] = frozenset()) -> Any:
    """Renders templates in text, and in the members of lists, tuples, dicts; resolves XComArgs.

    final: ids of objects that stay as they are: what a task published is data, not a template.
    """
    from aiflow.xcom_arg import XComArg

    if id(value) in final:
        return value
    if isinstance(value, (XComArg, DagParam)):
        return value.resolve(context)
    if isinstance(value, str):
        return _render_text(value, context, env) if is_template(value) else value
    if isinstance(value, (list, tuple)):
        items = [render(item, context, env, final) for item in value]
        return type(value)(items) if type(value) in (list, tuple) else items
    if isinstance(value, dict):
        return {k: render(v, context, env, final) for k, v in value.items()}
    return value


def ids_within(values: Iterable[Any]) -> frozenset[int]:
    """The ids of these objects and of all their members, for render()."""
    found: set[int] = set()

    def visit(value: Any) -> None:
        found.add(id(value))
        if isinstance(value, (list, tuple, dict)):
            for item in value.values() if isinstance(value, dict) else value:
                visit(item)

    for value in values:
        visit(value)
    return frozenset(found)


def names_file(value: Any, endings: Sequence[str]) -> bool:
    """Whether it is a text that Airflow takes as the name of a template file."""
    return isinstance(value, str) and bool(endings) and value.endswith(tuple(endings))


def render_file(name: str, context: dict, env) -> Any:
    """The file's rendered text. Raises AirflowException when there is no such file."""
    import jinja2

    try:
        template = env.get_template(name)
    except jinja2.TemplateNotFound as error:
        where = ", ".join(env.loader.searchpath)
        raise AirflowException(f"no template file {str(error)!r} in {where}; a command that ends so "
                               "and is no file's name gets a space at its end") from None
    return template.render(context)


def _render_text(text: str, context: dict, env) -> Any:
    if env is None:
        env = jinja_environment(context.get("dag"))
    return env.from_string(text).render(context)


def jinja_environment(dag=None):
    """Jinja with Airflow's settings: an unknown name is an error, not an empty text. With a DAG also
    with its: folders of templates, filters, native values, arguments of the environment."""
    try:
        import jinja2
        import jinja2.nativetypes
    except ImportError:
        raise AirflowException("templates need Jinja2: install it (apt install python3-jinja2, or "
                               "pip install jinja2) for the interpreter that runs tasks") from None

    class LookingThrough(jinja2.runtime.Context):
        """`x is none` asks what a lazy member of the context is."""

        def resolve_or_missing(self, key: str) -> Any:
            return unwrapped(super().resolve_or_missing(key))

    settings = {"undefined": jinja2.StrictUndefined, "keep_trailing_newline": True}
    is_native = False
    if dag is not None:
        folders = [dag.folder, *(os.path.join(dag.folder, path) for path in dag.template_searchpath)]
        settings.update({"loader": jinja2.FileSystemLoader(folders), **dag.jinja_environment_kwargs})
        is_native = dag.render_template_as_native_obj
    env = (jinja2.nativetypes.NativeEnvironment if is_native else jinja2.Environment)(**settings)
    env.context_class = LookingThrough
    env.filters["ds"] = lambda date: date.strftime("%Y-%m-%d")
    env.filters["ts"] = lambda date: date.isoformat()
    env.filters["ds_nodash"] = lambda date: date.strftime("%Y%m%d")
    env.filters["ts_nodash"] = lambda date: date.strftime("%Y%m%dT%H%M%S")
    env.filters.update(dag.user_defined_filters if dag is not None else {})
    return env

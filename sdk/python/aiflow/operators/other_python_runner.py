# SPDX-License-Identifier: Apache-2.0
"""What the other Python of an ExternalPythonOperator runs. The standard library only, Python >= 3.7.

    python other_python_runner.py FOLDER     with arguments and function; writes result
"""

from __future__ import annotations

import datetime
import decimal
import json
import os
import pickle
import sys
import traceback

_FUTURE = "from __future__ import annotations\n"  # names of annotations need not be known here


def _typed(value):
    """As aiflow.running.values marks what JSON lacks."""
    if isinstance(value, datetime.datetime):
        return {"__aiflow_type__": "datetime", "value": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"__aiflow_type__": "date", "value": value.isoformat()}
    if isinstance(value, datetime.timedelta):
        return {"__aiflow_type__": "timedelta",
                "value": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, (set, frozenset)):
        return {"__aiflow_type__": type(value).__name__, "value": sorted(value, key=str)}
    if isinstance(value, decimal.Decimal):
        return {"__aiflow_type__": "Decimal", "value": str(value)}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "to_json"):
        return value.to_json()
    raise TypeError("the function returned a %s, which is not JSON" % type(value).__name__)


def _load(folder):
    with open(os.path.join(folder, "function"), encoding="utf-8") as file:
        function = json.load(file)
    with open(os.path.join(folder, "arguments"), "rb") as file:
        arguments = pickle.load(file)
    # The lines stand where they stand in the DAG's file, for tracebacks.
    text = _FUTURE + "\n" * max(function["line"] - 2, 0) + function["text"]
    names = {"__name__": "aiflow_function"}
    exec(compile(text, function["file"], "exec"), names)
    return names[function["name"]], arguments


def main(folder):
    """-> exit code."""
    try:
        function, arguments = _load(folder)
        value = function(*arguments["args"], **arguments["kwargs"])
        if hasattr(value, "__await__"):
            import asyncio

            value = asyncio.run(value)
        answer, code = {"value": value}, 0
        text = json.dumps(answer, default=_typed)
    except Exception as error:
        traceback.print_exc()
        last = traceback.format_exception_only(type(error), error)[-1].strip()
        text, code = json.dumps({"error": last[:2000], "message": str(error)[:2000],
                                 "kinds": [kind.__name__ for kind in type(error).__mro__]}), 1
    with open(os.path.join(folder, "result"), "w", encoding="utf-8") as file:
        file.write(text)
    return code


if __name__ == "__main__":
    # Not this script's folder: its neighbours have the names of modules.
    sys.path[:] = [path for path in sys.path
                   if os.path.abspath(path) != os.path.dirname(os.path.abspath(__file__))]
    sys.exit(main(sys.argv[1]))

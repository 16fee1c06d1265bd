# SPDX-License-Identifier: Apache-2.0
"""Equal only when both do the same; what can't be told is refused."""

import datetime as dt
import enum
import logging
import textwrap

import pytest

from aiflow.artifacts import Artifact
from aiflow.fingerprint import NotPlain, canonical, digest, of_function

REF = Artifact("m", "file", "ab" * 32, 3)


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def made(source: str, name: str = "f", **given):
    """The function that a file with this text defines."""
    space = {"__name__": "aiflow_dag_x", **given}
    exec(compile(textwrap.dedent(source), "x.py", "exec"), space)
    return space[name]


def same(one: str, other: str, **given) -> bool:
    return digest(of_function(made(one, **given))) == digest(of_function(made(other, **given)))


@pytest.mark.parametrize("pair", [
    (1, True), (1, 1.0), ("1", 1), ((1,), [1]), ({1}, [1]), ({"a": 1}, {"a": 2}), ({1: 2}, {"1": 2}),
    (None, "None"), (b"a", "a"), (dt.date(2026, 1, 1), "2026-01-01"), (0.0, -0.0),
    (REF, Artifact("m", "file", "cd" * 32, 3)), (REF, REF.sha256), (Colour.RED, Colour.BLUE),
    ([[1], 2], [1, [2]]), ("a", ["str", "a"])])
def test_different_values_look_different(pair):
    assert digest(canonical(pair[0])) != digest(canonical(pair[1]))


def test_equal_values_look_equal():
    assert canonical({"b": [1, (2,)], "a": {3, 4}}) == canonical({"a": {4, 3}, "b": [1, (2,)]})
    assert canonical(REF) == canonical(Artifact("m", "file", "ab" * 32, 3, "text/csv"))


@pytest.mark.parametrize("value", [object(), {"a": [object()]}, (x for x in ()), open])
def test_what_cannot_be_compared_is_refused(value):
    with pytest.raises(NotPlain):
        canonical(value)


def test_comments_lines_and_annotations_do_not_matter():
    assert same("def f(a):\n    return a + 1", '\n\ndef f(a):\n    # adds\n    return a + 1')


@pytest.mark.parametrize("other", [
    "def f(a): return a + 2", "def f(a, b=1): return a + 1", "def f(a): return g(a) + 1\ndef g(a): return a",
    "def f(a): return a - 1", "def f(b): return b + 1", "async def f(a): return a + 1"])
def test_other_code_is_seen(other):
    assert not same("def f(a): return a + 1", other)


def test_other_defaults_globals_helpers_and_closures_are_seen():
    assert not same("def f(a=1): return a", "def f(a=2): return a")
    assert not same("N = 1\ndef f(): return N", "N = 2\ndef f(): return N")
    assert not same("def g(): return 1\ndef f(): return g()", "def g(): return 2\ndef f(): return g()")
    assert not same("def f():\n    return [len(x) for x in N]\nN = ['a']", "def f():\n    return [len(x) for x in N]\nN = ['b']")
    closure = "def m(n):\n    def f(): return n\n    return f\nf = m({})"
    assert not same(closure.format(1), closure.format(2))
    klass = "class K:\n    def go(self): return {}\ndef f(): return K().go()"
    assert not same(klass.format(1), klass.format(2))


def test_functions_that_call_each_other_end():
    source = "def f(n): return g(n)\ndef g(n): return f(n - {}) if n else 0"
    assert same(source.format(1), source.format(1))
    assert not same(source.format(1), source.format(2))


def test_usual_globals_are_fine_and_unknown_objects_are_not():
    assert same("def f(): return log.name + json.dumps(1)", "def f(): return log.name + json.dumps(1)",
                log=logging.getLogger("x"), json=__import__("json"))
    with pytest.raises(NotPlain):
        of_function(made("def f(): return state.x", state=object()))


def test_the_order_of_a_set_does_not_matter():
    names = ", ".join(f"'{i}'" for i in range(50))
    assert same(f"def f(x): return x in {{{names}}}", f"def f(x): return x in {{{names}}}")

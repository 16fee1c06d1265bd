# SPDX-License-Identifier: Apache-2.0
"""The checks of tools/ can fail: each is shown a breach."""

import importlib.machinery
import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import query_types  # noqa: E402


def load(name: str):
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / "tools" / name))
    spec = importlib.util.spec_from_loader(name, loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


tidy, layers, codegen = load("tidy"), load("layers"), load("codegen")


@pytest.mark.parametrize("code, words", [
    ("void f() {\n" + "  g();\n" * 80 + "}\n", "function of 82 lines"),
    ("void f(int a, int b, int c, int d, int e) {\n}\n", "5 parameters"),
    ("void f() {\n  if (a) {\n    for (;;) {\n      while (b) {\n        if (c) {\n        }\n      }\n    }\n  }\n}\n",
     "nested 4 deep"),
    ("auto t = std::chrono::system_clock::now();\n", "pass a Clock"),
    ("// TO" + "DO later\nint x;  // done\nint TO" + "DO;\n", "finish it"),
    ("int f() { throw 1; }\n", "expected failure is a Result"),
])
def test_tidy_finds_a_breach_in_cpp(code, words):
    assert any(words in problem for problem in tidy.check_cpp("src/x/x.cpp", code))


def test_tidy_accepts_good_code_and_looks_not_into_text():
    good = 'void f(int a, int b) {\n  log("system_clock::now and { braces");\n  // throw it away\n}\n'
    assert list(tidy.check_cpp("src/x/x.cpp", good)) == []


def test_layers_finds_an_upward_include(tmp_path, monkeypatch):
    src = tmp_path / "src"
    for name in ("base", "sched"):
        (src / name).mkdir(parents=True)
    (src / "sched" / "step.h").write_text("#pragma once\n")
    bad = src / "base" / "bad.h"
    bad.write_text('#include "sched/step.h"\n#include <boost/asio.hpp>\n')
    monkeypatch.setattr(layers, "ROOT", tmp_path)
    monkeypatch.setattr(layers, "SRC", src)
    problems, _ = layers.check_file(bad, "base")
    assert any("may not use sched" in p for p in problems)
    assert any("third-party <boost/asio.hpp>" in p for p in problems)


def test_layers_keeps_the_pure_libraries_pure(tmp_path, monkeypatch):
    src = tmp_path / "src"
    (src / "sched").mkdir(parents=True)
    bad = src / "sched" / "bad.cpp"
    bad.write_text("#include <thread>\n")
    monkeypatch.setattr(layers, "ROOT", tmp_path)
    monkeypatch.setattr(layers, "SRC", src)
    assert any("pure" in p for p in layers.check_file(bad, "sched")[0])


def test_codegen_refuses_a_route_without_a_permission():
    with pytest.raises(SystemExit, match="no_permission"):
        codegen.check_routes({"engine": {"routes": {"no_permission": ["GET", "/x", "", "-", "-"]}}})


def test_generated_files_are_fresh():
    for name, text in codegen.outputs().items():
        assert (ROOT / name).read_text() == text, name


@pytest.mark.parametrize("change, words", [
    ({"docs": {}}, "needs a line in `docs`"),
    ({"docs": {"list_x": "All.", "gone": "Was there."}}, "speaks of gone"),
    ({"routes": {"list_x": ["GET", "/x", "view", "-", "list<X>"]}}, "needs a query type with `page`"),
    ({"routes": {"list_x": ["GET", "/x", "view", "-", "list<X>", "Nothing"]}}, "'Nothing' is not in `queries`"),
    ({"queries": {"All": {"fields": {"n": "number"}}}}, "needs a query type with `page`"),
])
def test_codegen_refuses_a_route_that_could_not_be_described(change, words):
    good = {"routes": {"list_x": ["GET", "/x", "view", "-", "list<X>", "All"]}, "docs": {"list_x": "All."},
            "queries": {"All": {"page": 10}}}
    query_types.check_queries(good)
    with pytest.raises(SystemExit, match=words.replace("`", ".")):
        query_types.check_queries(good | change)


def test_codegen_reads_the_types_of_query_parameters():
    assert query_types.parse_query_type("int(1..9) = 3")[1:3] == (1, 9)
    assert query_types.parse_query_type("(up|down) = up").words == ("up", "down")
    assert query_types.parse_query_type("[RunState]").is_list
    assert query_types.parse_query_type("string!").is_required
    for bad in ("int(1..", "[RunState", "(up", ""):
        with pytest.raises(SystemExit):
            query_types.parse_query_type(bad)


def test_each_kind_of_event_that_is_sent_is_described():
    store = (ROOT / "src/store/event_log.h").read_text()
    kinds = set(re.findall(r'string_view (\w+) = "\1";', store))
    for source in (ROOT / "src").rglob("*.cpp"):
        if not source.name.endswith("_test.cpp"):
            kinds |= set(re.findall(r'(?:publish\(|StreamEvent \w+)\s*\{[^;]*?\.kind = "(\w+)"',
                                    source.read_text()))
    assert {"hello", "system", "dag_run"} <= kinds
    api = json.loads((ROOT / "api/openapi.json").read_text())
    told = (api["components"]["schemas"]["StreamEvent"]["description"]
            + api["paths"]["/api/v2/stream"]["get"]["summary"])
    assert not {kind for kind in kinds if not re.search(rf"\b{kind}\b", told)}

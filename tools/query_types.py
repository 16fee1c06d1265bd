# SPDX-License-Identifier: Apache-2.0
"""For tools/codegen: what routes take after the '?', as C++ types and their parsers."""
import re
from typing import NamedTuple

NOTE = "// Generated from api/engine.yaml by tools/codegen; do not edit."
INT_MAX = 2**63 - 1
PAGE = {"limit": "int(1..1000) = {}", "offset": "int(0..1000000000) = 0"}


class QueryType(NamedTuple):
    """`kind`: string, time, int, words or the name of an enum."""

    kind: str
    low: int = 0
    high: int = INT_MAX
    words: tuple[str, ...] = ()
    is_list: bool = False
    is_required: bool = False
    default: str | None = None


def parse_query_type(text: str) -> QueryType:
    found = re.fullmatch(r"(\[)?(?:int\((-?\d+)\.\.(\d*)\)|\(([-\w|]+)\)|(\w+))(\])?(!)?(?: = (\S+))?", text.strip())
    if found is None or (found[1] is None) != (found[6] is None):
        raise SystemExit(f"api/engine.yaml: '{text}' is no type of a query parameter")
    low, high, words, name = found.group(2, 3, 4, 5)
    return QueryType(kind="int" if low is not None else "words" if words else name, low=int(low or 0),
                     high=int(high) if high else INT_MAX, words=tuple((words or "").split("|")) if words else (),
                     is_list=found[1] is not None, is_required=found[7] is not None, default=found[8])


def fields_of(query: dict) -> dict[str, QueryType]:
    """All parameters of an entry of `queries`, with those that `page` stands for."""
    spec = query if set(query) & {"fields", "doc", "page"} else {"fields": query}
    fields = {name: parse_query_type(text) for name, text in spec.get("fields", {}).items()}
    if "page" in spec:
        fields |= {name: parse_query_type(text.format(spec["page"])) for name, text in PAGE.items()}
    return fields


def query_of(route: list) -> str | None:
    return route[5] if len(route) == 6 else None


def check_queries(engine: dict) -> None:
    """Stops with the name of a route without a doc, or with a list that cannot be read in pages."""
    for name, route in engine["routes"].items():
        query = query_of(route)
        where = f"api/engine.yaml: route {name}: "
        if not engine["docs"].get(name):
            raise SystemExit(where + "needs a line in `docs`")
        if query is not None and query not in engine["queries"]:
            raise SystemExit(where + f"'{query}' is not in `queries`")
        is_list = route[0] == "GET" and route[4].startswith("list<")
        if is_list and (query is None or "page" not in engine["queries"][query]):
            raise SystemExit(where + "a list needs a query type with `page`, e.g. WholeList")
    for name in set(engine["docs"]) - set(engine["routes"]):
        raise SystemExit(f"api/engine.yaml: `docs` speaks of {name}, which is no route")


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def cpp_field(name: str, t: QueryType) -> str:
    plain = {"string": "std::string", "words": "std::string", "time": "WallTime", "int": "std::int64_t"}
    cpp = plain.get(t.kind, t.kind)
    if t.is_list:
        return f"  std::vector<{cpp}> {name}{{}};"
    if t.default is not None:
        value = f'"{t.default}"' if cpp == "std::string" else t.default
        return f"  {cpp} {name} = {value};"
    return f"  {cpp} {name}{{}};" if t.is_required else f"  std::optional<{cpp}> {name}{{}};"


def queries_header(engine: dict) -> str:
    out = ["// SPDX-License-Identifier: Apache-2.0", NOTE, "#pragma once", "", "#include <cstdint>",
           "#include <optional>", "#include <string>", "#include <utility>", "#include <vector>", "",
           '#include "base/clock.h"', '#include "base/result.h"', '#include "base/states.h"',
           '#include "wire/routes.h"', "", "namespace aiflow::wire {", "",
           "/// A request's query, decoded. An empty value counts as none.",
           "using Query = std::vector<std::pair<std::string, std::string>>;", ""]
    for name, query in engine["queries"].items():
        doc = query.get("doc") if isinstance(query.get("doc"), str) else None
        out += [f"/// {doc}"] if doc else []
        out.append(f"struct {name} {{")
        out += [cpp_field(field, t) for field, t in fields_of(query).items()]
        out += ["};", "/// Errors: invalid_argument naming the parameter.",
                f"[[nodiscard]] Result<{name}> parse_{snake(name)}(const Query& query);", ""]
    out += ["/// The page that a list's query asks for. Only for routes with limit and offset (asserted).",
            "[[nodiscard]] Result<PageQuery> parse_page(Route route, const Query& query);", "",
            "/// What a client may repeat under an Idempotency-Key after a lost answer.",
            "[[nodiscard]] bool is_repeatable(Route route);"]
    return "\n".join(out) + "\n\n}  // namespace aiflow::wire\n"


def take(name: str, t: QueryType) -> str:
    if t.kind == "int":
        high = "INT64_MAX" if t.high == INT_MAX else t.high
        return f'detail::take_int(query, {{"{name}", {t.low}, {high}}}, out.{name})'
    if t.kind == "words":
        return f'detail::take_word(query, {{"{name}", {{{", ".join(chr(34) + w + chr(34) for w in t.words)}}}}}, out.{name})'
    return f'detail::take(query, "{name}", out.{name})'


def queries_source(engine: dict) -> str:
    out = ["// SPDX-License-Identifier: Apache-2.0", NOTE, '#include "wire/queries.h"', "", '#include "base/assert.h"',
           '#include "wire/detail/query_codec.h"', "", "namespace aiflow::wire {", ""]
    for name, query in engine["queries"].items():
        out += [f"Result<{name}> parse_{snake(name)}(const Query& query) {{", f"  {name} out;"]
        out += [f"  AIFLOW_TRY({take(field, t)});" for field, t in fields_of(query).items()]
        out += ["  return out;", "}", ""]
    limits: dict[int, list[str]] = {}
    for name, route in engine["routes"].items():
        page = engine["queries"].get(query_of(route), {}).get("page")
        if page is not None:
            limits.setdefault(page, []).append(name)
    out += ["Result<PageQuery> parse_page(Route route, const Query& query) {", "  PageQuery out;", "  switch (route) {"]
    for limit, names in limits.items():
        out += [f"    case Route::{name}:" for name in names]
        out += [f"      out.limit = {limit};", "      break;"]
    out += ["    default: AIFLOW_ASSERT(false);", "  }"]
    out += [f"  AIFLOW_TRY({take(field, parse_query_type(text.format(0)))});" for field, text in PAGE.items()]
    out += ["  return out;", "}", "", "bool is_repeatable(Route route) {", "  switch (route) {"]
    out += [f"    case Route::{name}:" for name in engine["repeatable"]]
    out += ["      return true;", "    default: return false;", "  }", "}"]
    return "\n".join(out) + "\n\n}  // namespace aiflow::wire\n"

# SPDX-License-Identifier: Apache-2.0
"""For tools/codegen: the names that each route takes, after the '?' and in its body. Others are refused:
who misspells a filter or a member must not think that it was heard."""
from query_types import fields_of, query_of

NOTE = "// Generated from api/*.yaml by tools/codegen; do not edit."


def request_members(engine: dict, types: dict) -> dict[str, list[str]]:
    """{route: members of its JSON body}; of no route whose body is another protocol's or plain bytes."""
    return {name: list(types[route[3]]["fields"]) for name, route in engine["routes"].items() if route[3] in types}


def names_header() -> str:
    return "\n".join([
        "// SPDX-License-Identifier: Apache-2.0", NOTE, "#pragma once", "", '#include "base/result.h"',
        '#include "json/value.h"', '#include "wire/queries.h"', "", "namespace aiflow::wire {", "",
        "/// Errors: invalid_argument naming a parameter that the route does not take, and those it does. Routes",
        "/// that others call in their own way (`foreign` in api/engine.yaml) take any.",
        "[[nodiscard]] Status check_parameters(Route route, const Query& query);",
        "/// The same for the members of a JSON body.",
        "[[nodiscard]] Status check_members(Route route, const json::Value& body);", "",
        "}  // namespace aiflow::wire", ""])


def cases(by_names: dict[tuple[str, ...], list[str]], call: str) -> list[str]:
    out = []
    for names, routes in by_names.items():
        out += [f"    case Route::{route}:" for route in routes]
        out.append(f"      return {call}{{{', '.join(f'{chr(34)}{name}{chr(34)}' for name in names)}}});")
    return out


def grouped(names_of: dict[str, list[str]]) -> dict[tuple[str, ...], list[str]]:
    out: dict[tuple[str, ...], list[str]] = {}
    for route, names in names_of.items():
        out.setdefault(tuple(names), []).append(route)
    return out


def names_source(engine: dict, types: dict) -> str:
    if strange := set(engine["foreign"]) - set(engine["routes"]):
        raise SystemExit(f"api/engine.yaml: `foreign` speaks of {', '.join(sorted(strange))}, which is no route")
    parameters = {name: list(fields_of(engine["queries"][query_of(route)]))
                  for name, route in engine["routes"].items() if query_of(route) and name not in engine["foreign"]}
    return "\n".join([
        "// SPDX-License-Identifier: Apache-2.0", NOTE, '#include "wire/known_names.h"', "",
        '#include "wire/detail/name_check.h"', "", "namespace aiflow::wire {", "",
        "Status check_parameters(Route route, const Query& query) {", "  switch (route) {",
        *(f"    case Route::{name}:" for name in engine["foreign"]), "      return {};",
        *cases(grouped(parameters), "detail::only_parameters(query, "),
        "    default: return detail::only_parameters(query, {});", "  }", "}", "",
        "Status check_members(Route route, const json::Value& body) {", "  switch (route) {",
        *cases(grouped(request_members(engine, types)), "detail::only_members(body, "),
        "    default: return {};", "  }", "}", "", "}  // namespace aiflow::wire", ""])

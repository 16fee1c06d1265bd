# SPDX-License-Identifier: Apache-2.0
"""For tools/codegen: api/engine.yaml as an OpenAPI 3.1 document."""
import json
import re

from query_types import INT_MAX, QueryType, fields_of, parse_query_type, query_of

SCALARS = {"string": {"type": "string"}, "double": {"type": "number"}, "bool": {"type": "boolean"},
           "int": {"type": "integer", "format": "int64", "minimum": -INT_MAX - 1, "maximum": INT_MAX},
           "time": {"type": "string", "format": "date-time"}, "json": {}}
TEXT_PARAMETER = {"type": "string", "minLength": 1, "maxLength": 250, "pattern": r"^[^/\\\x00-\x1f\x7f]+$"}
ERRORS = {"400": "The request is malformed, or asks for what makes no sense.", "401": "Nobody is signed in.",
          "403": "Who is signed in may not do this.", "404": "There is no such thing.",
          "409": "What is there now stands against it.",
          "412": "Somebody has changed it since the client has read it.", "413": "The body is too large.",
          "415": "The body must be application/json.", "422": "What is stored is damaged.",
          "429": "Too many requests; Retry-After says when to ask again.",
          "503": "Not now; ask again.", "504": "It took too long."}
STREAMS = {"sse": "text/event-stream", "bytes": "application/octet-stream"}
#: Of answers that are bytes, by the end of their path.
KINDS_BY_END = {"/picture": ["image/jpeg"], "/snapshot": ["image/jpeg"],
                "/export": ["text/csv", "application/x-ndjson"], "/metrics": ["text/plain"]}
INTRO = """The API of AIflow. The workflow part has Apache Airflow 3's paths and field names.

Who asks: a session's cookie (a request that changes something also gives `X-CSRF-Token`), or a token as
`Authorization: Bearer TOKEN`. `x-permission` says what a route needs: public, any (signed in), view, run,
operate, admin, task (an attempt's token), worker (a worker's credential). `x-project` says whose project decides
about it (docs/guide/access.md): a role may be that for the whole site, or one in a project. Things of projects in
which one has no part do not exist for one: 404.

Each user, token or address may make a number of requests a second; `RateLimit-Remaining` says how many are left,
429 with `Retry-After` that there are none.

A parameter or a member of a body that a route does not know is refused by its name (400), so that nothing misspelt
passes for heard.

Unsafe routes with `Idempotency-Key` may be repeated after a lost answer: the same key gives the same answer."""


def type_text(value) -> str:
    return f"[{value[0]}]" if isinstance(value, list) else str(value)


def schema_of(text: str) -> dict:
    text = text.strip()
    if text.endswith("?"):
        inner = schema_of(text[:-1])
        if "$ref" in inner:
            return {"anyOf": [inner, {"type": "null"}]}
        return inner | {"type": [inner["type"], "null"]} if "type" in inner else inner
    if text.startswith("["):
        return {"type": "array", "items": schema_of(text[1:-1])}
    if text.startswith("map<"):
        return {"type": "object", "additionalProperties": schema_of(text[4:-1])}
    return dict(SCALARS[text]) if text in SCALARS else {"$ref": f"#/components/schemas/{text}"}


def object_schema(spec: dict) -> dict:
    fields = {name: type_text(text) for name, text in spec["fields"].items()}
    required = [name for name, text in fields.items() if not text.endswith("?") and text != "json"]
    out = {"type": "object", "properties": {name: schema_of(text) for name, text in fields.items()}}
    if required:
        out["required"] = required
    return out | ({"description": spec["doc"]} if spec.get("doc") else {})


def query_schema(t: QueryType) -> dict:
    if t.kind == "int":
        out = {"type": "integer", "format": "int64", "minimum": t.low, "maximum": t.high}
    elif t.kind == "words":
        out = {"type": "string", "enum": list(t.words)}
    else:
        out = schema_of(t.kind)
    if t.is_list:
        out = {"type": "array", "items": out}
    if t.default is not None:
        out["default"] = int(t.default) if t.kind == "int" else t.default
    return out


def parameters_of(engine: dict, route: list) -> list[dict]:
    out = []
    for name in re.findall(r"\{(\w+)\}", route[1]):
        declared = engine["path_parameters"].get(name)
        schema = query_schema(parse_query_type(declared)) if declared else dict(TEXT_PARAMETER)
        out.append({"name": name, "in": "path", "required": True, "schema": schema})
    query = query_of(route)
    if query is not None:
        for name, t in fields_of(engine["queries"][query]).items():
            out.append({"name": name, "in": "query", "required": t.is_required, "schema": query_schema(t)})
    return out


def body_of(request: str) -> dict | None:
    if request == "-":
        return None
    json_schema = {} if request == "oip" else schema_of(request) if request not in STREAMS else None
    content = {}
    if json_schema is not None:
        content["application/json"] = {"schema": json_schema}
    if request in ("oip", "bytes"):
        content["application/octet-stream"] = {"schema": {}}
    return {"required": True, "content": content}


def answers_of(route: list, goes_on: bool) -> dict:
    method, path, permission, request, answer = route[:5]
    if answer == "-":
        out = {"204": {"description": "Done."}}
    elif answer == "redirect":
        out = {"303": {"description": "Where to go on.",
                       "headers": {"Location": {"description": "An address.", "schema": {"type": "string"}}}}}
    elif answer == "websocket":
        out = {"101": {"description": "A web socket."}}
    else:
        if answer in STREAMS:
            kinds = next((kinds for end, kinds in KINDS_BY_END.items() if path.endswith(end)), [STREAMS[answer]])
            content = {kind: {"schema": {}} for kind in kinds}
        elif answer in ("oip", "json"):
            content = {"application/json": {"schema": {}}}
            if answer == "oip":
                content["application/octet-stream"] = {"schema": {}}
        elif answer.startswith("list<"):
            items = {"type": "array", "items": schema_of(answer[5:-1])}
            properties = {"items": items, "total_entries": dict(SCALARS["int"])}
            if goes_on:
                properties["next_cursor"] = {"type": ["string", "null"],
                                             "description": "For ?cursor= of the next page; null on the last one."}
            content = {"application/json": {"schema": {
                "type": "object", "required": list(properties), "properties": properties}}}
        else:
            content = {"application/json": {"schema": schema_of(answer)}}
        out = {"200": {"description": "The answer.", "content": content}}
    if has_tag(route):
        out["200"]["headers"] = {"ETag": {"description": "Of these bytes; for If-None-Match and If-Match.",
                                          "schema": {"type": "string"}}}
        out["304"] = {"description": "It is as the client has it."}
    error = "#/components/responses/InferenceError" if path.startswith("/v2") else "#/components/responses/Error"
    for status in errors_of(method, permission, request):
        out[status] = {"$ref": f"{error}{status}"}
    out["default"] = {"$ref": f"{error}500"}
    return out


def has_tag(route: list) -> bool:
    """GETs whose answer has an ETag, as in src/http_api/api.cpp."""
    method, path, permission, _request, answer = route[:5]
    return (method == "GET" and permission.split("+")[0] == "view" and not path.startswith("/v2")
            and answer not in STREAMS and answer not in ("-", "websocket"))


def takes_if_match(engine: dict, route: list) -> bool:
    """Changes of what a GET of the same path reads."""
    return route[0] in ("PATCH", "PUT", "DELETE") and any(
        one[0] == "GET" and one[1] == route[1] for one in engine["routes"].values())


def errors_of(method: str, permission: str, request: str) -> list[str]:
    wanted = {"400", "404", "422", "429", "503", "504"}
    if permission != "public" or request == "LoginRequest":
        wanted |= {"401", "403"}
    if method != "GET":
        wanted |= {"403", "409"}
    if request != "-":
        wanted |= {"413", "415"}
    return sorted(wanted)


def security_of(method: str, permission: str) -> list[dict]:
    words = permission.split("+")
    if words == ["public"]:
        return []
    session = {"session": []} if method == "GET" else {"session": [], "csrf": []}
    return [{"bearer": []}] if words[0] in ("task", "worker") else [session, {"bearer": []}]


def error_responses() -> dict:
    def one(text: str, schema: dict) -> dict:
        return {"description": text, "content": {"application/json": {"schema": schema}}}

    ours = {"type": "object", "required": ["error"], "properties": {"error": {"$ref": "#/components/schemas/ErrorBody"}}}
    inference = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
    def seconds(text: str) -> dict:
        return {"description": text, "schema": {"type": "integer", "minimum": 0}}

    limits = {"Retry-After": seconds("Seconds until the next request is taken."),
              "RateLimit-Limit": seconds("Requests in one go."),
              "RateLimit-Remaining": seconds("What is left of them."),
              "RateLimit-Reset": seconds("Seconds until all of them are there again.")}
    texts = ERRORS | {"500": "A fault of the server; its log has the request's id."}
    out = ({f"Error{status}": one(text, ours) for status, text in texts.items()}
           | {f"InferenceError{status}": one(text, inference) for status, text in texts.items()})
    for name in ("Error429", "InferenceError429"):
        out[name]["headers"] = limits
    return out


def operation(engine: dict, name: str) -> dict:
    route = engine["routes"][name]
    method, path, permission, request, _answer = route[:5]
    query = query_of(route)
    doc = (engine["queries"][query].get("doc") if query else None) or ""
    words = permission.split("+")
    out = {"operationId": name, "summary": engine["docs"][name], "tags": [tag_of(path)],
           "x-permission": words[0], "x-project": engine["owners"][name],
           "x-task-token": "task" in words, "security": security_of(method, permission)}
    if doc:
        out["description"] = doc
    if parameters := parameters_of(engine, route):
        out["parameters"] = parameters
    if name in engine["repeatable"]:
        out.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
    if has_tag(route):
        out.setdefault("parameters", []).append({"$ref": "#/components/parameters/IfNoneMatch"})
    if takes_if_match(engine, route):
        out.setdefault("parameters", []).append({"$ref": "#/components/parameters/IfMatch"})
    if (body := body_of(request)) is not None:
        out["requestBody"] = body
    query_fields = fields_of(engine["queries"][query]) if query else {}
    responses = answers_of(route, "cursor" in query_fields)
    if takes_if_match(engine, route):
        responses["412"] = {"$ref": "#/components/responses/Error412"}
    return out | {"responses": responses}


def tag_of(path: str) -> str:
    """The noun of a path that is nearest to its end, without {parameters} and what only steers."""
    if path.startswith("/auth/"):
        return "auth"
    if path == "/v2" or path.startswith("/v2/"):
        return "inference"
    if path == "/metrics":
        return "monitor"
    parts = path.removeprefix("/api/v2/").split("/")
    nested = [p for p in parts if p in ("dagRuns", "taskInstances", "xcomEntries", "upstreamAssetEvents")]
    return nested[-1] if nested else parts[0]


def openapi_json(engine: dict, enums: dict, types: dict) -> str:
    """types - those of every file that routes speak of, by name."""
    schemas = {name: {"type": "string", "enum": spec["values"], "description": spec["doc"]}
               for name, spec in enums.items()}
    schemas |= {name: object_schema(spec) for name, spec in types.items()}
    answers = {route[4].removeprefix("list<").rstrip(">") for route in engine["routes"].values()}
    for route in engine["routes"].values():  # what is not known is refused: tools/known_names.py
        if route[3] in types and route[3] not in answers:  # an answer may have more one day
            schemas[route[3]]["additionalProperties"] = False
    paths: dict[str, dict] = {}
    for name, route in engine["routes"].items():
        paths.setdefault(route[1], {})[route[0].lower()] = operation(engine, name)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "AIflow", "version": "2", "description": INTRO, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas, "responses": error_responses(),
            "parameters": {"IdempotencyKey": {
                "name": "Idempotency-Key", "in": "header", "required": False,
                "description": "The same key and request give the first answer again.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 128}},
                "IfNoneMatch": {
                    "name": "If-None-Match", "in": "header", "required": False,
                    "description": "The ETag of what the client has; the answer is 304 when it is still so.",
                    "schema": {"type": "string", "maxLength": 1000}},
                "IfMatch": {
                    "name": "If-Match", "in": "header", "required": False,
                    "description": "The ETag of what the client has seen; 412 when it is not so any more.",
                    "schema": {"type": "string", "maxLength": 1000}}},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "aiflow_session"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
                "bearer": {"type": "http", "scheme": "bearer"}}}}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"

"""Schemas that were made to break the server: each is refused, quickly, with its path."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import PATH, object_of, refusal

from server.errors import InvalidRequest
from server.fields.schema.shapes import compile_schema


@pytest.mark.system
def test_a_reference_to_another_host_is_refused_and_nothing_is_fetched():
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type": "string"}')

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            for reference in (f"http://127.0.0.1:{server.server_port}/s", "file:///etc/passwd", "other.json", "#a"):
                assert refusal(object_of(a={"$ref": reference})).param == f"{PATH}.properties.a.$ref"
        finally:
            server.shutdown()
            thread.join()
    assert asked == []


def test_the_validator_itself_fetches_nothing():
    from referencing.exceptions import Unresolvable

    compiled = compile_schema(object_of(a={"type": "string"}), path=PATH)
    with pytest.raises(Exception, match="Unresolvable") as caught:
        compiled.validator.evolve(schema={"$ref": "http://127.0.0.1:9/s"}).is_valid("a")
    assert isinstance(caught.value.__cause__, Unresolvable) or isinstance(caught.value, Unresolvable)


@pytest.mark.parametrize(
    "definitions",
    [
        {"a": {"$ref": "#/$defs/a"}},
        {"a": {"anyOf": [{"$ref": "#/$defs/b"}, {"type": "null"}]}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}},
    ],
)
def test_references_that_only_go_in_a_circle_are_refused(definitions):
    assert refusal({**object_of(x={"$ref": "#/$defs/a"}), "$defs": definitions}).code == "invalid_schema"


def nested(depth):
    schema = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def bomb(levels, width):
    definitions = {f"d{i}": {"anyOf": [{"$ref": f"#/$defs/d{i + 1}"} for _ in range(width)]} for i in range(levels)}
    return {**object_of(a={"$ref": "#/$defs/d0"}), "$defs": {**definitions, f"d{levels}": {"type": "string"}}}


@pytest.mark.parametrize(
    "schema",
    [
        nested(900),
        object_of(**{f"p{i}": {"type": "string"} for i in range(100_000)}),
        bomb(40, 2),
        bomb(12, 10),
        bomb(400, 1),
        object_of(a={"enum": [str(i) for i in range(100_000)]}),
        object_of(a={"anyOf": [{"type": "string"}] * 50_000}),
        object_of(a={"type": "string", "pattern": "a" * 100_000}),
        {"type": "object", "properties": {"a" * 100_000: {}}},
        {"type": "object", "properties": {"\ud800": {"type": "string"}}},
        object_of(a={"const": "\udfff"}),
        {"type": "object", **{f"x{i}": 1 for i in range(10_000)}},
    ],
    ids=[
        "deep",
        "wide",
        "bomb",
        "wide bomb",
        "chain",
        "enum",
        "anyOf",
        "pattern",
        "name",
        "surrogate",
        "const",
        "keywords",
    ],
)
def test_hostile_sizes_are_refused(schema):
    error = refusal(schema)
    assert len(error.message) < 4_000
    json.dumps({"message": error.message, "param": error.param}).encode()
    error.message.encode()
    error.param.encode()


@pytest.mark.parametrize("pattern", ["(?=a)b", "(?<!a)b", r"(a)\1", "((a{900}){900}){900}", "(", "\ud800"])
def test_a_pattern_without_a_linear_time_is_refused(pattern):
    error = refusal(object_of(a={"type": "string", "pattern": pattern}))
    assert error.param == f"{PATH}.properties.a.pattern"


def test_patterns_run_in_linear_time_inside_the_validator():
    compiled = compile_schema(object_of(a={"type": "string", "pattern": "^(a+)+$"}), path=PATH)
    assert not compiled.accepts({"a": "a" * 200_000 + "b"})
    assert compiled.accepts({"a": "a" * 200_000})


def test_numbers_too_large_for_floats_do_no_harm():
    compiled = compile_schema(object_of(a={"type": "number", "multipleOf": 10**400, "maximum": 10**500}), path=PATH)
    assert isinstance(compiled.accepts({"a": 1.5}), bool)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "properties",
                    "items",
                    "anyOf",
                    "allOf",
                    "$ref",
                    "$defs",
                    "enum",
                    "const",
                    "required",
                    "pattern",
                    "format",
                    "a",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(
    schema=st.dictionaries(
        st.sampled_from(["type", "properties", "$ref", "$defs", "anyOf", "items"]), JSON_VALUES, max_size=4
    )
)
def test_any_json_is_compiled_or_refused(schema):
    try:
        compiled = compile_schema({"type": "object", **schema}, path=PATH)
    except InvalidRequest as error:
        refused = error.param or ""
    else:
        refused = PATH
        assert isinstance(compiled.accepts({}), bool)
    assert refused.startswith(PATH)

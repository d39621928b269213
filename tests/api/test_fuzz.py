"""Whatever the body is, the answer is no server error, and a refusal is the error object."""

import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.protocol.openai.chat_codec import FIELDS

ROUTE = "/v1/chat/completions"
FUZZ = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([10**400, -(10**400), 10**4000, 2**31, 2**63, -0.0, 1e308, 1e-320])
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=20), st.sampled_from(["text", "user", "auto"]))
KEYS = st.one_of(
    st.sampled_from(["type", "role", "content", "url", "name", "function", "schema", "<array>"]), st.text(max_size=5)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@st.composite
def spoilt(draw, whole):
    """`whole` with values anywhere in it replaced, or fields added."""
    body = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(1, 3))):
        node, key = body, draw(st.sampled_from(sorted(FIELDS)))
        while draw(st.booleans()):
            inner = node.get(key) if isinstance(node, dict) else node[key]
            if not isinstance(inner, dict | list) or not inner:
                break
            node = inner
            key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else list(range(len(node)))))
        node[key] = draw(VALUES)
    return body


def check(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text
    assert response.headers["x-request-id"]
    if response.status_code != 200:
        assert set(response.json()["error"]) == {"message", "type", "param", "code"}


@FUZZ
@given(data=st.data())
def test_spoilt_requests(client, ask, data):
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {}}}}}
    schema = {"name": "s", "schema": {"type": "object", "properties": {"a": {"type": ["string", "null"]}}}}
    whole = data.draw(
        st.sampled_from(
            [
                ask(stop=["x"], tools=[tool], tool_choice={"type": "function", "function": {"name": "f"}}),
                ask(stream=True, stream_options={"include_usage": True}, pageglass={"cache": True}, logit_bias={}),
                ask(response_format={"type": "json_schema", "json_schema": schema}, metadata={"a": "b"}),
            ]
        )
    )
    content = json.dumps(data.draw(spoilt(whole)))  # NaN, Infinity and lone surrogates are written as such
    check(client.post(ROUTE, content=content.encode(), headers={"content-type": "application/json"}))


@FUZZ
@given(content=st.one_of(st.binary(max_size=200), VALUES.map(lambda value: json.dumps(value).encode())))
def test_any_bytes(client, content):
    check(client.post(ROUTE, content=content, headers={"content-type": "application/json"}))


@pytest.mark.parametrize("depth", [100, 190, 250, 5_000])
def test_depth(client, ask, depth):
    deep: object = {"type": "string"}
    for _ in range(depth):
        deep = {"type": "object", "properties": {"a": deep}}
    for fields in (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": deep}}},
        {"mm_processor_kwargs": deep},
        {"metadata": deep},
    ):
        content = "{" + json.dumps(ask())[1:-1] + "," + _dumps(fields)[1:]
        check(client.post(ROUTE, content=content, headers={"content-type": "application/json"}))


def _dumps(fields: dict[str, object]) -> str:
    """Write JSON deeper than the json module's own recursion goes."""
    pieces: list[str] = []
    stack: list[object] = [fields]
    while stack:
        node = stack.pop()
        if isinstance(node, _Literal):
            pieces.append(node.text)
        elif isinstance(node, dict):
            closing = [_Literal("}")]
            for number, (key, value) in enumerate(reversed(node.items())):
                comma = "," if number < len(node) - 1 else ""
                closing += [value, _Literal(f"{comma}{json.dumps(key)}:")]
            stack += [*closing, _Literal("{")]
        else:
            pieces.append(json.dumps(node))
    return "".join(pieces)


class _Literal:
    def __init__(self, text: str) -> None:
        self.text = text

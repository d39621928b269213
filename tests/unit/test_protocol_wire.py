"""JSON bodies, names in headers, and how paths are written."""

import pytest

from server.errors import InvalidRequest
from server.protocol.field_names import ignored_header
from server.protocol.json_body import parse_json_object
from server.protocol.validation import render_path


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        (b"", "invalid_json", "empty"),
        (b" \n", "invalid_json", "empty"),
        (b'{"a": 1,}', "invalid_json", "line 1 column 9"),
        (b'{\n  "a": tru\n}', "invalid_json", "line 2 column 11"),
        (b'{"a": "x\ny"}', "invalid_json", "line 1 column 9"),
        (b'{"a": NaN}', "invalid_json", "line 1"),
        (b'{"a": Infinity}', "invalid_json", "line 1"),
        (b'{"a":' * 10_000, "invalid_json", "nested too deeply, flatten it: recursion limit"),
        (b'{"a": "\\ud800"}', "invalid_json", "line 1"),
        (b'{"a": "\xff"}', "invalid_json", "line 1"),
        (b'{"a": 1' + b"0" * 5000 + b"}", "invalid_json", "out of range"),
        (b"[1]", "invalid_type", "an array"),
        (b'"text"', "invalid_type", "a string"),
        (b"null", "invalid_type", "null"),
        (b"1.5", "invalid_type", "a number"),
    ],
)
def test_bodies_that_are_no_json_object(body, code, says):
    with pytest.raises(InvalidRequest) as caught:
        parse_json_object(body)
    assert caught.value.code == code
    assert says in caught.value.message


def test_bodies_that_are():
    assert parse_json_object(b"\xef\xbb\xbf" + '{"a": "é", "a": "合计"}'.encode()) == {"a": "合计"}


@pytest.mark.parametrize(
    ("names", "header"),
    [
        ([], ""),
        (["a", "b.c-d_e"], "a, b.c-d_e"),
        (["a", "b\r\nset-cookie: x", "温度", "x" * 65, ""], "a, +4 more"),
        ([f"f{number}" for number in range(13)], "f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, +3 more"),
        (["\n"], "+1 more"),
    ],
)
def test_only_plain_names_reach_the_header(names, header):
    assert ignored_header(["model", *names], {"model"}) == header


def test_paths_are_written_as_openai_writes_them():
    assert render_path(["messages", 0, "content", 1, "image_url", "url"]) == "messages[0].content[1].image_url.url"
    assert render_path(["metadata", "a b"]) == "metadata['a b']"

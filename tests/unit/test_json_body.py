"""What a body may hold before it is parsed; what its JSON means is tested with the wire."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.errors import InvalidRequest
from server.protocol.json_body import parse_json_object
from server.protocol.json_weight import MOST_DIGITS, MOST_ODD_BYTES, MOST_VALUES, has_more_values

VALUES = st.recursive(
    st.none() | st.integers() | st.text('a"\\,[{é😀', max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('k"\\,[{', max_size=3), inner, max_size=4),
    max_leaves=20,
)


def members(value):
    """Members of all arrays and objects, an empty one counting as one."""
    if not isinstance(value, list | dict):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return max(1, len(value)) + sum(members(one) for one in inner)


@given(value=VALUES, plain=st.booleans(), block=st.sampled_from([1, 2, 3, 7, 64]))
@example(value=['\\\\"', "\\", '"'], plain=True, block=1)
@example(value={'\\"': [[], {}]}, plain=False, block=2)
def test_members_are_counted_and_text_is_not(value, plain, block):
    body, count = json.dumps(value, ensure_ascii=plain).encode(), members(value)
    assert has_more_values(body, count - 1, block=block)
    assert not has_more_values(body, count, block=block)


@given(st.binary(max_size=60), st.integers(1, 9))
def test_what_is_no_json_is_counted_the_same_in_pieces_of_any_size(body, block):
    assert has_more_values(body, 3, block=block) == has_more_values(body, 3)


MANY = {
    "empty arrays": b'{"a":[' + b"[]," * MOST_VALUES + b"[]]}",
    "numbers": b'{"a":[' + b"1," * MOST_VALUES + b"1]}",
    "objects": b'{"a":[' + b'{"a":{}},' * MOST_VALUES + b"{}]}",
    "names": b"{" + b",".join(b'"%d":1' % number for number in range(MOST_VALUES + 1)) + b"}",
    "nesting": b"[" * (MOST_VALUES + 1),
    "behind a picture": b'{"a":"' + b"A" * 2_000_000 + b'","b":[' + b"{}," * MOST_VALUES + b"1]}",
}


@pytest.mark.parametrize("body", MANY.values(), ids=MANY.keys())
def test_a_body_of_too_many_values_is_refused_with_the_number(body):
    with pytest.raises(InvalidRequest, match=r"more than 20,000 values") as caught:
        parse_json_object(body)
    assert caught.value.code == "invalid_json"


@pytest.mark.parametrize(
    "text", ["a,b,[c],{d}\n" * MOST_VALUES, '["quoted", "text", {}],' * MOST_VALUES, "\\,\\\\{" * MOST_VALUES]
)
def test_a_long_text_is_one_value(text):
    body = {"prompt": text, "rest": [[], {}]}
    assert parse_json_object(json.dumps(body).encode()) == body


@pytest.mark.parametrize(
    ("member", "says"),
    [
        (b'"' + rb"\u0041" * (MOST_ODD_BYTES + 1) + b'"', "escapes"),
        (b'"' + "é".encode() * (MOST_ODD_BYTES // 2 + 1) + b'"', "not ASCII"),
        (b"[" + b",".join([b"7" * 4000] * (MOST_DIGITS // 3000)) + b"]", "digits"),
        (b"7" * (MOST_DIGITS + 1000), "digits"),
    ],
    ids=["escapes", "letters", "numbers", "number"],
)
def test_what_is_dear_to_parse_is_refused_in_large_amounts(member, says):
    with pytest.raises(InvalidRequest, match=says) as caught:
        parse_json_object(b'{"picture":"' + b"A" * 1_000_000 + b'","member":' + member + b"}")
    assert caught.value.code == "invalid_json"


@pytest.mark.parametrize(
    "text",
    [
        "票" * (MOST_ODD_BYTES // 3),
        "A/+9" * 5_000_000,
        "A" * 76 + "\r\n" * 100_000,
        "0" * (MOST_DIGITS // 2),
        "12345678, " * 100_000,
    ],
    ids=["Chinese", "base64", "lines", "zeros", "figures"],
)
def test_large_texts_that_are_not_dear_are_taken(text):
    body = {"text": text, "number": 10**200}
    assert parse_json_object(json.dumps(body, ensure_ascii=False).encode()) == body


def test_the_last_body_that_is_taken_has_as_many_values_as_it_says():
    body = {"a": [0] * (MOST_VALUES - 1)}
    assert parse_json_object(json.dumps(body).encode()) == body


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"a": "x\r\ny"}', "line 1 column 9"),
        (b'{\n"a":\n\n"x\n', "line 4 column 3"),
        (b'{"a":' + b"\n" * 20_000, "the end of line 20000"),
        (b"\xef\xbb\xbf" + b'{"a": "x\ny"}', "line 1 column 9"),
    ],
)
def test_a_fault_at_a_line_break_is_told_by_the_line_that_ends_there(body, place):
    with pytest.raises(InvalidRequest, match=f"{place}\\.$"):
        parse_json_object(body)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-32-le"])
@pytest.mark.parametrize("text", ['{"model": "π"}', '\n{"model": "m"}'])
def test_another_encoding_than_utf_8_is_named(encoding, text):
    with pytest.raises(InvalidRequest, match="in UTF-16 or UTF-32"):
        parse_json_object(text.encode(encoding))

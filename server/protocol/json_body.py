"""Parses a request body to a JSON object; any bytes give an object or a 400.

`pydantic_core.from_json` is the fastest of the parsers measured on bodies with a large picture
(benchmarks/json_bodies.py). It holds the interpreter lock, so what would keep it busy for long is refused before.
"""

import re
from functools import partial
from typing import Any

import pydantic_core

from server.errors import InvalidRequest
from server.protocol.json_weight import refuse_heavy

_BOM = b"\xef\xbb\xbf"
_UTF_16_OR_32 = re.compile(rb"\xff\xfe|\xfe\xff|\0+[\s{]|[\s{]\0")  # JSON in UTF-8 has no zero byte (RFC 8259, 7)
_LINE_START = re.compile(r"line ([2-9]|\d{2,}) column 0\b")
_MOST_LINES = 10_000  # looked through for the end of one


def parse_json_object(body: bytes) -> dict[str, Any]:
    """Parse UTF-8 JSON whose top is an object.

    Raises:
        InvalidRequest: the body is empty, is in another encoding, is not JSON (with line and column), is nested too
            deeply, would take long to parse (`refuse_heavy`), or is no object.
    """
    body = body.removeprefix(_BOM)
    if not body or body.isspace():
        raise InvalidRequest("The body is empty. Send a JSON object.", code="invalid_json")
    if _UTF_16_OR_32.match(body):
        raise InvalidRequest("The body is in UTF-16 or UTF-32. Send JSON in UTF-8.", code="invalid_json")
    refuse_heavy(body)
    try:
        value = pydantic_core.from_json(body, allow_inf_nan=False)
    except ValueError as error:
        fault = _LINE_START.sub(partial(_line_end, body), str(error))
        what = "nested too deeply, flatten it" if fault.startswith("recursion limit") else "not valid JSON"
        raise InvalidRequest(f"The body is {what}: {fault}.", code="invalid_json") from None
    if not isinstance(value, dict):
        raise InvalidRequest(
            f"The body must be a JSON object, not {json_type(value)}.", code="invalid_type", param=None
        )
    return value


def _line_end(body: bytes, place: re.Match[str]) -> str:
    """A fault at a line break is reported at the start of the next line; say where the line ends instead."""
    line = int(place[1]) - 1
    if line > _MOST_LINES:
        return f"the end of line {line}"
    start = 0
    for _ in range(line - 1):
        start = body.find(b"\n", start) + 1
    end = body.find(b"\n", start)
    column = len(body[start:end].removesuffix(b"\r")) + 1
    return f"line {line} column {column}"


def json_type(value: object) -> str:
    """Name the JSON type of a parsed value, or that it is a file of a form, with its article."""
    names = {str: "a string", list: "an array", dict: "an object", bool: "a boolean", type(None): "null"}
    names |= {int: "an integer", float: "a number", bytes: "an uploaded file"}
    return names.get(type(value), "something else")

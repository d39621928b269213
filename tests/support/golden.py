"""Golden records: what was seen from outside, in a JSON file a line a fact, and compared ever after.

`PAGEGLASS_TEST_WRITE_GOLDEN=1 pytest tests/contract` writes the files anew; review what changed before it is committed.
"""

import json
import os
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "contract" / "golden"
WRITE = os.environ.get("PAGEGLASS_TEST_WRITE_GOLDEN") == "1"  # now, as tests of the command clear its settings
VARYING = frozenset(
    {
        *("created", "log_id", "access_token", "timings", "request_id", "at_ms", "began"),
        *("message", "refusal", "error_msg", "error_description"),  # words, which may be put better
    }
)
SAME_EVERYWHERE = ("date", "server", "content-length", "x-content-type-options", "x-request-id")


def compare(name, seen):
    """Fail with the facts of `seen` that are not those of the file `name`.json."""
    file = FOLDER / f"{name}.json"
    now = dict(facts(seen))
    if WRITE:
        lines = (f"{_json(path)}: {_json(now[path])}" for path in sorted(now))
        file.parent.mkdir(exist_ok=True)
        file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    was = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    sides = [{path: _json(value) for path, value in side.items()} for side in (was, now)]  # so that 1 is not 1.0
    changed = [path for path in sorted(was | now) if sides[0].get(path) != sides[1].get(path)]
    told = [
        f"{sign} {path} = {side[path]}"
        for path in changed
        for sign, side in zip("-+", sides, strict=True)
        if path in side
    ]
    if told:
        cure = "If that is meant: PAGEGLASS_TEST_WRITE_GOLDEN=1 pytest tests/contract"
        head = f"{file.name}: {len(changed)} facts changed, - was, + now. {cure}"
        pytest.fail("\n".join([head, *told]), pytrace=False)


def facts(value, path=""):
    """Yield (path, leaf); lists without objects in them are leaves."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from facts(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value):
            yield from facts(item, f"{path}[{number}]")
    else:
        yield path, json.loads(_json(value))


def steady(value, name=""):
    """`value` with the types in place of what is another each time; of ids the beginning stays."""
    if name in {"id", "system_fingerprint"} and isinstance(value, str):
        return re.sub(r"[0-9A-Za-z]{12,}$", "…", value)
    if name in VARYING and not isinstance(value, dict | list | None):
        return kind(value)
    if isinstance(value, dict):
        return {key: steady(member, name if name == "timings" else key) for key, member in value.items()}
    return [steady(item, name) for item in value] if isinstance(value, list) else value


def kinds(value):
    """`value` with types in place of all that it says."""
    if isinstance(value, dict) and value:
        return {name: kinds(member) for name, member in value.items()}
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return [kinds(item) for item in value]
    return kind(value)


def kind(value):
    """The JSON type of a value."""
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return "null" if value is None else f"<{names[type(value)]}>"


def answer(response):
    """What there is to say of a response: status, headers, body."""
    named = {name: value for name, value in response.headers.items() if name not in SAME_EVERYWHERE}
    absent = [name for name in SAME_EVERYWHERE if name not in response.headers]
    told = {"status": response.status_code, "headers": named} | ({"headers absent": absent} if absent else {})
    if named.get("content-type") == "application/json" and response.content:
        return told | {"body": steady(response.json())}
    if named.get("content-type", "").startswith("text/event-stream"):
        return told | {"events": events(response.text)}
    return told


def events(text):
    """The kinds of a stream's events in their order; runs of the same are one, and so is what is no JSON."""
    seen = []
    for event in text.removesuffix("\n\n").split("\n\n"):
        name, _, data = event.partition(": ")
        body = json.loads(data) if data.startswith("{") else data
        told = {name: steady(body) if "error" in body else kinds(body) if isinstance(body, dict) else body}
        if not seen or told != seen[-1]:
            seen.append(told)
    return seen


def _json(value):
    return json.dumps(value, ensure_ascii=False)

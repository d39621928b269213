"""JSON objects in a prompt: whole ones, and those that people and libraries write with placeholders.

Threat: a prompt of braces, each of which begins another search. The places looked at and their length are bounded.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

_MOST_PLACES: Final = 20
_LONGEST: Final = 40_000  # characters of one object
_DEEPEST: Final = 30
_COMMENT: Final = re.compile(r"(?<![:\"'])//[^\n]*|/\*.*?\*/", re.DOTALL)
_TRAILING: Final = re.compile(r",\s*(?=[}\]])")
_ELLIPSIS: Final = re.compile(r",?\s*(?:\.\.\.|…)\s*,?(?=\s*[}\]])")
_BARE_KEY: Final = re.compile(r"([{,]\s*)([A-Za-z_][\w-]*\??)(\s*:)")
_BARE_VALUE: Final = re.compile(r"(:\s*)([A-Za-z_<][^,{}\[\]\"\n]*?)(\s*(?=[,}\n]))")
_ANGLED: Final = re.compile(r"(:\s*)(<[^<>\n\"]{1,200}>)")
_TYPED_ROWS: Final = re.compile(r"(:\s*)([A-Za-z]+)\[\]")
_CHOICES: Final = re.compile(r"\"[^\"\n]{0,100}\"(?:\s*\|\s*(?:\"[^\"\n]{0,100}\"|\w{1,40}))+")
_LITERALS: Final = frozenset({"true", "false", "null"})


def objects_in(text: str) -> Iterator[dict[str, Any]]:
    """Yield the outermost JSON objects in `text`, in order; those that cannot be read are passed over."""
    place, looked = text.find("{"), 0
    while place >= 0 and looked < _MOST_PLACES:
        looked += 1
        end = _end_of(text, place)
        if end is None:
            return
        found = _read(text[place:end])
        if found is not None:
            yield found
        # The parts of an object that cannot be read are not what is asked for; templates double their braces.
        doubled = text.startswith("{{", place)
        place = text.find("{", place + 1 if found is None and doubled else end)


def _end_of(text: str, start: int) -> int | None:
    """The place behind the brace that closes the one at `start`; braces in quotes do not count."""
    depth, quoted, place = 0, False, start
    most = min(len(text), start + _LONGEST)
    while place < most:
        char = text[place]
        if char == "\\" and quoted:
            place += 1
        elif char == '"':
            quoted = not quoted
        elif not quoted and char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return place + 1
            if depth > _DEEPEST:
                return None
        place += 1
    return None


def _read(written: str) -> dict[str, Any] | None:
    for text in (written, _mended(written)):
        try:
            found = json.loads(text)
            json.dumps(found, ensure_ascii=False).encode()  # of keys with half a surrogate no answer could be written
        except (ValueError, RecursionError):  # a UnicodeEncodeError is one as well
            continue
        return found if isinstance(found, dict) and found else None
    return None


def _mended(written: str) -> str:
    """What was meant: no comments, no commas at the end, names and placeholders in quotes."""
    text = _ELLIPSIS.sub("", _COMMENT.sub("", written)).replace(";", ",")
    if '"' not in text:
        text = text.replace("'", '"')
    text = _CHOICES.sub(lambda found: json.dumps(found[0].replace('"', "")), text)
    text = _BARE_KEY.sub(lambda found: f'{found[1]}"{found[2].rstrip("?")}"{found[3]}', text)
    text = _ANGLED.sub(lambda found: f"{found[1]}{json.dumps(found[2])}", text)
    text = _TYPED_ROWS.sub(lambda found: f'{found[1]}["{found[2]}"]', text)
    text = _BARE_VALUE.sub(lambda found: f"{found[1]}{_quoted(found[2])}{found[3]}", text)
    return _TRAILING.sub("", text)


def _quoted(value: str) -> str:
    return value if value in _LITERALS else json.dumps(value.strip())

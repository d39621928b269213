"""Diff of two answers: status, relevant headers, JSON by path, text by line, streams by content.

Values that change with every answer are ignored: ids, times, and cache counts.
"""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from server.api.recording.exchange import header
from server.cli.replay.stream import events_of, folded

_HEADERS: Final = (
    "content-type",
    "x-pageglass-ignored",
    "x-should-retry",
    "www-authenticate",
    "allow",
    "location",
    "deprecation",
)
_CHANGING: Final = frozenset(
    {"id", "created", "created_at", "request_id", "timings", "cached", "cached_tokens", "log_id"}
)
_MISSING: Final = "(missing)"
_LONG: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer to compare; `whole` is False if its end is missing."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: its place, the recorded value and the present one."""

    where: str
    was: str
    now: str

    def lines(self) -> list[str]:
        """The difference by line, `-` as recorded, `+` as now."""
        was, now = self.was.split("\n"), self.now.split("\n")
        if len(was) == len(now) == 1:
            return [f"- {_short(self.was)}", f"+ {_short(self.now)}"]
        return [_short(line) for line in difflib.unified_diff(was, now, lineterm="", n=1)][2:]


def differences(was: Answer, now: Answer) -> Iterator[Difference]:
    """Yield the differences, the status first."""
    if was.status != now.status:
        yield Difference(where="status", was=str(was.status), now=str(now.status))
    for name in _HEADERS:
        before, after = header(was.headers, name), header(now.headers, name)
        if before != after:
            yield Difference(where=f"header {name}", was=before or _MISSING, now=after or _MISSING)
    if not was.whole:
        yield Difference(where="end", was="the recorded answer was interrupted or truncated", now="whole")
        return
    yield from _of_values(_content(was), _content(now), "body")


def _content(answer: Answer) -> Any:
    """An answer as a value to compare: the joined events of a stream, the value of JSON, else the text."""
    text = answer.body.decode("utf-8", "replace")
    if header(answer.headers, "content-type").startswith("text/event-stream"):
        return folded(events_of(text))
    try:
        return json.loads(text)
    except ValueError:
        return text


def _of_values(was: Any, now: Any, where: str) -> Iterator[Difference]:
    if isinstance(was, dict) and isinstance(now, dict):
        for name in dict.fromkeys((*was, *now)):
            if name not in _CHANGING:
                yield from _of_values(was.get(name, _MISSING), now.get(name, _MISSING), f"{where}.{name}")
    elif isinstance(was, list) and isinstance(now, list):
        for index in range(max(len(was), len(now))):
            before = was[index] if index < len(was) else _MISSING
            after = now[index] if index < len(now) else _MISSING
            yield from _of_values(before, after, f"{where}[{index}]")
    elif was != now or type(was) is not type(now):
        yield Difference(where=where, was=_text(was), now=_text(now))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(line: str) -> str:
    return line if len(line) <= _LONG else f"{line[:_LONG]}… ({len(line):,} characters)"

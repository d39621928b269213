"""Validates a value against a checked schema: the library's rules, with patterns on RE2."""

import math
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any, Final, cast
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry

from server.fields.schema.check import compile_pattern
from server.fields.schema.formats import DURATION, TIME
from server.fields.schema.keywords import FORMATS
from server.values.chat import JSON


def _match_pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Any:
    """The `pattern` keyword on RE2."""
    if isinstance(instance, str) and not compile_pattern(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match the pattern")


class CheckTooLong(Exception):
    """A value takes too long to be checked: it has many parts, and the schema many branches to try for each."""


_UNTIL: ContextVar[float] = ContextVar("until", default=math.inf)


@contextmanager
def time_to_check(seconds: float) -> Iterator[None]:
    """Let validators work for `seconds` at most; then they raise `CheckTooLong`."""
    token = _UNTIL.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _UNTIL.reset(token)


def _timed(rule: Any) -> Any:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        if time.monotonic() > _UNTIL.get():
            raise CheckTooLong
        return rule(validator, value, instance, schema)

    return check


_RULES = {name: _timed(rule) for name, rule in ({**Draft202012Validator.VALIDATORS, "pattern": _match_pattern}).items()}
_KIND: Any = cast("Any", extend)(Draft202012Validator, _RULES)


def make_validator(schema: dict[str, JSON]) -> Validator:
    """Make a validator of a checked `schema`; its registry is empty, so that no reference can fetch anything."""
    formats = FormatChecker([name for name in FORMATS if name not in _OWN_FORMATS])
    for name, check in _OWN_FORMATS.items():
        formats.checks(name)(check)
    return cast("Validator", _KIND(schema, format_checker=formats, registry=Registry()))


def _is_moment(value: object) -> bool:
    """Whether a text is a moment of RFC 3339; the zone, which a page hardly prints, may be missing."""
    if not isinstance(value, str):
        return True
    day, _, time = re.sub(r"[ t]", "T", value, count=1).partition("T")
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return len(day) == len("2024-03-05") and TIME.fullmatch(time.upper()) is not None


def _is_time(value: object) -> bool:
    return not isinstance(value, str) or TIME.fullmatch(value.upper()) is not None


def _is_duration(value: object) -> bool:
    return not isinstance(value, str) or DURATION.fullmatch(value) is not None


def _is_uri(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and not any(c.isspace() for c in value)


_OWN_FORMATS: Final = {"uri": _is_uri, "date-time": _is_moment, "time": _is_time, "duration": _is_duration}

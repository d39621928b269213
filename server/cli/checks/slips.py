"""Values that can be read and are hardly meant: quotes that were kept, variables that were not filled in, separators.

A value that is a secret is never shown.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel, SecretStr

from server.config import Settings

_QUOTES: Final = ('""', "''", "“”", "„“", "‘’", "«»", "``")
UNFILLED: Final = re.compile(
    r"\$\{[A-Za-z_]\w*(?::?[-=?+][^}]*)?\}|\$\([^)]*\)|\$[A-Z_][A-Z0-9_]*|%[A-Z_]+%|\{\{.*\}\}|<[^<>]+>"
)
"""A place for a value, of a shell, of make, of Windows, of a template, of a page of documentation."""
_PATHLIKE: Final = ("folder", "file", "models", "model")
_HOME: Final = re.compile(r"~[\w.-]*(?:/|$)")
_LONGEST: Final = 60
_KEYS: Final = "PAGEGLASS_API_KEYS"
_LEAST_KEY: Final = 16  # characters of each part for a key with a semicolon to be several
_COMMENT: Final = (
    "has a comment in it: what follows # is part of the value here (docker --env-file keeps it). Put the comment on a "
    "line of its own."
)
_LONG_S: Final = 6 * 3600
_TIMES: Final = (
    *("request_timeout_s", "queue_timeout_s", "body_timeout_s", "decode_timeout_s", "grace_s"),
    *("rapidocr__page_timeout_s", "tesseract__page_timeout_s", "fetch__timeout_s", "connections__idle_timeout_s"),
)


def slips(settings: Settings) -> Iterator[str]:
    """Yield what ends the start, a sentence each: values that cannot be meant as they stand."""
    for name, text, shown, listed in _texts(settings, "PAGEGLASS_"):
        if name.endswith("__TEXT"):  # what the scripted engine says may be anything
            continue
        if any(len(text) > 1 and text[0] == opened and text[-1] == closed for opened, closed in _QUOTES):
            yield (
                f"{name}: {shown} stands in quotes, which are part of it here (docker --env-file keeps them). "
                "Leave them out."
            )
        elif " #" in text and not _is_secret(shown):
            yield f"{name}: {shown} {_COMMENT}"
        elif UNFILLED.fullmatch(text):
            yield f"{name}: {shown} is a place for a value that was not filled in. Write the value itself."
        elif listed and text.startswith("["):
            yield f"{name}: {shown} begins with a bracket. Write a list without brackets, separated by commas."
        elif _HOME.match(text) and name.lower().endswith(_PATHLIKE):
            yield f"{name}: {shown} is not expanded here. Write the folder from the root: /home/..."
        elif listed and ";" in text and (name != _KEYS or all(len(part) >= _LEAST_KEY for part in text.split(";"))):
            yield f"{name}: {shown} has a ; in it. Separate values by commas."


def comments_in_secrets(settings: Settings) -> Iterator[str]:
    """Yield secrets that seem to have a comment in them, a sentence each: in a secret, that may be meant."""
    for name, text, shown, _ in _texts(settings, "PAGEGLASS_"):
        if " #" in text and _is_secret(shown) and name != _KEYS:
            yield f"{name}: {shown} {_COMMENT}"


def long_times(settings: Settings) -> Iterator[str]:
    """Yield times that are so long that milliseconds may have been meant, a sentence each."""
    for path in _TIMES:
        group, _, member = path.partition("__")
        value = getattr(settings, group)
        seconds = getattr(value, member) if member else value
        if seconds > _LONG_S:
            yield f"PAGEGLASS_{path.upper()}={seconds:.10g} is {seconds / 3600:.0f} hours: it is in seconds."


def _is_secret(shown: str) -> bool:
    """Whether a text is a secret, by how it is shown: others are shown in quotes."""
    return shown[0] not in "\"'"


def _texts(settings: BaseModel, prefix: str) -> Iterator[tuple[str, str, str, bool]]:
    """Every text that was set: its variable, the text, how it may be shown, and whether it is one of a list."""
    for name in sorted(settings.model_fields_set):
        value: Any = getattr(settings, name, None)
        variable = f"{prefix}{name.upper()}"
        if isinstance(value, BaseModel):
            yield from _texts(value, f"{variable}__")
            continue
        many = value if isinstance(value, tuple) else (value,)
        for place, one in enumerate(many, start=1):
            if isinstance(one, SecretStr):
                secret = one.get_secret_value()
                yield variable, secret, f"key {place}" if many is value else "the value", many is value
            elif one is not None and not isinstance(one, bool | int | float | dict):
                text = str(one)
                yield variable, text, repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"), many is value

"""Keys of the settings (PAGEGLASS_API_KEYS): those that no client can send or that are none, and those worth a warning.

A key is never shown, only its place in the list.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from server.config import Settings, given_text

LEAST_KEY: Final = 16
"""Characters of a key that is not guessed."""
_SETTING: Final = "PAGEGLASS_API_KEYS"
_MAKE: Final = "Make one with: openssl rand -hex 24."
_PATH: Final = re.compile(r"(?:/|\.{1,2}/|~[\w.-]*/)[\w./~-]+", re.ASCII)
_TRIED_FIRST: Final = re.compile(
    r"(?:sk|my|your|the|api|ocr|pageglass|admin|administrator|change|it|me|default|demo|dummy|empty|example|guest|here|key|"
    r"letmein|master|none|null|pass|passwd|password|qwerty|replace|root|sample|secret|test|testing|todo|token|user|proj)+"
    r"\d{0,4}|\d{0,10}"
)
"""What everybody tries, in small letters and digits alone."""
_ONE_LETTER: Final = re.compile(r"(?:sk)?(\w)\1*")


def key_faults(settings: Settings) -> Iterator[str]:
    """Yield what ends the start, a sentence each."""
    for place, key in enumerate(settings.api_keys, start=1):
        if fault := _unusable(key.get_secret_value()):
            yield f"{_SETTING}: key {place} {fault}"


def key_doubts(settings: Settings) -> Iterator[str]:
    """Yield what is worth a warning, a sentence each."""
    keys = [key.get_secret_value() for key in settings.api_keys]
    given = given_text("api_keys")
    if keys and "," in given and not all(entry.strip() for entry in given.split(",")):
        yield (
            f"{_SETTING} has an empty entry, as if a key were missing; {len(keys)} taken. systemd cuts Environment= at "
            "blanks: write the list without blanks behind its commas."
        )
    short = [str(place) for place, key in enumerate(keys, start=1) if len(key) < LEAST_KEY]
    if short and (settings.open_to_others or settings.forwarded_allow_ips):
        way = f"to {settings.listen_host}" if settings.open_to_others else "through a proxy"
        yield (
            f"{_SETTING}: key {', '.join(short)} has fewer than {LEAST_KEY} characters and can be guessed, and "
            f"others can connect {way}. {_MAKE}"
        )
    elif words := [str(place) for place, key in enumerate(keys, start=1) if _is_tried_first(key)]:
        yield f"{_SETTING}: key {', '.join(words)} is a word that is tried first, even from this machine. {_MAKE}"


def _is_tried_first(key: str) -> bool:
    word = re.sub(r"[^a-z0-9]", "", key.lower())
    return _TRIED_FIRST.fullmatch(word) is not None or _ONE_LETTER.fullmatch(word) is not None


def _unusable(key: str) -> str | None:
    """Why no client can send `key`, or why it is none, without the key."""
    if " #" in key:
        return "has a comment in it: what follows # is part of the value here. Put the comment on a line of its own."
    if any(letter.isspace() for letter in key):
        return "has a blank or a line break in it. Separate keys by commas."
    if _is_path(key):
        return (
            "looks like a path, not a key: put the file's content there, or name a TOML file of keys in "
            "PAGEGLASS_KEYS_FILE."
        )
    return None if key.isascii() and key.isprintable() else "has letters that no header can hold. Use ASCII."


def _is_path(key: str) -> bool:
    """Whether `key` is a path, and not a key in base64 that begins with a slash: that one has capital letters."""
    if not _PATH.fullmatch(key):
        return False
    if not key.startswith("/"):
        return True
    begin, more, _ = key[1:].partition("/")
    try:
        return (bool(more) and (key.islower() or Path(f"/{begin}").is_dir())) or Path(key).exists()
    except OSError:  # a name that is too long is no file's
        return False

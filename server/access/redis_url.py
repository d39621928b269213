"""Addresses of Redis that cannot be read, in words: the address itself may hold a password, so it is not shown."""

from typing import Final
from urllib.parse import quote, urlsplit

_SETTING: Final = "PAGEGLASS_LIMITS__REDIS_URL"
_RESERVED: Final = "#/?"
"""Letters that end the password where they stand as they are."""


def cut_short(url: str) -> bool:
    """Whether a letter in the password ends the address before its host, which a client may not notice."""
    try:
        return bool(_in_password(url)) and urlsplit(url).hostname is None
    except ValueError:
        return True


def url_fault(url: str) -> str:
    """Say why `url` is not the address of a Redis, and how to write it."""
    if len(url) > 1 and url[0] == url[-1] and url[0] in "\"'":
        return (
            f"{_SETTING}: stands in quotes, which are part of it here (docker --env-file keeps them). Leave them out."
        )
    if reserved := _in_password(url):
        written = ", ".join(f"{letter} as {quote(letter, safe='')}" for letter in reserved)
        return f"{_SETTING}: in the user or password, write {written}."
    return (
        f"{_SETTING}: must be redis://[[user]:password@]host[:port][/number], the same with rediss://, or "
        "unix:///path/of/the.sock"
    )


def _in_password(url: str) -> list[str]:
    """The letters before the host that have to be written otherwise."""
    scheme, separator, rest = url.partition("://")
    before = rest.rpartition("@")[0]
    return [letter for letter in _RESERVED if letter in before] if separator and scheme != "unix" else []

"""Doctor check of the key as given: what people copy along with it, and what takes its place in the address."""

import re
from base64 import b64decode
from dataclasses import replace
from typing import Final

from server.cli.calling import COPY_THE_KEY, strange_in
from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.checks.slips import UNFILLED
from server.cli.doctor.visit import Visit
from server.cli.read.endpoint import without_password

_BLANKS: Final = " \t\r\n\v\f\u00a0\u200b\u2060\ufeff"
_QUOTES: Final = "\"'`´“”„‟‘’‚‛«»‹›「」"
_BEARER: Final = re.compile(r"^(?:authorization\s*:\s*)?bearer(?:\s*:\s*|\s+)", re.IGNORECASE)
_NAME: Final = re.compile(
    r"^(?:(?:export\s+)?[a-z][\w-]*(?:key|token|secret)s?\s*=\s*(?=[^=\s])|(?:x-)?api-key:\s*)", re.IGNORECASE
)
_LIKE_A_KEY: Final = re.compile(rb"(?:sk|pg)-[\w-]{6,}\s*", re.ASCII)
_EXTRAS: Final = (
    ("key_with_name", "its name in front of it (NAME=)", _NAME),
    ("key_with_comma", "a comma at an end", re.compile(r"^,+|,+$")),
    ("key_with_blank", "a blank or a line break at an end", re.compile(f"^[{_BLANKS}]+|[{_BLANKS}]+$")),
    ("key_in_quotes", "quotes around it", re.compile(f"^[{_QUOTES}]+|[{_QUOTES}]+$")),
    ("key_with_bearer", "'Bearer' in front of it, which clients add themselves", _BEARER),
)
_WHERE: Final = "--api-key or PAGEGLASS_API_KEY here, api_key or OPENAI_API_KEY for the SDK"


def look_at_key(visit: Visit) -> Finding:
    """Check that the key can be sent as it is, and alone; later steps send it without what does not belong to it."""
    target = visit.target
    if target.api_key is None:
        return ok("none given")
    key, extras = _bare(target.api_key.lstrip(" \t"))  # the server ignores blanks before the key: "Bearer  KEY"
    visit.target = replace(target, api_key=key or None, url=without_password(target.url) if key else target.url)
    if not key:
        return note("the key given is empty, so none is sent", code="key_empty", cure=f"Check the variable: {_WHERE}.")
    if strange := strange_in(key):
        said = f"the key has {strange}, which no HTTP header can hold"
        return fault("key_unsendable", said, f"{COPY_THE_KEY}: {_WHERE}.")
    if extras:
        return fault(
            extras[0][0],
            f"the key is given with {' and '.join(said for _, said in extras)}; the steps below send it without",
            f"Leave that out: {_WHERE}.",
            blocks=False,
        )
    if visit.target.url != target.url:  # HTTP clients send these as Authorization
        return fault(
            "address_replaces_key",
            "the address has a user or password (USER:PASSWORD@), which clients send as Authorization in place of the "
            "key; the steps below send the key",
            f"Leave it out: set base_url to {visit.target.url}.",
            blocks=False,
        )
    return _doubt(key) or ok("can be sent as it is")


def masked_forms(key: str | None) -> list[str]:
    """The key in every form in which it may be printed by mistake: as given, and without what surrounds it."""
    bare = _bare(key or "")[0]
    return [key, bare] if key and bare else []  # blanks alone are no secret, and are everywhere


def _doubt(key: str) -> Finding | None:
    """What the key can be, and hardly is; a later step says if the server refuses it."""
    if UNFILLED.fullmatch(key):
        return note(
            "the key is a place for a value that was not filled in",
            code="key_not_filled_in",
            cure=f"Put the key itself there; a shell fills nothing in between single quotes: {_WHERE}.",
        )
    if "," in key:
        return note(
            "the key has a comma in it, as a list of keys has", code="key_list", cure=f"Give one key: {_WHERE}."
        )
    try:
        within = b64decode(key, validate=True)
    except ValueError:
        return None
    if not _LIKE_A_KEY.fullmatch(within):
        return None
    return note(
        "the key is base64, and what is in it looks like a key (Secrets of Kubernetes hold them so)",
        code="key_in_base64",
        cure=f"Give what is in it (base64 -d): {_WHERE}.",
    )


def _bare(given: str) -> tuple[str, list[tuple[str, str]]]:
    """The key without what surrounds it, in any order, and the code and words of each thing that did."""
    key, before, extras = given, None, []
    while key != before:
        before = key
        for code, said, pattern in _EXTRAS:
            shorter = pattern.sub("", key)
            if shorter != key:
                extras.append((code, said))
                key = shorter
    return key, list(dict.fromkeys(extras))

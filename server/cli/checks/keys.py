"""Check of the keys that callers need: whether each can be read, and whether anybody can call with one."""

import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from server.access.key_file import KeyEntry, read_key_file
from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.checks.here import CORRECT, Here
from server.config import Settings
from server.errors import ConfigurationError

_SETTING: Final = "PAGEGLASS_KEYS_FILE"
_SHOWN: Final = 3
"""Keys that are named each; a file may hold thousands."""


def check_keys(here: Here) -> Finding:
    """Check the keys of the settings, the key file, and the keys of tokens (JWKS, PEM)."""
    from server.access.key_store import KeyStore  # noqa: PLC0415 - loads the codecs of tokens

    settings = here.valid
    try:
        KeyStore(settings)
        doubts = list(_doubts(settings))
    except ConfigurationError as error:
        return fault("settings_invalid", str(error), CORRECT)
    if doubts:
        return note(" ".join(doubts), code="keys_doubtful")
    return ok("a key or token is required" if settings.wants_keys else "none set, none required")


def served_names(settings: Settings) -> set[str]:
    """All names that clients can ask for, without building the engines that answer."""
    return {
        settings.main_model_name,
        *settings.served_model_name,
        *settings.extra_models,
        *(settings.vllm.lora_modules or ()),
    }


def _doubts(settings: Settings) -> Iterator[str]:
    jwt = settings.jwt
    for setting, file in (
        (_SETTING, settings.keys_file),
        ("PAGEGLASS_JWT__RS256_KEY_FILE", jwt.rs256_key_file),
        ("PAGEGLASS_JWT__JWKS_FILE", jwt.jwks_file),
    ):
        if file and file.stat().st_mode & stat.S_IWOTH:
            yield f"{setting}: every user may write to {file}, and so make a key. Close it: chmod 600 {file}."
    if settings.keys_file:
        entries = read_key_file(settings.keys_file)
        yield from _of_file(settings.keys_file, entries, alone=not settings.api_keys and not jwt.on)
        yield from _of_models(entries, served_names(settings))


def _of_file(file: Path, entries: Mapping[str, KeyEntry], *, alone: bool) -> Iterator[str]:
    """Whether anybody can call with a key of the file; an empty one may wait for its first, where there are others."""
    now = datetime.now(UTC)
    cure = f"Make one: pageglass keys new NAME --file {file}."
    if not entries:
        if alone:
            yield f"{_SETTING}: {file} has no key, so nobody can call. {cure}"
    elif all(entry.expires is not None and entry.expires <= now for entry in entries.values()):
        yield f"{_SETTING}: every key in {file} has expired{', so nobody can call' if alone else ''}. {cure}"


def _of_models(entries: Mapping[str, KeyEntry], served: set[str]) -> Iterator[str]:
    unserved = [(name, model) for name, entry in entries.items() for model in entry.models or () if model not in served]
    for name, model in unserved[:_SHOWN]:
        near = process.extractOne(model, served, scorer=OSA.distance, score_cutoff=3)
        cure = f"Did you mean {near[0]}?" if near else f"Served: {', '.join(sorted(served))}."
        yield f"{_SETTING}: key {name} allows {model[:100]!r}, which is not served. {cure}"
    if len(unserved) > _SHOWN:
        yield f"{len(unserved) - _SHOWN} more of such models are in the file."

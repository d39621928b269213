"""Checks of the settings themselves: each name and value, and whether they agree with each other."""

import re
from pathlib import Path
from typing import Final

from server.cli.checks.contradictions import contradictions, doubts
from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.checks.here import CORRECT, Here
from server.config import unknown_names

_WORKERS: Final = "PAGEGLASS_WORKERS"
_FLAG: Final = "The number of HTTP processes is a flag: pageglass serve --workers N."
_TLS: Final = re.compile(r"SSL|TLS|CERT|HTTPS")
_NO_TLS: Final = "Pageglass speaks plain HTTP; a proxy in front of it does TLS (docs/deploy.md)."
_NEARLY: Final = ".env.txt"  # what editors of Windows make of it


def check_settings(here: Here) -> Finding:
    """Check that every setting is known, and that its value can be read."""
    if here.fault is not None:
        return fault("settings_invalid", str(here.fault), CORRECT)
    if names := unknown_names():
        return note(
            f"these are not settings, so they are without effect: {', '.join(names)}",
            code="settings_unknown",
            cure=_cure(names),
        )
    if Path(_NEARLY).is_file() and not Path(".env").exists():
        return note(f"there is no .env, and {_NEARLY} is not read", code="env_file_name", cure="Rename it to .env.")
    return ok(f"each can be read; the model is {here.valid.main_model_name}")


def check_contradictions(here: Here) -> Finding:
    """Check that no setting rules another out, or stands without effect."""
    settings = here.valid
    if refused := list(contradictions(settings)):
        return fault("settings_contradict", " ".join(refused), CORRECT, blocks=False)
    if doubtful := list(doubts(settings)):
        return note(" ".join(doubtful), code="settings_doubtful")
    return ok("no setting contradicts another")


def _cure(names: list[str]) -> str:
    if _WORKERS in names:
        return _FLAG
    if any(_TLS.search(name) for name in names):
        return _NO_TLS
    return "docs/settings.md lists all settings."

"""Checks of the settings themselves: each name and value, and whether they agree with each other."""

from server.cli.checks.contradictions import contradictions, doubts
from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.checks.here import CORRECT, Here
from server.config import unknown_names


def check_settings(here: Here) -> Finding:
    """Check that every setting is known, and that its value can be read."""
    if here.fault is not None:
        return fault("settings_invalid", str(here.fault), CORRECT)
    if names := unknown_names():
        return note(
            f"no settings, and without effect: {', '.join(names)}",
            code="settings_unknown",
            cure="docs/settings.md lists all settings.",
        )
    return ok(f"each can be read; the model is {here.valid.main_model_name}")


def check_contradictions(here: Here) -> Finding:
    """Check that no setting rules another out, or stands without effect."""
    settings = here.valid
    refused, doubtful = list(contradictions(settings)), list(doubts(settings))
    if refused:
        return fault("settings_contradict", " ".join([*refused, *doubtful]), CORRECT, blocks=False)
    if doubtful:
        return note(" ".join(doubtful), code="settings_doubtful")
    return ok("no setting contradicts another")

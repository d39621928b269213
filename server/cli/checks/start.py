"""The one list of checks before a start: `pageglass serve` makes them before it listens, and the doctor shows them.

A fault ends the start, with the same words that the doctor has for it; a remark is a warning. What may pass
by itself (Redis that is not up yet, memory and space that are never all used) is a fault for the doctor and a warning
for `serve`.
"""

from typing import Final

from server.cli.checks.disk import check_disk, check_temporary
from server.cli.checks.finding import Check, Finding, examine
from server.cli.checks.here import CORRECT, Here
from server.cli.checks.keys import check_keys
from server.cli.checks.memory import check_memory, check_workers
from server.cli.checks.parts import (
    check_fetching,
    check_folders,
    check_limits,
    check_model,
    check_redis,
    check_tracing,
)
from server.cli.checks.process_limits import check_address_space, check_descriptors
from server.cli.checks.settings import check_contradictions, check_settings
from server.errors import ConfigurationError

_NEEDED: Final = ("settings",)
_HEAVY: Final = ("settings", "address space")
"""Of checks that import the engines."""
_BUILT: Final = (*_HEAVY, "model")
"""Of checks that ask the engines."""

START_CHECKS: Final = (
    Check(step="settings", look=check_settings),
    Check(step="address space", look=check_address_space, rests_on=_NEEDED),  # before anything heavy is imported
    Check(step="contradictions", look=check_contradictions, rests_on=_HEAVY),
    Check(step="model", look=check_model, rests_on=_HEAVY),
    Check(step="descriptors", look=check_descriptors, rests_on=_BUILT),
    Check(step="keys", look=check_keys, rests_on=_NEEDED),
    Check(step="limits", look=check_limits, rests_on=_NEEDED),
    Check(step="Redis", look=check_redis, rests_on=(*_NEEDED, "limits"), refuses=False),
    Check(step="fetching", look=check_fetching, rests_on=_HEAVY),
    Check(step="tracing", look=check_tracing, rests_on=_NEEDED),
    Check(step="folders", look=check_folders, rests_on=_NEEDED),
    Check(step="temporary files", look=check_temporary, rests_on=_HEAVY),
    Check(step="disk", look=check_disk, rests_on=(*_NEEDED, "folders"), refuses=False),
    Check(step="workers", look=check_workers, rests_on=_HEAVY),
    Check(step="memory", look=check_memory, rests_on=_BUILT, refuses=False),
)
"""The port is not among them: `serve` takes it, and the doctor looks who has it."""


def ensure_startable(here: Here) -> list[str]:
    """Make all checks; returns the remarks that are worth a warning, a line each.

    Raises:
        ConfigurationError: what would keep the server from starting, all of it.
    """
    refusing = {check.step for check in START_CHECKS if check.refuses}
    findings = [finding for finding in examine(here, START_CHECKS) if finding.outcome in {"fault", "note"}]
    if faults := [_words(one) for one in findings if one.outcome == "fault" and one.step in refusing]:
        raise ConfigurationError(" ".join(faults))
    return [_words(finding) for finding in findings]


def _words(finding: Finding) -> str:
    cure = "" if finding.cure == CORRECT else finding.cure
    said = finding.said if finding.said.endswith((".", "?")) or not cure else f"{finding.said}."
    return f"{said} {cure}".strip()

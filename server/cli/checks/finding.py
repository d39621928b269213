"""Checks and findings: a check examines one step of a chain, a finding is its result."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Literal, TypeVar

Outcome = Literal["ok", "note", "fault", "left out"]
Patient = TypeVar("Patient")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of one step; `code` names it for programs, `cure` says how to fix a fault."""

    outcome: Outcome
    said: str
    code: str = ""
    cure: str = ""
    step: str = ""
    blocks: bool = False
    """Whether the steps that depend on this one cannot be examined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Generic[Patient]):
    """One step: `look` examines the patient. It is skipped if a step that it `rests_on` has a fault that blocks.

    `refuses` says whether its fault ends a start, where the step is one of those before a start.
    """

    step: str
    look: Callable[[Patient], Finding]
    rests_on: tuple[str, ...] = ()
    refuses: bool = True


def ok(said: str, *, code: str = "") -> Finding:
    """The step works."""
    return Finding(outcome="ok", said=said, code=code)


def note(said: str, *, code: str = "", cure: str = "") -> Finding:
    """The step works, with a remark."""
    return Finding(outcome="note", said=said, code=code, cure=cure)


def fault(code: str, said: str, cure: str, *, blocks: bool = True) -> Finding:
    """The step does not work; unless it blocks, the examination continues."""
    return Finding(outcome="fault", code=code, said=said, cure=cure, blocks=blocks)


def examine(patient: Patient, checks: Sequence[Check[Patient]]) -> Iterator[Finding]:
    """Run the checks in order and yield each finding when it is known."""
    findings: list[Finding] = []
    for check in checks:
        unsound = {finding.step for finding in findings if finding.blocks}
        if missing := [step for step in check.rests_on if step in unsound]:
            found = Finding(outcome="left out", said=f"depends on {', '.join(missing)}", blocks=True)
        else:
            found = _once(check.look(patient), findings)
        findings.append(replace(found, step=check.step))
        yield findings[-1]


def _once(found: Finding, findings: Sequence[Finding]) -> Finding:
    """Deduplicate causes: one that an earlier step has reported is not a new fault."""
    earlier = [one.step for one in findings if one.outcome == "fault" and one.code == found.code]
    if found.outcome != "fault" or not earlier:
        return found
    return Finding(outcome="left out", said=f"for the same reason as {earlier[0]}", blocks=found.blocks)

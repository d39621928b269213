"""Checks and findings of the doctor: a check examines one step of the chain, a finding is its result."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
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
    """One step: `look` examines the patient. It is skipped if a step that it `rests_on` has a fault."""

    step: str
    look: Callable[[Patient], Finding]
    rests_on: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Diagnosis:
    """The findings so far."""

    findings: list[Finding] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """How many steps have a fault."""
        return sum(finding.outcome == "fault" for finding in self.findings)

    @property
    def unsound(self) -> set[str]:
        """The steps whose dependents must be skipped."""
        return {finding.step for finding in self.findings if finding.blocks}


def ok(said: str, *, code: str = "") -> Finding:
    """The step works."""
    return Finding(outcome="ok", said=said, code=code)


def note(said: str, *, code: str = "", cure: str = "") -> Finding:
    """The step works, with a remark."""
    return Finding(outcome="note", said=said, code=code, cure=cure)


def fault(code: str, said: str, cure: str, *, blocks: bool = True) -> Finding:
    """The step does not work; unless it blocks, the examination continues."""
    return Finding(outcome="fault", code=code, said=said, cure=cure, blocks=blocks)


def examine(patient: Patient, checks: Sequence[Check[Patient]], diagnosis: Diagnosis) -> Iterator[Finding]:
    """Run the checks in order and yield each finding when it is known; `diagnosis` collects them."""
    for check in checks:
        missing = [step for step in check.rests_on if step in diagnosis.unsound]
        if missing:
            found = Finding(outcome="left out", said=f"depends on {', '.join(missing)}", blocks=True)
        else:
            found = _once(check.look(patient), diagnosis)
        finding = replace(found, step=check.step)
        diagnosis.findings.append(finding)
        yield finding


def _once(found: Finding, diagnosis: Diagnosis) -> Finding:
    """Deduplicate causes: one that an earlier step has reported is not a new fault."""
    earlier = [one.step for one in diagnosis.findings if one.outcome == "fault" and one.code == found.code]
    if found.outcome != "fault" or not earlier:
        return found
    return Finding(outcome="left out", said=f"for the same reason as {earlier[0]}", blocks=found.blocks)

"""Output of the doctor: a line per step as it finishes, with its cure, or JSON; keys are always masked."""

import json
from collections.abc import Iterable
from typing import Final

import typer
from rich.console import Console
from rich.text import Text

from server.cli.doctor.finding import Diagnosis, Finding

_MARKS: Final = {"ok": ("✓", "green"), "note": ("!", "yellow"), "fault": ("✗", "bold red"), "left out": ("·", "dim")}
_ASCII: Final = str.maketrans({"✓": "+", "✗": "X", "·": "-", "→": ">"})
"""For terminals limited to ASCII."""
_MOST_FAULTS: Final = 100
"""The largest exit code; those above 125 belong to the shell."""
_WIDTH: Final = 15


class DoctorReport:
    """Prints findings as they arrive, or all at the end as JSON; `secrets` are masked everywhere."""

    def __init__(self, *, about: str, as_json: bool, secrets: Iterable[str] = ()) -> None:
        self._about = about
        self._as_json = as_json
        self._secrets = [secret for secret in secrets if secret]
        console = Console(highlight=False)
        self._console = console if console.is_terminal else Console(highlight=False, width=400)

    def begin(self) -> None:
        """Print what is examined."""
        if not self._as_json:
            self._print(Text(self._masked(self._about), style="bold"))

    def tell(self, finding: Finding) -> None:
        """Print one finding."""
        if self._as_json:
            return
        mark, style = _MARKS[finding.outcome]
        line = Text.assemble((mark, style), f" {finding.step:{_WIDTH}} ", self._masked(finding.said))
        self._print(line)
        if finding.cure:
            self._print(Text(f"  {'':{_WIDTH}} → {self._masked(finding.cure)}"))

    def end(self, diagnosis: Diagnosis) -> int:
        """Print the summary; returns the exit code, which is the number of faults."""
        faults = diagnosis.faults
        if self._as_json:
            typer.echo(json.dumps(self._as_object(diagnosis), ensure_ascii=False, indent=2))
        else:
            summary = {0: "Nothing is wrong.", 1: "1 fault."}.get(faults, f"{faults} faults.")
            self._print(Text(summary, style="bold"))
        return min(faults, _MOST_FAULTS)

    def _as_object(self, diagnosis: Diagnosis) -> dict[str, object]:
        steps = [
            {
                "step": finding.step,
                "outcome": finding.outcome,
                "code": finding.code,
                "said": self._masked(finding.said),
                "cure": self._masked(finding.cure),
            }
            for finding in diagnosis.findings
        ]
        return {"about": self._masked(self._about), "faults": diagnosis.faults, "steps": steps}

    def _print(self, line: Text) -> None:
        encoding = self._console.encoding
        if not encoding.startswith("utf"):
            plain = line.plain.translate(_ASCII).encode(encoding, "replace").decode(encoding)
            line = Text(plain, style=line.style)
        self._console.print(line, soft_wrap=True)

    def _masked(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

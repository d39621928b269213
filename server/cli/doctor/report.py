"""Output of the doctor: a line per step as it finishes, with its cure, or JSON; keys are always masked."""

from collections.abc import Iterable
from typing import Final

from rich.text import Text

from server.cli.checks.finding import Finding
from server.cli.console import make_console, print_json

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
        self._findings: list[Finding] = []
        self._secrets = [secret for secret in secrets if secret]
        self._console = make_console()

    def begin(self) -> None:
        """Print what is examined."""
        if not self._as_json:
            self._print(Text(self._masked(self._about), style="bold"))

    def add(self, finding: Finding) -> None:
        """Add one finding, and print it unless the report is JSON."""
        self._findings.append(finding)
        if self._as_json:
            return
        mark, style = _MARKS[finding.outcome]
        self._print(Text.assemble((mark, style), f" {finding.step:{_WIDTH}} ", self._masked(finding.said)))
        if finding.cure:
            self._print(Text(f"  {'':{_WIDTH}} → {self._masked(finding.cure)}"))

    def end(self) -> int:
        """Print the summary; returns the exit code, which is the number of faults."""
        faults = sum(finding.outcome == "fault" for finding in self._findings)
        if self._as_json:
            names = ("step", "outcome", "code", "said", "cure")
            steps = [{name: self._masked(getattr(finding, name)) for name in names} for finding in self._findings]
            print_json({"about": self._masked(self._about), "faults": faults, "steps": steps})
        else:
            summary = {0: "Nothing is wrong.", 1: "1 fault."}.get(faults, f"{faults} faults.")
            self._print(Text(summary, style="bold"))
        return min(faults, _MOST_FAULTS)

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

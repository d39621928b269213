"""What goes wrong between a client and the endpoint: what the caller sees of each trouble, and what the doctor says.

    .venv/bin/python benchmarks/troubles.py [--write]

Makes every trouble of `tests/support/troubles.py` with a real nginx and real servers in a network of their own;
`tests/support/trouble_lab.py` says what that needs. Ends with code 1 where the doctor names another cause than the true
one. `--write` puts the table into docs/troubles.md.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from troubles import TROUBLES  # noqa: E402 - found by the line above

LAB = ROOT / "tests" / "support" / "trouble_lab.py"
PAGE = ROOT / "docs" / "troubles.md"
BEGIN, END = "<!-- troubles: written by benchmarks/troubles.py -->", "<!-- troubles: end -->"


def main() -> int:
    """Make the troubles and print the table; gives the exit code."""
    parser = argparse.ArgumentParser(description="Troubles, and what the doctor says of them.")
    parser.add_argument("--write", action="store_true", help="put the table into docs/troubles.md")
    options = parser.parse_args()
    done = subprocess.run([sys.executable, LAB], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        return done.returncode
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    print("\n".join(table(rows)))
    wrong = [
        trouble.name
        for trouble, row in zip(TROUBLES, rows, strict=True)
        if (row["sees"], row["doctor"]["code"]) != (trouble.sees, trouble.doctor)
    ]
    print(f"\n{len(rows)} troubles; named wrongly: {', '.join(wrong) or 'none'}")
    if options.write and not wrong:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        text = "\n".join([f"{before}{BEGIN}", *table(rows), END]) + rest.partition(END)[2]
        PAGE.write_text(text, encoding="utf-8")
    return 1 if wrong else 0


def table(rows: list[dict[str, Any]]) -> list[str]:
    """The table in Markdown, a line each."""
    head = ["| trouble | what the caller sees | what `pageglass doctor` says |", "|---|---|---|"]
    return [*head, *(f"| {row['name']} | `{row['sees']}` {_cell(row['message'])} | {_said(row)} |" for row in rows)]


def _said(row: dict[str, Any]) -> str:
    step = row["doctor"]
    if not step["code"]:
        return "nothing is wrong"
    cure = f" → {step['cure']}" if step["cure"] else ""
    return f"`{step['code']}` {_cell(step['said'] + cure, most=600)}"


def _cell(text: str, most: int = 200) -> str:
    short = text if len(text) <= most else f"{text[:most]}…"
    return short.replace("|", r"\|").replace("<", "&lt;")


if __name__ == "__main__":
    sys.exit(main())

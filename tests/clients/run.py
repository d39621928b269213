"""Runs clients as their users install them, each in an environment of its own, against one server with the real engine.

    python tests/clients/run.py                    all of them
    python tests/clients/run.py openai_py mistral  some
    python tests/clients/run.py --write            and write docs/clients.md

A program is Python with its pinned dependencies in a header (PEP 723), or JavaScript with them in its first line.
Exit code: the number of steps that failed and are not listed in `KNOWN`.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAMS = HERE / "programs"
ENVIRONMENTS = ROOT / ".clients"
PICTURE = ROOT / "tests" / "assets" / "receipt_en.png"
PAGE = ROOT / "docs" / "clients.md"
TIMEOUT_S = 300
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
SETTINGS = {"PAGEGLASS_TEXT_ONLY": "answer", "PAGEGLASS_RAPIDOCR__PAGE_TIMEOUT_S": "200"}
KNOWN: dict[tuple[str, str], str] = json.loads(
    (HERE / "known.json").read_text(),
    object_hook=lambda given: {tuple(name.split(": ", 1)): why for name, why in given.items()},
)
"""Steps that cannot pass, with the reason that docs/clients.md gives."""
sys.path.insert(0, str(ROOT / "tests" / "support"))
from running_server import clean_environment, serving


@dataclass(frozen=True, kw_only=True)
class Program:
    """A client's program: its pinned `dependencies`, the one line of `setup`, and what it is in words."""

    file: Path
    dependencies: tuple[str, ...]
    setup: str
    about: str

    @property
    def name(self) -> str:
        """The name of the file without its ending."""
        return self.file.stem


@dataclass(kw_only=True)
class Outcome:
    """What became of a program: its steps, or why it could not be installed."""

    program: Program
    steps: list[dict[str, Any]] = field(default_factory=list)
    installed_s: float = 0
    ran_s: float = 0
    broken: str = ""

    @property
    def failed(self) -> list[str]:
        """The steps that failed and are not known to."""
        steps = [one["step"] for one in self.steps if one["outcome"] == "failed"]
        return [step for step in steps if (self.program.name, step) not in KNOWN] + (
            [self.broken] if self.broken else []
        )


def find_programs() -> list[Program]:
    """Read the headers of all programs."""
    found = []
    for file in sorted(PROGRAMS.glob("*")):
        text = file.read_text()
        if file.suffix == ".py" and (header := re.search(r"# /// script\n((?:# .*\n)+?)# ///", text)):
            block = tomllib.loads(re.sub(r"(?m)^# ", "", header[1]))
            about = re.search(r'^"""(.+?)"""', text, re.MULTILINE | re.DOTALL)
        elif file.suffix == ".mjs" and text.startswith("// dependencies: "):
            block = {"dependencies": text.partition("\n")[0].removeprefix("// dependencies: ").split()}
            about = re.search(r"^// (?!dependencies|setup)(.+)$", text, re.MULTILINE)
        else:
            continue
        setup = re.search(r"^(?:#|//) setup: (.+)$", text, re.MULTILINE)
        assert setup, f"{file.name} says no set-up"
        assert about, f"{file.name} says not what it is"
        found.append(
            Program(file=file, dependencies=tuple(block["dependencies"]), setup=setup[1], about=about[1].strip())
        )
    return found


def install(program: Program) -> Path:
    """Make the environment of a program, unless it is there; returns the command that runs it.

    Raises:
        subprocess.CalledProcessError: it cannot be installed.
    """
    place = ENVIRONMENTS / program.name
    stamp = place / ".installed"
    wanted = hashlib.sha256(" ".join(program.dependencies).encode()).hexdigest()
    python = program.file.suffix == ".py"
    command = place / "bin" / "python" if python else Path("node")
    if stamp.exists() and stamp.read_text() == wanted:
        return command
    place.mkdir(parents=True, exist_ok=True)
    if python:
        _quietly(sys.executable, "-m", "venv", place)
        if program.dependencies:
            _quietly(command, "-m", "pip", "install", "--disable-pip-version-check", *program.dependencies)
    else:
        (place / "package.json").write_text('{"private": true, "type": "module"}')
        _quietly("npm", "install", "--no-audit", "--no-fund", "--prefix", place, *program.dependencies)
    stamp.write_text(wanted)
    return command


def run_program(program: Program, base_url: str) -> Outcome:
    """Install and run one program."""
    outcome, began = Outcome(program=program), time.monotonic()
    try:
        command = install(program)
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or error.stdout or "").strip().splitlines()
        outcome.broken = f"cannot be installed: {' '.join(lines[-3:])[:400]}"
        return outcome
    outcome.installed_s, began = time.monotonic() - began, time.monotonic()
    file = program.file
    if file.suffix == ".mjs":  # node looks for packages beside the program
        for one in (file, PROGRAMS / "steps.mjs"):
            (ENVIRONMENTS / program.name / one.name).write_text(one.read_text())
        file = ENVIRONMENTS / program.name / file.name
    with tempfile.TemporaryDirectory() as folder:
        environment = clean_environment(PYTHONWARNINGS="ignore", HOME=folder, OPENAI_API_KEY="none")
        try:
            done = subprocess.run(
                [str(command), str(file), base_url, str(PICTURE)],
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                cwd=folder,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            outcome.broken = f"took more than {TIMEOUT_S} s"
            return outcome
    outcome.ran_s = time.monotonic() - began
    outcome.steps = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"step"')]
    if done.returncode or not outcome.steps:
        outcome.broken = f"ended with {done.returncode}: {done.stderr.strip()[-400:]}"
    return outcome


def main() -> int:
    """Run the programs that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="programs, by the names of their files")
    parser.add_argument("--write", action="store_true", help="write docs/clients.md; with all programs alone")
    given = parser.parse_args()
    programs = [one for one in find_programs() if not given.names or one.name in given.names]
    if unknown := set(given.names) - {one.name for one in programs}:
        parser.error(f"there is no program {', '.join(sorted(unknown))}")
    outcomes = []
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(folder, **SETTINGS, PAGEGLASS_STORE__FOLDER=f"{folder}/store") as server,
    ):
        for program in programs:
            outcome = run_program(program, server.base_url)
            outcomes.append(outcome)
            print(f"{program.name}: installed in {outcome.installed_s:.0f} s, ran {outcome.ran_s:.0f} s", flush=True)
            for step in outcome.steps:
                known = KNOWN.get((program.name, step["step"]), "") if step["outcome"] == "failed" else ""
                shown = f"known: {known}" if known else step["said"]
                print(f"  {step['outcome']:8}{step['step']}{': ' if shown else ''}{shown}", flush=True)
            if outcome.broken:
                print(f"  broken  {outcome.broken}", flush=True)
    if given.write and not given.names:
        PAGE.write_text(write_page(outcomes))
    return min(100, sum(len(outcome.failed) for outcome in outcomes))


def write_page(outcomes: list[Outcome]) -> str:
    """Write docs/clients.md."""
    head = (
        "# Clients\n\nWhat was tried with the embedded engine, as each client comes out of the box: address, key and\n"
        "model name are all that was set. `make test-clients` tries it again, each client in an environment of its\n"
        "own, and writes this page. `ok` is a right answer, `refused` an error that names the member and the cure.\n"
    )
    return "\n".join([head, *(_section(outcome) for outcome in outcomes)])


def _section(outcome: Outcome) -> str:
    program = outcome.program
    rows = []
    for step in outcome.steps:
        known = KNOWN.get((program.name, step["step"]), "")
        said = "ok" if step["outcome"] == "ok" else known or step["outcome"]
        rows.append(f"| {step['step']} | {said} |")
    versions = ", ".join(f"`{one}`" for one in program.dependencies) or "any version"
    table = "\n".join(["| step | outcome |", "|---|---|", *rows])
    return f"## {program.about.rstrip('.')}\n\n{versions}. Set-up: `{program.setup}`\n\n{table}\n"


def _quietly(*command: str | Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    if _AUTHORITIES.exists():  # node knows its own alone, and a registry may have one of the machine's
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(_AUTHORITIES))
    subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, timeout=900, env=environment)


if __name__ == "__main__":
    sys.exit(main())

"""Broken set-ups by real processes: `serve` refuses or warns, and `pageglass doctor` says the same."""

import json
import resource
import subprocess
import sys
import threading

import pytest
from broken_setups import SETUPS
from running_server import clean_environment

pytestmark = pytest.mark.e2e

BANNER = "this machine"
START_TIMEOUT_S = 120


def started(setup, folder, *command):
    """Start a command of `pageglass` in the set-up."""
    settings = {"ENGINE": "fake", "INTAKE_WORKERS": "1", "HOST": "127.0.0.1", "PORT": "0"} | setup.settings
    for name, content in setup.files.items():
        (folder / name).write_bytes(content)

    def bound():
        for limit, value in setup.limits.items():
            resource.setrlimit(getattr(resource, limit), (value, value))

    return subprocess.Popen(
        [sys.executable, "-m", "server", *command, "--workers", str(setup.workers)],
        cwd=folder,
        env=clean_environment(**{f"PAGEGLASS_{name}": value for name, value in settings.items()}, **setup.variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=bound if setup.limits else None,  # noqa: PLW1509 - it sets limits alone
    )


def served(setup, folder):
    """Run `serve` to its end, or until it listens; gives (exit code or None, what is on stderr)."""
    with started(setup, folder, "serve") as process:
        bound = threading.Timer(START_TIMEOUT_S, process.kill)
        bound.start()
        try:
            lines = []
            for line in process.stderr:
                lines.append(line)
                if BANNER in line:
                    process.terminate()
                    process.communicate()
                    return None, "".join(lines)
            return process.wait(), "".join(lines)
        finally:
            bound.cancel()


@pytest.fixture(params=SETUPS, ids=[setup.name for setup in SETUPS])
def setup(request):
    return request.param


def test_neither_passes_it_or_misleads(setup, tmp_path):
    doctor = started(setup, tmp_path, "doctor", "--json")
    code, words = served(setup, tmp_path) if setup.listens else (None, setup.says)
    out, err = doctor.communicate(timeout=START_TIMEOUT_S)
    assert err == ""
    report = json.loads(out)
    assert doctor.returncode == report["faults"]
    steps = [step for step in report["steps"] if step["outcome"] in {"fault", "note"}]
    said = [step for step in steps if setup.says in f"{step['said']}. {step['cure']}"]
    warnings = [line for line in words.splitlines() if "[warning" in line]
    if setup.ends == "refused":
        assert code == 2
        assert words.startswith("pageglass: ")
        assert words.count("\n") == 1
        assert "fault" in [step["outcome"] for step in said]
    else:
        assert code is None, words
    if setup.ends == "warned":
        assert said, report
        assert len(warnings) == 1 or not setup.listens, words
    if setup.ends == "fine":
        assert [step["step"] for step in steps if step["step"] not in {"reach", "disk"}] == []
        assert warnings == []
    assert setup.says in words


def test_each_set_up_has_its_own_name_and_most_are_broken():
    assert len({setup.name for setup in SETUPS}) == len(SETUPS)
    assert sum(setup.ends != "fine" for setup in SETUPS) >= 30

"""Broken set-ups by real processes: `serve` refuses or warns, and `pageglass doctor` says the same."""

import json
import resource
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from broken_setups import SETUPS
from forked_command import ForkedCommand
from running_server import clean_environment

pytestmark = pytest.mark.e2e

BANNER = "this machine"
START_TIMEOUT_S = 120


def environment_of(setup):
    settings = {"ENGINE": "fake", "INTAKE_WORKERS": "1", "HOST": "127.0.0.1", "PORT": "0"} | setup.settings
    return clean_environment(**{f"PAGEGLASS_{name}": value for name, value in settings.items()}, **setup.variables)


class Program:
    """A command in a new process, which inherits limits, and in which modules see all variables as they are loaded."""

    def __init__(self, setup, folder, *arguments):
        def bound():
            for limit, value in setup.limits.items():
                resource.setrlimit(getattr(resource, limit), (value, value))

        self._process = subprocess.Popen(
            [sys.executable, "-m", "server", *arguments],
            cwd=folder,
            env=environment_of(setup),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=bound if setup.limits else None,  # noqa: PLW1509 - it sets limits alone
        )

    def ended(self, timeout_s):
        """Wait for its end; gives (exit code, stdout, stderr)."""
        with self._process as process, killed_after(process, timeout_s):
            out, err = process.communicate()
            return process.returncode, out, err

    def listening(self, timeout_s):
        """Wait until it listens, and stop it; gives (None, what is on stderr), or an exit code if it ends before."""
        with self._process as process, killed_after(process, timeout_s):
            lines = []
            for line in process.stderr:
                lines.append(line)
                if BANNER in line:
                    process.terminate()
                    process.communicate()
                    return None, "".join(lines)
            return process.wait(), "".join(lines)


@contextmanager
def killed_after(process, timeout_s):
    bound = threading.Timer(timeout_s, process.kill)
    bound.start()
    try:
        yield
    finally:
        bound.cancel()


def begun(setup, folder, *arguments):
    """Begin a command that ends by itself in the set-up: forked, unless a new process makes a difference."""
    if setup.limits or setup.variables:
        return Program(setup, folder, *arguments)
    return ForkedCommand(folder, environment_of(setup), *arguments)


@pytest.fixture(params=SETUPS, ids=[setup.name for setup in SETUPS])
def setup(request):
    return request.param


def test_neither_passes_it_or_misleads(setup, tmp_path):
    workers = ("--workers", str(setup.workers))
    for name, content in setup.files.items():
        if content is None:
            (tmp_path / name).mkdir()
        else:
            (tmp_path / name).write_bytes(content)
    for name in setup.open_files:
        (tmp_path / name).chmod(0o666)
    doctor = begun(setup, tmp_path, "doctor", "--json", *workers)
    code, words = None, setup.says
    if setup.ends == "refused":
        code, _, words = begun(setup, tmp_path, "serve", *workers).ended(START_TIMEOUT_S)
    elif setup.listens:
        code, words = Program(setup, tmp_path, "serve", *workers).listening(START_TIMEOUT_S)
    returned, out, err = doctor.ended(START_TIMEOUT_S)
    assert err == ""
    report = json.loads(out)
    assert returned == report["faults"]
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

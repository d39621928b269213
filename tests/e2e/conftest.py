"""Servers for the tests that need a real one, and programs run to their end."""

import subprocess
from pathlib import Path

import pytest
from running_server import clean_environment, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory):
    """The server with its embedded engine, one for all tests; on a slow machine a large page takes over a minute."""
    with serving(tmp_path_factory.mktemp("server"), PAGEGLASS_RAPIDOCR__PAGE_TIMEOUT_S="200") as server:
        yield server


@pytest.fixture
def measured(request):
    """Whether coverage is measured in the programs that the test starts."""
    return request.node.get_closest_marker("measured") is not None


@pytest.fixture
def start(tmp_path, measured):
    """Start servers of a test's own: `with start(*flags, **environment) as server`."""
    return lambda *flags, **environment: serving(tmp_path, *flags, measured=measured, **environment)


@pytest.fixture
def run_program(measured):
    """Run a program to its end: `run(command, *arguments, cwd=…, **environment)`."""

    def run(*command, cwd=ROOT, stdin=None, **environment):
        return subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=clean_environment(measured=measured, **environment),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return run

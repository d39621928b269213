"""Ctrl-C in the middle of the tests: pytest ends, and no server, decode worker or pytest worker is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from running_server import clean_environment

pytestmark = pytest.mark.e2e

SUPPORT = Path(__file__).parents[1] / "support"
LONG_TEST = """
import time
from pathlib import Path
from running_server import serving

def test_it(tmp_path):
    with serving(tmp_path, "--workers", "2", PAGEGLASS_ENGINE="fake"):
        Path("serving").touch()
        time.sleep(200)
"""


def running_in(session):
    """The ids of the processes of a session, which those started later belong to as well."""
    found = []
    for process in psutil.process_iter(["status"]):
        try:
            if os.getsid(process.pid) == session and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except ProcessLookupError:
            continue
    return found


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.mark.parametrize(
    ("spread", "to_all"),
    [(("-p", "no:xdist"), True), (("-n", "2"), False)],
    ids=["from a terminal", "to pytest alone, which spreads its tests"],
)
def test_nothing_is_left_running(tmp_path, spread, to_all):
    (tmp_path / "test_long.py").write_text(LONG_TEST)
    command = [sys.executable, "-m", "pytest", "-q", *spread, "-p", "no:cacheprovider", "-c", os.devnull]
    with subprocess.Popen(
        [*command, "--rootdir", str(tmp_path), "-o", f"pythonpath={SUPPORT}", str(tmp_path / "test_long.py")],
        cwd=tmp_path,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - no threads here
    ) as running:
        try:
            assert wait_until((tmp_path / "serving").exists)
            assert len(running_in(running.pid)) >= 4
            (os.killpg if to_all else os.kill)(running.pid, signal.SIGINT)
            running.wait(60)
            assert wait_until(lambda: not running_in(running.pid)), running_in(running.pid)
        finally:
            for pid in running_in(running.pid):
                os.kill(pid, signal.SIGKILL)

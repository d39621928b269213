"""A test without the mark `system` can neither open a socket nor load the recognizer's model unseen."""

import subprocess
import sys
from pathlib import Path

import pytest
from running_server import clean_environment

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
TESTS = """
import asyncio, socket, pytest
from server.engines.ppocr.recognizer import RapidOCRRecognizer
from server.settings.groups import RapidOCRSettings

def listen():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))

async def load():
    engine = RapidOCRRecognizer(RapidOCRSettings())
    await engine.start()
    await engine.stop()

def test_sockets():
    listen()

def test_hidden():
    with pytest.raises(RuntimeError):
        listen()

def test_model():
    asyncio.run(load())

def test_unix(tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("unix")

@pytest.mark.system
def test_marked():
    listen()
    asyncio.run(load())
"""


def test_what_is_touched_without_the_mark_fails_the_test(tmp_path):
    (tmp_path / "test_touching.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = system\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "system_guard", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=clean_environment(PYTHONPATH=f"{ROOT}:{ROOT / 'tests' / 'support'}"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    outcomes = dict(line.split(" - ")[0].split(" ")[::-1] for line in done.stdout.splitlines() if "ED test_" in line)
    assert {name.partition("::")[2]: outcome for name, outcome in outcomes.items()} == {
        "test_sockets": "FAILED",
        "test_hidden": "FAILED",
        "test_model": "FAILED",
        "test_unix": "PASSED",
        "test_marked": "PASSED",
    }, done.stdout

"""Every bomb is answered as it should be, in a process that may take 64 MiB over what it has at rest."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

SUPPORT = Path(__file__).parents[1] / "support"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process so")
def test_every_bomb_is_answered_within_its_memory():
    command = [sys.executable, SUPPORT / "picture_bombs.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=SUPPORT.parents[1])
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) > 50
    assert [answer for answer in answers if answer["answer"] != answer["wanted"]] == []

"""The first process of a container waits for children that are nobody's, and leaves those that are somebody's."""

import subprocess
import sys

import pytest

from server.serving.orphans import takes_orphans

OF_ITS_OWN_PROCESS = """
import os, subprocess
from server.serving.orphans import wait_for_orphans
first, second = subprocess.Popen(["true"]), subprocess.Popen(["sleep", "60"])
os.waitid(os.P_PID, first.pid, os.WEXITED | os.WNOWAIT)  # ended, and not waited for
wait_for_orphans([first.pid])
assert os.waitid(os.P_PID, first.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT), "taken from its owner"
wait_for_orphans([])
assert not os.path.exists(f"/proc/{first.pid}"), "left defunct"
assert second.poll() is None, "a child that runs was waited for"
second.kill()
second.wait()
wait_for_orphans([])  # no child at all
"""


@pytest.mark.system
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_children_that_ended_are_waited_for_up_to_the_first_that_is_known():
    done = subprocess.run([sys.executable, "-c", OF_ITS_OWN_PROCESS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_the_first_process_takes_them():
    assert not takes_orphans()

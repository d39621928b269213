"""Waits for orphans, which nobody else does where this process is the first of a container.

A decode worker whose HTTP process was killed ends by itself, and becomes a child of the container's first process: a
supervisor of ours has to wait for it, or it stays defunct for as long as the container runs.
"""

import os
from collections.abc import Collection
from typing import Final

ORPHANS_EVERY_S: Final = 5.0


def takes_orphans() -> bool:
    """Whether orphans become children of this process."""
    return os.getpid() == 1


def wait_for_orphans(known: Collection[int]) -> None:
    """Wait for every child that has ended, up to the first of those `known`, which are somebody's to wait for."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None or ended.si_pid in known:
            return
        os.waitpid(ended.si_pid, os.WNOHANG)

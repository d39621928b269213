"""A disk that is full: a small tmpfs of a test's own, or without the right to mount one a limit on files written."""

import resource
import subprocess
from contextlib import contextmanager
from pathlib import Path


class SmallDisk:
    """A disk of `mebibytes`; `fill` leaves no byte free, `free` empties it again."""

    def __init__(self, folder: Path, mebibytes: int):
        options = f"size={mebibytes}m,mode=755"
        mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        self.folder = folder
        self.mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0

    def fill(self, pid: int) -> None:
        """Leave no space for the process `pid`, nor for others if the disk is real."""
        if not self.mounted:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            return
        with (self.folder / "filling").open("wb", buffering=0) as file:
            try:
                while file.write(b"\0" * 4096):
                    pass
            except OSError:
                return

    def free(self, pid: int) -> None:
        if self.mounted:
            (self.folder / "filling").unlink()
        else:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


@contextmanager
def small_disk(folder, mebibytes=16):
    folder.mkdir()
    disk = SmallDisk(folder, mebibytes)
    try:
        yield disk
    finally:
        if disk.mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)

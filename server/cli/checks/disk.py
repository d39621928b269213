"""Checks of the disk: room in the folders that are written to, and a place for temporary files where any are made."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.checks.here import Here
from server.folders.private import RECORDINGS, RESULT_CACHE, STORE, FolderUse, written_folders

_MIB: Final = 2**20
_GIB: Final = 2**30
_OF_METRICS: Final = 64 * _MIB
"""Bytes in which processes share metrics, and room to spare."""
_OF_VLLM: Final = _GIB
"""Bytes of what vLLM and torch compile and exchange."""


def check_temporary(here: Here) -> Finding:
    """Check that there is a place for temporary files, if any are made: one process without vLLM makes none."""
    from server.engines.registry import is_embedded  # noqa: PLC0415 - loads the engines

    on_vllm = not is_embedded(here.valid)
    user = "vLLM needs" if on_vllm else "several processes, which share metrics, need"
    if here.workers == 1 and not on_vllm:
        return ok("not needed")
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError:  # it writes a file on trial
        return fault(
            "not_writable",
            f"no folder for temporary files can be written to, and {user} one",
            "Free some space, or set TMPDIR to a folder that can be written to.",
        )
    need, free = _OF_VLLM if on_vllm else _OF_METRICS, shutil.disk_usage(folder).free
    if free < need:
        said = f"{folder}, for temporary files, has {_size(free)} free, and {_size(need)} are needed"
        return note(said, code="disk_low", cure="Free some space, or set TMPDIR to another folder.")
    return ok(f"{folder} has {_size(free)} free")


def check_disk(here: Here) -> Finding:
    """Check free space in the folders that are written to; whether they can be is checked before."""
    settings = here.valid
    bounds = {
        RESULT_CACHE: settings.result_cache_bytes,
        RECORDINGS: settings.record.max_bytes,
        STORE: settings.store.max_bytes,
    }
    short, fit = [], []
    for folder, use in written_folders(settings):
        disk = shutil.disk_usage(_existing(folder))
        need = bounds[use]
        if disk.total and disk.free < need and disk.free < (need := max(0, need - _held(folder, use))):
            short.append(f"{use.setting}: {folder} has {_size(disk.free)} free, and up to {_size(need)} are needed")
        fit.append(f"{folder} has {_size(disk.free)} free")
    if short:
        return fault("disk_full", "; ".join(short), "Free some space, or choose another folder or a lower limit.")
    return ok(", ".join(fit) or "nothing is written")


def _held(folder: Path, use: FolderUse) -> int:
    """Bytes of our files that are there already, and count in the bound."""
    total = 0
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if use.names.fullmatch(entry.name):
                paths = Path(entry.path).rglob("*") if entry.is_dir(follow_symlinks=False) else (Path(entry.path),)
                for path in paths:
                    with suppress(OSError):  # another process has just removed it
                        total += path.lstat().st_size
    return total


def _size(amount: int) -> str:
    return f"{amount / _GIB:.1f} GiB" if amount >= _GIB else f"{amount / _MIB:.1f} MiB"


def _existing(folder: Path) -> Path:
    """The folder, or the nearest existing parent."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())

"""Private folders: what may be wrong with one, asked by the start and by the doctor, and making one ready.

A folder is the server's own or is refused. To close one that others use (the system's temporary folder, a home) would
lock them out, and its clean-up would delete their files.
"""

import errno
import logging
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.config import Settings
from server.errors import ConfigurationError
from server.folders.write import write_private

_LEAST_ROOM: Final = 64 * 2**10
"""Bytes below which a disk counts as full."""
_OTHERS: Final = 0o077
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderUse:
    """What a folder is for: the setting that names it, and the names of the files that the server writes there."""

    setting: str
    names: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFault:
    """What is wrong with a folder: a code for programs, the cause with the path in it, and the cure."""

    setting: str
    code: str
    said: str
    cure: str

    def __str__(self) -> str:
        """One line for the operator."""
        return f"{self.setting}: {self.said}. {self.cure}"


_PROBE: Final = r"\.probe-[0-9a-f]{8}(\.[0-9a-f]{8}\.part)?"
RECORDINGS: Final = FolderUse(
    setting="PAGEGLASS_RECORD__FOLDER",
    names=re.compile(rf"\.?\d{{8}}T\d{{6}}\.\d+Z-.{{0,64}}-[0-9a-f]{{4}}\.json(\.([0-9a-f]{{8}}\.)?part)?|{_PROBE}"),
)
RESULT_CACHE: Final = FolderUse(
    setting="PAGEGLASS_RESULT_CACHE_FOLDER",
    # The second line: what earlier releases wrote, a database and folders of large values.
    names=re.compile(
        rf"[0-9a-f]{{64}}\.json|\.[0-9a-f]{{64}}\.json\.[0-9a-f]{{8}}\.part|{_PROBE}"
        r"|cache\.db(-\w+)?|[0-9a-f]{2}"
    ),
)
STORE: Final = FolderUse(
    setting="PAGEGLASS_STORE__FOLDER",
    names=re.compile(rf"records\.db(-\w+)?|blobs|parts|lock|secret|\.+secret\.[0-9a-f.]+part|{_PROBE}"),
)


def settings_faults(settings: Settings) -> list[FolderFault]:
    """What is wrong with the folders that `settings` name; an empty list if nothing. Creates nothing that stays."""
    faults = [fault for folder, use in written_folders(settings) for fault in folder_faults(folder, use)]
    return faults + shared_faults(settings)


def shared_faults(settings: Settings) -> list[FolderFault]:
    """Whether two settings name one folder, where each would delete what it takes for its own."""
    named = written_folders(settings)
    seen: dict[str, FolderUse] = {}
    faults = []
    for folder, use in named:
        other = seen.setdefault(os.path.realpath(folder), use)
        if other is not use:
            said = f"{folder} is also {use.setting}"
            faults.append(
                FolderFault(setting=other.setting, code="folder_shared", said=said, cure="Give each its own.")
            )
    return faults


def written_folders(settings: Settings) -> list[tuple[Path, FolderUse]]:
    """The folders that `settings` name to be written to while the server runs, with their uses."""
    cached = settings.result_cache_folder if settings.result_cache_bytes and settings.result_cache_s else None
    named = ((settings.record.folder, RECORDINGS), (cached, RESULT_CACHE), (settings.store.folder, STORE))
    return [(folder, use) for folder, use in named if folder is not None]


def folder_faults(folder: Path, use: FolderUse) -> list[FolderFault]:
    """What is wrong with `folder`, worst first; an empty list if nothing. Creates nothing that stays.

    A folder that does not exist is judged by the place where it would be made.
    """
    try:
        found = _faults_of(folder) if os.path.lexists(folder) else _faults_of_place(folder)
        found = found or (_faults_inside(folder, use) if folder.is_dir() else [])
    except OSError as error:
        found = [_unusable(folder, error)]
    return [FolderFault(setting=use.setting, code=code, said=said, cure=cure) for code, said, cure in found]


def prepare_folder(folder: Path, use: FolderUse) -> None:
    """Make `folder` ready: create it if it is missing, closed to other users.

    Raises:
        ConfigurationError: it cannot be used; one line says path, cause and cure.
    """
    _refuse(folder_faults(folder, use))
    try:
        missing = not folder.exists()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & _OTHERS:
            folder.chmod(0o700)
            if not missing:
                _log.warning("%s: closed %s to other users (mode 0700)", use.setting, folder)
    except OSError as error:
        code, said, cure = _unusable(folder, error)
        raise ConfigurationError(str(FolderFault(setting=use.setting, code=code, said=said, cure=cure))) from None
    if missing:
        _refuse(folder_faults(folder, use))


def refuse_shared_folder(settings: Settings) -> None:
    """Look whether two settings name one folder; each is made ready by what writes there.

    Raises:
        ConfigurationError: they do.
    """
    _refuse(shared_faults(settings))


_Found = tuple[str, str, str]


def _faults_of(folder: Path) -> list[_Found]:
    if not folder.exists():
        return [("not_a_folder", f"{folder} is a link that leads nowhere", "Create its target, or choose another.")]
    if not folder.is_dir():
        return [("not_a_folder", f"{folder} is a file, not a folder", "Choose a folder, or a name that is not taken.")]
    state = folder.stat()
    if state.st_uid != os.geteuid():
        said = f"{folder} belongs to another user (id {state.st_uid}; this process is {os.geteuid()})"
        return [("folder_of_others", said, _own(folder))]
    if state.st_mode & (stat.S_IWOTH | stat.S_ISVTX):
        said = f"every user may write to {folder} (mode {stat.S_IMODE(state.st_mode):04o}), so it is meant for all"
        return [("folder_of_others", said, _own(folder))]
    return []


def _faults_inside(folder: Path, use: FolderUse) -> list[_Found]:
    """Look for files of others, and write a file on trial."""
    if other := next(_others_files(folder, use), None):
        said = f"{folder} holds other files, such as {other!r}, and the server deletes old files in its folder"
        return [("folder_of_others", said, _own(folder))]
    if unfit := _read_only(folder, folder) or _full(folder):
        return unfit
    probe = folder / f".probe-{secrets.token_hex(4)}"
    try:
        write_private(probe, b"\0" * 4096)
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    return []


def _others_files(folder: Path, use: FolderUse) -> Iterator[str]:
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # another process has just removed it
            if not use.names.fullmatch(path.name) or path.lstat().st_uid != os.geteuid():
                yield path.name


def _faults_of_place(folder: Path) -> list[_Found]:
    place = next(path for path in folder.absolute().parents if os.path.lexists(path))
    if not place.is_dir():
        return [("not_a_folder", f"{folder} cannot be made: {place} is not a folder", "Choose another path.")]
    if unfit := _read_only(folder, place):
        return unfit
    if not os.access(place, os.W_OK | os.X_OK):
        said = f"{folder} cannot be made: this user may not write to {place}"
        return [("not_writable", said, "Create it for the user that runs the server, or choose another path.")]
    return _full(place) or _trial(folder, place)


def _read_only(folder: Path, place: Path) -> list[_Found]:
    return [_unusable(folder, OSError(errno.EROFS, ""))] if os.statvfs(place).f_flag & os.ST_RDONLY else []


def _trial(folder: Path, place: Path) -> list[_Found]:
    """Make a folder in `place` on trial: some file systems have no room for any (/proc), whatever their modes say."""
    trial = place / f".pageglass-{secrets.token_hex(4)}"
    try:
        trial.mkdir(mode=0o700)
    except PermissionError as error:
        return [_unusable(folder, error)]
    except OSError as error:
        said = f"{folder} cannot be made: no folder can be made in {place} ({os.strerror(error.errno or 0)})"
        return [("not_usable", said, "Choose another path.")]
    trial.rmdir()
    return []


def _full(place: Path) -> list[_Found]:
    state = os.statvfs(place)
    blocks = state.f_bavail if os.geteuid() else state.f_bfree  # root may use the reserve
    without_room = state.f_blocks > 0 and blocks * state.f_frsize < _LEAST_ROOM
    without_files = state.f_files > 0 and state.f_favail == 0
    if without_room or without_files:
        what = "no space" if without_room else "no room for another file"
        return [("disk_full", f"{place}: the disk is full ({what} left)", _FREE)]
    return []


_FREE: Final = "Free some space, or choose a folder on another disk."


def _unusable(folder: Path, error: OSError) -> _Found:
    cause = os.strerror(error.errno) if error.errno else str(error)
    said = f"{folder} cannot be used: {cause}"
    if isinstance(error, PermissionError):
        return "not_writable", said, "Make it writable for the user that runs the server, or choose another path."
    if error.errno == errno.EROFS:
        return (
            "not_writable",
            f"{folder} is on a read-only file system",
            "Choose another path, or mount it for writing.",
        )
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "disk_full", said, _FREE
    return "not_usable", said, "Choose another path."


def _own(folder: Path) -> str:
    return f"Choose a folder of its own, which the server creates, such as {folder / 'pageglass'}."


def _refuse(faults: list[FolderFault]) -> None:
    if faults:
        raise ConfigurationError(str(faults[0]))

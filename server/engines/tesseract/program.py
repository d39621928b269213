"""The program `tesseract`, run once a picture, in bounds: of time, of memory, of one thread.

Untrusted pictures meet a large C++ program here. It runs as a process of its own without a shell and without the
server's settings and secrets. Pictures go in and text comes out by pipes, so no page is ever in a file.
"""

import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.engines.tesseract.packs import debian_package, pack_of
from server.environment import child_environment
from server.errors import ConfigurationError
from server.settings.groups import TesseractSettings
from server.values.pages import Pixels

_LIST_S: Final = 20.0  # for a list of packs, on a busy machine
_NOT_LANGUAGES: Final = frozenset({"osd", "equ", "snum"})  # packs that read no text
_LEPTONICA_FAULT: Final = b"Error in "  # a picture or memory refused; the program still ends with 0, and no text


class TesseractFailed(Exception):
    """A run that gave no answer; the text is what the program wrote last."""


class TesseractTooSlow(Exception):
    """A run that was ended at its deadline."""


class NoLongerWanted(Exception):
    """A run that was ended because nobody waits for it."""


class Cancellation:
    """Ends the runs that it is handed to, from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.cancelled = False

    def cancel(self) -> None:
        """Kill the program that runs, and every one that would be started."""
        with self._lock:
            self.cancelled = True
            if self._process is not None:
                self._process.kill()

    def hold(self, process: subprocess.Popen[bytes]) -> None:
        """Take the program that has started."""
        with self._lock:
            self._process = process
            if self.cancelled:
                process.kill()


@dataclass(frozen=True, slots=True, kw_only=True)
class TesseractProgram:
    """The program at `path`, its version, and the packs of print to read with, the likeliest first.

    `turns_pages` says that the pack `osd` is installed, which tells how a page stands.
    """

    path: str
    version: str
    packs: tuple[str, ...]
    turns_pages: bool = False
    folder: Path | None = None
    memory_bytes: int = 2**30

    def run(
        self,
        picture: Pixels,
        *arguments: str,
        deadline: float,
        cancellation: Cancellation | None = None,
        packs: Sequence[str] = (),
    ) -> str:
        """Hand over an RGB picture, (height, width, 3), and return what the program writes about it.

        `deadline` is on the monotonic clock; the program is killed there, and by `cancellation`. `packs` are used in
        place of its own.

        Raises:
            TesseractTooSlow: the deadline came first.
            NoLongerWanted: it was cancelled.
            TesseractFailed: the program does not start, crashed, or refused the picture.
        """
        where = ("--tessdata-dir", str(self.folder)) if self.folder else ()
        command = (self.path, "-", "stdout", *where, "-l", "+".join(packs or self.packs), *arguments)
        height, width = picture.shape[:2]
        portable = b"P6 %d %d 255\n" % (width, height) + picture.tobytes()
        try:
            process = _started(command)
        except OSError as error:
            raise TesseractFailed(f"it does not start: {error.strerror}") from error
        with process:
            try:
                if cancellation is not None:
                    cancellation.hold(process)
                with suppress(ProcessLookupError):
                    _bound_memory(process.pid, self.memory_bytes)  # before it gets its picture
                output, faults = process.communicate(portable, timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                raise TesseractTooSlow from None
            finally:
                process.kill()
        if cancellation is not None and cancellation.cancelled:
            raise NoLongerWanted
        if process.returncode or (_LEPTONICA_FAULT in faults and b"ocrx_word" not in output):
            last = faults.decode(errors="replace").strip().splitlines() or [f"exit code {process.returncode}"]
            raise TesseractFailed(last[-1][:200])
        return output.decode("utf-8", errors="replace")


def find_program(settings: TesseractSettings) -> TesseractProgram:
    """Find the program and the packs of `settings.languages`, or all installed ones if that is empty.

    Raises:
        ConfigurationError: the program or a pack is missing; the message has the command that installs it.
    """
    if settings.folder is not None and not settings.folder.is_dir():
        raise ConfigurationError(
            f"PAGEGLASS_TESSERACT__FOLDER: there is no folder {settings.folder}. Name the one that holds "
            "*.traineddata, or remove the variable to have Tesseract's own."
        )
    path, version, installed = _program_and_packs(settings.folder)
    packs = settings.languages or tuple(pack for pack in installed if pack not in _NOT_LANGUAGES)
    if missing := [pack for pack in packs if pack not in installed]:
        _refuse_misnamed(missing, installed)
        names = " ".join(debian_package(pack) for pack in missing)
        raise ConfigurationError(
            f"PAGEGLASS_TESSERACT__LANGUAGES: Tesseract has no pack {', '.join(map(repr, missing))}; it has "
            f"{', '.join(installed) or 'none'}. Install it: apt-get install {names}"
        )
    if not packs:
        raise ConfigurationError(
            "Tesseract has no pack of any language. Install one: apt-get install tesseract-ocr-eng"
        )
    return TesseractProgram(
        path=path,
        version=version,
        packs=packs,
        turns_pages="osd" in installed,
        folder=settings.folder,
        memory_bytes=settings.memory_bytes,
    )


def _refuse_misnamed(missing: Sequence[str], installed: Sequence[str]) -> None:
    """Refuse names that no pack can have: several joined by a plus sign, and two letters where packs have three."""
    for pack in missing:
        if "+" in pack or " " in pack:
            parts = ",".join(pack.replace("+", " ").split())
            raise ConfigurationError(
                f"PAGEGLASS_TESSERACT__LANGUAGES: {pack!r} names several packs. Separate them by commas: {parts}."
            )
        underscored = pack.replace("-", "_")
        if meant := underscored if "-" in pack and "/" not in pack else pack_of(pack):
            there = "" if meant in installed else f" It is not installed: apt-get install {debian_package(meant)}."
            raise ConfigurationError(
                f"PAGEGLASS_TESSERACT__LANGUAGES: {pack!r} is no name of a pack. Did you mean {meant}?{there}"
            )


def installed_packs(settings: TesseractSettings) -> tuple[str, ...]:
    """The packs of languages and scripts on this machine; none where the program is missing."""
    try:
        _, _, packs = _program_and_packs(settings.folder)
    except ConfigurationError:
        return ()
    return tuple(pack for pack in packs if pack not in _NOT_LANGUAGES)


def _program_and_packs(folder: Path | None) -> tuple[str, str, tuple[str, ...]]:
    path = shutil.which("tesseract")
    if path is None:
        raise ConfigurationError(
            "The program `tesseract` is not installed, or not on the PATH. Install it: apt-get install tesseract-ocr"
        )
    version = _said(path, "--version").partition("\n")[0].removeprefix("tesseract ")
    _, *packs = _said(path, "--list-langs", *(("--tessdata-dir", str(folder)) if folder else ())).splitlines() or [""]
    return path, version, tuple(packs)


def _said(path: str, *arguments: str) -> str:
    try:
        ended = subprocess.run(  # noqa: S603 - no shell, and nothing of a request
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIST_S,
            env=child_environment(),
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ConfigurationError(
            f"The program {path!r} does not run ({error}). Install it again: apt-get install --reinstall tesseract-ocr"
        ) from error
    return ended.stdout.decode(errors="replace")


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start the program with one thread: several workers fill the cores, and its own threads wait for each other."""
    return subprocess.Popen(  # noqa: S603 - no shell; packs are checked against those installed
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment() | {"OMP_THREAD_LIMIT": "1"},
        start_new_session=True,  # a signal to the server's group lets pages in work be finished
    )


def _bound_memory(pid: int, memory_bytes: int) -> None:
    """Let the kernel refuse more than `memory_bytes` of address space; only Linux can do that to another process."""
    try:
        from resource import RLIMIT_AS, RLIMIT_CORE, prlimit  # noqa: PLC0415 - Linux only
    except ImportError:
        return
    prlimit(pid, RLIMIT_AS, (memory_bytes, memory_bytes))
    prlimit(pid, RLIMIT_CORE, (0, 0))

"""Files to read: files, folders and glob patterns expanded to a list, each with a unique name for its result."""

import glob
import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.errors import ConfigurationError

SUFFIXES: Final = frozenset(
    {*(".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"), *(".pdf", ".heic", ".heif", ".avif")}
)
BOXES_SUFFIX: Final = ".boxes.png"
"""File name suffix of pictures drawn by `--annotate`, which are never read themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file to read; `target` is its name below the output folder, without suffix."""

    file: Path
    target: Path

    @property
    def name(self) -> str:
        """The file's name for output; names that are not UTF-8 are made so."""
        return os.fsencode(self.file).decode(errors="replace")


def plan_jobs(sources: Sequence[Path], *, reserved: Collection[Path] = ()) -> list[Job]:
    """List the files of `sources`, folders searched recursively, each with a unique name for its result.

    A source may be a glob pattern, such as ``scans/**/*.png``. No result gets a name in `reserved`.

    Raises:
        ConfigurationError: a source does not exist, or contains no picture or document.
    """
    found: dict[Path, Path] = {}
    for source in sources:
        for file, relative in _files(source):
            found.setdefault(file, relative)
    stems = [relative.with_suffix("") for relative in found.values()]
    uses = Counter(stems)
    taken = set(reserved)
    jobs = []
    for (file, relative), stem in zip(found.items(), stems, strict=True):
        target = stem if uses[stem] == 1 else relative  # a.png beside a.jpg: a.png.txt and a.jpg.txt
        number = 1
        while target in taken:
            number += 1
            target = relative.with_name(f"{relative.name}-{number}")
        taken.add(target)
        jobs.append(Job(file=file, target=target))
    return jobs


def _files(source: Path) -> Iterable[tuple[Path, Path]]:
    """Yield (file, its path relative to the source folder)."""
    if source.is_file():
        return [(source, Path(source.name))]
    if source.is_dir():
        return _inside(source)
    if glob.has_magic(str(source)):
        return _matching(source)
    raise ConfigurationError(f"{source}: there is no such file or folder.")


def _inside(folder: Path) -> list[tuple[Path, Path]]:
    inside = sorted(file for file in folder.rglob("*") if _is_wanted(file))
    if not inside:
        raise ConfigurationError(f"{folder}: no picture or document in this folder ({', '.join(sorted(SUFFIXES))}).")
    return [(file, file.relative_to(folder)) for file in inside]


def _matching(pattern: Path) -> list[tuple[Path, Path]]:
    """Files that `pattern` matches, folders searched; other file types only if it names their suffix."""
    base = Path(*pattern.parts[: next(n for n, part in enumerate(pattern.parts) if glob.has_magic(part))])
    found: list[tuple[Path, Path]] = []
    for match in map(Path, sorted(glob.glob(str(pattern), recursive=True))):  # noqa: PTH207 - Path.glob takes no root
        if match.is_dir() and pattern.name != "**":
            found += [(file, file.relative_to(base)) for file in sorted(match.rglob("*")) if _is_wanted(file)]
        elif _is_wanted(match) or (match.is_file() and match.suffix == pattern.suffix and match.suffix):
            found.append((match, match.relative_to(base)))
    if not found:
        raise ConfigurationError(f"{pattern}: no picture or document matches this pattern.")
    return found


def _is_wanted(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES and not file.name.endswith(BOXES_SUFFIX) and file.is_file()

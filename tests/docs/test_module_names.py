"""Every module that is named in text, in a string or in a path is there; a move that forgets one fails here."""

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = {".py", ".toml", ".md", ".yml", ".yaml", ".json", ".conf", ".service", ".sh", ".txt", ".example", ""}
# Loggers have names of their own, which operators filter by.
LOGGERS = {"server.request", "server.recording", "server.supervisor", "server.stop"}
DOTTED = re.compile(r"(?<![\w.@/])server(?:\.[a-z_][a-z0-9_]*)+(?!\w|\.?[A-Z])")
PLACE = re.compile(r"(?<![\w.-])(?<!\w/)server/[a-z_0-9/]*(?:\.py)?")
NAME = re.compile(r"`([a-z0-9]+(?:_[a-z0-9]+)+)`")
HISTORY = ("CHANGELOG.md", "docs/moves/")


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Every committed text by its name; of a program, what stands in quotes."""
    return tuple(_texts())


def _texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(("git", "ls-files"), cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        file = ROOT / name
        if file.suffix in TEXTS and file.is_file() and not name.startswith(HISTORY):
            text = file.read_text(encoding="utf-8", errors="ignore")
            yield name, "\n".join(_strings(text)) if file.suffix == ".py" else text


def _strings(program: str) -> list[str]:
    """What stands in quotes; imports are the type checker's business, and a variable may be called `server`."""
    nodes = ast.walk(ast.parse(program))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def old_names() -> set[str]:
    """Names of modules that were moved to another one, of two words or more: one word may be anything's name."""
    rows = (ROOT / "docs/moves/moves.txt").read_text(encoding="utf-8").splitlines()
    old = {Path(row.split()[0]).stem for row in rows if row.strip()}
    return {name for name in old if "_" in name} - {file.stem for file in (ROOT / "server").rglob("*.py")}


def resolves(dotted: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    steps = dotted.split(".")
    for length in range(len(steps), 0, -1):
        path = ROOT.joinpath(*steps[:length])
        if path.is_dir() or path.with_suffix(".py").is_file():
            rest = steps[length:]
            return not rest or (len(rest) == 1 and hasattr(importlib.import_module(".".join(steps[:length])), rest[0]))
    return False


def test_every_dotted_name_is_there():
    unknown = {
        (file, dotted)
        for file, text in texts()
        for dotted in DOTTED.findall(text)
        if dotted not in LOGGERS and not resolves(dotted)
    }
    assert unknown == set()


def test_every_path_is_there():
    unknown = {
        (file, place)
        for file, text in texts()
        for place in PLACE.findall(text)
        if not (ROOT / place).exists() and not (ROOT / f"{place}.py").exists()
    }
    assert unknown == set()


def test_no_text_names_a_module_by_its_old_name():
    gone = old_names()
    assert "pdf_objects" in gone
    assert {(file, name) for file, text in texts() for name in NAME.findall(text) if name in gone} == set()


@pytest.mark.parametrize(
    ("name", "there"), [("server.app", True), ("server." + "gone", False), ("server.app.create_app", True)]
)
def test_the_check_tells_names_apart(name, there):
    assert resolves(name) is there

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(file for folder in (ROOT, ROOT / "docs", ROOT / "benchmarks") for file in folder.glob("*.md"))
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
CODE = re.compile(r"`[^`\n]+`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = CODE.sub("", page.read_text())
    missing = [target for target in LINK.findall(text) if not (page.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_is_left_to_fill_in(page):
    assert "TODO" not in page.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_that_are_named_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", page.read_text(), flags=re.MULTILINE)
    assert {name for pair in named for name in pair if name} <= targets


def test_the_map_names_every_file_once():
    page = (ROOT / "docs" / "architecture.md").read_text()
    layout = page.split("<!-- map", maxsplit=2)[1]
    named = re.findall(r"^ *- (?:\*\*)?`([a-z_0-9/]+(?:\.py|/))`", layout, flags=re.MULTILINE)
    files = [file for file in (ROOT / "server").rglob("*.py") if file.name != "__init__.py"]
    folders = [file.parent for file in (ROOT / "server").rglob("__init__.py") if file.parent != ROOT / "server"]
    there = [file.name for file in files] + [f"{folder.relative_to(ROOT / 'server').as_posix()}/" for folder in folders]
    assert sorted(named) == sorted(there)


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 160


def test_the_picture_of_a_result_is_small():
    assert (ROOT / "docs" / "result.png").stat().st_size < 300_000

"""Pageglass is on no package index: no text tells anybody to install a package of that name."""

import re
import subprocess
from pathlib import Path

import pytest

from server.install_words import install_extra

ROOT = Path(__file__).parents[2]
NAMED = re.compile(
    r"(?:pip3?|uv|pipx|poetry|pdm)\s+(?:\w+\s+)?(?:install|add|run)\b[^\n`]*?[ '\"]pageglass(?![\w/:.-])"
)
EXTRA = re.compile(r"pageglass\[\w")


def faults(text: str) -> list[str]:
    return [match.group() for pattern in (NAMED, EXTRA) for match in pattern.finditer(text)]


def test_no_text_installs_a_package_of_our_name():
    listed = subprocess.run(("git", "ls-files"), cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in listed.splitlines() if not name.endswith((".png", ".jpg", ".pdf"))]
    texts = {
        file: file.read_text(encoding="utf-8", errors="ignore")
        for file in files
        if file.is_file() and file != Path(__file__)
    }
    assert len(texts) > 300
    assert {file.name: found for file, text in texts.items() if (found := faults(text))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "pip install 'pageglass[redis]'",
        "pip install pageglass",
        'uv pip install "pageglass"',
        "pip install -U pageglass",
    ],
)
def test_the_check_sees_it(text):
    assert faults(text)


@pytest.mark.parametrize("text", ["pip install '.[redis]'", "/opt/pageglass/bin/pip install -c constraints.txt ."])
def test_what_works_from_a_checkout_is_no_fault(text):
    assert not faults(text)


@pytest.mark.parametrize("extra", ["redis", "tracing", "vllm"])
def test_each_extra_that_a_message_names_is_there(extra):
    assert f"\n{extra} = [" in (ROOT / "pyproject.toml").read_text()
    assert f".[{extra}]'" in install_extra(extra)

"""docs/security.md names a test for every threat it says is met, and each of them exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| threat")]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_exists(file, name):
    assert f"def {name}(" in (ROOT / file).read_text()


def test_every_threat_names_one():
    assert len(ROWS) > 10
    assert [row for row in ROWS if "::" not in row] == []

"""The table of renderings: every kind of file shows what was drawn, and a file that does not would be seen."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def renderings(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import renderings

    return renderings


def test_every_kind_of_file_shows_what_was_drawn():
    done = subprocess.run([sys.executable, FOLDER / "renderings.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("pass") > 100
    assert ", 0 wrong" in done.stdout


def test_a_wrong_rendering_fails(renderings, capsys):
    renderings.prepare()
    row = next(iter(renderings.all_rows()))
    wrong = renderings.Row(name="wrong", source=row.source, wanted=255 - row.wanted)
    unread = renderings.Row(name="unread", source=row.source[:40], wanted=row.wanted)
    larger = renderings.Row(name="larger", source=row.source, wanted=row.wanted[:-1])
    assert renderings.report(map(renderings.measure, [row, wrong, unread, larger])) == 3
    assert capsys.readouterr().out.count("FAIL") == 3

"""Every trouble of the list, made with a real nginx and real servers: what callers see, and what the doctor says."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import trouble_lab
from running_server import clean_environment
from troubles import TROUBLES

pytestmark = pytest.mark.e2e

PAGE = Path(__file__).parents[2] / "docs" / "troubles.md"


@pytest.fixture(scope="module")
def rows():
    done = subprocess.run(
        [sys.executable, trouble_lab.__file__],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    if done.returncode == trouble_lab.CANNOT:
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    return {row["name"]: row for row in json.loads(done.stdout)}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("trouble", TROUBLES, ids=[trouble.name for trouble in TROUBLES])
def test_the_doctor_names_the_true_cause(rows, trouble):
    row = rows[trouble.name]
    assert row["sees"] == trouble.sees, row["message"]
    assert row["doctor"]["code"] == trouble.doctor, row["told"]
    if row["doctor"]["outcome"] == "fault":
        assert row["doctor"]["cure"]
    assert row["exit"] == row["faults"]
    assert trouble.key == "none" or not trouble.key or trouble.key not in row["told"]


def test_where_nothing_is_wrong_no_fault_is_found(rows):
    assert [rows[name]["faults"] for name in ("nothing is wrong", "nothing is wrong, behind nginx")] == [0, 0]


def test_each_trouble_has_its_own_name():
    assert len({trouble.name for trouble in TROUBLES}) == len(TROUBLES) >= 20


def test_the_page_has_every_trouble_and_no_other():
    told = re.findall(r"^\| (.+?) \| `(.+?)`.*? \| (?:`(\w+)`)?.*\|$", PAGE.read_text(), flags=re.MULTILINE)
    assert told == [(trouble.name, trouble.sees, trouble.doctor) for trouble in TROUBLES]

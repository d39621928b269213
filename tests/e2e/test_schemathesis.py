"""Requests made up from our own description of the API, by the thousand, to the real server: none is a fault of ours.

Schemathesis takes `/openapi.json`, makes requests that hold to it and requests that do not, and checks every answer: no
5xx but those that are documented, no status, content type or body that the description does not have.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running_server import clean_environment

pytestmark = pytest.mark.e2e

SCHEMATHESIS = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
# What holds to the schema may still be refused: a picture that is none, a model that is not served.
CHECKS = ("--checks", "all", "--exclude-checks", "positive_data_acceptance")


@pytest.mark.parametrize(("port", "key"), [("recognizer", ""), ("generator", ""), ("recognizer", "sk-one")])
def test_no_request_that_can_be_made_up_is_a_fault_of_ours(start, tmp_path, port, key, capsys):
    fake = {"PAGEGLASS_ENGINE": "fake", "PAGEGLASS_FAKE__PORT": port, "PAGEGLASS_IMAGE_URLS": "off"}
    with start(**fake, PAGEGLASS_API_KEYS=key, PAGEGLASS_STORE__FOLDER=str(tmp_path / "store")) as server:
        told = subprocess.run(
            [
                *(SCHEMATHESIS, "run", f"{server.url}/openapi.json", *CHECKS, "--no-color"),
                *("--max-examples", "30", "--seed", "1", "--continue-on-failure"),
                *(("--header", f"Authorization:Bearer {key}") if key else ()),
            ],
            cwd=tmp_path,
            env=clean_environment(),
            capture_output=True,
            text=True,
            timeout=290,
            check=False,
        )
    assert told.returncode == 0, told.stdout[-6000:]
    cases = int(re.search(r"(\d+) generated, \1 passed", told.stdout)[1])
    with capsys.disabled():
        sys.stdout.write(f"\nschemathesis, {port}, {'with keys' if key else 'open'}: {cases} requests, 0 failures\n")
    assert cases > 500
    assert "unexpected failure" not in server.said

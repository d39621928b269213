"""The guard of addresses, tried on the real server in a network where every IP address answers: see `url_lab`."""

import json
import subprocess
import sys

import pytest
import url_lab
from picture_host import SECRET as TOLD
from running_server import clean_environment
from url_tricks import SECRET, TRAPS, TRICKS

pytestmark = pytest.mark.e2e

PARAM = "messages[0].content[1].image_url.url"


@pytest.fixture(scope="module")
def outcome():
    command = [sys.executable, url_lab.__file__]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=240, check=False)
    if done.returncode == url_lab.CANNOT:
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def results(outcome):
    return {result["name"]: result for result in outcome["results"]}


def test_the_network_shows_who_reaches_what(outcome):
    reached, seen = outcome["control"]["reached"], outcome["control"]["seen"]
    assert len(seen) == len(reached) > 30
    assert {"127.0.0.1", "10.0.0.5", "169.254.169.254", "100.100.100.200", "::1", "fd00::5"} <= set(seen)
    # Nobody can connect to these without saying through which link.
    assert set(TRAPS) - set(reached) == {"224.0.0.1", "255.255.255.255", "fe80::1", "ff02::1"}


@pytest.mark.parametrize("trick", TRICKS, ids=[trick.name for trick in TRICKS])
def test_nothing_forbidden_is_reached(results, trick):
    result = results[trick.name]
    assert result["forbidden"] == []
    if trick.wanted == "read":
        assert (result["status"], result["text"], result["reached"] > 0) == (200, url_lab.TEXT, True), result
        return
    assert (result["status"], result["code"], result["param"]) == (400, trick.wanted, PARAM), result
    assert result["message"].startswith(PARAM)
    for told in {TOLD, SECRET, *TRAPS} - {part for part in TRAPS if part in trick.url}:
        assert f" {told}" not in result["message"]


def test_names_of_tricks_are_their_own():
    assert len({trick.name for trick in TRICKS}) == len(TRICKS) >= 80


def test_addresses_are_not_logged(outcome):
    assert "image_url_refused" in outcome["log"]
    for word in (".example", "/page.png", "169.254", SECRET, TOLD):
        assert word not in outcome["log"]

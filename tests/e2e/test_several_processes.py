"""Metrics and log lines of `serve --workers 2`: one sum whoever is asked, and one shape whoever writes."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest
from picture_files import as_text, blank
from prometheus_client.parser import text_string_to_metric_families
from running_server import clean_environment

pytestmark = pytest.mark.e2e

SCRIPTED = {"PAGEGLASS_ENGINE": "fake", "PAGEGLASS_LOG_FORMAT": "json"}
COUNT = "pageglass_requests_total"
WAIT_S = 20


def scrape(server):
    """The samples of one scrape on a connection of its own: (name, labels) → value."""
    families = list(text_string_to_metric_families(server.get("/metrics").text))
    return {(one.name, *sorted(one.labels.items())): one.value for family in families for one in family.samples}


def health_checks(counted):
    return sum(value for key, value in counted.items() if key[0] == COUNT and ("route", "/v1/health") in key)


def wait_for(reading, wanted):
    """Read until it is what is wanted: a request is counted a moment after its client has the answer."""
    deadline = time.monotonic() + WAIT_S
    while (seen := reading()) != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    assert seen == wanted


def workers(server):
    """The ids of the processes that say that they have started."""
    return [int(pid) for pid in re.findall(r"Loading \S+ in process (\d+)", server.said)]


@pytest.fixture
def pair(start):
    """A server of two processes, both of them up."""
    with start("--workers", "2", **SCRIPTED) as server:
        wait_for(lambda: len(workers(server)), 2)
        yield server


def test_a_scrape_of_either_process_gives_the_sum_of_both(pair):
    for _ in range(60):
        httpx.get(f"{pair.base_url}/health", trust_env=False)  # a connection each, so that both have some
    wait_for(lambda: health_checks(scrape(pair)), 60)
    assert {health_checks(scrape(pair)) for _ in range(20)} == {60}
    lines = [json.loads(line) for line in pair.said.splitlines() if '"/metrics"' in line]
    assert len(lines) >= 20
    counted = scrape(pair)
    assert counted["pageglass_decode_workers",] % 2 == 0
    assert counted["pageglass_requests_in_flight",] == 0
    assert counted["process_resident_memory_bytes",] > 50 * 2**20


def test_a_process_that_dies_leaves_its_counts_and_takes_its_gauges(pair):
    for _ in range(20):
        httpx.get(f"{pair.base_url}/health", trust_env=False)
    wait_for(lambda: health_checks(scrape(pair)), 20)
    before = scrape(pair)["pageglass_decode_workers",]
    os.kill(workers(pair)[0], signal.SIGKILL)
    wait_for(lambda: len(workers(pair)), 3)
    wait_for(lambda: scrape(pair)["pageglass_decode_workers",], before)
    assert health_checks(scrape(pair)) == 20


@pytest.fixture
def container():
    """The command that runs another as the first process of a namespace of its own."""
    for user in (["--map-root-user"], []):  # as root inside a container one may be allowed and the other not
        command = ["unshare", *user, "--pid", "--fork", "--kill-child", "--mount-proc", "--"]
        if (
            shutil.which("unshare")
            and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
        ):
            return command
    pytest.skip("no process namespace can be made")


def test_the_first_process_of_a_container_leaves_nothing_defunct(container, tmp_path):
    own = [*container, sys.executable, "-m", "server", "serve"]
    environment = clean_environment(**SCRIPTED, PAGEGLASS_PORT="0")
    with (
        (tmp_path / "log").open("w+") as log,
        subprocess.Popen([*own, "--workers", "2"], env=environment, stderr=log) as first,
    ):

        def below():
            return psutil.Process(first.pid).children(recursive=True)

        def said():
            return (tmp_path / "log").read_text().count("Loading ")

        try:
            wait_for(said, 2)
            wait_for(lambda: sum("server.media.worker.main" in each.cmdline() for each in below()) > 2, True)
            worker = next(each for each in below() if "server.media.worker.main" in each.cmdline())
            worker.parent().kill()
            wait_for(said, 3)
            wait_for(lambda: any(each.status() == psutil.STATUS_ZOMBIE for each in below()), False)
            assert not worker.is_running()
        finally:
            first.kill()


def test_every_line_is_json_and_the_folder_is_gone_at_the_end(start):
    with start("--workers", "2", **SCRIPTED) as server:
        wait_for(lambda: len(workers(server)), 2)
        (folder,) = folders_of(server.process.pid)
        assert folder.is_dir()
        server.get("/v1/models")
        os.kill(workers(server)[0], signal.SIGKILL)
        wait_for(lambda: len(workers(server)), 3)
    assert not folder.exists()
    lines = [json.loads(line) for line in server.said.splitlines()]
    assert all({"event", "level", "logger", "timestamp"} <= line.keys() for line in lines)
    said = {re.sub(r"\d+", "N", line["event"]) for line in lines}
    assert "request" in said
    assert any(line.startswith("HTTP process N ended") for line in said)
    assert any(line.startswith("Stopping: ") for line in said)


def test_one_process_says_all_in_json_as_well(start):
    with start(**SCRIPTED) as server:
        server.get("/v1/models")
    lines = [json.loads(line) for line in server.said.splitlines()]
    assert "request" in {line["event"] for line in lines}
    assert lines[0]["event"].startswith("Loading ")
    assert lines[-1]["event"].startswith("Stopped: process ")
    assert any(line["event"].startswith("Stopping: ") for line in lines)
    assert any("this machine http" in line["event"] for line in lines)


def test_a_folder_for_metrics_that_is_not_there_is_said_at_the_start(run_program, tmp_path):
    serve = [sys.executable, "-m", "server", "serve", "--engine", "fake", "--port", "0"]
    done = run_program(*serve, cwd=tmp_path, PROMETHEUS_MULTIPROC_DIR=str(tmp_path / "away"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("pageglass: PROMETHEUS_MULTIPROC_DIR: ")
    assert done.stderr.count("\n") == 1


def test_what_was_sent_read_and_answered_is_in_no_line(start):
    """At the most talkative of the levels that are for use, with a stream, a refusal and a broken picture among it."""
    picture = as_text(blank((60, 40)))
    parts = [{"type": "text", "text": "SECRET-PROMPT"}, {"type": "image_url", "image_url": {"url": picture}}]
    chat = {"model": "pp-ocrv6-small", "messages": [{"role": "user", "content": parts}]}
    key = {"authorization": "Bearer SECRET-KEY"}
    secrets = {"PAGEGLASS_API_KEYS": "SECRET-KEY", "PAGEGLASS_FAKE__TEXT": "SECRET-ANSWER"}
    with start(**SCRIPTED, **secrets, PAGEGLASS_LOG_LEVEL="debug") as server:
        for path, body in (
            ("/chat/completions", chat),
            ("/chat/completions", chat | {"stream": True}),
            ("/chat/completions", chat | {"stop": ["SECRET-STOP"] * 99}),
            ("/ocr", {"image": picture}),
            ("/ocr", {"image": picture[:40]}),
            ("/ocr", {"image": picture, "prompt": "SECRET-PROMPT", "SECRET-FIELD": 1}),
        ):
            httpx.post(server.base_url + path, json=body, headers=key, trust_env=False)
        httpx.post(
            server.base_url + "/ocr?SECRET-QUERY", headers={"authorization": "Bearer SECRET-WRONG"}, trust_env=False
        )
    assert server.said.count('"event": "request"') >= 7
    assert picture[:40] not in server.said
    assert set(re.findall(r"SECRET-\w+", server.said)) <= {"SECRET-FIELD"}  # a field that was ignored is named


def folders_of(pid):
    """The folders of metrics that the children of a process were told of."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = {
        re.search(rb"PROMETHEUS_MULTIPROC_DIR=([^\0]+)", Path(f"/proc/{child}/environ").read_bytes())
        for child in children
    }
    return {Path(os.fsdecode(match[1])) for match in found if match}

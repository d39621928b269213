import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from picture_files import as_text, blank
from PIL import Image

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
RECEIPT = ROOT / "tests" / "assets" / "receipt_en.png"
SCRIPTED = {"PAGEGLASS_ENGINE": "fake", "PAGEGLASS_FAKE__TEXT": "READ"}


def ask(server, *, stream=False, **headers):
    picture = as_text(blank())
    body = {
        "model": "pp-ocrv6-small",
        "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": picture}}]}],
        "stream": stream,
    }
    return httpx.post(f"{server.base_url}/chat/completions", json=body, headers=headers, timeout=60, trust_env=False)


def pageglass(*arguments):
    return [sys.executable, "-m", "server", *arguments]


def test_flags_win_over_the_environment_and_reach_every_http_process(start):
    with start(
        "--workers", "2", "--engine", "fake", PAGEGLASS_ENGINE="rapidocr", PAGEGLASS_FAKE__TEXT="FLAG"
    ) as server:
        answers = {ask(server).json()["choices"][0]["message"]["content"] for _ in range(8)}
    assert answers == {"FLAG"}
    assert server.process.returncode == 0


@pytest.mark.parametrize(("given", "warned"), [("127.0.0.2", True), ("127.0.0.1", False)])
def test_a_host_that_the_flag_overrides_is_said(start, given, warned):
    with start("--host", "127.0.0.1", PAGEGLASS_ENGINE="fake", PAGEGLASS_HOST=given) as server:
        assert server.has_said("--host 127.0.0.1 overrides PAGEGLASS_HOST=127.0.0.2", 5 if warned else 0) == warned


def test_a_request_under_way_is_finished_after_sigterm(start):
    with start(**SCRIPTED, PAGEGLASS_FAKE__DELAY_S="1.5") as server, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, server)
        server.wait_until_working()
        server.process.send_signal(signal.SIGTERM)
        assert answer.result().json()["choices"][0]["message"]["content"] == "READ"


@pytest.mark.measured
@pytest.mark.parametrize("stream", [False, True])
def test_a_request_that_outlasts_the_grace_is_told_so(start, stream):
    slow = {"PAGEGLASS_FAKE__DELAY_S": "60", "PAGEGLASS_GRACE_S": "1", "PAGEGLASS_PING_S": "0.2"}
    with start(**SCRIPTED, **slow) as server, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, server, stream=stream)
        server.wait_until_working()
        server.process.send_signal(signal.SIGTERM)
        response = answer.result()
        server.process.wait(30)  # or the fixture's own SIGTERM would meet the end of this one
    told = response.text.splitlines()[-2].removeprefix("data: ") if stream else response.text
    assert response.status_code == (200 if stream else 503)
    assert response.headers.get("retry-after") == (None if stream else "1")
    assert json.loads(told)["error"]["code"] == "engine_unavailable"
    assert "Traceback" not in "".join(server.log)


@pytest.mark.measured
def test_keys_are_wanted_of_the_command_line_as_well(start, run_program):
    with start(**SCRIPTED, PAGEGLASS_API_KEYS="right-key") as server:
        read = pageglass("read", RECEIPT, "--base-url", server.url)
        without = run_program(*read)
        wrong = run_program(*read, "--api-key", "wrong-key")
        right = run_program(*read, "--api-key", "right-key")
        by_environment = run_program(*read, PAGEGLASS_API_KEY="right-key")
    for refused in (without, wrong):
        assert refused.returncode == 2
        assert refused.stderr.startswith("pageglass: ")
        assert refused.stderr.count("\n") == 1
        assert "--api-key" in refused.stderr
    assert (right.returncode, right.stdout) == (0, "READ\n"), right.stderr
    assert by_environment.stdout == "READ\n"


@pytest.mark.measured
def test_recording_is_said_loudly_and_reaches_every_http_process(start, tmp_path):
    with start("--workers", "2", "--record", tmp_path / "kept", **SCRIPTED) as server:
        answers = [ask(server).headers["x-request-id"] for _ in range(4)]
        assert server.has_said("every request and answer is kept in")
        assert "RECORDING" in server.said
    kept = "".join(file.name for file in (tmp_path / "kept").glob("*.json"))
    assert [answer for answer in answers if answer not in kept] == []


def test_a_websocket_is_answered_like_any_other_request(endpoint):
    upgrade = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13", "host": "evil.example"}
    response = endpoint.get("/v1/models", headers=upgrade | {"sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA=="})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "host_not_allowed")
    assert response.headers["x-request-id"]


@pytest.mark.measured
def test_the_same_port_again_is_one_line_and_exit_code_2(endpoint, run_program):
    port = endpoint.url.rpartition(":")[2]
    done = run_program(*pageglass("serve", "--host", "127.0.0.1", "--port", port))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert port in done.stderr


@pytest.mark.measured
def test_an_engine_that_does_not_start_ends_without_a_traceback(run_program, tmp_path):
    """OpenVINO is hidden from the process, as on a machine that does not have it."""
    hide = "import sys; sys.modules['openvino'] = None; from server.cli import main; main()"
    for flags in (["serve", "--port", "0"], ["read", str(RECEIPT)]):
        done = run_program(sys.executable, "-c", hide, *flags, cwd=tmp_path, PAGEGLASS_RAPIDOCR__BACKEND="openvino")
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.splitlines()[-1].startswith("pageglass: ")
        assert "openvino" in done.stderr


def test_ctrl_c_ends_it_quietly(tmp_path, start):
    with start(**SCRIPTED) as server:
        server.process.send_signal(signal.SIGINT)
        server.process.wait(30)
    assert "Traceback" not in "".join(server.log)


def test_the_server_names_no_software_in_its_headers(endpoint):
    assert "server" not in endpoint.get("/health").headers


def test_reading_a_folder_here_and_there_gives_the_same(endpoint, run_program, tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    with Image.open(RECEIPT) as picture:
        picture.save(folder / "receipt.png")
    (folder / "broken.png").write_bytes(b"nothing")
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps({"type": "object", "properties": {"total": {"type": ["number", "null"]}}}))
    for flags in (["--json"], ["--json", "--schema", schema]):
        here = run_program(*pageglass("read", folder, *flags))
        there = run_program(*pageglass("read", folder, *flags, "--base-url", endpoint.base_url))
        assert here.returncode == there.returncode == 1
        good = [[json.loads(line) for line in done.stdout.splitlines()][1] for done in (here, there)]
        assert good[0] == good[1]
        assert good[0]["error"] is None


def test_a_reader_that_stops_listening_is_no_traceback(tmp_path):
    """`pageglass read … | head -1`: the pipe breaks, which is the reader's right."""
    pages = []
    for number in range(3):
        pages.append(tmp_path / f"{number}.png")
        Image.new("RGB", (60, 40), "white").save(pages[-1])
    environment = {**os.environ, **SCRIPTED, "PAGEGLASS_FAKE__TEXT": "x" * 100_000}
    command = " ".join([*pageglass("read"), *map(str, pages)]) + " | head -c 10"
    done = subprocess.run(
        ["bash", "-c", command], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout == "==> " + str(tmp_path)[:6]
    assert "Traceback" not in done.stderr

"""`pageglass doctor` against real servers and sockets; what needs a network of its own is in test_troubles."""

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from command_line import run_command, use_fake_engine

from server.cli.checks.finding import Check
from server.cli.doctor import examination
from server.cli.doctor.visit import Target
from server.cli.doctor.way import other_loopback

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
KEY = "sk-the-callers-own-4711"
SMALL = {"max_body_bytes": 2**20}
READS = {"fake": {"text": "PAGEGLASS"}} | SMALL


@pytest.fixture
def doctor(monkeypatch, capsys, tmp_path):
    use_fake_engine(monkeypatch, "PAGEGLASS")
    monkeypatch.chdir(tmp_path)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return partial(run_command, monkeypatch, capsys, "doctor")


@pytest.fixture
def steps(doctor):
    """Run it with --json; gives the outcome and code of each step."""

    def run(*arguments):
        code, out, err = doctor(*arguments, "--json")
        report = json.loads(out)
        assert (code, err) == (report["faults"], "")
        return {step["step"]: (step["outcome"], step["code"]) for step in report["steps"]}

    return run


AT_ONCE = "at once"


@contextmanager
def answering(data):
    """A socket that reads a request, sends `data` and closes; None keeps silent, and AT_ONCE closes unasked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        kept = []

        def answer():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                kept.append(connection)
                if data is not None:
                    with connection:
                        if data != AT_ONCE:
                            connection.recv(65536)
                            connection.sendall(data)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for connection in kept:
                connection.close()


def test_each_step_of_a_sound_endpoint_has_a_tick(doctor, serve):
    code, out, err = doctor(f"{serve(**READS).url}/v1")
    assert (code, err) == (0, "")
    marks = [line[0] for line in out.splitlines()[1:-1]]
    assert marks == ["✓"] * 14 + ["!", "✓"]  # that engine writes all of a stream at once
    assert out.endswith("Nothing is wrong.\n")


@pytest.mark.parametrize("spelling", ["{host}", "http://{host}/v1/", " http://{host}/v1"])
def test_addresses_are_taken_as_people_write_them(steps, serve, spelling):
    host = serve(**READS).url.removeprefix("http://")
    found = steps(spelling.format(host=host))
    assert "fault" not in {outcome for outcome, _ in found.values()}
    assert found["answer"] == (("note", "base_url_in_short") if spelling == "{host}" else ("ok", ""))


def test_a_base_url_without_http_is_a_fault_since_clients_refuse_it(doctor, serve):
    host = serve(**READS).url.removeprefix("http://")
    code, out, _ = doctor(f"{host}/v1")
    assert code == 1
    assert f"base_url lacks http://, and clients refuse it: {host}/v1" in out
    assert f"Set base_url to http://{host}/v1." in out


SLIPS = ["http:/127.0.0.1:8000/v1", "http//127.0.0.1:8000/v1", "http://http://127.0.0.1:8000/v1", "http://a\x07/v1"]


@pytest.mark.parametrize(
    "address", ["ftp://example.com", "http://", "http://127.0.0.1:0/v1", "http://a/v1?key=x", *SLIPS]
)
def test_what_is_no_address_is_one_line_and_exit_code_2(doctor, address):
    code, out, err = doctor(address)
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_a_key_is_sent_and_never_printed(doctor, serve):
    server = serve(api_keys=KEY, **READS)
    for flags in (["--api-key", KEY], ["--api-key", f"{KEY}-wrong"], ["--api-key", KEY, "--json"]):
        code, out, err = doctor(f"{server.url}/v1", *flags)
        assert code == ("-wrong" in flags[1])
        assert KEY not in out + err


def test_a_key_that_another_server_repeats_is_masked(doctor):
    body = json.dumps({"error": {"message": f"Incorrect key {KEY}", "code": "invalid_api_key"}})
    head = "HTTP/1.1 401 No\r\ncontent-type: application/json\r\nx-request-id: req_1\r\nconnection: close\r\n"
    with answering(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode()) as url:
        code, out, _ = doctor(url, "--api-key", KEY)
    assert code > 0
    assert "Incorrect key ***" in out
    assert KEY not in out


def test_a_password_in_the_address_is_not_printed(doctor, serve):
    address = serve(**READS).url.replace("http://", "http://me:pass-word@") + "/v1"
    assert "pass-word" not in "".join(map(str, doctor(address)))


def test_a_model_that_does_not_read_is_a_fault(steps, serve):
    found = steps(f"{serve(fake={'text': 'NOTHING OF THE KIND'}, **SMALL).url}/v1")
    assert found["picture"] == ("fault", "misread")
    assert found["stream"][0] == "left out"
    assert found["large bodies"] == ("ok", "own_body_limit")


def test_one_cause_is_one_fault(steps, serve):
    found = steps(f"{serve(limits={'requests_per_minute': 2}, **READS).url}/v1")
    faults = [step for step, (outcome, _) in found.items() if outcome == "fault"]
    assert [found[step] for step in faults] == [("fault", "rate_limited")]
    assert found["large bodies"][0] == "left out"


def test_an_engine_that_writes_slowly_is_seen_to_stream(steps, serve):
    found = steps(f"{serve(fake={'text': 'PAGE' + chr(10) + 'GLASS', 'delay_s': 0.1}, **SMALL).url}/v1")
    assert found["stream"] == ("ok", "")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not_http"),
        (b"", "request_dropped"),
        (AT_ONCE, "connection_dropped"),
        (None, "no_answer"),
    ],
    ids=["ssh", "closes", "closes-at-once", "silent"],
)
def test_what_speaks_no_http_is_told_from_what_is_silent(steps, data, code):
    with answering(data) as url:
        found = steps(url, "--timeout", "1")
    assert found["connection"] == ("ok", "")
    assert found["answer"] == ("fault", code)
    assert {found[step][0] for step in ("clock", "health", "picture", "large bodies")} == {"left out"}


def _http(body, *headers, status="200 OK"):
    lines = [f"HTTP/1.1 {status}", *headers, "connection: close", f"content-length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


JSON, MARKED = "content-type: application/json", "x-request-id: req_1"


@pytest.mark.parametrize(
    "data",
    [
        _http(b"[]", JSON, MARKED),
        _http(b"null", JSON, MARKED),
        _http(b'{"object": "list"}', JSON, MARKED),
        _http(b'{"object": "list", "data": [1, null, {}]}', JSON, MARKED),
        _http(b'{"object": "list", "data": {"a": 1}}', JSON, MARKED, "date: never"),
        _http(b'{"object": "list", "data": [{"id": {}}]}', JSON, MARKED, "date: Mon, 01 Jan 2024 00:00:00 -0000"),
        _http(b'{"error": {"message": 5, "code": []}}', JSON, MARKED, status="413 No"),
        _http(b"not gzip", JSON, MARKED, "content-encoding: gzip"),
        _http(b"\xff\xfe", "content-type: text/html; charset=no-such", status="599 No"),
        _http(b"", "location: \xe9", status="302 No"),
    ],
)
def test_no_answer_confuses_it(steps, data):
    with answering(data) as url:
        assert "fault" in {outcome for outcome, _ in steps(url, "--timeout", "5").values()}


@pytest.mark.parametrize("host", ["a" * 70, "a b", "xn--zzzzzz", "0x7f.1.1.1.1", "%"])
def test_no_name_confuses_it(steps, host):
    assert steps(f"http://{host}/v1", "--connect-timeout", "1")["name"] == ("fault", "name_not_resolved")


def test_a_terminal_without_other_characters_gets_plain_ones(serve, tmp_path):
    command = [sys.executable, "-m", "server", "doctor", f"{serve(**READS).url}/v2"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "X answer" in done.stdout
    assert " > Set base_url to" in done.stdout


def test_a_proxy_towards_the_internet_is_used_and_said(steps, monkeypatch):
    """The proxy is one that answers like a wall, so the walk ends there."""
    with answering(b"HTTP/1.1 403 No\r\ncontent-length: 0\r\nserver: squid\r\nconnection: close\r\n\r\n") as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.removesuffix("/v1"))
        found = steps("http://pageglass.example.com/v1")
    assert found["proxy variables"] == ("note", "through_proxy")
    assert found["connection"] == ("ok", "")
    assert found["answer"][0] == "fault"


def test_no_proxy_keeps_it_out(steps, serve, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    url = f"{serve(**READS).url}/v1"
    assert steps(url)["proxy variables"] == ("fault", "proxy_swallows_local")
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    assert steps(url)["proxy variables"] == ("ok", "")


def test_a_connection_that_breaks_in_any_step_is_a_finding(monkeypatch, capsys):
    def look(_visit):
        raise httpx.ReadError("reset")

    monkeypatch.setattr(examination, "CHECKS_THERE", (Check(step="health", look=look),))
    target = Target(url="http://127.0.0.1:9/v1", bare=False, api_key=None, model=None, connect_timeout_s=1, timeout_s=1)
    assert examination.examine_there(target, as_json=True) == 1
    (step,) = json.loads(capsys.readouterr().out)["steps"]
    assert (step["outcome"], step["code"]) == ("fault", "connection_broke")


@pytest.mark.parametrize(("asked", "heard"), [("127.0.0.1", "::1"), ("[::1]", "127.0.0.1")])
def test_a_server_on_the_other_address_of_this_machine_is_named(doctor, asked, heard):
    try:
        listener = socket.create_server((heard, 0), family=socket.AF_INET6 if ":" in heard else socket.AF_INET)
    except OSError:
        pytest.skip("no IPv6 on this machine")
    with listener:
        port = listener.getsockname()[1]
        _, out, _ = doctor(f"http://{asked}:{port}/v1", "--json")
    (step,) = [step for step in json.loads(out)["steps"] if step["step"] == "connection"]
    assert (step["outcome"], step["code"]) == ("fault", "other_loopback")
    assert f"{asked.strip('[]')} port {port} refuses the connection, and {heard} accepts it" in step["said"]
    assert f"http://{f'[{heard}]' if ':' in heard else heard}:{port}/v1" in step["cure"]


def test_no_other_address_of_this_machine_is_asked_for_another_machine():
    def failed(address, error=ConnectionRefusedError):
        return [(address, error())]

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert other_loopback(failed("::1"), port, 1) == "127.0.0.1"
        assert other_loopback(failed("::1", TimeoutError), port, 1) == ""
        assert other_loopback(failed("10.0.0.5"), port, 1) == ""
    assert other_loopback(failed("::1"), port, 1) == ""

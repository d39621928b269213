"""Exchanges kept by a real server and sent again by `pageglass replay`."""

import json
import logging
import re
from dataclasses import replace
from functools import partial

import httpx
import pytest
from command_line import run_command, use_fake_engine

from server.api.recording.exchange import read_exchange, write_exchange
from server.api.recording.recorder import Recorder
from server.app import create_app

KEY = "sk-of-the-caller-4711"
CHAT = "/v1/chat/completions"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept"


@pytest.fixture
def recording(serve, folder):
    """Start a server that keeps exchanges in `folder`."""
    return partial(serve, record__folder=folder)


@pytest.fixture
def replay(monkeypatch, capsys, tmp_path):
    use_fake_engine(monkeypatch, "not asked")
    monkeypatch.chdir(tmp_path)
    return partial(run_command, monkeypatch, capsys, "replay")


@pytest.fixture
def kept(folder, eventually):
    """The files kept, once there are as many as said, in the order of their requests."""

    def wait(count):
        eventually(lambda: len(list(folder.glob("*.json"))) >= count)
        files = sorted(folder.glob("*.json"))
        assert len(files) == count
        return files

    return wait


def test_without_a_folder_it_is_no_part_of_the_application(settings):
    assert Recorder not in [one.cls for one in create_app(settings).user_middleware]


def test_an_exchange_is_kept_whole_for_its_owner_alone(recording, folder, kept, ask):
    with recording().client() as client:
        client.get("/health")
        answer = client.post(CHAT, json=ask(no_such_field=1))
    (file,) = kept(1)
    exchange = read_exchange(file.read_text())
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert (exchange.method, exchange.target, exchange.status, exchange.whole) == ("POST", CHAT, 200, True)
    assert json.loads(exchange.body) == ask(no_such_field=1)
    assert json.loads(exchange.answer) == answer.json()
    assert dict(exchange.answer_headers)["x-pageglass-ignored"] == "no_such_field"
    assert answer.headers["x-request-id"] == exchange.request_id
    assert exchange.request_id in file.name


def test_the_pieces_of_a_stream_are_kept_with_their_times(recording, kept, ask):
    with recording(fake={"delay_s": 0.05}).client() as client:
        answer = client.post(CHAT, json=ask(stream=True))
    exchange = read_exchange(kept(1)[0].read_text())
    assert exchange.answer == answer.content
    times = [piece.at_ms for piece in exchange.pieces]
    assert len(times) > 3
    assert times == sorted(times)
    assert times[-1] - times[0] > 40


def test_a_key_is_nowhere_in_what_is_kept(recording, kept, ask):
    with recording(api_keys=KEY).client() as client:
        headers = {"authorization": f"Bearer {KEY}", "cookie": "session=cookie-secret"}
        body = ask(metadata={"api_key": "inner-secret", "note": f"mine is {KEY}"})
        body["messages"][0]["content"].append({"type": "text", "text": "https://me:url-secret@example.com/a.png"})
        asked = client.post(f"{CHAT}?access_token=query-secret", json=body, headers=headers)
        client.post("/v1/ocr", data={"task": "ocr", "token": "form-secret"}, headers={"x-api-key": KEY})
        client.post("/v1/ocr", files={"file": b"x"}, data={"api_key": "part-secret"}, headers={"api-key": KEY})
        client.get("/v1/models", headers={"authorization": "Bearer wrong-secret-key"})
    assert asked.status_code == 200, asked.text
    files = kept(4)
    written = "".join(file.read_text() for file in files)
    told = re.findall(r"\w+-secret[\w-]*", written)
    assert (KEY in written, told) == (False, [])
    assert '"note": "mine is ***"' in json.dumps(
        json.loads(json.loads(files[0].read_text())["request"]["body"]["text"])
    )


def test_a_refused_request_is_kept_and_cannot_be_sent_again(recording, kept, ask, replay):
    with recording(api_keys=KEY).client() as client:
        client.post(CHAT, json=ask())
    (file,) = kept(1)
    assert read_exchange(file.read_text()).status == 401
    code, out, err = replay(file)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "refused before it was read" in err


def test_masking_leaves_the_words_around_a_key(recording, kept, replay):
    server = recording(api_keys=KEY)
    with server.client() as client:
        client.get("/v1/models", headers={"authorization": f"Bearer {KEY}-wrong", "cookie": "session=abcdefgh"})
        client.get("/v1/models", headers={"api-key": KEY})
    wrong, right = kept(2)
    exchange = read_exchange(wrong.read_text())
    assert dict(exchange.answer_headers)["www-authenticate"] == "Bearer"
    assert b"'Authorization: Bearer KEY'" in exchange.answer
    assert replay(wrong, "--api-key", "still-a-wrong-key")[0] == 0
    code, _, err = replay(right)
    assert (code, "the recorded one is masked" in err, err.count("\n")) == (2, True, 1)
    assert replay(right, "--api-key", KEY)[0] == 0


def test_a_body_that_is_too_large_is_answered_and_cut(recording, kept, ask):
    with recording(record__max_body_bytes=1024).client() as client:
        assert client.post(CHAT, json=ask(user="u" * 5000)).is_success
    exchange = read_exchange(kept(1)[0].read_text())
    assert (exchange.body_cut, exchange.answer_cut, exchange.status) == (True, False, 200)
    assert len(exchange.body) <= 1024


def test_a_folder_that_is_gone_fails_no_request(recording, folder, ask, caplog, eventually):
    with recording().client() as client:
        folder.rmdir()
        assert client.post(CHAT, json=ask()).is_success
    eventually(lambda: "nothing could be stored in the folder of the recordings" in caplog.text)


def test_it_is_said_in_the_log(recording, folder, caplog):
    caplog.set_level(logging.WARNING)
    recording()
    assert f"every request and answer is kept in {folder}" in caplog.text


@pytest.mark.parametrize("stream", [False, True])
def test_the_same_server_answers_the_same(recording, kept, ask, replay, stream):
    server = recording()
    with server.client() as client:
        client.post(CHAT, json=ask(stream=stream))
    code, out, err = replay(kept(1)[0])
    assert (code, err) == (0, "")
    assert out.endswith("The answer is the same.\n")


@pytest.mark.parametrize("stream", [False, True])
def test_another_text_is_shown_by_line(recording, kept, ask, replay, stream):
    with recording().client() as client:
        client.post(CHAT, json=ask(stream=stream))
    other = recording(fake={"text": "INVOICE 42\nTOTAL 19.95"})
    code, out, _ = replay(kept(1)[0], "--base-url", f"{other.url}/v1")
    assert code == 1
    assert {"  -TOTAL 19.90", "  +TOTAL 19.95"} <= set(out.splitlines())
    assert out.endswith("1 difference.\n")


def test_another_status_and_other_headers_are_shown_as_json(recording, serve, kept, ask, replay):
    with recording().client() as client:
        client.post(CHAT, json=ask(no_such_field=1))
    closed = serve(api_keys=KEY)
    file = kept(1)[0]
    code, out, _ = replay(file, "--base-url", closed.url, "--json")
    report = json.loads(out)
    where = {one["where"]: (one["was"], one["now"]) for one in report["differences"]}
    assert (code, report["same"]) == (1, False)
    assert where["status"] == ("200", "401")
    assert where["header www-authenticate"] == ("(missing)", "Bearer")
    assert where["header x-pageglass-ignored"] == ("no_such_field", "(missing)")
    assert where["body.error"][0] == "(missing)"
    assert json.loads(where["body.error"][1])["code"] == "missing_api_key"
    code, out, _ = replay(file, "--base-url", closed.url, "--api-key", KEY)
    assert (code, KEY in out) == (0, False)


@pytest.mark.parametrize("target", ["@evil.example/x", ".evil.example/x", "//evil.example/x", "http://evil.example/x"])
def test_a_recorded_target_names_no_other_host(recording, kept, ask, replay, target):
    server = recording()
    with server.client() as client:
        client.post(CHAT, json=ask())
    (file,) = kept(1)
    exchange = replace(read_exchange(file.read_text()), target=target)
    file.write_text(write_exchange(exchange))
    for flags in ((), ("--base-url", f"{server.url}/v1")):
        code, out, err = replay(file, *flags, "--api-key", KEY)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "is not a path" in err


def test_a_key_is_not_sent_to_where_a_caller_says(recording, kept, ask, replay):
    with recording().client() as client:
        client.post(CHAT, json=ask())
    (file,) = kept(1)
    exchange = read_exchange(file.read_text())
    elsewhere = tuple((name, "evil.example" if name == "host" else value) for name, value in exchange.headers)
    file.write_text(write_exchange(replace(exchange, headers=elsewhere)))
    code, _, err = replay(file, "--api-key", KEY)
    assert (code, "--base-url" in err, KEY in err) == (2, True, False)


@pytest.mark.parametrize("written", ["", "{}", "[]", '{"format": "another"}', "\x00"])
def test_what_is_no_exchange_is_one_line_and_exit_code_2(replay, tmp_path, written):
    (tmp_path / "file.json").write_text(written)
    code, out, err = replay("file.json")
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_nothing_there_is_one_line_that_names_the_doctor(recording, kept, ask, replay):
    with recording().client() as client:
        client.post(CHAT, json=ask())
    code, _, err = replay(kept(1)[0], "--base-url", "http://127.0.0.1:9/v1")
    assert (code, err.count("\n")) == (2, 1)
    assert "pageglass doctor" in err


def test_a_client_that_leaves_is_kept_as_not_whole(recording, kept, ask):
    server = recording(fake={"delay_s": 0.3, "text": "\n".join("ABCDEFGH")})
    with httpx.Client(trust_env=False) as client, client.stream("POST", server.url + CHAT, json=ask(stream=True)) as it:
        next(it.iter_lines())
    exchange = read_exchange(kept(1)[0].read_text())
    assert (exchange.status, exchange.whole) == (200, False)


def test_a_key_that_no_header_can_hold_is_not_sent(recording, kept, ask, replay):
    server = recording()
    with server.client() as client:
        client.post(CHAT, json=ask())
    code, _, err = replay(kept(1)[0], "--base-url", f"{server.url}/v1", "--api-key", f"“{KEY}”")
    assert (code, "--api-key: the key has the letter '“'" in err, KEY in err) == (2, True, False)

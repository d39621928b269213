"""`pageglass read --base-url`: a real server asked over a real socket, busy and unwilling ones among them."""

import json
import sys
from functools import partial
from pathlib import Path

import pytest
from command_line import run_command, use_fake_engine
from PIL import Image

from server.errors import EngineUnavailable

SCAN = Path(__file__).parents[1] / "assets" / "scan.pdf"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    use_fake_engine(monkeypatch, "read in this process")
    monkeypatch.chdir(tmp_path)
    return partial(run_command, monkeypatch, capsys)


@pytest.fixture
def page(tmp_path):
    Image.new("RGB", (400, 200), "white").save(tmp_path / "page.png")
    return tmp_path / "page.png"


def test_it_answers_as_reading_here_does(run, page, live, monkeypatch):
    monkeypatch.setenv("PAGEGLASS_FAKE__TEXT", "INVOICE 42\nTOTAL 19.90")
    flags = ["--format", "jsonl", "--fields", "total,invoice", "--pages", "2-3"]
    there, here = (
        [json.loads(line) for line in run("read", page, SCAN, *flags, *asked)[1].splitlines()]
        for asked in (["--base-url", live.url, "--jobs", "2"], [])
    )
    changing = dict.fromkeys(("id", "created", "timings", "model", "cached"))
    assert [row | changing for row in there] == [row | changing for row in here]
    assert [len(row["pages"]) for row in there] == [1, 2]


def test_pictures_are_drawn_here(run, page, live):
    assert run("read", page, SCAN, "--base-url", live.url, "--annotate", "--out", "drawn")[0] == 0
    assert len(list(Path("drawn").glob("*.boxes.png"))) == 4


def test_the_key_and_the_model_are_sent(run, page, serve):
    url = serve(api_keys="open-sesame").url
    assert run("read", page, "--base-url", url, "--api-key", "open-sesame", "--model", "reader/fake-1")[0] == 0
    code, _, err = run("read", page, "--base-url", url, "--api-key", "sesame-shut")
    assert (code, err.count("\n")) == (2, 1)
    assert "--api-key" in err
    assert "sesame" not in err


@pytest.mark.parametrize("key", ["“open-sesame”", "open-sesame\r", "open-sesame ", "open\nsesame"])
def test_a_key_that_no_header_can_hold_is_one_line(run, page, live, key):
    code, out, err = run("read", page, "--base-url", live.url, "--api-key", key)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "--api-key: the key has " in err
    assert "sesame" not in err


def test_authorities_that_cannot_be_read_are_one_line(run, page, live, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/nope.pem")
    code, out, err = run("read", page, "--base-url", live.url)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "SSL_CERT_FILE=/nope.pem cannot be read" in err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--model", "gpt-4o"], ["gpt-4o", "reader/fake-1"]),
        (["--task", "formula"], ["--task", "extract_receipt"]),
    ],
)
def test_what_it_refuses_for_every_file_is_said_once(run, page, live, flags, words):
    code, out, err = run("read", page, SCAN, "--base-url", live.url, *flags)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert all(word in err for word in words)


def test_what_it_says_of_one_file_is_told_and_the_rest_go_on(run, page, live):
    (page.parent / "bad.png").write_bytes(b"no picture")
    code, out, err = run("read", "bad.png", page, "--base-url", live.url)
    assert code == 1
    assert "INVOICE 42" in out
    assert err.count("bad.png: ") == 1


def test_a_busy_endpoint_is_asked_again_after_as_long_as_it_says(run, page, serve):
    server = serve(failures=[EngineUnavailable("The engine is being started.", retry_after_s=1)])
    assert run("read", page, "--base-url", server.url) == (0, "INVOICE 42\nTOTAL 19.90\n", "")


def test_an_endpoint_that_stays_busy_is_not_asked_for_ever(run, page, serve):
    failures = iter([EngineUnavailable("The engine is being started.", retry_after_s=1)] * 9)
    code, _, err = run("read", page, "--base-url", serve(failures=failures).url)
    assert code == 1
    assert "The engine is being started." in err
    assert len(list(failures)) == 4


def test_an_endpoint_without_this_door_is_named(run, page, live):
    code, _, err = run("read", page, "--base-url", f"{live.url}/elsewhere")
    assert code == 2
    assert "/elsewhere/models" in err


@pytest.mark.parametrize("rest", ["?api_key=open-sesame", "/?open-sesame", "#open-sesame", "?"])
def test_a_query_is_named_and_not_printed(run, page, live, rest):
    code, out, err = run("read", page, "--base-url", f"{live.url}/v1{rest}")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "Leave it out" in err
    assert "--api-key" in err
    assert "sesame" not in err


@pytest.mark.parametrize("proxy", ["socks5://me:open-sesame@a:1", "ftp://a:1"])
def test_a_proxy_that_cannot_be_used_is_one_line(run, page, live, monkeypatch, proxy):
    monkeypatch.setitem(sys.modules, "socksio", None)  # as if it were not installed
    monkeypatch.setenv("ALL_PROXY", proxy)
    code, out, err = run("read", page, "--base-url", live.url)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "ALL_PROXY is " in err
    assert "or unset " in err
    assert "sesame" not in err

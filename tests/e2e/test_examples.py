import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "client_examples"
RECEIPT = ROOT / "tests" / "assets" / "receipt_en.png"


@pytest.fixture(scope="module")
def printed():
    """The fields printed on the drawn receipt."""
    documents = [json.loads(line) for line in (RECEIPT.parent / "truth.jsonl").read_text().splitlines()]
    return next(document["fields"] for document in documents if document["image"] == RECEIPT.name)


@pytest.fixture
def where(endpoint):
    """The environment that points an example at the server."""
    return {"PAGEGLASS_BASE_URL": endpoint.base_url, "PAGEGLASS_API_KEY": "none"}


def sections(output):
    """Split what an example prints at its `--- name` lines."""
    parts = re.split(r"^--- (.+)$", output, flags=re.MULTILINE)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(run_program, where, printed):
    done = run_program(EXAMPLES / "curl.sh", **where)
    assert done.returncode == 0, done.stderr
    parts = sections(done.stdout)
    text = json.loads(parts["text"])["choices"][0]["message"]["content"]
    fields = json.loads(json.loads(parts["fields"])["choices"][0]["message"]["content"])
    events = [line.removeprefix("data: ") for line in parts["stream"].splitlines() if line.startswith("data: ")]
    chunks = [json.loads(event) for event in events[:-1]]
    streamed = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])
    assert printed["total"] in text
    assert fields["total"] == float(printed["total"])
    assert events[-1] == "[DONE]"
    assert streamed == text
    assert chunks[-1]["usage"]["completion_tokens"] > 0


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_fails_where_the_endpoint_refuses(run_program, where):
    done = run_program(EXAMPLES / "curl.sh", ROOT / "README.md", **where)
    assert done.returncode != 0
    assert "messages[0].content[0]" in done.stdout


def test_openai_sdk(run_program, where, printed):
    done = run_program(sys.executable, EXAMPLES / "openai_sdk.py", **where)
    assert done.returncode == 0, done.stderr
    parts = sections(done.stdout)
    assert printed["total"] in parts["text"]
    assert parts["stream"] == parts["text"]
    fields = json.loads(parts["fields"])
    assert (fields["company"], fields["total"]) == (printed["company"], float(printed["total"]))


def test_langchain(run_program, where, printed):
    done = run_program(sys.executable, EXAMPLES / "langchain_chat.py", **where)
    assert done.returncode == 0, done.stderr
    parts = sections(done.stdout)
    assert printed["total"] in parts["text"]
    assert parts["stream"] == parts["text"]
    for method in ("json_schema", "function_calling"):
        assert json.loads(parts[method])["total"] == float(printed["total"])


@pytest.fixture
def folder(tmp_path):
    """Two receipts and a broken picture."""
    folder = tmp_path / "scans"
    (folder / "deep").mkdir(parents=True)
    shutil.copy(RECEIPT, folder / "a.png")
    shutil.copy(RECEIPT, folder / "deep" / "c.png")
    (folder / "b.jpg").write_bytes(b"this is no picture")
    return folder


def test_folder_reports_a_bad_file_and_reads_the_rest(run_program, where, printed, folder):
    done = run_program(sys.executable, EXAMPLES / "folder.py", folder, **where)
    rows = {row["file"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1
    assert set(rows) == {"a.png", "b.jpg", "deep/c.png"}
    assert rows["b.jpg"]["error"]
    assert all(printed["total"] in rows[name]["text"] for name in ("a.png", "deep/c.png"))


def test_folder_tries_again_when_the_endpoint_is_overloaded(run_program, start, tmp_path):
    """One request at a time and no queue: of four at once, three are turned away and have to come again."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in range(4):
        Image.new("RGB", (120, 80), "white").save(folder / f"{number}.png")
    scripted = {"PAGEGLASS_ENGINE": "fake", "PAGEGLASS_FAKE__DELAY_S": "0.5", "PAGEGLASS_FAKE__TEXT": "READ"}
    limits = {"PAGEGLASS_MAX_IN_FLIGHT": "1", "PAGEGLASS_MAX_QUEUE": "0"}
    with start(**scripted, **limits) as server:
        patient = ["--base-url", server.base_url, "--attempts", "20", "--per-second", "50"]
        done = run_program(sys.executable, EXAMPLES / "folder.py", folder, *patient)
        hasty = ["--base-url", server.base_url, "--attempts", "1", "--per-second", "50"]
        given_up = run_program(sys.executable, EXAMPLES / "folder.py", folder, *hasty)
    assert done.returncode == 0, done.stdout
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["READ"] * 4
    assert given_up.returncode == 1
    assert "503" in given_up.stdout


def test_demo(run_program):
    done = run_program(sys.executable, EXAMPLES / "demo.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "agree with what is printed" in done.stdout

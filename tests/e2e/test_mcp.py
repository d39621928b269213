"""The tools of the Model Context Protocol through the SDK's own client, over stdin and stdout, and over HTTP."""

import base64
import os
import sys
from contextlib import asynccontextmanager

import anyio
import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from running_server import clean_environment

from server.cli.local_files import LocalFiles
from server.errors import InvalidRequest

pytestmark = pytest.mark.e2e
KEYS = ("sk-of-the-first-caller", "sk-of-the-second-caller")
READS = {"PAGEGLASS_ENGINE": "fake", "PAGEGLASS_FAKE__TEXT": "INVOICE 42\nTOTAL 19.90"}


@pytest.fixture
def folder(tmp_path, png):
    """A folder to read from, with what must not be read beside it and linked into it."""
    (tmp_path / "secret.png").write_bytes(png)
    inside = tmp_path / "scans"
    (inside / "2026").mkdir(parents=True)
    (inside / "2026" / "page.png").write_bytes(png)
    (inside / "out.png").symlink_to(tmp_path / "secret.png")
    (inside / "way").symlink_to(tmp_path)
    (inside / "in.png").symlink_to(inside / "2026" / "page.png")
    os.mkfifo(inside / "pipe.png")
    return inside


@pytest.fixture
def png():
    import io

    from PIL import Image

    written = io.BytesIO()
    Image.new("RGB", (80, 40), "white").save(written, "PNG")
    return written.getvalue()


def call(make_client, *calls):
    """Call tools one after another; gives what each answered."""

    async def talk():
        async with make_client() as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            assert tools == {"read_document", "extract_fields"}
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return anyio.run(talk)


def at_stdio(*folders):
    command = [sys.executable, "-m", "server", "mcp", *map(str, folders)]
    server = StdioServerParameters(command=command[0], args=command[1:], env=clean_environment(**READS))
    return lambda: Client(server, read_timeout_seconds=60)


def at_http(url, key=None):
    headers = {"authorization": f"Bearer {key}"} if key else {}

    @asynccontextmanager
    async def connected():
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http), read_timeout_seconds=60) as client,
        ):
            yield client

    return connected


def text_of(result):
    return result.content[0].text


def test_files_below_the_folders_are_read_and_no_others(folder):
    paths = ("2026/page.png", str(folder / "2026" / "page.png"), "in.png")
    fields = {"path": "2026/page.png", "fields": ["total", "due date"]}
    refused = (
        *("../secret.png", "out.png", "way/secret.png", str(folder.parent / "secret.png"), "/etc/passwd"),
        *("2026/../../secret.png", "2026", "", "none.png", "a\0b", "pipe.png"),
    )
    answers = call(
        at_stdio(folder),
        *(("read_document", {"path": path}) for path in paths),
        ("extract_fields", fields),
        *(("read_document", {"path": path}) for path in refused),
    )
    for answer in answers[: len(paths)]:
        assert text_of(answer) == "INVOICE 42\nTOTAL 19.90"
    found = answers[len(paths)].structured_content
    assert found["fields"] == {"total": "19.90", "due date": None}
    assert found["evidence"]["total"]["grounded"] is True
    for path, answer in zip(refused, answers[len(paths) + 1 :], strict=True):
        assert answer.is_error, path
        assert "There is no file" in text_of(answer) or "not a regular file" in text_of(answer)


def test_a_folder_that_is_none_ends_the_start(tmp_path, run_program):
    done = run_program(sys.executable, "-m", "server", "mcp", tmp_path / "none", **READS)
    assert done.returncode == 2
    assert "is not a folder" in done.stderr
    assert done.stdout == ""


def test_documents_in_the_call_and_stored_ones_are_read_over_http_behind_keys(start, png, tmp_path):
    settings = READS | {"PAGEGLASS_MCP": "true", "PAGEGLASS_API_KEYS": ",".join(KEYS)}
    with start(**settings, PAGEGLASS_STORE__FOLDER=str(tmp_path / "store")) as server:
        assert server.post("/mcp", json={}).status_code == 401
        headers = {"authorization": f"Bearer {KEYS[0]}"}
        files = {"file": ("a.png", png)}
        stored = server.post("/v1/files", headers=headers, files=files, data={"purpose": "ocr"}).json()["id"]
        uri = "data:image/png;base64," + base64.b64encode(png).decode()
        asked = (
            ("read_document", {"document": uri}),
            ("read_document", {"file_id": stored}),
            ("extract_fields", {"document": uri, "schema": {"type": "object", "properties": {"total": {}}}}),
            ("read_document", {"document": "/etc/passwd"}),
            ("read_document", {"document": "file:///etc/passwd"}),
            ("read_document", {"document": "http://127.0.0.1:1/a.png"}),
            ("read_document", {}),
            ("extract_fields", {"document": uri}),
        )
        own = call(at_http(server.url, KEYS[0]), *asked)
        assert [text_of(one) for one in own[:2]] == [READS["PAGEGLASS_FAKE__TEXT"]] * 2
        assert own[2].structured_content["fields"]["total"] == "19.90"
        said = [text_of(one) for one in own[3:]]
        assert all(one.is_error for one in own[3:]), said
        for words, text in zip(
            ("never read", "never read", "image_url_refused", "one of", "fields"), said, strict=True
        ):
            assert words in text
        (other,) = call(at_http(server.url, KEYS[1]), ("read_document", {"file_id": stored}))
        assert other.is_error
        assert "file_not_found" in text_of(other)


def test_pages_count_against_the_limits_of_the_key(start, png):
    settings = READS | {"PAGEGLASS_MCP": "true", "PAGEGLASS_LIMITS__PAGES_PER_MINUTE": "1"}
    uri = "data:image/png;base64," + base64.b64encode(png).decode()
    with start(**settings) as server:
        first, second = call(at_http(server.url), *[("read_document", {"document": uri})] * 2)
        assert not first.is_error
        assert second.is_error
        assert "rate_limit_exceeded" in text_of(second)


def test_the_door_is_off_unless_it_is_set_and_strangers_pages_are_refused(start):
    with start(**READS) as server:
        assert "PAGEGLASS_MCP=true" in server.post("/mcp", json={}).json()["error"]["message"]
    with start(**READS, PAGEGLASS_MCP="true") as server:
        for headers in ({"host": "evil.example"}, {"origin": "https://evil.example"}):
            assert httpx.post(f"{server.url}/mcp", json={}, headers=headers, trust_env=False).status_code == 403


def test_only_posts_are_answered_and_heavy_bodies_are_refused_before_they_are_parsed(start):
    with start(**READS, PAGEGLASS_MCP="true") as server:
        for method in ("GET", "HEAD", "DELETE"):
            answer = httpx.request(method, f"{server.url}/mcp", trust_env=False, timeout=30)
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
        body = b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":[' + b"{}," * 1_000_000 + b"1]}}"
        headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
        answer = httpx.post(f"{server.url}/mcp", content=body, headers=headers, trust_env=False, timeout=60)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")


def test_a_folder_that_becomes_a_link_while_it_is_read_leads_nowhere(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root / "a", outside):
        folder.mkdir(parents=True)
        (folder / "page.png").write_bytes(b"inside" if folder != outside else b"outside")
    files = LocalFiles([root], max_bytes=100)
    found = (root / "a" / "page.png").resolve()
    (root / "a").rename(root / "b")
    (root / "a").symlink_to(outside)  # between the look at the path and the opening of the file
    with pytest.raises(InvalidRequest, match="There is no file"):
        files._content(found, "a/page.png")
    with pytest.raises(InvalidRequest, match="There is no file"):
        files.read("a/page.png")
    assert files.read("b/page.png") == b"inside"

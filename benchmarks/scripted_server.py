"""The real server with the scripted engine, in a process of its own: started on a free port, ended by its id."""

import base64
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30
ANSWER_TIMEOUT_S = 120
MODEL = "fake"


@dataclass(kw_only=True)
class ScriptedServer:
    """A running server; `log` grows with what it says on stderr."""

    process: "subprocess.Popen[str]"
    url: str = ""
    log: list[str] = field(default_factory=list)

    def client(self) -> httpx.Client:
        """Open a client of the server."""
        return httpx.Client(base_url=self.url, timeout=ANSWER_TIMEOUT_S, trust_env=False)

    def replaced(self, client: httpx.Client) -> dict[str, int]:
        """Ask how many decode workers were replaced so far, by reason."""
        text = client.get("/metrics").text
        found = re.findall(r'^pageglass_decode_workers_replaced_total\{reason="(\w+)"\} (\S+)', text, re.MULTILINE)
        return {reason: int(float(count)) for reason, count in found if float(count)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a document was answered: `code` is that of the error, `read` where it was read; `ms` to the last byte."""

    status: int
    code: str
    param: str
    ms: float


def send(client: httpx.Client, data: bytes) -> Answer:
    """Ask the server to read the document `data`.

    Raises:
        httpx.HTTPError: no answer came.
    """
    body = request_body(data)
    began = time.perf_counter()
    response = client.post("/v1/chat/completions", content=body, headers={"content-type": "application/json"})
    ms = (time.perf_counter() - began) * 1000
    if response.is_success:
        return Answer(status=response.status_code, code="read", param="", ms=ms)
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        error = {}
    return Answer(status=response.status_code, code=str(error.get("code")), param=str(error.get("param")), ms=ms)


def request_body(data: bytes) -> bytes:
    """Write a chat request with the document `data`: a PDF as a file, all else as a picture."""
    packed = base64.b64encode(data).decode()
    if data[:1024].find(b"%PDF-") >= 0:
        part = {"type": "file", "file": {"file_data": f"data:application/pdf;base64,{packed}"}}
    else:
        part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{packed}"}}
    return json.dumps({"model": MODEL, "messages": [{"role": "user", "content": [part]}]}).encode()


@contextmanager
def serving(**settings: object) -> Iterator[ScriptedServer]:
    """Run `pageglass serve --engine fake` with these `settings` and none of the environment's.

    Raises:
        SystemExit: it does not start.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("PAGEGLASS_")}
    given = {f"PAGEGLASS_{name.upper()}": str(value) for name, value in settings.items()}
    # Freed memory goes back at once, or what an earlier file left behind would hide what a later one takes.
    plain = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "server", "serve", "--engine", "fake", "--model", MODEL]
    with subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", "0"],
        cwd=ROOT,
        env=kept | plain | given,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        server = ScriptedServer(process=process)
        reading = threading.Thread(target=server.log.extend, args=(process.stderr,), daemon=True)
        reading.start()  # to the end, or a full pipe would stop the server
        try:
            _wait_until_ready(server)
            yield server
        finally:
            _stop(process)
            reading.join(STOP_TIMEOUT_S)


def _wait_until_ready(server: ScriptedServer) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while server.process.poll() is None and time.monotonic() < deadline:
        if found := re.search(r"this machine\s+(http://\S+)/v1", "".join(server.log)):
            server.url = found[1]
            try:
                if httpx.get(f"{server.url}/ready", trust_env=False).is_success:
                    return
            except httpx.TransportError:
                pass
        time.sleep(0.05)
    raise SystemExit("the server did not start:\n" + "".join(server.log))


def _stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

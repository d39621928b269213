"""The endpoint under measurement: one that runs already, or one started here in a process of its own."""

import base64
import json
import mimetypes
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openai
from measure import Document
from openai.types.chat import ChatCompletion

START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60
ANSWER_TIMEOUT_S = 300
LOCAL = {"trust_env": False, "timeout": 5.0}  # a proxy has no business between two processes of one machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A served model, asked through the openai SDK."""

    client: openai.OpenAI
    model: str

    def read_text(self, document: Document) -> str:
        """Return the text of a picture; openai.OpenAIError where the endpoint refuses it."""
        return _text(self._ask(document, "Read all the text in the image."))

    def read_fields(self, document: Document) -> tuple[dict[str, object], list[bool]]:
        """Return the fields named by the document's truth, and of each value whether it is in print."""
        names = list(document.fields)
        schema = {
            "type": "object",
            "additionalProperties": False,
            "required": names,
            "properties": {name: {"type": ["string", "null"]} for name in names},
        }
        wanted = {"type": "json_schema", "json_schema": {"name": "fields", "strict": True, "schema": schema}}
        answer = self._ask(
            document,
            "Extract these fields.",
            response_format=wanted,
            extra_body={"pageglass": {"ground": True}},
        )
        evidence = (answer.model_extra or {}).get("pageglass", {}).get("evidence", {})
        fields: dict[str, object] = json.loads(_text(answer) or "{}")
        return fields, [one["grounded"] is True for one in evidence.values()]

    def read_all(self, documents: Sequence[Document], *, jobs: int) -> tuple[list[str], int, float]:
        """Read the text of all `documents`, `jobs` at once: texts in order ("" where refused), refusals, seconds."""
        start = time.perf_counter()
        with ThreadPoolExecutor(jobs) as pool:
            texts = list(pool.map(self._text_or_none, documents))
        seconds = time.perf_counter() - start
        return [text or "" for text in texts], texts.count(None), seconds

    def _text_or_none(self, document: Document) -> str | None:
        try:
            return self.read_text(document)
        except openai.OpenAIError as error:
            print(f"{document.picture.name}: {error}", file=sys.stderr)
            return None

    def _ask(self, document: Document, prompt: str, **options: Any) -> ChatCompletion:
        mime = mimetypes.guess_type(document.picture.name)[0] or "image/png"
        picture = base64.b64encode(document.picture.read_bytes()).decode()
        content: list[Any] = [
            {"type": "image_url", "image_url": {"url": f"data:{mime};base64,{picture}"}},
            {"type": "text", "text": prompt},
        ]
        return self.client.chat.completions.create(
            model=self.model, temperature=0, messages=[{"role": "user", "content": content}], **options
        )


def _text(answer: ChatCompletion) -> str:
    return answer.choices[0].message.content or ""


@contextmanager
def connect(base_url: str | None, *, model: str | None = None, api_key: str = "none") -> Iterator[Endpoint]:
    """Yield the endpoint at `base_url` (which ends in /v1), or one started for the purpose and stopped after it.

    Raises:
        SystemExit: the endpoint does not start, or serves no model.
    """
    if base_url is None:
        with serve() as started, connect(started, model=model) as endpoint:
            yield endpoint
        return
    client = openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0, timeout=ANSWER_TIMEOUT_S)
    with client:
        served = model or next((entry.id for entry in client.models.list()), None)
        if served is None:
            raise SystemExit(f"{base_url} serves no model")
        yield Endpoint(client=client, model=served)


@contextmanager
def serve(root: Path = Path(__file__).parents[1]) -> Iterator[str]:
    """Start the endpoint of the checkout `root`, as set by the environment, on a free port; yield its base URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "PAGEGLASS_API_KEYS"}
    command = [sys.executable, "-m", "server", "serve", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{port}/ready")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            _stop(process)


def _wait_until_ready(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(url, **LOCAL).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("the endpoint did not start; see why with: .venv/bin/pageglass serve")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()

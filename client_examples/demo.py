"""`make demo`: start the endpoint on a free port and read a receipt through the openai SDK as text, fields and stream.

The exit code is 0 only if all three agree with what is known to be printed on the receipt.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx
from openai import OpenAI
from openai_sdk import RECEIPT, read_receipt, read_text, stream_text

START_TIMEOUT_S = 120


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running_endpoint() -> Iterator[str]:
    """Start the endpoint, wait until it is ready, give its base URL, and stop it by its process id at the end."""
    port = free_port()
    command = [sys.executable, "-m", "server", "serve", "--host", "127.0.0.1", "--port", str(port)]
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - our own command
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/ready", server, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
            try:
                server.wait(timeout=40)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_until_ready(url: str, server: "subprocess.Popen[bytes]", log: IO[str]) -> None:
    """Ask until the endpoint says that it can answer; ends the demo with the server's log where it does not."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(url, timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    log.seek(0)
    raise SystemExit(f"demo: the endpoint did not become ready ({url}). Its log:\n{log.read()}")


def printed_on(picture: Path) -> dict[str, str]:
    """What is known to be printed on the drawn receipt: its fields by name."""
    for line in (picture.parent / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        if document["image"] == picture.name:
            return dict(document["fields"])
    raise SystemExit(f"demo: {picture.name} is not in truth.jsonl")


def main() -> None:
    """Run the demo."""
    fields = printed_on(RECEIPT)
    print(
        "Starting the endpoint on its embedded CPU engine: a few seconds, half a minute on a slow machine ...",
        flush=True,
    )
    started = time.monotonic()
    with running_endpoint() as base_url, OpenAI(base_url=base_url, api_key="none", timeout=120) as client:
        model = client.models.list().data[0].id
        print(f"{base_url} serves {model}, ready after {time.monotonic() - started:.1f} s\n")

        print(f"1. The text of {RECEIPT.name}\n")
        text = read_text(client, model, RECEIPT)
        print(text)

        print("\n2. Its fields under a JSON schema\n")
        receipt = read_receipt(client, model, RECEIPT)
        print(receipt.model_dump_json(indent=2))

        print("\n3. The text again, as a stream\n")
        pieces = []
        for piece in stream_text(client, model, RECEIPT):
            print(piece, end="", flush=True)
            pieces.append(piece)
        print()
    wrong = [
        what
        for what, right in {
            "the text does not show the total": fields["total"] in text,
            "the total is not the one printed": f"{receipt.total:.2f}" == fields["total"],
            "the company is not the one printed": receipt.company == fields["company"],
            "the stream came in one piece": len(pieces) > 1,
            "the stream is not the text": "".join(pieces) == text,
        }.items()
        if not right
    ]
    if wrong:
        raise SystemExit("demo: " + "; ".join(wrong))
    took = time.monotonic() - started
    print(f"\nDone in {took:.1f} s: text, fields and stream agree with what is printed on the receipt.")


if __name__ == "__main__":
    main()

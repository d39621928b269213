"""Stopping under load: SIGTERM while 200 requests are in flight, again and again; is every one of them answered whole?

    python benchmarks/drain.py [--runs 20] [--requests 200] [--workers 1] [--delay 0.1] [--grace 60]

Each run starts an endpoint with the scripted engine (three lines, so many seconds each), sends all requests, half of
them for streams and a quarter on connections that have served before, and the signal the moment the last byte is sent:
most of them are then in the server's queue or still in the kernel's. Then 20 more come; these may be refused, but not
half answered. Whole is an answer with all three lines, and a stream that also ends with [DONE].
"""

import argparse
import base64
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
LINES = "ONE\nTWO\nTHREE"
LATE = 20
START_TIMEOUT_S = 60
ANSWER_TIMEOUT_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run does."""

    requests: int
    workers: int
    delay_s: float
    grace_s: float

    @property
    def in_flight(self) -> int:
        """Requests worked on at a time: a third, so that most wait."""
        return max(1, self.requests // 3)

    def environment(self) -> dict[str, str]:
        """The endpoint's settings."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PAGEGLASS_")}
        return inherited | {
            "PAGEGLASS_ENGINE": "fake",
            "PAGEGLASS_FAKE__TEXT": LINES,
            "PAGEGLASS_FAKE__DELAY_S": str(self.delay_s),
            "PAGEGLASS_MAX_IN_FLIGHT": str(self.in_flight),
            "PAGEGLASS_MAX_QUEUE": str(self.requests + LATE),
            "PAGEGLASS_GRACE_S": str(self.grace_s),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run gave; `accepted` and `late` count answers by kind."""

    accepted: Counter[str]
    late: Counter[str]
    exit_code: int
    seconds: float

    def good(self, plan: Plan) -> bool:
        """Whether every accepted request was answered whole, none was half answered, and the exit code is 0."""
        whole = self.accepted["whole"] + self.accepted["whole stream"] == plan.requests
        late = set(self.late) <= {"whole", "whole stream", "refused"}
        return whole and late and self.exit_code == 0


def main() -> int:
    """Run, print the table, and give 1 where anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0.1)
    parser.add_argument("--grace", type=float, default=60)
    given = parser.parse_args()
    plan = Plan(requests=given.requests, workers=given.workers, delay_s=given.delay, grace_s=given.grace)
    print(
        f"{plan.requests} requests in flight, workers {plan.workers}; 3 lines of {plan.delay_s} s; in flight at most "
        f"{plan.in_flight}, queue {plan.requests + LATE} (each per worker), grace {plan.grace_s} s\n"
    )
    print("| run | whole | whole streams | other | late: whole / refused / other | exit code | seconds to stop |")
    print("|---|---|---|---|---|---|---|")
    lost = 0
    for number in range(1, given.runs + 1):
        outcome = run(plan)
        lost += not outcome.good(plan)
        print(row(number, outcome), flush=True)
    print(f"\nruns in which anything was lost: {lost} of {given.runs}")
    return 1 if lost else 0


def row(number: int, outcome: Outcome) -> str:
    """One line of the table."""
    accepted, late = Counter(outcome.accepted), Counter(outcome.late)
    whole, streams = accepted.pop("whole", 0), accepted.pop("whole stream", 0)
    answered, refused = late.pop("whole", 0) + late.pop("whole stream", 0), late.pop("refused", 0)
    others = ", ".join(f"{count} {kind}" for kind, count in accepted.items()) or "0"
    return (
        f"| {number} | {whole} | {streams} | {others} | {answered} / {refused} / {late.total()} | "
        f"{outcome.exit_code} | {outcome.seconds:.1f} |"
    )


def run(plan: Plan) -> Outcome:
    """Start, send, stop, and read the answers."""
    with endpoint(plan) as (process, port):
        connections = [connect(port, kept=number % 4 == 0) for number in range(plan.requests)]
        for number, connection in enumerate(connections):
            send(connection, stream=number % 2 == 1)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        late = [attempt(port, stream=number % 2 == 1) for number in range(LATE)]
        accepted = Counter(answer(connection, stream=number % 2 == 1) for number, connection in enumerate(connections))
        after = Counter(
            "refused" if connection is None else late_answer(connection, stream=number % 2 == 1)
            for number, connection in enumerate(late)
        )
        code = process.wait(ANSWER_TIMEOUT_S)
        return Outcome(accepted=accepted, late=after, exit_code=code, seconds=time.monotonic() - began)


@contextmanager
def endpoint(plan: Plan) -> "Iterator[tuple[subprocess.Popen[bytes], int]]":
    """Start an endpoint on a free port of this machine; it is ended by force where it has not ended by itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(plan.workers)]
    command = [sys.executable, "-m", "server", "serve", *flags]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=ROOT, env=plan.environment(), stderr=log)
        try:
            wait_until_ready(process, port)
            yield process, port
        finally:
            process.kill()
            process.wait()


def wait_until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Ask /ready until it says yes; SystemExit where the endpoint does not start."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise SystemExit("the endpoint did not start")


def connect(port: int, *, kept: bool = False) -> http.client.HTTPConnection:
    """Open a connection; a `kept` one has served a request already."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_TIMEOUT_S)
    connection.connect()
    if kept:
        connection.request("GET", "/health")
        connection.getresponse().read()
    return connection


def send(connection: http.client.HTTPConnection, *, stream: bool) -> None:
    """Send a request to the last byte."""
    connection.request("POST", "/v1/chat/completions", body(stream=stream), {"content-type": "application/json"})


def attempt(port: int, *, stream: bool) -> http.client.HTTPConnection | None:
    """Send a request after the signal; None where it is refused."""
    try:
        connection = connect(port)
        send(connection, stream=stream)
    except OSError:
        return None
    return connection


def answer(connection: http.client.HTTPConnection, *, stream: bool) -> str:
    """Read an answer, and say what it is: whole, whole stream, or what went wrong."""
    try:
        response = connection.getresponse()
        text = response.read().decode()
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
    if response.status != 200:
        return f"status {response.status}"
    if not stream:
        read = json.loads(text)["choices"][0]["message"]["content"]
        return "whole" if read == LINES else "half"
    return "whole stream" if streamed(text) == LINES else "half stream"


def late_answer(connection: http.client.HTTPConnection, *, stream: bool) -> str:
    """Read the answer to a request that came after the signal; one cut off before it began counts as refused."""
    said = answer(connection, stream=stream)
    return "refused" if said in {"ConnectionResetError", "RemoteDisconnected", "BrokenPipeError"} else said


def streamed(text: str) -> str | None:
    """Put the deltas of a stream together; None where it does not end with [DONE]."""
    events = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    if not events or events[-1] != "[DONE]":
        return None
    chunks = [json.loads(event) for event in events[:-1]]
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk.get("choices", []))


def body(*, stream: bool) -> bytes:
    """A chat request with a small page."""
    drawn = io.BytesIO()
    Image.new("RGB", (80, 60), "white").save(drawn, "PNG")
    url = "data:image/png;base64," + base64.b64encode(drawn.getvalue()).decode()
    content = [{"type": "image_url", "image_url": {"url": url}}]
    asked = {"model": "pp-ocrv6-small", "messages": [{"role": "user", "content": content}], "stream": stream}
    return json.dumps(asked).encode()


if __name__ == "__main__":
    sys.exit(main())

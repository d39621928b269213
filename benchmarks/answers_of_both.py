"""Odd and hostile requests to vLLM's own server and to Pageglass: what each answers, and how fast; a Markdown table.

    .venv-vllm/bin/python benchmarks/answers_of_both.py [NAME ...] [--timeout 60] [--model DIR] [--messages]

Each request of `odd_requests.py` goes to both in turn; code and param are those of the error object. After each answer
the server is asked how it is: one that died, or that no longer answers an ordinary request, is noted and started again.

Ends with 1 where Pageglass answers 5xx or not at all, refuses without a param what a part of the body is to blame for,
fetches what stands on this machine, or dies.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from odd_requests import OddRequest, odd_requests
from picture_host import PictureHost
from vllm_pair import MODEL, READER, Served, both

HEADINGS = ("request", *(f"{name}: {what}" for name in ("vLLM", "Pageglass") for what in ("answer", "param", "s")))
ORDINARY = {"model": MODEL, "max_tokens": 1, "messages": [{"role": "user", "content": "Hi"}]}
ORDINARY_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came: `status` is 0 where nothing did; `text` is the error's message, or what was read."""

    status: int
    code: str
    param: str | None
    text: str
    seconds: float
    fetched: bool = False
    died: bool = False

    def cells(self) -> list[str]:
        """The answer as printed."""
        said = f"{self.status or 'none'} {self.code}".strip()
        marks = ["fetched"] * self.fetched + ["**died**"] * self.died
        return [", ".join([said, *marks]), f"`{self.param}`" if self.param else "", f"{self.seconds:.2f}"]


def ask(server: Served, request: OddRequest, host: PictureHost, timeout_s: float) -> Answer:
    """Send `request`, and look at what has become of the server."""
    visits = len(host.visits)
    began = time.perf_counter()
    try:
        response = httpx.request(
            request.method,
            server.url + request.path,
            content=request.content,
            headers={"content-type": "application/json"},
            timeout=timeout_s,
            trust_env=False,
        )
        status, (code, param, text) = response.status_code, _read(response)
    except httpx.HTTPError as error:
        status, code, param, text = 0, type(error).__name__, None, ""
    seconds = time.perf_counter() - began
    return Answer(
        status=status,
        code=code,
        param=param,
        text=text,
        seconds=seconds,
        fetched=len(host.visits) > visits,
        died=not _works(server, doubted=status == 0 or status >= 500),
    )


def _read(response: httpx.Response) -> tuple[str, str | None, str]:
    """Code, param and text of an answer, whatever its shape."""
    try:
        body: Any = response.json()
    except ValueError:
        return "", None, response.text
    if response.is_success:
        return "", None, str(body["choices"][0]["message"]["content"])
    error = body.get("error")
    if not isinstance(error, dict):
        return "no error object", None, json.dumps(body)
    code = error.get("code")
    return str(code) if isinstance(code, str) else "", error.get("param"), str(error.get("message"))


def _works(server: Served, *, doubted: bool) -> bool:
    """Whether the server is well; where that is `doubted`, it has to answer an ordinary request too."""
    if not doubted:
        return server.lives
    try:
        answer = httpx.post(
            f"{server.url}/v1/chat/completions", json=ORDINARY, timeout=ORDINARY_TIMEOUT_S, trust_env=False
        )
    except httpx.HTTPError:
        return False
    return answer.is_success and server.lives


def wrong(request: OddRequest, answer: Answer) -> str:
    """What Pageglass did wrong; "" where nothing is."""
    if answer.status == 0 or answer.status >= 500:
        return "a 5xx, or no answer"
    if answer.died:
        return "it died"
    if answer.fetched:
        return "it fetched what stands on this machine"
    if answer.status >= 400 and not answer.param and request.blames:
        return "no param"
    return ""


def try_all(
    requests: Sequence[OddRequest], servers: tuple[Served, Served], host: PictureHost, given: argparse.Namespace
) -> list[str]:
    """Send every request to both, print the table row by row, and return what Pageglass did wrong."""
    faults, counts = [], [0, 0]
    print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}", flush=True)
    for request in requests:
        answers = []
        for number, server in enumerate(servers):
            answer = ask(server, request, host, given.timeout)
            counts[number] += answer.status == 0 or answer.status >= 500
            answers.append(answer)
            if answer.died:
                server.stop()
                server.start()
        print(f"| {' | '.join([request.name, *answers[0].cells(), *answers[1].cells()])} |", flush=True)
        for server, answer in zip(servers, answers, strict=True):
            if given.messages:
                print(f"    {server.name}: {answer.text[:300]!r}", file=sys.stderr)
        if fault := wrong(request, answers[1]):
            faults.append(f"{request.name}: {fault}")
    print(f"\n{len(requests)} requests; 5xx or no answer: vLLM {counts[0]}, Pageglass {counts[1]}")
    return faults


def main() -> None:
    """Send every request to both; ends with 1 where Pageglass did something wrong."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("names", nargs="*", help="only requests with one of these in their names")
    cli.add_argument("--model", type=Path, default=READER, help="folder of a model that takes pictures")
    cli.add_argument("--timeout", type=float, default=60, help="seconds that an answer may take")
    cli.add_argument("--messages", action="store_true", help="print the messages as well, on stderr")
    given = cli.parse_args()
    with PictureHost() as host:
        requests = list(odd_requests(f"http://127.0.0.1:{host.listen()}"))
        chosen = [one for one in requests if not given.names or any(name in one.name for name in given.names)]
        with both(given.model.resolve()) as servers:
            faults = try_all(chosen, servers, host, given)
    for fault in faults:
        print(f"WRONG {fault}", file=sys.stderr)
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()

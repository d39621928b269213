"""Whether callers share a busy server fairly: keys that ask for more than it can do, one of them for much more.

`fair_load.py [--seconds N] [--greedy N]` starts the server with the scripted engine, sends it twice what it can do
from four keys, the first of which sends `--greedy` times as much as each other, at random moments and whether or not
earlier requests were answered; nobody tries again. It prints a row per key, and exits with 1 unless: every request was
answered, with 200 or with a 503 `overloaded` that says when to try again; the keys' shares of the answers differ by
10 % at most; memory at the end is that after a third of the time within 10 %.
"""

import argparse
import asyncio
import io
import random
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
import psutil
from PIL import Image
from process_memory import memory
from scripted_server import ScriptedServer, request_body, serving

KEYS = ("key-one", "key-two", "key-three", "key-four")
AT_WORK, DELAY_S, QUEUE, QUEUE_S, GRACE_S = 8, 0.25, 32, 10, 5
CAPACITY = AT_WORK / DELAY_S
OVERLOAD = 2.0
MOST_APART = 0.10
SAMPLE_EVERY_S = 1.0
ANSWER_S = 60


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one key sent and got; `waits` are the seconds of its good answers."""

    sent: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    retry_after: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def good(self) -> int:
        """Requests that were read."""
        return self.statuses["200"]


class Load:
    """Four keys' requests over one client, and the server's memory meanwhile."""

    def __init__(self, server: ScriptedServer, *, seconds: float, greedy: float) -> None:
        self._server = server
        self._seconds = seconds
        total = OVERLOAD * CAPACITY
        self._rates = [total * part / (greedy + len(KEYS) - 1) for part in (greedy, *[1] * (len(KEYS) - 1))]
        self.tallies = {key: Tally() for key in KEYS}
        self.memory: list[tuple[float, int]] = []
        self._body = request_body(small_picture())

    async def run(self) -> None:
        """Send for so many seconds, and wait for every answer."""
        limits = httpx.Limits(max_connections=1000, max_keepalive_connections=200)
        async with httpx.AsyncClient(
            base_url=self._server.url, timeout=ANSWER_S, trust_env=False, limits=limits
        ) as client:
            weighing = asyncio.create_task(self._weigh())
            pairs = zip(KEYS, self._rates, strict=True)
            await asyncio.gather(*(self._send_all(client, key, rate) for key, rate in pairs))
            weighing.cancel()
            await asyncio.gather(weighing, return_exceptions=True)

    async def _send_all(self, client: httpx.AsyncClient, key: str, rate: float) -> None:
        chance = random.Random(key)  # noqa: S311 - moments, not secrets
        end, due = time.monotonic() + self._seconds, time.monotonic()
        async with asyncio.TaskGroup() as group:
            while (due := due + chance.expovariate(rate)) < end:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                group.create_task(self._send(client, key))

    async def _send(self, client: httpx.AsyncClient, key: str) -> None:
        tally = self.tallies[key]
        tally.sent += 1
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        began = time.monotonic()
        try:
            answer = await client.post("/v1/chat/completions", content=self._body, headers=headers)
        except httpx.HTTPError as error:
            tally.faults.append(f"unanswered: {type(error).__name__}")
            return
        tally.statuses[str(answer.status_code)] += 1
        if answer.is_success:
            tally.waits.append(time.monotonic() - began)
        else:
            _judge(answer, tally)

    async def _weigh(self) -> None:
        process = psutil.Process(self._server.process.pid)
        began = time.monotonic()
        while True:
            self.memory.append((time.monotonic() - began, await asyncio.to_thread(memory, process)))
            await asyncio.sleep(SAMPLE_EVERY_S)

    def memory_in(self, begin: float, end: float) -> float:
        """Megabytes in the median between two parts of the time."""
        span = self._seconds
        held = [size for at, size in self.memory if begin * span <= at <= end * span]
        return statistics.median(held) / 2**20


def _judge(answer: httpx.Response, tally: Tally) -> None:
    code = answer.json()["error"]["code"]
    if (answer.status_code, code) != (503, "overloaded"):
        tally.faults.append(f"{answer.status_code} {code}")
    elif not answer.headers.get("retry-after", "").isdecimal():
        tally.faults.append("503 without Retry-After")
    else:
        tally.retry_after.append(int(answer.headers["retry-after"]))


def small_picture() -> bytes:
    """Draw a picture that takes no time to decode, as PNG."""
    drawn = io.BytesIO()
    Image.new("RGB", (200, 100), "white").save(drawn, "PNG")
    return drawn.getvalue()


def report(load: Load, seconds: float) -> list[str]:
    """Print the table; gives what is not as it should be."""
    tallies = load.tallies
    read = sum(tally.good for tally in tallies.values())
    print("| key | sent/s | read | share | turned away | p50 s | p95 s | Retry-After s |")
    print("|---|---|---|---|---|---|---|---|")
    for key, tally in tallies.items():
        quantiles = statistics.quantiles(tally.waits, n=20)
        after = f"{min(tally.retry_after)}-{max(tally.retry_after)}" if tally.retry_after else "-"
        print(
            f"| {key} | {tally.sent / seconds:.1f} | {tally.good} | {tally.good / read:.1%} | "
            f"{tally.statuses['503']} | {quantiles[9]:.2f} | {quantiles[18]:.2f} | {after} |"
        )
    goods = [tally.good for tally in tallies.values()]
    apart = (max(goods) - min(goods)) / statistics.mean(goods)
    first, last = load.memory_in(0.25, 1 / 3), load.memory_in(11 / 12, 1)
    answered = sum(sum(tally.statuses.values()) for tally in tallies.values())
    sent = sum(tally.sent for tally in tallies.values())
    print(f"\n{sent} sent, {answered} answered, {read} read: {read / seconds:.1f} a second of {CAPACITY:g} possible")
    print(f"shares apart by {apart:.1%}; memory {first:.0f} MiB after a third, {last:.0f} MiB at the end")
    faults = Counter(fault for tally in tallies.values() for fault in tally.faults)
    told = [f"{count} x {fault}" for fault, count in faults.items()]
    told += [f"{sent - answered} unanswered"] if sent != answered else []
    told += [f"shares apart by {apart:.1%}"] if apart > MOST_APART else []
    told += [f"memory grew from {first:.0f} to {last:.0f} MiB"] if last > first * 1.1 else []
    return told


def main() -> int:
    """Run the load and judge it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--greedy", type=float, default=4, help="how much more the first key sends than each other")
    given = parser.parse_args()
    print(
        f"{len(KEYS)} keys send {OVERLOAD * CAPACITY:g} requests a second for {given.seconds:g} s, the first "
        f"{given.greedy:g} times as many as each other; scripted engine of {DELAY_S} s, {AT_WORK} at work, queue of "
        f"{QUEUE} for at most {QUEUE_S} s, grace {GRACE_S} s\n"
    )
    settings = {"max_in_flight": AT_WORK, "max_queue": QUEUE, "queue_timeout_s": QUEUE_S, "grace_s": GRACE_S}
    with serving(api_keys=",".join(KEYS), fake__delay_s=DELAY_S, log_level="error", **settings) as server:
        load = Load(server, seconds=given.seconds, greedy=given.greedy)
        asyncio.run(load.run())
    faults = report(load, given.seconds)
    print("\n".join(["not as it should be:", *faults]) if faults else "as it should be")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

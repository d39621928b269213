"""What the dashboard shows: a short load, a real Prometheus that scrapes it, and each panel's queries drawn as one PNG.

`dashboard.py [OUT.png] [--seconds N]` starts the server with the scripted engine and Prometheus (Debian: prometheus) on
free ports, sends chats, streams, documents and faults from three keys, asks Prometheus for every query of
deploy/grafana/pageglass.json, and draws what it gives. Needs matplotlib. Exits with 1 where a query gives nothing.
"""

import argparse
import asyncio
import io
import json
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from fair_load import small_picture
from PIL import Image
from scripted_server import MODEL, ROOT, request_body, serving

KEYS = ("shop", "archive", "trial")
STEP_S, RATE, SCRAPE = 2, "20s", "1s"
COSTLY = 0.1  # of one kind of request in seven: more than a decoder may take, so that it is replaced
COSTLY_SIDE, LEAST_MEMORY = 9000, 64 * 2**20
WAIT_S = 30
CONFIGURATION = """\
global: {{scrape_interval: {scrape}}}
scrape_configs:
  - job_name: pageglass
    static_configs: [{{targets: ["{target}"]}}]
"""
"""Prometheus' own configuration is for minutes; for one minute of load it has to look more often."""


@contextmanager
def prometheus(target: str) -> Iterator[httpx.Client]:
    """Run Prometheus over the server at `target` (host:port); gives a client of its API.

    Raises:
        SystemExit: it is not installed, or does not start.
    """
    if not shutil.which("prometheus"):
        raise SystemExit("prometheus is not installed; on Debian and Ubuntu: apt-get install prometheus")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder, "prometheus.yml")
        configuration.write_text(CONFIGURATION.format(scrape=SCRAPE, target=target))
        command = ["prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={folder}/data"]
        command += [f"--web.listen-address={address}", "--log.level=error"]
        with (
            subprocess.Popen(command) as process,
            httpx.Client(base_url=f"http://{address}", trust_env=False) as client,
        ):
            try:
                _wait_until_ready(client)
                yield client
            finally:
                process.terminate()


def _wait_until_ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        try:
            if client.get("/-/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("Prometheus did not start")


def _large_picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (COSTLY_SIDE, COSTLY_SIDE), "white").save(drawn, "PNG")
    return request_body(drawn.getvalue())


async def send_load(url: str, seconds: float) -> int:
    """Send what three callers might, for so many seconds; gives how many requests were answered."""
    end, answered = time.monotonic() + seconds, 0
    large = _large_picture()
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:

        async def call(key: str, pause_s: float) -> None:
            nonlocal answered
            chance = random.Random(key)  # noqa: S311 - variety, not secrets
            while time.monotonic() < end:
                path, body = chance.choice(_requests(chance, large))
                headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
                await client.post(path, content=body, headers=headers)
                answered += 1
                await asyncio.sleep(chance.expovariate(1 / pause_s))

        callers = [call("shop", 0.1) for _ in range(8)] + [call("archive", 0.3) for _ in range(4)] + [call("trial", 1)]
        await asyncio.gather(*callers)
    return answered


def _requests(chance: random.Random, large: bytes) -> list[tuple[str, bytes]]:
    """One of each kind: a chat, a stream, documents new and known, a fault, broken files, costly ones."""
    chat = json.loads(request_body(small_picture()))
    picture = chat["messages"][0]["content"][0]["image_url"]["url"]
    broken = picture[: len(picture) - 4 * chance.randint(5, 20)]
    return [
        ("/v1/chat/completions", json.dumps(chat).encode()),
        ("/v1/chat/completions", json.dumps(chat | {"stream": True}).encode()),
        ("/v1/ocr", json.dumps({"model": MODEL, "image": picture}).encode()),
        ("/v1/ocr", json.dumps({"model": MODEL, "image": picture, "max_tokens": chance.randint(1, 999)}).encode()),
        ("/v1/ocr", json.dumps({"model": MODEL, "image": broken}).encode()),
        ("/v1/chat/completions", large if chance.random() < COSTLY else json.dumps(chat).encode()),
        ("/v1/chat/completions", json.dumps(chat | {"temperature": 9}).encode()),
    ]


def ask(client: httpx.Client, query: str, begin: float, end: float) -> list[dict[str, Any]]:
    """Ask Prometheus for a query of the dashboard over a time (Unix seconds): its series."""
    plain = query.replace("$__rate_interval", RATE).replace("$key", ".*")
    answer = client.get("/api/v1/query_range", params={"query": plain, "start": begin, "end": end, "step": STEP_S})
    answer.raise_for_status()
    series: list[dict[str, Any]] = answer.json()["data"]["result"]
    return series


def draw(client: httpx.Client, out: Path, begin: float, end: float) -> list[str]:
    """Draw every panel where the dashboard has it; gives the queries that gave nothing."""
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - of this script alone
    except ImportError:
        raise SystemExit("matplotlib is not installed: pip install matplotlib") from None
    panels = json.loads((ROOT / "deploy" / "grafana" / "pageglass.json").read_text())["panels"]
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels)
    figure = plt.figure(figsize=(24, rows * 0.62))
    grid = figure.add_gridspec(rows, 24, hspace=6, wspace=6, left=0.03, right=0.99, top=0.98, bottom=0.02)
    empty = []
    for panel in panels:
        at = panel["gridPos"]
        axes = figure.add_subplot(grid[at["y"] : at["y"] + at["h"], at["x"] : at["x"] + at["w"]])
        axes.set_title(f"{panel['title']} [{panel['fieldConfig']['defaults']['unit']}]", fontsize=10)
        for target in panel["targets"]:
            found = ask(client, target["expr"], begin, end)
            empty += [] if found else [f"{panel['title']}: {target['expr']}"]
            for series in found:
                points = [(float(at_s) - begin, float(value)) for at_s, value in series["values"]]
                axes.plot(*zip(*points, strict=True), label=_legend(target["legendFormat"], series["metric"]))
        axes.set_ylim(bottom=0)
        axes.tick_params(labelsize=8)
        if axes.lines:
            axes.legend(fontsize=7, loc="upper left")
    figure.savefig(out, dpi=70)
    return empty


def _legend(template: str, labels: dict[str, str]) -> str:
    for name, value in labels.items():
        template = template.replace("{{" + name + "}}", value)
    return template.replace("__auto", "all").replace("{{key}}", "(no key)").strip() or "(no key)"


def main() -> int:
    """Load, ask, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, nargs="?", default=Path("dashboard.png"))
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    settings = {"max_in_flight": 4, "max_queue": 4, "fake__delay_s": 0.1, "log_level": "error"}
    settings["decode_memory_bytes"] = LEAST_MEMORY
    with (
        serving(api_keys=",".join(KEYS), fake__text="TOTAL 19.90\nTHANK YOU", **settings) as server,
        prometheus(server.url.removeprefix("http://")) as client,
    ):
        begin = time.time()
        answered = asyncio.run(send_load(server.url, given.seconds))
        end = time.time()
        empty = draw(client, given.out, begin, end)
    print(f"{answered} requests answered; drawn: {given.out}")
    for query in empty:
        print(f"nothing came of {query}")
    return 1 if empty else 0


if __name__ == "__main__":
    sys.exit(main())

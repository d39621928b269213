"""The formula of docs/memory.md, held against a real server with small limits and many large requests at once."""

import http.client
import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from picture_files import as_text, blank, saved
from PIL import Image

from server.config import load_settings
from server.pipeline.admission.memory_bound import memory_over_rest

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform != "linux", reason="reads peaks from /proc")]

MIB = 2**20
LIMITS = {
    "engine": "fake",
    "max_body_bytes": 6 * MIB,
    "max_bytes_in_flight": 12 * MIB,
    "max_pixels_in_flight": 8_000_000,
    "max_in_flight": 4,
    "max_queue": 24,
    "queue_timeout_s": 60,
    "intake_workers": 1,
    "decode_memory_bytes": 64 * MIB,
    "page_cache_bytes": 4 * MIB,
}
AT_ONCE = 48


@pytest.fixture(scope="module")
def photo():
    """A JPEG of about 3 MB."""
    return saved(Image.effect_noise((1800, 1800), 90).convert("RGB"), "JPEG", quality=95)


def body_of(url, text="Read."):
    parts = [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": url}}]
    return {"model": "pp-ocrv6-small", "messages": [{"role": "user", "content": parts}]}


def requests_of(photo):
    """Bodies near the limit, by what is dear about them."""
    packed, small = as_text(photo), as_text(blank())
    lines = "\r\n".join(packed[start : start + 76] for start in range(0, len(packed), 76))
    padding = 5 * MIB
    plain = {
        "a photo": body_of(f"data:image/jpeg;base64,{packed}"),
        "in lines": body_of(lines),
        "percent-encoded": body_of("data:image/jpeg;base64," + packed.replace("+", "%2B").replace("/", "%2F")),
        "no base64": body_of("A" * padding + "!"),
        "semicolons": body_of("data:" + ";" * padding + ",AAAA"),
        "white space": body_of(" " * padding + small),
        "many values": body_of(small, "x" * padding) | {"x_values": [[]] * 19_000},
        "a large schema": body_of(small, "x" * padding)
        | {
            "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"enum": ["x"] * 15_000}}}
        },
    }
    wide = {"one emoji": body_of(small, "x" * padding + "🧾"), "wide base64": body_of("A" * padding + "🧾")}
    packed_bodies = {name: json.dumps(body).encode() for name, body in plain.items()}
    return packed_bodies | {name: json.dumps(body, ensure_ascii=False).encode() for name, body in wide.items()}


def send(port, number, body):
    """Send one request, every third without its length; gives the status, or what broke."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"content-type": "application/json"}
    try:
        pieces = (body[start : start + MIB] for start in range(0, len(body), MIB))
        chunked = number % 3 == 0
        connection.request("POST", "/v1/chat/completions", pieces if chunked else body, headers, encode_chunked=chunked)
        return connection.getresponse().status
    finally:
        connection.close()


def insist(port, number, body):
    """Send one request until there is room for it."""
    while (status := send(port, number, body)) == 503:
        time.sleep(0.2)
    return status


def status_of(process, line):
    """A line of /proc/PID/status in bytes: VmRSS (now) or VmHWM (the most so far)."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(text.split()[1]) * 1024 for text in lines if text.startswith(line))


def test_many_large_requests_stay_within_the_bound_of_the_settings(start, photo):
    environment = {f"PAGEGLASS_{name.upper()}": str(value) for name, value in LIMITS.items()}
    bodies = list(requests_of(photo).values())
    assert max(map(len, bodies)) <= LIMITS["max_body_bytes"]
    with start(**environment, PAGEGLASS_FAKE__DELAY_S="0.1") as server:
        port = int(server.url.rpartition(":")[2])
        assert send(port, 1, json.dumps(body_of(as_text(photo))).encode()) == 200  # warm
        main = psutil.Process(server.process.pid)
        family = [main, *main.children(recursive=True)]
        rest = sum(status_of(process, "VmRSS") for process in family)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            jobs = [pool.submit(insist, port, number, bodies[number % len(bodies)]) for number in range(3 * AT_ONCE)]
            statuses = Counter(job.result() for job in jobs)
        over = sum(status_of(process, "VmHWM") for process in family) - rest
        assert server.get("/health").is_success
    assert set(statuses) == {200, 400}
    bound = memory_over_rest(load_settings(env_file=None, **LIMITS), in_flight=LIMITS["max_in_flight"])
    assert over <= bound, f"{over / MIB:.0f} MiB over rest, and the settings promise {bound / MIB:.0f}"

"""Waiting for a worker of the embedded engine is waiting: counted, timed and bounded, as in every other queue."""

import asyncio
import base64
import json
import re
from io import BytesIO

import httpx
import pytest
from PIL import Image, ImageDraw, ImageFont

pytestmark = pytest.mark.e2e

ONE = {"PAGEGLASS_RAPIDOCR__WORKERS": "1", "PAGEGLASS_LOG_FORMAT": "json", "PAGEGLASS_RESULT_CACHE_BYTES": "0"}
PATIENT = {"PAGEGLASS_QUEUE_TIMEOUT_S": "100", "PAGEGLASS_REQUEST_TIMEOUT_S": "110"}
STAGES = ("body_ms", "queue_ms", "fetch_ms", "decode_ms", "first_token_ms", "generation_ms")


@pytest.fixture(scope="module")
def body():
    image = Image.new("RGB", (1200, 1600), "white")
    font = ImageFont.load_default(size=28)
    for row in range(36):
        ImageDraw.Draw(image).text(
            (60, 40 + 42 * row), f"Row {row} of a page that takes a while to read", "black", font
        )
    file = BytesIO()
    image.save(file, "PNG")
    return {"image": base64.b64encode(file.getvalue()).decode()}


async def ask_at_once(server, body, times):
    """The answers to `times` requests, and the most that were seen to wait and to be in work meanwhile."""
    most = {"waiting": 0, "in_flight": 0}
    async with httpx.AsyncClient(base_url=server.url, timeout=120, trust_env=False) as client:
        asked = [asyncio.ensure_future(client.post("/v1/ocr", json=body)) for _ in range(times)]
        while not all(one.done() for one in asked):
            shown = (await client.get("/metrics")).text
            for name, before in most.items():
                found = re.search(rf"^pageglass_requests_{name} (\d+)", shown, re.MULTILINE)
                most[name] = max(before, int(found[1]))
            await asyncio.sleep(0.02)
    return [one.result() for one in asked], most


def logged(server, times):
    """The log lines of `times` answers."""
    assert server.has_said("generation_ms")
    lines = [json.loads(line) for line in server.said.splitlines() if line.startswith("{") and "_ms" in line]
    found = [line for line in lines if line.get("route") == "/v1/ocr"]
    assert len(found) == times
    return found


def test_requests_that_wait_for_a_worker_are_seen_to_wait(start, body):
    with start(**ONE, **PATIENT) as server:
        answers, most = asyncio.run(ask_at_once(server, body, 5))
        assert [answer.status_code for answer in answers] == [200] * 5
        lines = logged(server, 5)
    assert most["in_flight"] == 2  # one page is read, and the next is prepared
    assert most["waiting"] >= 3
    for line in lines:
        parts = sum(line.get(stage, 0) for stage in STAGES)
        assert parts == pytest.approx(line["total_ms"], rel=0.1, abs=60)
    waits = sorted(line["queue_ms"] for line in lines)
    reads = sorted(line["first_token_ms"] + line["generation_ms"] for line in lines)
    assert waits[-1] > 2 * reads[0]  # the last one waited for the others
    assert reads[-1] < waits[-1]


def test_a_wait_for_a_worker_is_as_long_as_every_other(start, body):
    with start(**ONE, PAGEGLASS_MAX_IN_FLIGHT="8", PAGEGLASS_QUEUE_TIMEOUT_S="0.05") as server:
        answers, _ = asyncio.run(ask_at_once(server, body, 4))
        refused = [answer for answer in answers if answer.status_code == 503]
        assert len(refused) >= 2
        assert all("worker of the engine" in answer.json()["error"]["message"] for answer in refused)
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        assert 'pageglass_limits_hit_total{limit="queue_timeout"}' in server.get("/metrics").text

"""Event streams without a socket: what is sent as one piece, when pings come, and what a fault leaves behind."""

import asyncio
import time

import pytest

from server.api.scope import RECORD
from server.api.sse import ChunkForm, EventStream
from server.errors import EngineUnavailable
from server.observability.logging import RequestRecord
from server.pipeline.admission.work_stream import WorkStream


async def work(*steps):
    """Items, seconds to wait, and faults to raise."""
    for step in steps:
        if isinstance(step, float):
            await asyncio.sleep(step)
        elif isinstance(step, Exception):
            raise step
        else:
            yield step


async def encode(item):
    if item == "broken":
        raise ValueError(item)
    return item.split()


def pieces(*steps, ping_s=5.0, opening=(), send_s=0.0):
    """The pieces of the body that a stream of `steps` sends, each taking `send_s` seconds, and when they were sent."""

    async def main():
        sent, began = [], time.monotonic()

        async def send(message):
            await asyncio.sleep(send_s)
            if message["type"] == "http.response.body":
                sent.append((message["body"].decode(), time.monotonic() - began))

        scope = {"type": "http", "method": "GET", "path": "/", RECORD: RequestRecord(request_id="r", method="GET")}
        stream = EventStream(WorkStream(work(*steps), timeout_s=9), encode, ChunkForm(), opening=opening, ping_s=ping_s)
        await stream(scope, asyncio.Event().wait, send)
        return sent

    return asyncio.run(main())


def texts(*steps, **options):
    return [text for text, _ in pieces(*steps, **options)]


def test_all_that_is_ready_goes_out_at_once_as_events_of_their_own():
    assert texts("a", "b", "c d", 0.05, "e", opening=["role"]) == [
        "data: role\n\n",
        "data: a\n\ndata: b\n\ndata: c\n\ndata: d\n\n",
        "data: e\n\n",
        "data: [DONE]\n\n",
        "",
    ]


def test_an_item_that_makes_no_event_sends_nothing():
    assert texts(" ", 0.05, "a") == ["data: a\n\n", "data: [DONE]\n\n", ""]


def test_what_came_before_a_fault_is_sent_once_and_the_error_is_last():
    *before, last, end = texts("a", 0.05, "b", "broken", "c")
    assert before == ["data: a\n\n"]
    assert last.startswith('data: b\n\ndata: {"error":{')
    assert end == ""
    *before, last, _ = texts("a", 0.05, "b", 0.05, EngineUnavailable("gone"))
    assert before == ["data: a\n\n", "data: b\n\n"]
    assert last.startswith('data: {"error":{"message":"gone"')


def test_pings_are_counted_from_the_last_item():
    sent = pieces("a", 0.3, "b", 0.3, "c", 0.9, "d", ping_s=0.5)
    assert [text for text, _ in sent] == [
        "data: a\n\n",
        "data: b\n\n",
        "data: c\n\n",
        ": ping\n\n",
        "data: d\n\n",
        "data: [DONE]\n\n",
        "",
    ]
    assert sent[3][1] == pytest.approx(1.1, abs=0.2)


def test_each_silence_has_its_pings():
    assert texts(0.5, "a", 0.5, ping_s=0.2) == [
        *[": ping\n\n"] * 2,
        "data: a\n\n",
        *[": ping\n\n"] * 2,
        "data: [DONE]\n\n",
        "",
    ]


def test_a_client_that_reads_slowly_gets_all_and_no_pings_while_there_is_something():
    words = [str(number) for number in range(200)]
    sent = texts(*words, ping_s=0.01, send_s=0.05)
    assert "".join(sent) == "".join(f"data: {word}\n\n" for word in [*words, "[DONE]"])
    assert max(text.count("data: ") for text in sent) <= 64

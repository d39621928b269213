"""Many requests at once, and clients that go away."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest
from served_reader import NAME, PLAIN, card, user

REQUESTS = 64
ENDLESS = {"ignore_eos": True, "max_tokens": 1900}


def test_64_at_once_are_all_right_and_sooner_done_than_in_turn(qwen, capsys):
    def is_right(text):
        return qwen.read(qwen.card(text)) == text

    seconds = []
    for begin, workers in ((100, 1), (300, REQUESTS)):
        texts = [f"NO {begin + number}.90" for number in range(REQUESTS)]
        start = time.monotonic()
        with ThreadPoolExecutor(workers) as pool:
            assert list(pool.map(is_right, texts)) == [True] * REQUESTS
        seconds.append(time.monotonic() - start)
    in_turn, at_once = seconds
    with capsys.disabled():
        print(f"\n{REQUESTS} in turn {in_turn:.2f} s, at once {at_once:.2f} s: {in_turn / at_once:.2f} times as fast")  # noqa: T201
    assert in_turn / at_once > 1


def test_pages_that_come_together_are_not_mixed_up(reader):
    """Pictures of several sizes, which vLLM encodes in one batch: each answer is that of its own picture."""
    texts = [str(number) * (1 + number % 4) + "/AB" for number in range(10, 26)]

    def drawn(ink):  # other ink makes other pictures, so that nothing is taken from a cache
        return [card(text, width=96 + 32 * (len(text) % 3), lowest=reader.lowest, ink=ink) for text in texts]

    with ThreadPoolExecutor(len(texts)) as pool:
        together = list(pool.map(reader.read, drawn(20)))
    assert together == [reader.read(picture) for picture in drawn(24)]
    assert sum(read == text for read, text in zip(together, texts, strict=True)) > len(texts) / 2


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_goes_away_frees_the_engine_within_a_second(qwen, stream):
    body = {"model": NAME, "messages": [user(qwen.card("INVOICE 42"))], "stream": stream, **PLAIN, **ENDLESS}
    client = HTTPConnection(qwen.server.url.removeprefix("http://"))
    client.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
    wait_for(qwen, 1)
    client.close()
    gone = time.monotonic()
    wait_for(qwen, 0)
    assert time.monotonic() - gone < 1


def wait_for(reader, running):
    deadline = time.monotonic() + 20
    while reader.running != running:
        assert time.monotonic() < deadline
        time.sleep(0.02)

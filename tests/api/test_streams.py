"""Streams on the real socket: frames, pings, errors after the first byte, and clients that leave."""

import json

import httpx
import pytest

ROUTE = "/v1/chat/completions"


def events(response):
    lines = [line for line in response.iter_lines() if line]
    return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")], [
        line for line in lines if not line.startswith("data: ")
    ]


def test_a_stream_is_whole(client, ask, logged):
    body = ask(stream=True, stream_options={"include_usage": True}, x_trace=1)
    with client.stream("POST", ROUTE, json=body, headers={"x-request-id": "stream-1"}) as response:
        frames, others = events(response)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-accel-buffering"] == "no"
    assert response.headers["x-request-id"] == "stream-1"
    assert response.headers["x-pageglass-ignored"] == "x_trace"
    assert "content-length" not in response.headers
    assert others == []
    assert frames[-1] == "[DONE]"
    chunks = [json.loads(frame) for frame in frames[:-1]]
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in chunks}) == 1
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks[:-1])
    assert text == "INVOICE 42\nTOTAL 19.90"
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[:-1]][-1] == "stop"
    assert chunks[-1]["choices"] == []
    line = logged(response.headers["x-request-id"])
    assert (line.stream, line.outcome, line.finish_reason) == (True, "ok", "stop")
    assert line.completion_tokens == chunks[-1]["usage"]["completion_tokens"]


def test_silence_is_broken_by_comments(serve, ask):
    server = serve(ping_s=0.05, fake={"delay_s": 0.5})
    with server.client() as client, client.stream("POST", ROUTE, json=ask(stream=True)) as response:
        frames, others = events(response)
    assert set(others) == {": ping"}
    assert frames[-1] == "[DONE]"
    assert "".join(json.loads(frame)["choices"][0]["delta"].get("content", "") for frame in frames[:-1]).endswith(
        "19.90"
    )


def test_an_early_failure_has_its_true_status(client, ask):
    response = client.post(ROUTE, json=ask(stream=True, n=2))
    assert (response.status_code, response.json()["error"]["code"]) == (400, "unsupported_parameter")


@pytest.mark.parametrize(
    ("failure", "code"), [(ValueError("secret detail"), "internal_error"), (None, "timeout")], ids=["fault", "deadline"]
)
def test_a_failure_after_the_first_byte_is_the_last_event(serve, ask, failure, code, logged):
    overrides = {} if failure else {"request_timeout_s": 0.5, "ping_s": 0.1, "fake": {"delay_s": 0.4}}
    server = serve(failures=[failure], **overrides)
    with server.client() as client, client.stream("POST", ROUTE, json=ask(stream=True)) as response:
        frames, _ = events(response)
    assert response.status_code == 200
    error = json.loads(frames[-1])["error"]
    assert error["code"] == code
    assert set(error) == {"message", "type", "param", "code"}
    assert "[DONE]" not in frames
    assert "secret" not in str(frames)
    line = logged(response.headers["x-request-id"])
    assert (line.status, line.outcome, line.code, line.levelname) == (200, "stream_error", code, "WARNING")


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_ends_the_engines_work(serve, ask, stream, logged, eventually):
    server = serve(ping_s=0.1, fake={"delay_s": 60.0})
    with server.client() as client:
        if stream:
            with client.stream("POST", ROUTE, json=ask(stream=True), headers={"x-request-id": "left"}):
                eventually(lambda: server.engine.pages_in_work == 1)
        else:
            with pytest.raises(httpx.ReadTimeout):
                client.post(ROUTE, json=ask(), headers={"x-request-id": "left"}, timeout=httpx.Timeout(30, read=0.5))
    eventually(lambda: server.engine.pages_in_work == 0)
    line = logged("left")
    assert line.outcome == "disconnected"

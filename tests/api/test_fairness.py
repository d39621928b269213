"""Turns among callers, over a real server: none fills the queue alone, and whoever has gone away holds no place."""

import asyncio

import httpx
import pytest

ROUTE = "/v1/chat/completions"
KEYS = {name: {"authorization": f"Bearer {name}"} for name in ("many", "few")}


@pytest.fixture
def load(ask):
    """Have callers ask at the same time, and give for each answer: (caller, status, retry-after, code)."""

    async def gather(server, callers, before=None):
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False, limits=limits) as client:

            async def one(caller):
                answer = await client.post(ROUTE, json=ask(), headers=KEYS[caller])
                error = {} if answer.is_success else answer.json()["error"]
                return caller, answer.status_code, answer.headers.get("retry-after"), error.get("code")

            tasks = []
            for caller in callers:
                tasks.append(asyncio.create_task(one(caller)))
                await asyncio.sleep(0.02)  # so that they come in this order
            return await asyncio.gather(*tasks)

    return lambda server, callers: asyncio.run(gather(server, callers))


def test_a_caller_that_fills_the_queue_makes_room_for_another(serve, load):
    server = serve(max_in_flight=1, max_queue=8, api_keys="many,few", fake={"text": "READ", "delay_s": 0.4})
    answers = load(server, ["many"] * 12 + ["few"] * 3)
    refused = [answer for answer in answers if answer[1] != 200]
    assert [answer[1] for answer in answers if answer[0] == "few"] == [200] * 3
    assert {(caller, status, code) for caller, status, _, code in refused} == {("many", 503, "overloaded")}
    assert all(int(after) >= 1 for _, _, after, _ in refused)
    assert server.app.state.admission.inside == 0


def test_who_has_gone_away_or_is_past_its_deadline_leaves_every_line(serve, ask, eventually):
    server = serve(max_in_flight=1, request_timeout_s=1, fake={"text": "READ", "delay_s": 30})
    admission = server.app.state.admission

    async def main():
        async with httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False) as client:
            tasks = [asyncio.create_task(client.post(ROUTE, json=ask())) for _ in range(4)]
            await asyncio.to_thread(eventually, lambda: admission.requests.waiting == 3)
            tasks[3].cancel()
            return await asyncio.gather(*tasks, return_exceptions=True)

    answers = asyncio.run(main())
    assert [answer.json()["error"]["code"] for answer in answers[:3]] == ["timeout"] * 3
    eventually(lambda: admission.inside == 0)
    held = (admission.requests.held, admission.requests.waiting, admission.bodies.held, admission.pages.held)
    assert held == (0, 0, 0, 0)
    assert server.engine.pages_in_work == 0

"""The engine's processes are killed: everybody is answered, it comes back by itself, and is given up in the end."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
from openai import OpenAI
from served_reader import NAME, PLAIN, READ, user

TEXT = "INVOICE 42"
LOAD = 16
GREEDY = {"temperature": 0, "presence_penalty": 0}
LONG = {"ignore_eos": True, "max_tokens": 1200}


@pytest.fixture(scope="module")
def mortal(start_reader):
    """A reader whose engine may die three times."""
    with start_reader(PAGEGLASS_VLLM__MAX_FAILURES="3", PAGEGLASS_VLLM__RESTART_BACKOFF_S="0.5") as reader:
        yield reader


def post(reader, *, stream):
    """Ask for a long answer; gives the status, the headers and the body, whatever it is."""
    body = {"model": NAME, "messages": [user(reader.card(TEXT), prompt=READ)], "stream": stream, **PLAIN, **LONG}
    url = f"{reader.server.base_url}/chat/completions"
    return httpx.post(url, json=body, timeout=120, trust_env=False)


def kill_core(reader):
    (core,) = reader.processes("EngineCore")
    core.kill()


def wait_until(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_everybody_is_answered_when_the_engine_is_killed_and_it_comes_back(mortal):
    before = mortal.processes()
    assert before
    with ThreadPoolExecutor(LOAD) as pool:
        asked = [pool.submit(post, mortal, stream=bool(number % 2)) for number in range(LOAD)]
        wait_until(lambda: mortal.running == LOAD)
        kill_core(mortal)
        wait_until(lambda: mortal.server.get("/ready").status_code == 503)
        assert mortal.server.get("/health").status_code == 200
        for number, response in enumerate(future.result() for future in asked):
            if number % 2 and response.status_code == 200:
                last = response.text.split("\n\n")[-2].removeprefix("data: ")
                assert "[DONE]" not in response.text
                assert json.loads(last)["error"]["code"] == "engine_unavailable"
            else:
                assert response.status_code == 503
                assert int(response.headers["retry-after"]) >= 1
                assert response.json()["error"]["code"] == "engine_unavailable"
    with OpenAI(base_url=mortal.server.base_url, api_key="none", max_retries=8, timeout=120) as patient:
        completion = patient.chat.completions.create(model=NAME, messages=[user(mortal.card(TEXT))], **GREEDY)
    assert completion.choices[0].message.content == TEXT
    wait_until(lambda: mortal.server.get("/ready").is_success)
    assert not [process for process in before if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    assert len(mortal.processes("EngineCore")) == 1


def test_an_engine_that_keeps_dying_is_given_up_with_exit_code_3(mortal):
    children = psutil.Process(mortal.server.process.pid).children(recursive=True)
    for _ in range(3):
        wait_until(lambda: mortal.server.process.poll() is not None or mortal.processes("EngineCore"))
        if mortal.server.process.poll() is not None:
            break
        kill_core(mortal)
        wait_until(lambda: mortal.server.process.poll() is not None or not mortal.processes("EngineCore"))
        wait_until(lambda: mortal.server.process.poll() is not None or is_ready(mortal))
    assert mortal.server.process.wait(60) == 3
    (last,) = [line for line in mortal.server.said.splitlines() if line.startswith("pageglass: ")]
    assert "The engine died 3 times within 600 s and is given up" in last
    assert "Traceback" not in mortal.server.said.partition(last)[2]
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


def is_ready(reader):
    try:
        return reader.server.get("/ready").is_success
    except httpx.TransportError:
        return False

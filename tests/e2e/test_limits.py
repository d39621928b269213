"""Keys and limits over several processes: `serve --workers 2` with a real Redis, `pageglass keys` beside it."""

import asyncio
import sys
import threading
import time
from contextlib import suppress

import httpx
import pytest
from picture_files import as_text, blank

pytestmark = pytest.mark.e2e

SCRIPTED = {"PAGEGLASS_FAKE__TEXT": "READ"}
TWO = ("--workers", "2", "--engine", "fake")


@pytest.fixture(scope="module")
def body():
    return {"image": as_text(blank())}


def ask(server, body, *, key="", path="/v1/ocr"):
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return httpx.post(server.url + path, json=body, headers=headers, timeout=60, trust_env=False)


async def ask_at_once(server, body, times, key):
    async def one(client):
        return await client.post("/v1/ocr", json=body)

    options = {"headers": {"authorization": f"Bearer {key}"}, "timeout": 120, "trust_env": False}
    async with httpx.AsyncClient(base_url=server.url, limits=httpx.Limits(max_connections=100), **options) as client:
        return await asyncio.gather(*(one(client) for _ in range(times)))


def test_two_processes_let_exactly_as_many_through_as_the_limit_says(start, redis_server, body, run_program, tmp_path):
    keys = (sys.executable, "-m", "server", "keys")
    file = tmp_path / "keys.toml"
    made = run_program(*keys, "new", "acme", "--file", file, "--requests-per-minute", "100")
    key = made.stdout.strip()
    settings = {
        "PAGEGLASS_KEYS_FILE": str(file),
        "PAGEGLASS_LIMITS__REDIS_URL": redis_server.url,
        "PAGEGLASS_LIMITS__REDIS_TIMEOUT_S": "20",
        "PAGEGLASS_MAX_QUEUE": "400",
    }
    with start(*TWO, **SCRIPTED, **settings) as server:
        answers = asyncio.run(ask_at_once(server, body, 300, key))
        wrong = [ask(server, body, key="pg-wrong").status_code for _ in range(4)]
        late = run_program(*keys, "new", "late", "--file", file).stdout.strip()
        wait_for(lambda: all(ask(server, body, key=late).is_success for _ in range(8)))
        assert run_program(*keys, "revoke", "late", "--file", file).returncode == 0
        wait_for(lambda: all(ask(server, body, key=late).status_code == 401 for _ in range(8)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(200), statuses.count(429)) == (100, 200)
    assert {answer.headers["x-ratelimit-limit-requests"] for answer in answers} == {"100"}
    assert wrong == [401] * 4
    assert key not in server.said
    assert "acme" in server.said
    assert "PAGEGLASS_LIMITS__REDIS_URL" not in server.said


def test_processes_that_count_apart_say_so_at_the_start(start):
    with start(*TWO, **SCRIPTED, PAGEGLASS_LIMITS__PAGES_PER_DAY="100") as server:
        assert server.get("/health").is_success
    assert "Each of the 2 processes counts the limits of keys" in server.said


def test_a_token_for_baidus_door_is_taken_by_every_process(start, body, tmp_path):
    with start(*TWO, **SCRIPTED, PAGEGLASS_API_KEYS="right-key") as server:
        given = server.get("/oauth/2.0/token", params={"client_secret": "right-key"}).json()
        url = f"{server.url}/rest/2.0/ocr/v1/general_basic?access_token={given['access_token']}"
        answers = [httpx.post(url, data=body, timeout=60, trust_env=False).json() for _ in range(8)]
    assert [answer["words_result"][0]["words"] for answer in answers] == ["READ"] * 8


def test_a_killed_process_gives_back_what_its_requests_held(start, redis_server, body):
    settings = {
        "PAGEGLASS_LIMITS__REDIS_URL": redis_server.url,
        "PAGEGLASS_LIMITS__REDIS_TIMEOUT_S": "20",
        "PAGEGLASS_LIMITS__CONCURRENT_REQUESTS": "1",
        "PAGEGLASS_LIMITS__LEASE_S": "3",
    }
    slowly = start("--engine", "fake", **SCRIPTED, **settings, PAGEGLASS_FAKE__DELAY_S="60")
    with slowly as slow, start("--engine", "fake", **SCRIPTED, **settings) as quick:
        asked = threading.Thread(target=_ask_in_vain, args=(slow, body))
        asked.start()
        wait_for(lambda: ask(quick, body).status_code == 429)
        time.sleep(4)  # longer than a lease that nobody renews
        assert ask(quick, body).status_code == 429
        slow.process.kill()
        asked.join()
        wait_for(lambda: ask(quick, body).is_success)


def _ask_in_vain(server, body):
    with suppress(httpx.TransportError):
        while ask(server, body).status_code == 429:  # the other server's request was there first
            time.sleep(0.1)


def wait_for(condition):
    """Wait for what other processes are about to do; 60 s is for ever."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PAGEGLASS_KEYS_FILE": "none.toml"}, "pageglass keys new"),
        ({"PAGEGLASS_JWT__ISSUER": "https://login.example"}, "PAGEGLASS_JWT__HS256_SECRET"),
        ({"PAGEGLASS_LIMITS__REDIS_URL": "http://redis"}, "PAGEGLASS_LIMITS__REDIS_URL"),
    ],
)
@pytest.mark.parametrize("flags", [(), TWO])
def test_what_cannot_work_ends_in_one_line_and_exit_code_2(run_program, tmp_path, settings, words, flags):
    done = run_program(sys.executable, "-m", "server", "serve", "--port", "0", *flags, cwd=tmp_path, **settings)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_without_its_client_redis_names_the_extra(run_program, tmp_path):
    hide = "import sys; sys.modules['redis'] = None; from server.cli import main; main()"
    done = run_program(
        *(sys.executable, "-c", hide, "serve", "--port", "0", "--engine", "fake"),
        cwd=tmp_path,
        PAGEGLASS_LIMITS__REDIS_URL="redis://localhost",
    )
    assert done.returncode == 2
    assert "pip install -c constraints.txt '.[redis]'" in done.stderr
    assert "Traceback" not in done.stderr

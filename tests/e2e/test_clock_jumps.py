"""A clock that was wrong for a moment costs nothing once it is right; no key is shut out for as long."""

import time
from contextlib import ExitStack
from email.utils import parsedate_to_datetime

import httpx
import jwt
import pytest
from picture_files import as_text, blank
from redis_server import running_redis
from wrong_clock import WrongClock

from server.access.key_file import digest_of

pytestmark = pytest.mark.e2e

SCRIPTED = {"PAGEGLASS_ENGINE": "fake"}
JUMP_S = 12 * 3600
PICTURE = as_text(blank((60, 40)))


@pytest.fixture
def clock(tmp_path):
    return WrongClock(tmp_path)


def read(server, key="some-long-key-of-a-test"):
    headers = {"authorization": f"Bearer {key}"}
    return httpx.post(f"{server.base_url}/ocr", json={"image": PICTURE}, headers=headers, timeout=60, trust_env=False)


def ahead(server):
    """By how much the server's clock is ahead of this one, in seconds."""
    return parsedate_to_datetime(server.get("/health").headers["date"]).timestamp() - time.time()


def jump(server, clock, seconds):
    """Set the server's clock, and wait until its answers are dated by it: uvicorn renews the date once a second."""
    clock.set(seconds)
    deadline = time.monotonic() + 20
    while abs(ahead(server) - seconds) > 60:
        assert time.monotonic() < deadline, "the server's clock did not jump"
        time.sleep(0.1)


@pytest.mark.parametrize("period", ["minute", "day"])
@pytest.mark.parametrize("store", ["memory", "redis"])
def test_a_server_whose_clock_jumps_shuts_no_key_out(start, clock, tmp_path, store, period):
    window_s = 60 if period == "minute" else 86_400
    limits = {f"PAGEGLASS_LIMITS__REQUESTS_PER_{period.upper()}": "4", "PAGEGLASS_API_KEYS": "some-long-key-of-a-test"}
    with running_redis(tmp_path) as redis:
        if store == "redis":
            limits |= {"PAGEGLASS_LIMITS__REDIS_URL": redis.url, "PAGEGLASS_LIMITS__REDIS_TIMEOUT_S": "20"}
        with start(**SCRIPTED, **limits, **clock.environment) as server:
            assert read(server).status_code == 200
            jump(server, clock, JUMP_S)
            during = [read(server) for _ in range(2)]
            jump(server, clock, 0)
            after = [read(server) for _ in range(2)]
            assert [answer.status_code for answer in (*during, *after)] == [200, 200, 200, 429]
            assert window_s - 60 <= int(after[-1].headers["retry-after"]) <= window_s


def test_a_redis_whose_clock_jumps_shuts_no_key_out(start, clock, tmp_path):
    limits = {
        "PAGEGLASS_LIMITS__REQUESTS_PER_MINUTE": "4",
        "PAGEGLASS_LIMITS__CONCURRENT_REQUESTS": "1",
        "PAGEGLASS_LIMITS__REDIS_TIMEOUT_S": "20",
    }
    with ExitStack() as stack:
        redis = stack.enter_context(running_redis(tmp_path, **clock.environment))
        server = stack.enter_context(start(**SCRIPTED, **limits, PAGEGLASS_LIMITS__REDIS_URL=redis.url))
        clock.set(JUMP_S)
        assert redis.ahead_s() > JUMP_S - 60
        assert [read(server).status_code for _ in range(4)] == [200] * 4
        clock.set(0)
        assert abs(redis.ahead_s()) < 60
        refused = read(server)
        assert (refused.status_code, 1 <= int(refused.headers["retry-after"]) <= 60) == (429, True)


def test_keys_and_tokens_that_end_by_the_calendar_are_good_again(start, clock, tmp_path):
    secret, file = "s" * 32, tmp_path / "keys.toml"
    ends = time.gmtime(time.time() + JUMP_S / 2)
    file.write_text(
        f'[keys.acme]\nsha256 = "{digest_of(b"pg-key-of-acme").hex()}"\n'
        f"expires = {time.strftime('%Y-%m-%dT%H:%M:%SZ', ends)}\n"
    )
    claims = {"iss": "me", "aud": "us", "sub": "one", "exp": int(time.time() + JUMP_S / 2)}
    token = jwt.encode(claims, secret, algorithm="HS256")
    tokens = {"HS256_SECRET": secret, "ISSUER": "me", "AUDIENCE": "us"}
    settings = {f"PAGEGLASS_JWT__{name}": value for name, value in tokens.items()}
    with start(**SCRIPTED, **settings, PAGEGLASS_KEYS_FILE=str(file), **clock.environment) as server:
        seen = []
        for seconds in (0, JUMP_S, 0):
            jump(server, clock, seconds)
            seen.append([read(server, key).status_code for key in ("pg-key-of-acme", token)])
        assert seen == [[200, 200], [401, 401], [200, 200]]


def test_answers_kept_in_a_folder_are_there_again_and_recordings_stay(start, clock, tmp_path):
    folders = {
        "PAGEGLASS_RESULT_CACHE_FOLDER": str(tmp_path / "answers"),
        "PAGEGLASS_RECORD__FOLDER": str(tmp_path / "recordings"),
        "PAGEGLASS_RECORD__MAX_AGE_S": "3600",
        "PAGEGLASS_LOG_FORMAT": "console",
    }
    with start(**SCRIPTED, **folders, **clock.environment) as server:
        cached = []
        for seconds in (0, 0, JUMP_S, 0):
            jump(server, clock, seconds)
            cached.append(read(server).json()["cached"])
        assert cached[:2] == [False, True]
        assert cached[3] is True
    recorded = [file for file in (tmp_path / "recordings").iterdir() if file.suffix == ".json"]
    assert len(recorded) == 4

"""Limits as clients meet them: what is counted, what is said of it, and how one waits."""

import re
import threading
from pathlib import Path

import pytest
from openai import OpenAI, RateLimitError
from picture_files import data_uri

from server.access.key_writing import add_key
from server.api.middleware.rate_limit_headers import duration

FAKE_MODEL = "reader/fake-1"
CHAT = "/v1/chat/completions"
SCAN = Path(__file__).parents[1] / "assets" / "scan.pdf"
NAMED = {"plain": None, "more": {"requests_per_minute": 4}, "free": {"requests_per_minute": 0}}


@pytest.fixture(scope="module")
def scan():
    """A PDF of three pages, as a data URI."""
    return data_uri(SCAN.read_bytes(), "application/pdf")


def bearer(key):
    return {"authorization": f"Bearer {key}"}


def standing(response, counted="requests"):
    return [response.headers.get(f"x-ratelimit-{what}-{counted}") for what in ("limit", "remaining", "reset")]


def error_of(response):
    return response.json()["error"]


def test_every_answer_that_was_counted_says_how_the_caller_stands(serve, ask, picture):
    with serve(limits={"requests_per_minute": 5, "pages_per_minute": 50}).client() as client:
        answers = [
            client.post(CHAT, json=ask()),
            client.post(CHAT, json=ask(stream=True)),
            client.post("/v1/ocr", json={"image": picture}),
            client.post(CHAT, json=ask(model="nobody")),
            client.post("/v1/nothing", json={}),
            client.post(CHAT, json=ask()),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 404, 429]
    assert [standing(answer)[:2] for answer in answers] == [["5", str(left)] for left in (4, 3, 2, 1, 0, 0)]
    assert all(re.fullmatch(r"1m0s|\d+s", standing(answer)[2]) for answer in answers)
    assert [standing(answer, "pages")[:2] for answer in answers[:3]] == [["50", str(left)] for left in (49, 48, 47)]
    assert standing(answers[3], "pages") == [None, None, None]


def test_a_redis_that_is_gone_is_told_at_the_start(serve, caplog):
    with serve(limits={"redis_url": "redis://127.0.0.1:9/0", "requests_per_minute": 5}).client() as client:
        assert client.get("/health").is_success
    assert "PAGEGLASS_LIMITS__REDIS_URL" in caplog.text


def test_what_only_looks_is_not_counted(serve):
    with serve(limits={"requests_per_minute": 1}).client() as client:
        for path in ("/v1/models", "/health", "/ready", "/metrics", f"/v1/models/{FAKE_MODEL}") * 2:
            response = client.get(path)
            assert (response.status_code, standing(response)) == (200, [None, None, None])


def test_a_refusal_says_which_limit_what_is_left_and_when_there_is_room(serve, ask, tmp_path):
    file = tmp_path / "keys.toml"
    key = add_key(file, "acme", limits={"requests_per_minute": 1})
    with serve(keys_file=file).client() as client:
        refused = [client.post(CHAT, json=ask(), headers=bearer(key)) for _ in range(2)][1]
    error = error_of(refused)
    assert (refused.status_code, error["type"], error["code"]) == (429, "rate_limit_error", "rate_limit_exceeded")
    seconds = refused.headers["retry-after"]
    assert 50 <= int(seconds) <= 60
    assert "x-should-retry" not in refused.headers
    for words in ("'acme'", "1 requests in any 60 seconds", "0 are left", f"in {seconds} s"):
        assert words in error["message"]


def test_the_days_quota_has_its_own_code_and_no_sdk_tries_again(serve, ask):
    server = serve(limits={"requests_per_day": 1})
    with server.client() as client:
        client.post(CHAT, json=ask())
        refused = client.post(CHAT, json=ask())
        assert error_of(refused)["code"] == "insufficient_quota"
        assert int(refused.headers["retry-after"]) > 86_000
        assert standing(refused)[2].endswith("s")
    with OpenAI(base_url=f"{server.url}/v1", api_key="none") as sdk, pytest.raises(RateLimitError) as caught:
        sdk.chat.completions.create(**ask())
    assert caught.value.code == "insufficient_quota"
    with server.client() as client:
        line = re.search(r'requests_total\{code="insufficient_quota".*\} (\d+)', client.get("/metrics").text)
    assert line[1] == "2", "one of the plain client, one of the SDK, which did not come again"


def test_the_sdk_waits_as_long_as_it_is_told_and_succeeds(serve, ask):
    server = serve(limits={"requests_per_minute": 1})
    with OpenAI(base_url=f"{server.url}/v1", api_key="none") as sdk:
        sdk.chat.completions.create(**ask())
        (window,) = server.app.state.counts.windows._windows.values()
        when, units = window.hits[0]
        window.hits[0] = (when - 57, units)  # as if that had been a while ago
        answer = sdk.chat.completions.with_raw_response.create(**ask())
    assert answer.retries_taken == 1, "its own way is to come again after half a second, then after one"
    assert answer.parse().choices[0].message.content


def test_pages_of_documents_are_counted_and_a_request_of_too_many_can_be_made_smaller(serve, ask, scan):
    def request(**file):
        part = {"type": "file", "file": {"filename": "scan.pdf", "file_data": scan, **file}}
        return ask(messages=[{"role": "user", "content": [part]}])

    with serve(limits={"pages_per_minute": 2}).client() as client:
        whole = client.post(CHAT, json=request())
        assert (whole.status_code, error_of(whole)["code"]) == (400, "too_many_pages")
        part = client.post(CHAT, json=request(pages="1-2"))
        assert (part.status_code, standing(part, "pages")[:2]) == (200, ["2", "0"])
        refused = client.post(CHAT, json=request(pages="1"))
        assert (refused.status_code, error_of(refused)["code"]) == (429, "rate_limit_exceeded")
        assert standing(refused, "pages")[:2] == ["2", "0"]
        assert "2 pages in any 60 seconds" in error_of(refused)["message"]


def test_mistrals_text_and_annotation_of_a_document_count_its_pages_once(serve, picture):
    schema = {"name": "s", "schema": {"type": "object", "properties": {"total": {"type": "string"}}}}
    body = {
        "model": FAKE_MODEL,
        "document": {"type": "image_url", "image_url": picture},
        "document_annotation_format": {"type": "json_schema", "json_schema": schema},
    }
    with serve(limits={"pages_per_minute": 9}).client() as client:
        answer = client.post("/v1/ocr", json=body)
    assert (answer.status_code, standing(answer, "pages")[:2]) == (200, ["9", "8"])


def test_keys_are_counted_apart_and_their_own_limits_go_before_the_default(serve, ask, tmp_path):
    file = tmp_path / "keys.toml"
    plain, more, free = (add_key(file, name, limits=limits) for name, limits in NAMED.items())
    with serve(keys_file=file, limits={"requests_per_minute": 2}).client() as client:

        def served(key):
            return [client.post(CHAT, json=ask(), headers=bearer(key)).status_code for _ in range(5)].count(200)

        assert [served(key) for key in (plain, more, free)] == [2, 4, 5]


def test_requests_at_the_same_time_are_bounded_until_they_end(serve, ask, eventually):
    server = serve(limits={"concurrent_requests": 1}, fake={"delay_s": 1.5})
    with server.client() as client:
        first = threading.Thread(target=lambda: client.post(CHAT, json=ask()))
        first.start()
        eventually(lambda: server.app.state.counts.leases._held.total() == 1)
        refused = client.post(CHAT, json=ask())
        assert (refused.status_code, error_of(refused)["code"]) == (429, "rate_limit_exceeded")
        assert refused.headers["retry-after"] == "1"
        with OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=8) as sdk:
            assert sdk.chat.completions.create(**ask()).choices
        first.join()
        eventually(lambda: server.app.state.counts.leases._held.total() == 0)


def test_a_client_that_leaves_gives_its_lease_back(serve, ask, eventually):
    server = serve(limits={"concurrent_requests": 1}, fake={"delay_s": 5})
    leases = server.app.state.counts.leases
    with server.client() as client, client.stream("POST", CHAT, json=ask(stream=True)):
        assert leases._held.total() == 1
    eventually(lambda: leases._held.total() == 0)


def test_browsers_may_read_how_they_stand(serve, ask):
    with serve(limits={"requests_per_minute": 3}, allowed_origins="https://app.example").client() as client:
        answer = client.post(CHAT, json=ask(), headers={"origin": "https://app.example"})
    assert "x-ratelimit-remaining-requests" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("failure", ["refuse", "allow"])
def test_while_redis_is_gone_requests_are_refused_or_go_uncounted(serve, ask, redis_server, failure, picture):
    limits = {"requests_per_minute": 5, "redis_url": redis_server.url, "redis_failure": failure}
    with serve(limits=limits).client() as client:
        assert standing(client.post(CHAT, json=ask()))[:2] == ["5", "4"]
        redis_server.stop()
        answer = client.post(CHAT, json=ask())
        baidu = client.post("/rest/2.0/ocr/v1/general_basic", data={"image": picture.partition(",")[2]}).json()
        if failure == "allow":
            assert (answer.status_code, standing(answer)) == (200, [None, None, None])
            assert baidu["words_result_num"] == 2
        else:
            assert (answer.status_code, error_of(answer)["code"]) == (503, "limits_unavailable")
            assert answer.headers["retry-after"] == "5"
            assert baidu["error_code"] == 2
        redis_server.start()
        assert standing(client.post(CHAT, json=ask()))[:2] == ["5", "4"]


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0ms"), (0.3501, "351ms"), (1, "1s"), (1.2, "2s"), (59.9, "1m0s"), (360, "6m0s"), (86_350.2, "23h59m11s")],
)
def test_durations_are_written_as_openai_writes_them(seconds, written):
    assert duration(seconds) == written

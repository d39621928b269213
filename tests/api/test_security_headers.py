"""What answers tell browsers, and what they do not tell anybody."""

import base64
import hashlib
import re

import pytest

from server import __version__

CHAT = "/v1/chat/completions"


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/health", {}),
        ("GET", "/v1/models", {}),
        ("GET", "/nothing", {}),
        ("PUT", CHAT, {}),
        ("OPTIONS", CHAT, {}),
        ("POST", CHAT, {}),
        ("GET", "/metrics", {}),
        ("GET", "/docs", {}),
        ("GET", "/docs/assets/swagger-ui.css", {}),
        ("GET", "/docs/assets/nothing", {}),
        ("GET", "/health", {"host": "evil.example"}),
        ("GET", "/health", {"origin": "https://evil.example"}),
    ],
)
def test_no_answer_is_taken_for_another_type(client, method, path, headers):
    assert client.request(method, path, headers=headers).headers["x-content-type-options"] == "nosniff"


def test_streams_are_marked_too(client, ask):
    assert client.post(CHAT, json=ask(stream=True)).headers["x-content-type-options"] == "nosniff"


def test_the_page_of_the_docs_runs_its_own_scripts_and_is_framed_by_nobody(client):
    page = client.get("/docs")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == f"'self' 'sha256-{digest}'"
    assert policy["frame-ancestors"] == "'none'"
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["referrer-policy"] == "no-referrer"


def test_an_answer_in_json_needs_no_policy(client):
    assert "content-security-policy" not in client.get("/v1/models").headers


@pytest.mark.parametrize("keys", ["", "sk-one"])
def test_no_open_page_and_no_header_says_which_release_runs(serve, keys):
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", __version__)
    with serve(api_keys=keys).client() as client:
        for path in ("/openapi.json", "/docs", "/health", "/ready", "/metrics", "/nothing", "/v1/models"):
            response = client.get(path)
            told = response.text + str(response.headers)
            assert __version__ not in re.sub(r"127\.0\.0\.1", "", told), path
        assert client.get("/openapi.json").json()["info"]["version"] == "1"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/models"),
        ("GET", "/v1/models/"),
        ("HEAD", "/v1/models"),
        ("GET", "/v1/health"),
        ("POST", CHAT),
        ("GET", "/v1/nothing"),
        ("POST", "/ocr"),
        ("POST", "/ocr/inference"),
        ("POST", "/rest/2.0/ocr/v1/general_basic"),
        ("POST", "/oauth/2.0/token"),
    ],
)
def test_no_cache_in_between_keeps_what_is_for_one_caller(client, method, path):
    headers = client.request(method, path, headers={"authorization": "Bearer sk-one"}).headers
    assert headers["cache-control"] == "no-store"
    assert "Authorization" in headers["vary"]


def test_what_a_route_says_of_caches_stands(client, ask):
    assert client.post(CHAT, json=ask(stream=True)).headers["cache-control"] == "no-cache"
    assert "cache-control" not in client.get("/docs/assets/swagger-ui.css").headers


def test_the_origin_of_a_page_is_kept_in_vary(serve):
    with serve(allowed_origins="https://app.example").client() as client:
        vary = client.get("/v1/models", headers={"origin": "https://app.example"}).headers["vary"]
    assert vary == "Origin, Authorization"

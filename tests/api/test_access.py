"""Who may call: keys where they are set, and where they are not, no foreign host name and no page of another site."""

import pytest

CHAT = "/v1/chat/completions"
KEYS = "sk-one,sk-two"


@pytest.fixture
def keyed(serve):
    server = serve(api_keys=KEYS)
    with server.client() as client:
        yield client


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer sk-one"},
        {"authorization": "bearer  sk-two"},
        {"x-api-key": "sk-one"},
        {"api-key": "sk-two"},
    ],
)
def test_a_key_opens(keyed, headers):
    assert keyed.get("/v1/models", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "missing_api_key"),
        ({"authorization": ""}, "missing_api_key"),
        ({"authorization": "Bearer"}, "missing_api_key"),
        ({"authorization": "Basic c2stb25l"}, "missing_api_key"),
        ({"authorization": "Bearer sk-on"}, "invalid_api_key"),
        ({"authorization": "Bearer sk-one,sk-two"}, "invalid_api_key"),
        ({"authorization": b"Bearer sk-\xff"}, "invalid_api_key"),
        ({"x-api-key": "nope"}, "invalid_api_key"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/models"), ("POST", CHAT), ("GET", "/v1/unknown/")])
def test_without_a_right_key_nothing_opens(keyed, headers, code, method, path):
    response = keyed.request(method, path, headers=headers)
    error = response.json()["error"]
    assert (response.status_code, error["type"], error["code"]) == (401, "authentication_error", code)
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.headers["x-request-id"]
    assert "Authorization: Bearer" in error["message"]
    assert "sk-" not in response.text


def test_health_needs_no_key(keyed):
    for path in ("/health", "/v1/health", "/v1/health/", "/ready", "/openapi.json"):
        assert keyed.get(path).status_code == 200


def test_with_keys_any_host_and_origin_may_knock(keyed):
    headers = {"host": "pages.example", "origin": "https://evil.example", "authorization": "Bearer sk-one"}
    assert keyed.get("/v1/models", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:9", "LOCALHOST.", "127.0.0.1", "127.0.0.1:80", "[::1]:8000", "[::1]", "10.1.2.3"]
)
def test_without_keys_addresses_and_localhost_go(client, host):
    assert client.get("/v1/models", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.io"])
def test_without_keys_a_foreign_host_name_is_refused(client, host):
    response = client.get("/v1/models", headers={"host": host})
    error = response.json()["error"]
    assert (response.status_code, error["type"], error["code"]) == (403, "permission_error", "host_not_allowed")
    assert "PAGEGLASS_ALLOWED_HOSTS" in error["message"]


def test_a_host_name_can_be_allowed(serve):
    server = serve(allowed_hosts="pages.example, reader")
    with server.client() as client:
        for host in ("pages.example", "Reader:8000"):
            assert client.get("/health", headers={"host": host}).status_code == 200
        assert client.get("/health", headers={"host": "other.example"}).status_code == 403


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", "localhost:8000"),
        ("http://localhost:3000", "localhost:8000"),
        ("null", "localhost:8000"),
        ("http://127.0.0.1:8000", "localhost:8000"),
        ("http://[", "localhost:8000"),
        ("http://localhost:8000000", "localhost:8000"),
        ("chrome-extension://localhost:8000", "localhost:8000"),
    ],
)
def test_without_keys_pages_of_other_sites_are_refused(client, ask, origin, host):
    response = client.post(CHAT, json=ask(), headers={"origin": origin, "host": host})
    error = response.json()["error"]
    assert (response.status_code, error["type"], error["code"]) == (403, "permission_error", "origin_not_allowed")
    assert "PAGEGLASS_ALLOWED_ORIGINS" in error["message"]


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:8000", "localhost:8000"),
        ("http://localhost", "localhost"),
        ("http://localhost", "localhost:80"),
        ("https://localhost", "localhost:443"),
        ("https://localhost", "localhost"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_its_own_pages_may_call(client, origin, host):
    assert client.get("/v1/models", headers={"origin": origin, "host": host}).status_code == 200


@pytest.fixture(params=["", KEYS])
def friendly(serve, request):
    server = serve(allowed_origins="https://app.example", api_keys=request.param)
    with server.client() as client:
        yield client


def test_an_allowed_origin_gets_cors_headers_also_on_errors(friendly):
    headers = {"origin": "https://app.example", "authorization": "Bearer sk-one"}
    for response in (friendly.get("/v1/models", headers=headers), friendly.post(CHAT, headers=headers)):
        assert response.status_code in {200, 415}
        assert response.headers["access-control-allow-origin"] == "https://app.example"
        assert "x-request-id" in response.headers["access-control-expose-headers"]


def test_a_preflight_of_an_allowed_origin_is_answered_without_a_key(friendly):
    response = friendly.options(
        CHAT,
        headers={
            "origin": "https://app.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        },
    )
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "https://app.example"
    assert "authorization" in response.headers["access-control-allow-headers"]


def test_a_preflight_of_another_origin_is_not_allowed(friendly):
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    response = friendly.options(CHAT, headers=headers)
    assert response.status_code in {401, 403}
    assert "access-control-allow-origin" not in response.headers
    assert response.json()["error"]["code"]


def test_an_allowed_origin_still_needs_the_key(serve):
    with serve(allowed_origins="https://app.example", api_keys=KEYS).client() as client:
        response = client.get("/v1/models", headers={"origin": "https://app.example"})
    assert (response.status_code, response.json()["error"]["code"]) == (401, "missing_api_key")
    assert response.headers["access-control-allow-origin"] == "https://app.example"


def test_by_default_no_page_is_told_that_it_may_call(client, keyed):
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for each in (client, keyed):
        for response in (each.options(CHAT, headers=headers), each.get("/health", headers=headers)):
            assert not [name for name in response.headers if name.startswith("access-control")]


def test_with_keys_host_names_are_checked_where_some_are_named(serve):
    with serve(allowed_hosts="pages.example", api_keys=KEYS).client() as client:
        key = {"authorization": "Bearer sk-one"}
        for host in ("pages.example", "pages.example:8443", "127.0.0.1:8000", "localhost"):
            assert client.get("/v1/models", headers={"host": host} | key).status_code == 200
        response = client.get("/v1/models", headers={"host": "evil.example"} | key)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (403, "host_not_allowed")
    assert "no API keys" not in error["message"]


def test_a_kept_answer_is_given_to_the_same_key_alone(keyed, picture):
    def read(key):
        body = {"image": picture, "task": "ocr"}
        response = keyed.post("/v1/ocr", json=body, headers={"authorization": f"Bearer {key}"})
        assert response.status_code == 200, response.text
        return response.json()["cached"]

    assert [read("sk-one"), read("sk-one"), read("sk-two"), read("sk-two")] == [False, True, False, True]

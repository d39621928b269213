"""Every answer that is not a success is the error object, with an id, a code and a cure."""

import http.client
import json
import socket

import pytest

from server.errors import EngineUnavailable, InvalidAnswer

ROUTE = "/v1/chat/completions"
JSON = {"content-type": "application/json"}


def error_of(response, status):
    assert response.status_code == status, response.text
    assert response.headers["x-request-id"]
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    return body["error"]


def test_the_error_object(client, ask):
    error = error_of(client.post(ROUTE, json=ask(temperature=9)), 400)
    assert error == {
        "message": "Invalid value for 'temperature': 9. It must be at most 2.0.",
        "type": "invalid_request_error",
        "param": "temperature",
        "code": "invalid_value",
    }


def test_a_wrong_type_three_levels_deep_has_its_path(client, ask):
    body = ask()
    body["messages"][0]["content"][1]["image_url"]["url"] = 5
    error = error_of(client.post(ROUTE, json=body), 400)
    assert (error["code"], error["param"]) == ("invalid_type", "messages[0].content[1].image_url.url")
    assert "expected a string, but got an integer" in error["message"]


def test_a_picture_that_cannot_be_read_has_its_path(client, ask):
    body = ask()
    body["messages"][0]["content"][1]["image_url"]["url"] = "data:image/png;base64,AAAA"
    assert error_of(client.post(ROUTE, json=body), 400)["param"] == "messages[0].content[1].image_url.url"


def test_missing_messages(client):
    error = error_of(client.post(ROUTE, json={"model": "m"}), 400)
    assert (error["code"], error["param"]) == ("missing_required_parameter", "messages")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b'{"model": "m",\n "messages": [}', "line 2 column 15"), (b"[" * 10_000, "recursion")],
)
def test_broken_json(client, content, says):
    error = error_of(client.post(ROUTE, content=content, headers=JSON), 400)
    assert error["code"] == "invalid_json"
    assert says in error["message"]


def test_a_body_that_is_no_object(client):
    assert error_of(client.post(ROUTE, content=b"[1]", headers=JSON), 400)["code"] == "invalid_type"


@pytest.mark.parametrize(
    "content_type", [None, "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
)
def test_other_content_types_get_the_sentence_that_helps(client, content_type):
    headers = {"content-type": content_type} if content_type else {}
    error = error_of(client.post(ROUTE, content=b"a=1", headers=headers), 415)
    assert error["code"] == "unsupported_content_type"
    assert "send json with content-type: application/json; with requests use json=" in error["message"].lower()
    assert "not data=" in error["message"]


@pytest.mark.parametrize(
    "content_type", ["application/json;charset=utf-8", "Application/JSON", "application/vnd.x+json"]
)
def test_json_by_any_name_passes(client, ask, content_type):
    content = json.dumps(ask()).encode()
    assert client.post(ROUTE, content=content, headers={"content-type": content_type}).status_code == 200


@pytest.mark.parametrize(("encoding", "status"), [("gzip", 415), ("br", 415), ("identity", 200), ("", 200)])
def test_compressed_bodies_are_refused(client, ask, encoding, status):
    response = client.post(ROUTE, content=json.dumps(ask()).encode(), headers=JSON | {"content-encoding": encoding})
    assert response.status_code == status
    if status == 415:
        assert error_of(response, 415)["code"] == "unsupported_content_encoding"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/chat/completions", "base_url must end in /v1"),
        ("/models", "base_url must end in /v1"),
        ("/v1/v1/chat/completions", "/v1/chat/completions"),
        ("/v1/chat/completion", "/v1/chat/completions"),
        ("/", "/docs"),
        ("/%ff%00", "/docs"),
        ("/docs/assets", "The nearest is /docs."),
    ],
)
def test_an_unknown_path_names_the_nearest(client, path, says):
    error = error_of(client.post(path, json={}), 404)
    assert error["code"] == "not_found"
    assert says in error["message"]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", ROUTE, "POST, OPTIONS"),
        ("HEAD", ROUTE, "POST, OPTIONS"),
        ("POST", "/v1/models", "GET, HEAD, OPTIONS"),
        ("DELETE", "/v1/models/a/b", "GET, HEAD, OPTIONS"),
        ("BREW", "/health", "GET, HEAD, OPTIONS"),
    ],
)
def test_another_method_is_told_which_ones_go(client, method, path, allow):
    response = client.request(method, path)
    assert response.headers["allow"] == allow
    assert response.status_code == 405
    if method != "HEAD":
        assert error_of(response, 405)["code"] == "method_not_allowed"
        assert allow in response.json()["error"]["message"]


def test_options_says_what_goes(client):
    response = client.options(ROUTE)
    assert (response.status_code, response.headers["allow"], response.content) == (204, "POST, OPTIONS", b"")


def test_an_unknown_model_lists_those_served(client, ask, live):
    error = error_of(client.post(ROUTE, json=ask(model="gpt-4o")), 404)
    assert (error["code"], error["param"]) == ("model_not_found", "model")
    assert "reader/fake-1" in error["message"]
    assert error_of(client.get("/v1/models/gpt-4o"), 404)["code"] == "model_not_found"


def test_an_unsupported_parameter_is_refused_by_name(client, ask):
    error = error_of(client.post(ROUTE, json=ask(n=2)), 400)
    assert (error["code"], error["param"]) == ("unsupported_parameter", "n")


def test_a_body_over_the_limit_is_refused_by_its_declared_length(serve, ask):
    server = serve(max_body_bytes=2048)
    with server.client() as client:
        error = error_of(client.post(ROUTE, content=b"x" * 4096, headers=JSON), 413)
        assert error["code"] == "request_too_large"
        assert "2048" in error["message"]
        huge = client.post(ROUTE, content=b"x" * 8_000_000, headers=JSON)
        assert error_of(huge, 413)["code"] == "request_too_large"


def test_a_body_over_the_limit_is_refused_as_it_arrives(serve):
    server = serve(max_body_bytes=2048)
    pieces = [b"x" * 1024] * 50
    with server.client() as client:
        error = error_of(client.post(ROUTE, content=iter(pieces), headers=JSON), 413)
    assert error["code"] == "request_too_large"


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        (b"content-length: 100000000000", b""),  # refused before a byte of it has come
        (b"transfer-encoding: chunked", b"1000\r\n" + b"x" * 4096 + b"\r\n0\r\n\r\n"),  # declares no length
    ],
)
def test_the_declared_length_is_used_but_not_trusted(serve, framing, body):
    server = serve(max_body_bytes=2048)
    head = f"POST {ROUTE} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n".encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as raw:
        raw.sendall(head + framing + b"\r\n\r\n" + body)
        assert b" 413 " in raw.recv(4096).split(b"\r\n")[0]


@pytest.mark.parametrize("given", ["abc-1.2_Z", "x" * 128])
def test_a_sane_request_id_is_taken_over(client, given):
    assert client.get("/health", headers={"x-request-id": given}).headers["x-request-id"] == given
    assert client.get("/nothing", headers={"x-request-id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "<script>"])
def test_any_other_is_made_anew(client, given):
    first, second = (client.get("/health", headers={"x-request-id": given}).headers["x-request-id"] for _ in "ab")
    assert first.startswith("req_")
    assert first != second


def test_an_unknown_failure_has_a_fixed_message_and_is_not_retried(serve, ask, caplog):
    server = serve(failures=[ValueError("secret detail")])
    with server.client() as client:
        response = client.post(ROUTE, json=ask(), headers={"x-request-id": "find-me"})
    error = error_of(response, 500)
    assert (error["code"], error["type"]) == ("internal_error", "server_error")
    assert "secret" not in response.text
    assert response.headers["x-should-retry"] == "false"
    assert response.headers["x-request-id"] == "find-me"
    (record,) = [record for record in caplog.records if record.message == "unexpected failure"]
    assert "secret detail" in str(record.exc_info[1])
    assert record.request_id == "find-me"


def test_a_fault_that_passes_says_when_to_come_back(serve, ask):
    server = serve(failures=[EngineUnavailable("The engine is restarting.", retry_after_s=7)])
    with server.client() as client:
        response = client.post(ROUTE, json=ask())
        assert error_of(response, 503)["code"] == "engine_unavailable"
        assert response.headers["retry-after"] == "7"
        assert "x-should-retry" not in response.headers


def test_a_full_queue_says_when_to_come_back(serve, ask):
    server = serve(max_in_flight=1, max_queue=0, fake={"delay_s": 5.0})
    with server.client() as client:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("POST", ROUTE, body=json.dumps(ask()), headers=JSON)
        while not server.engine.pages_in_work:
            client.get("/health")
        response = client.post(ROUTE, json=ask())
        connection.close()
    assert error_of(response, 503)["code"] == "overloaded"
    assert int(response.headers["retry-after"]) >= 1


def test_a_deadline_is_a_504_that_is_not_retried(serve, ask):
    server = serve(request_timeout_s=0.2, fake={"delay_s": 30.0})
    with server.client() as client:
        response = client.post(ROUTE, json=ask())
    assert error_of(response, 504)["code"] == "timeout"
    assert response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("stream", [False, True])
def test_the_tokens_of_an_answer_that_breaks_its_schema_are_in_the_log(serve, picture, logged, stream):
    failure = InvalidAnswer("No JSON.")
    failure.prompt_tokens, failure.completion_tokens = 15, 6
    with serve(failures=[failure]).client() as client:
        response = client.post("/v1/ocr", json={"image": picture, "stream": stream})
        line = logged(response.headers["x-request-id"])
    assert (line.code, line.prompt_tokens, line.completion_tokens) == ("invalid_answer", 15, 6)

"""Models, health, descriptions, and the headers and log line of every request."""

import json

import pytest
from picture_files import blank

from server.api.guarded_paths import needs_key

ROUTE = "/v1/chat/completions"


def test_models_are_listed(client, live):
    listed = client.get("/v1/models").json()
    assert listed["object"] == "list"
    (model,) = listed["data"]
    assert (model["id"], model["object"], model["owned_by"]) == ("reader/fake-1", "model", "pageglass")
    assert isinstance(model["created"], int)


@pytest.mark.parametrize(
    "path", ["/v1/models/reader/fake-1", "/v1/models/reader%2Ffake-1", "/v1/models/reader/fake-1/"]
)
def test_an_id_with_slashes_is_found_encoded_or_not(client, path):
    response = client.get(path)
    assert (response.status_code, response.json()["id"]) == (200, "reader/fake-1")


@pytest.mark.parametrize("path", ["/health", "/v1/health", "/ready", "/v1/models"])
def test_a_trailing_slash_is_no_redirect(client, path):
    plain, slashed = client.get(path), client.get(f"{path}/")
    assert (plain.status_code, slashed.status_code) == (200, 200)
    assert plain.json() == slashed.json()


def test_posts_take_a_trailing_slash_too(client, ask):
    assert client.post(f"{ROUTE}/", json=ask()).status_code == 200


def test_head_is_get_without_a_body(client):
    for path in ("/health", "/ready", "/v1/models"):
        response = client.head(path)
        assert (response.status_code, response.content) == (200, b"")
        assert int(response.headers["content-length"]) > 0
    assert client.head("/nothing").status_code == 404


def test_health(client):
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/v1/health").json() == {"status": "ok"}
    assert client.get("/ready").json() == {"status": "ready"}


def test_an_engine_that_cannot_answer_is_alive_but_not_ready(serve):
    server = serve()
    server.engine.ready = False
    with server.client() as client:
        response = client.get("/ready")
        assert (response.status_code, response.json()["error"]["code"]) == (503, "engine_unavailable")
        assert response.headers["retry-after"] == "1"
        assert client.get("/health").status_code == 200


def test_the_description_is_whole(client):
    described = client.get("/openapi.json").json()
    assert client.get("/docs").status_code == 200
    operation = described["paths"][ROUTE]["post"]
    assert operation["summary"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/ChatCompletionRequest"}
    schemas = described["components"]["schemas"]
    references = {name.split('"')[0] for name in json.dumps(described).split('"#/components/schemas/')[1:]}
    assert references <= set(schemas)
    assert all(one["summary"] for path in described["paths"].values() for one in path.values())
    assert set(operation["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}
    assert not any("422" in one["responses"] for path in described["paths"].values() for one in path.values())
    assert described["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}
    keyed = {path for path, operations in described["paths"].items() if "security" in str(operations)}
    assert keyed == {path for path in described["paths"] if needs_key(path)}
    assert {"/v1/chat/completions", "/v1/responses", "/v1/ocr", "/v1/models", "/v1/files"} <= keyed
    assert {"max_tokens", "pageglass", "top_k"} <= set(schemas["ChatCompletionRequest"]["properties"])


def test_the_form_with_a_file_is_described(client):
    content = client.get("/openapi.json").json()["paths"]["/v1/ocr"]["post"]["requestBody"]["content"]
    form = content["multipart/form-data"]["schema"]
    assert form["properties"]["file"]["format"] == "binary"
    assert set(form["properties"]["detail"]["enum"]) == {"low", "auto", "high", "original"}
    assert form["properties"]["stream"]["enum"] == ["true", "false"]
    assert "$ref" not in json.dumps(form)
    page = {"file": ("page.png", blank(), "image/png")}
    said = {name: field.get("enum", [None])[0] for name, field in form["properties"].items() if "enum" in field}
    answer = client.post(
        "/v1/ocr", files=page, data=said | {"task": "ocr", "stream": "false", "strict_grounding": "false"}
    )
    assert answer.status_code == 200, answer.text


def test_members_of_parts_that_are_dropped_are_named_in_the_header(client, picture):
    parts = [
        {"type": "image_url", "image_url": {"url": picture, "max_pixels": 1000, "min_pixels": 5}},
        {"type": "file", "file": {"file_data": picture, "page_range": "1-2"}},
    ]
    body = {"model": "reader/fake-1", "messages": [{"role": "user", "content": parts}], "x_trace": 1}
    answer = client.post(ROUTE, json=body)
    named = "x_trace, image_url.max_pixels, image_url.min_pixels, file.page_range"
    assert (answer.status_code, answer.headers["x-pageglass-ignored"]) == (200, named)


def test_ignored_fields_are_named_in_a_header_also_on_errors(client, ask):
    response = client.post(ROUTE, json=ask(x_trace=1, tfs=0.9))
    assert (response.status_code, response.headers["x-pageglass-ignored"]) == (200, "x_trace, tfs")
    response = client.post(ROUTE, json=ask(x_trace=1, temperature=9))
    assert (response.status_code, response.headers["x-pageglass-ignored"]) == (400, "x_trace")
    assert "x-pageglass-ignored" not in client.post(ROUTE, json=ask()).headers


def test_every_request_leaves_one_line_that_holds_no_content(client, ask, logged, picture):
    body = ask(x_trace=1, user="Ann", metadata={"case": "K-77"})
    response = client.post(ROUTE, json=body, headers={"authorization": "Bearer sk-test-1"})
    line = logged(response.headers["x-request-id"])
    assert (line.route, line.method, line.model, line.status, line.outcome) == (
        ROUTE,
        "POST",
        "reader/fake-1",
        200,
        "ok",
    )
    assert (line.pages, line.ignored, line.finish_reason) == (1, "x_trace", "stop")
    assert line.completion_tokens == response.json()["usage"]["completion_tokens"]
    assert line.total_ms >= line.first_byte_ms > 0
    written = str(line.__dict__)
    for content in ("Read.", "INVOICE", "sk-test-1", "Ann", "K-77", picture[-20:]):
        assert content not in written


def test_a_refusal_leaves_its_code_and_path(client, ask, logged):
    refused, unknown = (
        logged(response.headers["x-request-id"])
        for response in (client.post(ROUTE, json=ask(temperature=9)), client.get("/my/secret/path"))
    )
    assert (refused.status, refused.outcome, refused.code, refused.param) == (
        400,
        "error",
        "invalid_value",
        "temperature",
    )
    assert (unknown.status, unknown.code) == (404, "not_found")
    assert "secret" not in str(unknown.__dict__)

"""The loader of Open WebUI, and what is said of paths of OpenAI's and others' that are not here."""

import base64

import pytest


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/files", "GET, POST, HEAD, OPTIONS"),
        ("/v1/files/x", "DELETE, GET, HEAD, OPTIONS"),
        ("/v1/ocr", "POST, OPTIONS"),
    ],
)
def test_all_methods_of_a_path_are_named(client, path, methods):
    assert client.options(path).headers["allow"] == methods
    refused = client.patch(path)
    assert (refused.status_code, refused.headers["allow"]) == (405, methods)


@pytest.mark.parametrize("path", ["/process", "/v1/process"])
def test_a_body_as_it_is_becomes_the_text_of_a_document(client, picture, path):
    body = base64.b64decode(picture.partition(",")[2])
    headers = {"content-type": "image/png", "x-filename": "b%C3%BCro.png", "authorization": "Bearer none"}
    answer = client.put(path, content=body, headers=headers)
    assert answer.json()["page_content"] == "INVOICE 42\nTOTAL 19.90"
    assert answer.json()["metadata"]["source"] == "büro.png"


def test_the_loader_needs_a_key_where_keys_are_needed(serve):
    with serve(api_keys="sk-of-the-first-caller").client() as client:
        assert client.put("/process", content=b"x").status_code == 401


def test_a_body_that_is_no_document_is_refused_by_its_place(client):
    for body in (b"", b"no picture"):
        answer = client.put("/process", content=body)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "body")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v1/embeddings", "There are no embeddings here"),
        ("/v1/images/generations", "No pictures are made here"),
        ("/v1/batches", "no batches"),
        ("/v1/vector_stores", "Files are stored at /v1/files"),
        ("/api/chat", "Ollama's API is not spoken here"),
        ("/v1/messages", "Use /v1/chat/completions"),
    ],
)
def test_an_unknown_path_says_what_is_here_instead(client, path, words):
    answer = client.post(path, json={})
    assert answer.status_code == 404
    assert words in answer.json()["error"]["message"]
    assert "nearest" not in answer.json()["error"]["message"]

"""Conversations without a picture: refused, or answered with one honest sentence where the operator says so."""

import pytest

ROUTE = "/v1/chat/completions"
HELLO = [{"role": "user", "content": "Suggest a title for this chat."}]


@pytest.fixture
def open_client(serve):
    with serve(text_only="answer").client() as client:
        yield client


def test_a_conversation_without_a_picture_is_refused_by_default(client):
    answer = client.post(ROUTE, json={"model": "reader/fake-1", "messages": HELLO})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "no_image")


@pytest.mark.parametrize("stream", [False, True])
def test_it_is_answered_with_a_sentence_that_says_what_this_is(open_client, stream):
    answer = open_client.post(ROUTE, json={"model": "reader/fake-1", "messages": HELLO, "stream": stream})
    assert answer.is_success
    assert "reads pictures of documents" in answer.text
    assert "prompt_not_followed" in answer.text
    if not stream:
        assert answer.headers["x-pageglass-note"] == "prompt_not_followed"
        assert answer.json()["usage"]["completion_tokens"] > 0


def test_responses_answer_alike(open_client):
    answer = open_client.post("/v1/responses", json={"model": "reader/fake-1", "input": "hello"})
    assert "reads pictures of documents" in answer.json()["output"][0]["content"][0]["text"]


@pytest.mark.parametrize(
    "form",
    [
        {"response_format": {"type": "json_object"}},
        {"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "required"},
    ],
)
def test_where_a_form_binds_the_answer_it_is_still_refused(open_client, form):
    answer = open_client.post(ROUTE, json={"model": "reader/fake-1", "messages": HELLO} | form)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "no_image")


def test_with_a_picture_nothing_changes(open_client, picture):
    content = [{"type": "image_url", "image_url": {"url": picture}}]
    answer = open_client.post(
        ROUTE, json={"model": "reader/fake-1", "messages": [{"role": "user", "content": content}]}
    )
    assert answer.json()["choices"][0]["message"]["content"] == "INVOICE 42\nTOTAL 19.90"


def test_pictures_in_the_result_of_a_tool_are_read(client, picture):
    call = {"id": "c1", "type": "function", "function": {"name": "scan", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "Scan the page and read it."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "image_url", "image_url": {"url": picture}}]},
    ]
    answer = client.post(ROUTE, json={"model": "reader/fake-1", "messages": messages})
    assert answer.json()["choices"][0]["message"]["content"] == "INVOICE 42\nTOTAL 19.90"

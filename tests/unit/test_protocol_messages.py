"""Decoding of a chat request's messages: what is taken, and what is refused with which code and path."""

import pytest
from openai.types.chat import ChatCompletionMessage

from server.errors import InvalidRequest
from server.protocol.openai.chat_codec import decode_request
from server.values.chat import ImagePart, Message, TextPart

URL = "data:image/png;base64,AAAA"


def body(*messages, **fields):
    return {"model": "m", "messages": list(messages) or [{"role": "user", "content": "hi"}]} | fields


def user(*parts):
    return {"role": "user", "content": list(parts)}


def picture(**image):
    return {"type": "image_url", "image_url": {"url": URL} | image}


def refusal(payload):
    with pytest.raises(InvalidRequest) as caught:
        decode_request(payload)
    return caught.value


def refused(payload):
    error = refusal(payload)
    return error.code, error.param


def test_pictures_carry_their_place_and_detail():
    call = decode_request(
        body(
            {"role": "system", "content": "Be exact."},
            user({"type": "text", "text": "Read."}, picture(detail="high"), {"type": "image_url", "image_url": URL}),
        )
    )
    text, first, second = call.request.messages[1].parts
    assert text == TextPart(text="Read.")
    assert isinstance(first, ImagePart)
    assert isinstance(second, ImagePart)
    assert (first.source.path, first.source.detail) == ("messages[1].content[1].image_url.url", "high")
    assert (second.source.path, second.source.detail) == ("messages[1].content[2].image_url", "auto")
    assert second.source.content == URL


@pytest.mark.parametrize("detail", [None, "low", "high", "auto", "original"])
def test_every_detail_of_openai_is_taken(detail):
    (part,) = decode_request(body(user(picture(detail=detail)))).request.messages[0].parts
    assert part.source.detail == (detail or "auto")


def test_an_unknown_detail_is_named():
    path = "messages[0].content[0].image_url.detail"
    assert refused(body(user(picture(detail="ultra")))) == ("invalid_value", path)


def test_every_role_is_taken_and_a_conversation_keeps_its_calls():
    call = decode_request(
        body(
            {"role": "developer", "content": [{"type": "text", "text": "a"}]},
            {"role": "user", "content": "b", "name": "Ann"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            {"role": "tool", "content": "done", "tool_call_id": "c1"},
            {"role": "assistant", "content": None, "refusal": "No date is printed."},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        )
    )
    roles = [message.role for message in call.request.messages]
    assert roles == ["developer", "user", "assistant", "tool", "assistant", "assistant"]
    assert call.request.messages[2].tool_calls[0].name == "f"
    assert call.request.messages[3].tool_call_id == "c1"
    assert [message.text for message in call.request.messages[4:]] == ["No date is printed.", "No."]


def test_unknown_keys_inside_parts_and_messages_are_tolerated():
    call = decode_request(
        body(user({"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}, picture(uuid="u")))
    )
    assert len(call.request.messages[0].parts) == 2
    assert call.request.parameters == {}


def test_an_answer_can_be_sent_back_as_the_sdk_gave_it_and_its_reasoning_is_left_aside():
    answer = ChatCompletionMessage.model_validate(
        {"role": "assistant", "content": "42", "refusal": None, "annotations": [], "reasoning": "It says 42."}
    )
    for sent in (answer.model_dump(), answer.model_dump(exclude_none=True) | {"reasoning_content": "It says 42."}):
        (message,) = decode_request(body(sent)).request.messages
        assert message == Message(role="assistant", parts=(TextPart(text="42"),))


@pytest.mark.parametrize(
    ("part", "cure"),
    [
        ({"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}, "audio"),
        ({"type": "input_file", "file_data": "data:application/pdf;base64,AA"}, '"type": "file"'),
        ({"type": "input_image", "image_url": URL}, "image_url"),
        ({"type": "hologram"}, "image_url"),
    ],
)
def test_parts_that_are_not_ours_are_named_with_a_cure(part, cure):
    error = refusal(body(user({"type": "text", "text": "a"}, part)))
    assert (error.code, error.param) == ("unsupported_content_part", "messages[0].content[1]")
    assert repr(part["type"]) in error.message
    assert cure in error.message.split("content[1]')")[1]


def file(**members):
    return {"type": "file", "file": members}


def test_a_file_is_a_source_like_any_other():
    call = decode_request(body(user(file(file_data="JVBE", filename="a.pdf", pages="2-", detail="high"), picture())))
    first, second = call.request.messages[0].images
    assert (first.content, first.path) == ("JVBE", "messages[0].content[0].file.file_data")
    assert (first.pages, first.pages_path) == ("2-", "messages[0].content[0].file.pages")
    assert first.detail == "high"
    assert (second.pages, second.pages_path) == (None, "messages[0].content[1].image_url.pages")


def test_pages_may_be_chosen_beside_a_picture_url():
    (image,) = decode_request(body(user(picture(pages="3")))).request.messages[0].images
    assert image.pages == "3"


@pytest.mark.parametrize(
    ("part", "code", "param", "cure"),
    [
        ({"type": "file"}, "missing_required_parameter", "file", "type file"),
        (file(), "missing_required_parameter", "file.file_data", "type file"),
        (file(filename="a.pdf"), "missing_required_parameter", "file.file_data", "type file"),
        (file(file_id="file-1", file_data="AA"), "invalid_value", "file.file_id", "one of them"),
        (file(file_data="AA", detail="best"), "invalid_value", "file.detail", "original"),
        (file(file_data=7), "invalid_type", "file.file_data", "string"),
        (file(file_data="AA", pages=3), "invalid_type", "file.pages", "string"),
        ({"type": "image_url", "image_url": {"url": "AA", "pages": 3}}, "invalid_type", "image_url.pages", "string"),
    ],
)
def test_files_that_are_not_there_are_named(part, code, param, cure):
    error = refusal(body(user({"type": "text", "text": "a"}, part)))
    assert (error.code, error.param) == (code, f"messages[0].content[1].{param}")
    assert cure in error.message


@pytest.mark.parametrize("role", ["system", "developer", "assistant"])
@pytest.mark.parametrize("part", [picture(), file(file_data="AA")])
def test_pictures_belong_in_user_messages(role, part):
    message = {"role": role, "content": [part], "tool_call_id": "c"}
    error = refusal(body({"role": "user", "content": "a"}, message))
    assert (error.code, error.param) == ("unsupported_content_part", "messages[1].content[0]")
    assert role in error.message
    assert "user message" in error.message


@pytest.mark.parametrize(
    ("payload", "code", "param"),
    [
        ({"messages": [{"role": "user", "content": "a"}]}, "missing_required_parameter", "model"),
        ({"model": "m"}, "missing_required_parameter", "messages"),
        (body() | {"messages": []}, "invalid_value", "messages"),
        (body() | {"messages": "hi"}, "invalid_type", "messages"),
        (body() | {"messages": ["hi"]}, "invalid_type", "messages[0]"),
        (body() | {"model": 5}, "invalid_type", "model"),
        (body({"content": "a"}), "missing_required_parameter", "messages[0].role"),
        (body({"role": "user"}), "missing_required_parameter", "messages[0].content"),
        (body({"role": "user", "content": None}), "missing_required_parameter", "messages[0].content"),
        (body({"role": "user", "content": 5}), "invalid_type", "messages[0].content"),
        (body({"role": "user", "content": {"type": "text"}}), "invalid_type", "messages[0].content"),
        (body({"role": "tool", "content": "x"}), "missing_required_parameter", "messages[0].tool_call_id"),
        (body({"role": "function", "content": "x", "name": "f"}), "unsupported_value", "messages[0].role"),
        (body({"role": "robot", "content": "x"}), "unsupported_value", "messages[0].role"),
        (body(user("hi")), "invalid_type", "messages[0].content[0]"),
        (body(user({"text": "hi"})), "missing_required_parameter", "messages[0].content[0].type"),
        (body(user({"type": "text"})), "missing_required_parameter", "messages[0].content[0].text"),
        (body(user({"type": "text", "text": 7})), "invalid_type", "messages[0].content[0].text"),
        (body(user({"type": "image_url"})), "missing_required_parameter", "messages[0].content[0].image_url"),
        (body(user({"type": "image_url", "image_url": 5})), "invalid_type", "messages[0].content[0].image_url"),
        (
            body(user({"type": "image_url", "image_url": {}})),
            "missing_required_parameter",
            "messages[0].content[0].image_url.url",
        ),
        (
            body({"role": "user", "content": "a"}, user({"type": "text", "text": "a"}, picture(url=["x"]))),
            "invalid_type",
            "messages[1].content[1].image_url.url",
        ),
        (
            body({"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f"}}]}),
            "missing_required_parameter",
            "messages[0].tool_calls[0].function.arguments",
        ),
        (
            body({"role": "assistant", "content": "", "function_call": {"name": "f", "arguments": ""}}),
            "unsupported_parameter",
            "messages[0].function_call",
        ),
        (
            body({"role": "assistant", "content": "", "audio": {"id": "a"}}),
            "unsupported_parameter",
            "messages[0].audio",
        ),
    ],
)
def test_faults_in_messages_are_named_by_path(payload, code, param):
    error = refusal(payload)
    assert (error.code, error.param) == (code, param)
    assert param in error.message


def test_tags_of_unions_do_not_leak_even_where_a_client_uses_their_names():
    error = refusal(body({"role": "user", "content": [{"type": "text", "text": 5, "<array>": [1]}], "<array>": []}))
    assert error.param == "messages[0].content[0].text"
    choice = {"type": "function", "<object>": {"function": {}}, "function": {"name": 5}}
    assert refusal(body(tool_choice=choice)).param == "tool_choice.function.name"


def test_an_assistants_turn_without_content_is_a_turn_without_text():
    (message,) = decode_request(body({"role": "assistant", "content": None})).request.messages
    assert (message.role, message.parts, message.tool_calls) == ("assistant", (), ())

"""Names inside parts that carry pictures: a slip, or a name in the wrong place, is never left aside."""

import pytest

from server.errors import InvalidRequest
from server.protocol.openai.chat_codec import decode_request

DATA = "data:image/png;base64,AA"


def refusal(part):
    with pytest.raises(InvalidRequest) as caught:
        decode_request({"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, part]}]})
    assert caught.value.code == "unknown_parameter"
    return caught.value


@pytest.mark.parametrize(
    ("part", "param", "cure"),
    [
        ({"type": "file", "file": {"file_data": DATA, "page": "1"}}, "file.page", "file.pages"),
        ({"type": "file", "file": {"file_url": "https://example.org/a.pdf"}}, "file.file_url", "file_data"),
        ({"type": "file", "file": {"file_data": DATA}, "pages": "1"}, "pages", "file.pages"),
        ({"type": "image_url", "image_url": {"url": DATA, "Detail": "low"}}, "image_url.Detail", "image_url.detail"),
        ({"type": "image_url", "image_url": {"url": DATA}, "detail": "low"}, "detail", "image_url.detail"),
        ({"type": "image_url", "image_url": DATA, "pages": "1"}, "pages", "image_url.pages"),
    ],
)
def test_a_name_that_would_change_the_answer_is_refused_with_its_place(part, param, cure):
    error = refusal(part)
    assert error.param == f"messages[0].content[1].{param}"
    assert cure in error.message


@pytest.mark.parametrize("kind", [{}, [], 1, None, True])
def test_a_type_that_is_no_text_is_refused_with_its_place(kind):
    content = [{"type": kind, "image_url": {"url": DATA}}]
    with pytest.raises(InvalidRequest) as caught:
        decode_request({"model": "m", "messages": [{"role": "user", "content": content}]})
    assert caught.value.param == "messages[0].content[0].type"


def test_other_names_are_left_aside():
    part = {"type": "image_url", "image_url": {"url": DATA, "uuid": "u"}, "cache_control": {"type": "ephemeral"}}
    decode_request({"model": "m", "messages": [{"role": "user", "content": [part]}]})

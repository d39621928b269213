"""What cannot be done is refused with a code, the place in the request, and the counts."""

import re
import time

import openai
import pytest
from served_reader import card

PAGE = {"width": 512, "lowest": 512}  # 256 tokens


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"model": "gpt-4o"}, "model_not_found", "model"),
        ({"chat_template": "{{ messages }}"}, "unsupported_parameter", "chat_template"),
        (
            {"chat_template_kwargs": {"enable_thinking": True}},
            "unsupported_parameter",
            "chat_template_kwargs.enable_thinking",
        ),
        ({"mm_processor_kwargs": {"min_pixels": 4096}}, "unsupported_parameter", "mm_processor_kwargs.min_pixels"),
        ({"mm_processor_kwargs": {"max_pixels": 5}}, "invalid_value", "mm_processor_kwargs.max_pixels"),
        ({"logit_bias": {"total": 5}}, "invalid_value", "logit_bias"),
        ({"logit_bias": {"99999": 5}}, "invalid_value", "logit_bias"),
        ({"allowed_token_ids": [99999]}, "invalid_value", "allowed_token_ids"),
        ({"top_logprobs": 2}, "invalid_value", "top_logprobs"),
        ({"min_tokens": 9, "max_tokens": 3}, "invalid_value", "min_tokens"),
        ({"min_tokens": 2040}, "invalid_value", "min_tokens"),
        ({"prompt_logprobs": 2}, "unsupported_parameter", "prompt_logprobs"),
        ({"use_beam_search": True}, "unsupported_parameter", "use_beam_search"),
        ({"repetition_detection": {"window": 4}}, "unknown_parameter", "repetition_detection.window"),
        (
            {"repetition_detection": {"max_pattern_size": 4, "min_pattern_size": 9, "min_count": 3}},
            "invalid_value",
            "repetition_detection",
        ),
        (
            {"repetition_detection": {"max_pattern_size": 4, "min_count": 1}},
            "invalid_value",
            "repetition_detection",
        ),
        ({"bad_words": ["\U0001f600" * 3, ""]}, "invalid_value", "bad_words"),
    ],
    ids=str,
)
def test_a_field_is_refused(qwen, fields, code, param):
    for stream in (False, True):
        with pytest.raises(openai.APIStatusError) as caught:
            qwen.ask(qwen.card("A"), stream=stream, **fields)
        assert (caught.value.code, caught.value.param) == (code, param), caught.value.message
        assert 400 <= caught.value.status_code < 500


def refused_as_too_long(qwen, *pictures, **fields):
    with pytest.raises(openai.BadRequestError) as caught:
        qwen.ask(*pictures, **fields)
    assert (caught.value.code, caught.value.param) == ("context_length_exceeded", "messages")
    assert "2048" in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("length", [2100, 100_000])
def test_a_text_that_is_too_long(qwen, length):
    message = refused_as_too_long(qwen, prompt="x" * length)
    assert max(map(int, re.findall(r"\d+", message))) >= length


@pytest.mark.parametrize(("pages", "letters"), [(9, 10), (7, 400)])
def test_pictures_that_are_too_many_tokens(qwen, pages, letters):
    message = refused_as_too_long(qwen, *[card(str(number), **PAGE) for number in range(pages)], prompt="x" * letters)
    total, text, images = map(int, re.search(r"(\d+) tokens: (\d+) of text and (\d+) of images", message).groups())
    assert total == text + images
    assert images == pages * 256
    assert letters + 2 * pages <= text < letters + 2 * pages + 40


def test_too_many_pages(qwen):
    with pytest.raises(openai.BadRequestError) as caught:
        qwen.ask(*[qwen.card(str(number)) for number in range(33)])
    assert caught.value.code in {"too_many_pages", "too_many_images"}
    assert "32" in caught.value.message


def test_a_picture_is_read_though_its_first_request_was_refused(qwen):
    """The engine thinks then that its core has the picture, and the core has not."""
    picture = card(f"NO {time.time_ns() % 10**6}")
    with pytest.raises(openai.BadRequestError):
        qwen.ask(picture, logit_bias={"99999": 5})
    assert qwen.read(picture).startswith("NO ")

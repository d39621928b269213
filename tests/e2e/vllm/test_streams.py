"""A stream equals its non-streamed twin, and comes as it is written."""

from collections import defaultdict

import pytest

LINES = ("INVOICE 42", "TOTAL 19.90")


def put_together(chunks):
    """Texts, finish reasons and chances of each answer of a stream, and its usage."""
    texts, chances, finished, usage = defaultdict(str), defaultdict(list), {}, None
    for chunk in chunks:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            assert choice.index not in finished
            texts[choice.index] += choice.delta.content or ""
            chances[choice.index] += [c.model_dump() for c in choice.logprobs.content] if choice.logprobs else []
            if choice.finish_reason:
                finished[choice.index] = choice.finish_reason
    return dict(texts), finished, dict(chances), usage


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"max_tokens": 5},
        {"stop": ["42"]},
        {"stop": ["IC"], "include_stop_str_in_output": True},
        {"logprobs": True, "top_logprobs": 2},
        {"n": 2, "temperature": 0.8, "seed": 7},
        {"n": 2, "temperature": 2, "seed": 7, "logprobs": True, "max_tokens": 30},
        {"n": 2, "temperature": 0},
        {"structured_outputs": {"regex": "[A-Z]{4} [0-9]{2}"}},
        {"min_tokens": 30, "max_tokens": 40},
    ],
    ids=str,
)
def test_a_stream_equals_its_twin(qwen, fields):
    picture = qwen.card(*LINES)
    whole = qwen.ask(picture, **fields)
    stream = qwen.ask(picture, stream=True, stream_options={"include_usage": True}, **fields)
    texts, finished, chances, usage = put_together(stream)
    for choice in whole.choices:
        assert texts.pop(choice.index) == choice.message.content
        assert finished.pop(choice.index) == choice.finish_reason
        told = [chance.model_dump() for chance in choice.logprobs.content] if choice.logprobs else []
        assert chances.pop(choice.index) == told
    assert not texts
    assert without_cache(usage) == without_cache(whole.usage)


def without_cache(usage):
    return usage.prompt_tokens, usage.completion_tokens, usage.total_tokens


def test_pieces_come_while_the_rest_is_still_being_written(qwen):
    stream = qwen.ask(qwen.card(*LINES), stream=True, ignore_eos=True, max_tokens=1500)
    with stream:
        pieces = (chunk.choices[0].delta.content for chunk in stream)
        first = next(piece for piece in pieces if piece)
        assert qwen.running == 1
    assert "INVOICE".startswith(first[:7])


def test_a_stream_is_cut_where_text_is_known(qwen):
    """A token is a character here, so an answer of ten characters comes in several pieces."""
    chunks = [chunk for chunk in qwen.ask(qwen.card(LINES[0]), stream=True) if chunk.choices[0].delta.content]
    assert len(chunks) > 1  # deltas that wait for a busy reader are joined

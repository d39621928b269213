"""Every field that steers sampling, seen in what the reader writes of a picture whose text is known."""

import math

import pytest

TEXT = "INVOICE 42"
TWO_LINES = (TEXT, "TOTAL 19.90")


@pytest.fixture
def write(qwen):
    """Give the text and the finish reason of the first answer about the picture of `TEXT`."""

    def ask(*, lines=(TEXT,), **fields):
        (choice, *_) = qwen.ask(qwen.card(*lines), **fields).choices
        return choice.message.content, choice.finish_reason

    return ask


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"max_tokens": 1}, ("I", "length")),
        ({"max_completion_tokens": 3}, ("INV", "length")),
        ({"max_tokens": 3, "max_completion_tokens": 4}, ("INVO", "length")),
        ({"stop": "4"}, ("INVOICE ", "stop")),
        ({"stop": ["CE", "V"]}, ("IN", "stop")),
        ({"stop": "VO", "include_stop_str_in_output": True}, ("INVO", "stop")),
        ({"stop": ["not there"]}, (TEXT, "stop")),
        ({"structured_outputs": {"regex": "[A-Z]{3}"}}, ("INV", "stop")),
        ({"structured_outputs": {"choice": ["TOTAL", "INVOICE"]}}, ("INVOICE", "stop")),
        ({"structured_outputs": {"grammar": 'root ::= "INV" [A-Z] [A-Z]'}}, ("INVOI", "stop")),
    ],
    ids=str,
)
def test_a_field_shows_in_the_answer(write, fields, answer):
    assert write(**fields) == answer


@pytest.mark.parametrize("field", [{"top_p": 0}, {"top_k": 1}, {"min_p": 1}, {"top_p": 1e-6}], ids=str)
def test_what_narrows_the_choice_undoes_a_temperature_that_misreads(write, field):
    misread = next(seed for seed in range(100) if write(temperature=2, seed=seed)[0] != TEXT)
    assert write(temperature=2, seed=misread, **field) == (TEXT, "stop")


def test_the_same_seed_gives_the_same_answers_and_another_gives_others(qwen):
    def answers(seed):
        completion = qwen.ask(qwen.card(*TWO_LINES), temperature=2, seed=seed, n=4, max_tokens=40)
        assert [choice.index for choice in completion.choices] == [0, 1, 2, 3]
        return [choice.message.content for choice in completion.choices]

    first = answers(1)
    assert answers(1) == first
    assert answers(2) != first
    assert len(set(first)) > 1


def test_several_answers_at_temperature_0_are_equal_and_all_counted(qwen):
    one, three = (qwen.ask(qwen.card(TEXT), n=n) for n in (1, 3))
    assert [choice.message.content for choice in three.choices] == [TEXT] * 3
    assert three.usage.completion_tokens == 3 * one.usage.completion_tokens
    assert three.usage.prompt_tokens == one.usage.prompt_tokens


def test_bad_words_are_not_written(write):
    text, _ = write(bad_words=["V", "42"])
    assert "V" not in text
    assert "42" not in text
    assert text.startswith("IN")


@pytest.mark.parametrize("field", ["presence_penalty", "frequency_penalty", "repetition_penalty"])
def test_a_penalty_changes_what_is_drawn_by_the_same_seed(qwen, field):
    def drawn(**fields):
        completion = qwen.ask(qwen.card("AAAAAA"), temperature=2, seed=3, n=16, max_tokens=8, **fields)
        return [choice.message.content for choice in completion.choices]

    assert drawn() == drawn()
    assert drawn(**{field: 2}) != drawn()


def test_an_answer_as_long_as_it_is_asked_to_be(write):
    text, finish = write(min_tokens=20, max_tokens=30)
    assert text.startswith(TEXT)
    assert len(text) > len(TEXT)
    assert finish in {"stop", "length"}


def test_ignoring_the_end_writes_on_to_max_tokens(qwen):
    completion = qwen.ask(qwen.card(TEXT), ignore_eos=True, max_tokens=40)
    assert (completion.choices[0].finish_reason, completion.usage.completion_tokens) == ("length", 40)


def test_tokens_are_banned_forced_and_stopped_at_by_their_number(qwen, write):
    v, space, one = map(qwen.token, "V 1")
    assert write(stop_token_ids=[space])[0] == "INVOICE"
    assert "V" not in write(logit_bias={str(v): -100})[0]
    assert write(logit_bias={str(one): 100}, max_tokens=5)[0] == "11111"
    assert set(write(allowed_token_ids=[one, v], max_tokens=8)[0]) <= {"1", "V"}


@pytest.mark.parametrize("top", [0, 3])
def test_the_chances_of_tokens(qwen, top):
    completion = qwen.ask(qwen.card(TEXT), logprobs=True, top_logprobs=top, temperature=1, seed=4)
    chances = completion.choices[0].logprobs.content
    written = completion.choices[0].message.content
    assert "".join(bytes(chance.bytes).decode() for chance in chances).startswith(written)
    assert len(chances) == completion.usage.completion_tokens
    for chance in chances:
        assert -9999 <= chance.logprob <= 0
        assert len(chance.top_logprobs) == top
        ranked = [likely.logprob for likely in chance.top_logprobs]
        assert ranked == sorted(ranked, reverse=True)
        assert chance.logprob <= max([0, *ranked])
    if top:
        assert chances[0].top_logprobs[0].token == "I"
        assert all(sum(math.exp(likely.logprob) for likely in chance.top_logprobs) < 1.001 for chance in chances)

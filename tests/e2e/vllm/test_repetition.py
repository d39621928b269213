"""Loops that the real engine writes are cut, whichever of the two guards sees them first."""

import pytest

ENDLESS = {"ignore_eos": True, "max_tokens": 1800}


@pytest.fixture
def only(qwen):
    """Fields under which the reader can write nothing but these characters, for ever, the likelier one first."""

    def of(text):
        return {**ENDLESS, "structured_outputs": {"regex": f"({text}){{1000,}}"}}

    return of


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("unit", ["A", "NO-5 ", "ROW\n"])
def test_a_loop_is_cut_to_one_turn(qwen, only, unit, stream):
    asked = qwen.ask(qwen.card("INVOICE 42"), **only(unit), stream=stream)
    text, finish, note, tokens = told(asked, stream=stream)
    assert (text, finish) == (unit, "length")
    assert (note["choice"], note["unit"]) == (0, unit)
    assert note["times"] >= 8
    if tokens is not None:
        assert tokens < ENDLESS["max_tokens"] * 0.95


def told(asked, *, stream):
    """Text, finish reason, the note of the loop, and tokens written if they are told."""
    if not stream:
        (choice,), (note,) = asked.choices, asked.model_extra["pageglass"]["repetitions"]
        return choice.message.content, choice.finish_reason, note, asked.usage.completion_tokens
    chunks = list(asked)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    (note,) = chunks[-1].model_extra["pageglass"]["repetitions"]
    return text, chunks[-1].choices[0].finish_reason, note, None


def test_vllms_own_watch_ends_an_answer_for_its_length(qwen, only):
    watch = {"max_pattern_size": 6, "min_pattern_size": 1, "min_count": 5}
    completion = qwen.ask(qwen.card("INVOICE 42"), **only("NO-5 "), repetition_detection=watch)
    (choice,), (note,) = completion.choices, completion.model_extra["pageglass"]["repetitions"]
    assert choice.finish_reason == "length"
    assert note["choice"] == 0
    assert completion.usage.completion_tokens < 60


def test_an_answer_without_a_loop_has_no_note(qwen):
    completion = qwen.ask(qwen.card("INVOICE 42"))
    assert not completion.model_extra["pageglass"].get("repetitions")


def test_a_long_answer_that_does_not_repeat_itself_is_left_alone(qwen):
    """Hot sampling of letters is no loop."""
    choice = qwen.ask(
        qwen.card("INVOICE 42"),
        ignore_eos=True,
        max_tokens=900,
        structured_outputs={"regex": "[A-Z0-9]{900}"},
        temperature=2,
        seed=1,
    ).choices[0]
    assert len(choice.message.content) >= 890

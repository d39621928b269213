"""Greedy decoding of a line, and the rivals of its characters."""

import numpy as np
import pytest

from server.engines.ppocr.ctc_line import decode

CHARACTERS = ["blank", "A", "B", "L", "I", " "]


def line(*steps):
    """Probabilities of steps given as {character: probability}; the rest is no character's."""
    table = np.zeros((len(steps), len(CHARACTERS)), dtype=np.float32)
    for row, step in zip(table, steps, strict=True):
        for char, probability in step.items():
            row[CHARACTERS.index(char)] = probability
        row[0] += 1 - row.sum()
    return table


def text(glyphs):
    return "".join(glyph.char for glyph in glyphs)


def test_repeated_steps_are_one_character_and_a_gap_makes_two():
    glyphs = decode(line({"A": 0.9}, {"A": 0.8}, {}, {"A": 0.7}, {"B": 1.0}), CHARACTERS)
    assert text(glyphs) == "AAB"
    assert [glyph.probability for glyph in glyphs] == pytest.approx([0.9, 0.7, 1.0])


def test_an_empty_line_has_no_characters():
    assert decode(line({}, {}), CHARACTERS) == []
    assert decode(line(), CHARACTERS) == []


def test_a_likely_space_between_characters_is_kept_with_its_doubt():
    glyphs = decode(line({"A": 1.0}, {" ": 0.3}, {"B": 1.0}), CHARACTERS)
    assert text(glyphs) == "A B"
    assert dict(glyphs[1].rivals)[""] == pytest.approx(0.7 / 0.3)


def test_an_unlikely_space_is_a_rival_of_none():
    glyphs = decode(line({"A": 1.0}, {" ": 0.1}, {"B": 1.0}), CHARACTERS)
    assert text(glyphs) == "AB"
    assert dict(glyphs[1].before) == {" ": pytest.approx(0.1 / 0.9)}


def test_rivals_are_what_else_a_character_may_be():
    glyphs = decode(line({"L": 0.6, "I": 0.3}, {"A": 1.0}), CHARACTERS)
    assert dict(glyphs[0].rivals) == {"I": pytest.approx(0.5), "": pytest.approx(1 / 6)}
    assert glyphs[1].rivals == ()


def test_the_rival_of_a_wide_character_has_to_hold_over_all_of_its_steps():
    glyphs = decode(line({"L": 0.6, "I": 0.4}, {"L": 0.8, "I": 0.1, "blank": 0.1}), CHARACTERS)
    assert dict(glyphs[0].rivals)["I"] == pytest.approx(0.4 / 0.6 * 0.1 / 0.8)


def test_what_two_steps_doubt_alike_is_doubted_twice():
    one = decode(line({"L": 0.9}), CHARACTERS)[0].rivals
    two = decode(line({"L": 0.9}, {"L": 0.9}), CHARACTERS)[0].rivals
    assert dict(one)[""] == pytest.approx(1 / 9)
    assert dict(two)[""] == pytest.approx(1 / 81)

"""Marks by hand where the recogniser parted a line or lost a word, and strokes that touch other ink."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_by_hand import BOOLEAN, Sheet, width

from server.reading.marks.hand.alternatives import alternatives, places_of
from server.reading.marks.hand.chains import chains, joined
from server.reading.marks.hand.rings import is_ringed
from server.reading.page_text import TextBuilder
from server.values.lines import Line

TITLE = {"type": ["string", "null"], "enum": ["Mr", "Mrs", "Dr", None]}


def line(text: str, left: float, right: float, middles: tuple[float, ...] = ()) -> Line:
    box = ((left, 10), (right, 10), (right, 40), (left, 40))
    return Line(text=text, score=1.0, box=box, middles=middles)


def test_a_word_is_placed_by_the_middles_of_its_characters():
    plain = line("a: iii / mmm", 0, 300)
    known = replace(plain, middles=(0.02, 0.05, 0.5, 0.53, 0.56, 0.7, 0.8, 0.9, 0.98))
    spans = alternatives(plain.text)
    first, last = places_of(known, spans)[0]
    assert first == pytest.approx(145, abs=5)
    assert last == pytest.approx(173, abs=5)
    assert places_of(plain, spans)[0] != (first, last)


def test_middles_that_are_not_those_of_the_text_are_left_alone():
    plain = line("Yes / No", 0, 100)
    assert places_of(replace(plain, middles=(0.1, 0.5)), [(0, 3)]) == places_of(plain, [(0, 3)])


def parted(ringed: str, *, bar: str = "/") -> Sheet:
    """`Title: Mr / Mrs / Dr`, which was read in pieces around the word with the ring."""
    sheet = Sheet()
    x = sheet.write(0, 40, "Title:")[1] + 10
    for number, word in enumerate(("Mr", "Mrs", "Dr")):
        text = f"{word} {bar}" if number < 2 else word
        left, right, middle = sheet.write(0, x, text)
        if word == ringed:
            sheet.ring(left, left + width(word), middle)
        x = right + 14
    return sheet


@pytest.mark.parametrize("word", ["Mr", "Mrs", "Dr"])
def test_words_that_a_ring_parted_are_one_line_to_choose_from(word):
    assert parted(word).answer(title=TITLE) == {"title": word}


def test_a_row_in_pieces_without_a_ring_stays_as_it_is():
    sheet = parted("")
    assert sheet.read().lines == tuple(sheet.lines)


def test_what_stands_far_apart_or_has_a_mark_is_not_joined():
    near, far = [line("Mr /", 0, 60), line("Mrs", 70, 120)], line("Dr", 300, 330)
    assert [len(chain) for chain in chains([*near, far], 30)] == [2, 1]


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        (("Mr", "Mrs / Dr"), "Mr / Mrs / Dr"),
        (("Title:", "(Mr)", "Mrs / Dr"), "Title: Mr / Mrs / Dr"),
        (("Mr / Mrs /", "(Dr"), "Mr / Mrs / Dr"),
        (("Mr / Mrs", "/Dr"), "Mr / Mrs /Dr"),
    ],
)
def test_joined_lines_have_a_bar_between_words_and_no_half_of_brackets(texts, whole):
    pieces = []
    for number, text in enumerate(texts):
        count = len(text.replace(" ", ""))
        middles = tuple((place + 0.5) / count for place in range(count))
        pieces.append(line(text, 100 * number, 100 * number + 95, middles))
    one = joined(pieces)
    assert one.text == whole
    assert len(one.middles) == len(whole.replace(" ", ""))
    assert list(one.middles) == sorted(one.middles)
    assert joined([replace(piece, middles=()) for piece in pieces]).middles == ()


def ink(*, ring: bool = False, frame: bool = False, joint: bool = False) -> np.ndarray:
    """The ink of a strip with the word `Yes` from 200 to 255, its middle at 60."""
    strip = np.zeros((120, 460), np.uint8)
    cv2.putText(strip, "Yes", (200, 70), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2)
    if ring:
        cv2.ellipse(strip, (228, 60), (42, 27), 3, 0, 360, 255, 2)
    if frame:
        cv2.rectangle(strip, (188, 36), (268, 84), 255, 2)
    if joint:  # another ring and a bar touch it
        cv2.ellipse(strip, (228, 5), (60, 28), 0, 0, 180, 255, 2)
        cv2.line(strip, (264, 84), (282, 34), 255, 2)
    return strip


@pytest.mark.parametrize(
    ("drawn", "ringed"),
    [
        ({"ring": True}, True),
        ({"ring": True, "joint": True}, True),
        ({}, False),
        ({"joint": True}, False),
        ({"frame": True}, False),
    ],
)
def test_a_ring_is_known_whatever_touches_it(drawn, ringed):
    assert is_ringed(ink(**drawn), (200, 255), 60, 32) is ringed


@pytest.mark.parametrize("times", [2, 4])
def test_a_ring_on_large_print_is_known(times):
    large = cv2.resize(ink(ring=True, joint=True), None, fx=times, fy=times)
    assert is_ringed(large, (200 * times, 255 * times), 60 * times, 32 * times)


def test_a_strip_without_pixels_has_no_ring():
    assert not is_ringed(ink(ring=True), (2000, 2100), 60, 32)


def struck(read: str) -> Sheet:
    """`Yes / No` whose yes is struck, and was read as something else."""
    sheet = Sheet()
    sheet.write(0, 40, "Vegan")
    left, right, middle = sheet.write(0, 300, "Yes / No")
    sheet.strike(left, left + width("Yes"), middle)
    middles = [(left, "Yes"), (left + width("Yes "), "/"), (left + width("Yes / "), "No")]
    if read != "Yes":
        middles[0] = (left, "Yes"[: len(read)])
    places = [x + width(text) * (at + 0.5) / len(text) for x, text in middles for at in range(len(text))]
    shares = tuple((place - left) / (right - left) for place in places)
    sheet.lines[-1] = replace(sheet.lines[-1], text=f"{read} / No", middles=shares)
    return sheet


@pytest.mark.parametrize("read", ["Yes", "fes"])
def test_the_no_beside_a_struck_word_is_meant_whatever_that_was_read_as(read):
    assert struck(read).answer(vegan=BOOLEAN) == {"vegan": False}


def test_a_stroke_that_ends_within_a_short_word_strikes_it():
    sheet = Sheet()
    left, right, middle = sheet.write(0, 40, "Veg: ja / nee")
    first = left + width("Veg: ")
    cv2.line(sheet.page, (first - 6, middle + 1), (first + width("ja") + 3, middle - 1), 0, 3)
    text = sheet.lines[-1].text
    shares = tuple(
        (width(text[:at]) + width(text[at]) / 2) / (right - left) for at in range(len(text)) if text[at] != " "
    )
    sheet.lines[-1] = replace(sheet.lines[-1], middles=shares)
    assert TextBuilder().add(sheet.read()) == "Veg: ja ✓ nee"


def below_a_row(*, pen: bool) -> Sheet:
    """A field for a signature over its label, with a row of print close above."""
    sheet = Sheet()
    sheet.write(3, 60, "Fire exits clear")
    sheet.write(5, 60, "Signature")
    base = 60 + 60 * 5 - 32
    cv2.line(sheet.page, (50, base), (420, base), 90, 1)
    if pen:
        points = [(90 + 14 * step, base - (4 if step % 2 else 24 + 3 * (step % 3))) for step in range(12)]
        cv2.polylines(sheet.page, [np.array(points)], False, 0, 2, cv2.LINE_AA)
    return sheet


@pytest.mark.parametrize("pen", [True, False])
def test_the_row_of_print_above_a_field_is_not_written_on_it(pen):
    assert below_a_row(pen=pen).answer(signed=BOOLEAN) == {"signed": pen}


def test_a_no_behind_a_bar_is_meant_where_what_was_not_read_before_it_is_struck():
    sheet = struck("Yes")
    whole = sheet.lines[-1]
    sheet.lines[-1] = replace(whole, text="/ No", middles=whole.middles[3:])
    assert TextBuilder().add(sheet.read()) == "Vegan  ✓ / No"
    assert sheet.answer(vegan=BOOLEAN) == {"vegan": False}


@pytest.mark.parametrize("middles", [True, False])
def test_a_no_behind_a_bar_is_in_doubt_where_nothing_before_it_is_struck(middles):
    sheet = Sheet()
    sheet.write(0, 40, "Vegan")
    left, right, _ = sheet.write(0, 300, "Yes / No")
    shares = tuple((width(text) - 8) / (right - left) for text in ("Yes /", "Yes / N", "Yes / No"))
    sheet.lines[-1] = replace(sheet.lines[-1], text="/ No", middles=shares if middles else ())
    assert sheet.answer(vegan=BOOLEAN) == {"vegan": None}


def lost_bar(text: str, *, question: bool = True) -> Sheet:
    """A form with a row of two words of which the first has a ring."""
    sheet = Sheet()
    sheet.write(0, 40, "Vegan Yes / No" if question else "Vegan")
    left, _, middle = sheet.write(2, 40, text)
    before, word = text.split()[:2]
    start = left + width(f"{before} ")
    sheet.ring(start, start + width(word), middle)
    return sheet


def test_two_words_whose_bar_a_ring_ran_over_are_to_choose_from():
    sex = {"type": ["string", "null"], "enum": ["male", "female", None]}
    assert lost_bar("Sex: male female").answer(sex=sex) == {"sex": "male"}


@pytest.mark.parametrize(
    ("text", "question"), [("Name: Jane Doe", True), ("Sex: male female", False), ("Due: in 30 days", True)]
)
def test_names_and_print_of_other_pages_are_not_to_choose_from(text, question):
    assert text in [line.text for line in lost_bar(text, question=question).read().lines]


def test_a_ring_that_was_read_as_a_bracket_belongs_to_no_word():
    sheet = Sheet()
    sheet.write(0, 40, "Vegan")
    sheet.ring(*sheet.write(0, 300, "Yes"))
    sheet.lines[-1] = replace(sheet.lines[-1], text="(Yes")
    sheet.write(0, 460, "No")
    assert sheet.answer(vegan=BOOLEAN) == {"vegan": True}

"""Words crossed out, and ticks beside words that have neither boxes nor columns."""

import numpy as np
import pytest
from drawn_by_hand import BOOLEAN, Sheet, width

from server.reading.marks.hand.strokes import Paper, strokes_on
from server.reading.page_text import TextBuilder
from server.values.lines import Line


def test_a_yes_or_no_goes_by_its_own_words_and_not_by_other_names_of_a_person():
    sheet = Sheet()
    sheet.write(0, 40, "Employment:")
    sheet.strike(*sheet.write(0, 300, "employed"))
    sheet.write(0, 480, "/")
    sheet.write(0, 520, "retired")
    sheet.write(1, 40, "Student: sim /")
    assert sheet.answer(student=BOOLEAN) == {"student": None}


@pytest.mark.parametrize(("crossed", "value"), [("Mrs", "Mr"), ("Mr", "Mrs"), (None, None)])
def test_the_word_that_is_not_crossed_out_is_meant(crossed, value):
    sheet = Sheet()
    left, _, middle = sheet.write(0, 40, "Title: Mr / Mrs")
    if crossed:
        start = left + width("Title: " if crossed == "Mr" else "Title: Mr / ")
        sheet.cross_out(start, start + width(crossed), middle)
    assert sheet.answer(title={"type": ["string", "null"], "enum": ["Mr", "Mrs", None]}) == {"title": value}


@pytest.mark.parametrize(("ticked", "before"), [("post", True), ("post", False), ("courier", False), (None, True)])
def test_a_tick_beside_a_word_chooses_it(ticked, before):
    sheet = Sheet()
    sheet.write(0, 40, "Delivery:")
    sheet.write(1, 40, "Smoker:")
    for left, word in ((260, "courier"), (440, "pick-up"), (640, "post")):
        start, end, _ = sheet.write(0, left, word)
        if word == ticked:
            sheet.cross(start - 24 if before else end + 24, 0)
    start, end, _ = sheet.write(1, 260, "No")
    sheet.write(1, 420, "Yes")
    sheet.cross(start - 24 if before else end + 24, 1)
    choices = {"type": ["string", "null"], "enum": ["courier", "pick-up", "post", None]}
    assert sheet.answer(delivery=choices, smoker=BOOLEAN) == {"delivery": ticked, "smoker": False}


def test_ticks_beside_the_items_of_a_list():
    sheet = Sheet()
    sheet.write(0, 40, "Conditions (please tick all that apply):")
    for row, item in enumerate(("Asthma", "Diabetes", "Allergies", "Epilepsy"), 1):
        left, _, _ = sheet.write(row, 120, item)
        if item in ("Asthma", "Allergies"):
            sheet.cross(left - 36, row)
    items = {"type": "string", "enum": ["Asthma", "Diabetes", "Allergies", "Epilepsy"]}
    assert sheet.answer(conditions={"type": "array", "items": items}) == {"conditions": ["Asthma", "Allergies"]}
    assert "✓ Asthma" in TextBuilder().add(sheet.read())


def test_a_tick_in_the_middle_of_two_words_is_open():
    sheet = Sheet()
    sheet.write(0, 40, "Smoker:")
    _, end, _ = sheet.write(0, 260, "Yes")
    start, _, _ = sheet.write(0, 420, "No")
    sheet.cross((end + start) // 2, 0)
    assert sheet.answer(smoker=BOOLEAN) == {"smoker": None}


@pytest.mark.parametrize("words", [("courier", "pick-up"), ("Mr", "Mrs")])
def test_words_that_only_offer_a_choice_are_no_value(words):
    sheet = Sheet()
    sheet.write(0, 40, "Kind:")
    sheet.write(0, 260, words[0])
    sheet.write(0, 420, words[1])
    assert sheet.answer(kind={"type": ["string", "null"], "enum": [*words, None]}) == {"kind": None}


def test_a_cross_over_a_word_is_open_where_the_page_asks_to_cross_what_is_meant():
    sheet = Sheet()
    left, _, middle = sheet.write(0, 40, "Title: Mr / Mrs")
    start = left + width("Title: Mr / ")
    sheet.cross_out(start, start + width("Mrs"), middle)
    sheet.write(2, 40, "Please mark with a cross")
    assert sheet.answer(title={"type": ["string", "null"], "enum": ["Mr", "Mrs", None]}) == {"title": None}


def test_two_values_in_a_row_are_no_choice():
    sheet = Sheet()
    for row, cells in enumerate((("Parking:", "Yes", "Wi-Fi:", "No"), ("Patient:", "Eva", "Ward:", "East"))):
        for left, cell in zip((40, 220, 420, 600), cells, strict=True):
            sheet.write(row, left, cell)
    sheet.write(2, 40, "Tour: Ost")
    sheet.write(2, 420, "Mode: Rail")
    lines = sheet.read()
    assert [line.mark for line in lines.lines] == [None] * len(lines.lines)
    assert sheet.answer(parking=BOOLEAN, patient={"type": ["string", "null"]}) == {"parking": True, "patient": "Eva"}


def test_a_word_that_was_not_read_is_no_tick():
    sheet = Sheet()
    sheet.write(0, 40, "Trade:")
    sheet.write(0, 260, "Buy")
    sheet.write(0, 360, "Rent")
    sheet.lines.pop()
    sheet.write(0, 500, "Sell")
    assert not any(line.mark and line.mark.ticked for line in sheet.read().lines)
    choices = {"type": ["string", "null"], "enum": ["Buy", "Rent", "Sell", None]}
    assert sheet.answer(trade=choices) == {"trade": None}


def test_a_joining_word_between_choices_leaves_them_an_offer():
    sheet = Sheet()
    for left, word in ((40, "Trade:"), (260, "Buy"), (400, "vs"), (500, "Sell")):
        sheet.write(0, left, word)
    assert sheet.answer(trade={"type": ["string", "null"], "enum": ["Buy", "Sell", None]}) == {"trade": None}


@pytest.mark.parametrize(
    "head", ["Symptoms (tick all that apply)", "Symptoms (select one or more)", "Symptoms (please tick)"]
)
def test_a_list_of_which_none_is_ticked_has_no_value(head):
    sheet = Sheet()
    sheet.write(0, 40, head)
    for row, item in enumerate(("Fever", "Cough", "Rash"), 1):
        sheet.write(row, 80, item)
    several = {"type": "array", "items": {"type": "string", "enum": ["Fever", "Cough", "Rash"]}}
    one = {"type": ["string", "null"], "enum": ["Fever", "Cough", "Rash", None]}
    assert sheet.answer(symptoms=several) == {"symptoms": []}
    assert sheet.answer(symptoms=one) == {"symptoms": None}


def test_an_underlined_word_is_not_struck():
    sheet = Sheet()
    left, _, middle = sheet.write(0, 40, "Smoker: Yes / No")
    start = left + width("Smoker: ")
    base = middle + 8 + 3
    sheet.page[base : base + 2, start : start + width("Yes")] = 0
    assert sheet.answer(smoker=BOOLEAN) == {"smoker": None}


@pytest.mark.parametrize("printed", ["Mr / Mrs / Ms", "open / closed"])
def test_words_of_a_form_are_no_text(printed):
    sheet = Sheet()
    sheet.write(0, 40, f"Kind: {printed}")
    assert sheet.answer(kind={"type": ["string", "null"]}) == {"kind": None}


def test_what_a_list_asks_holds_for_that_list_alone():
    sheet = Sheet()
    left, _, middle = sheet.write(0, 40, "Title: Mr / Mrs")
    start = left + width("Title: Mr / ")
    sheet.cross_out(start, start + width("Mrs"), middle)
    sheet.write(2, 40, "Topics of interest - tick as appropriate")
    for row, item in enumerate(("Sport", "Music", "Travel"), 3):
        sheet.write(row, 120, item)
    choices = {"type": ["string", "null"], "enum": ["Mr", "Mrs", None]}
    assert sheet.answer(title=choices, topics_of_interest={"type": ["string", "null"]})["title"] == "Mr"


@pytest.mark.parametrize("seed", range(3))
def test_the_grain_of_paper_around_a_short_word_is_no_cross(seed):
    sheet = Sheet()
    sheet.page[:] = np.clip(np.random.default_rng(seed).normal(226, 14, sheet.page.shape), 0, 255)
    left, right, _ = sheet.write(0, 400, "ja")
    strokes = strokes_on(Paper(sheet.page, 32, tuple(sheet.lines)), sheet.lines[0])
    assert strokes.crosses(left, right) is False


def test_a_word_that_seems_both_crossed_and_ringed_is_open():
    sheet = Sheet()
    sheet.write(0, 40, "Smoker:")
    left, right, middle = sheet.write(0, 260, "Yes")
    sheet.cross_out(left, right, middle)
    sheet.ring(left, right, middle)
    sheet.write(0, 420, "No")
    assert sheet.answer(smoker=BOOLEAN) == {"smoker": None}


def without(sheet, row, printed, lost):
    """Print a line of which the recogniser lost a word; return where that word stands, and its middle."""
    left, _, middle = sheet.write(row, 40, printed)
    (line,) = (one for one in sheet.lines if one.row == row)
    at = printed.index(lost)
    kept = [n for n, char in enumerate(printed) if not at <= n < at + len(lost) and char != " "]
    ends = [left + width(printed[: n + 1]) for n in kept]
    starts = [left + width(printed[:n]) for n in kept]
    right = ends[-1]
    (_, top), (_, bottom) = line.box[0], line.box[2]
    middles = tuple(((one + other) / 2 - left) / (right - left) for one, other in zip(starts, ends, strict=True))
    text = " ".join((printed[:at] + printed[at + len(lost) :]).split())
    box = ((left, top), (right, top), (right, bottom), (left, bottom))
    sheet.lines = [one for one in sheet.lines if one.row != row]
    sheet.lines.append(Line(text=text, score=1.0, box=box, row=row, middles=middles))
    return left + width(printed[:at]), left + width(printed[: at + len(lost)]), middle


@pytest.mark.parametrize(("lost", "value"), [("yes", False), ("no", True)])
def test_the_word_beside_one_that_was_lost_under_a_cross_is_meant(lost, value):
    sheet = Sheet()
    sheet.cross_out(*without(sheet, 0, "Driver: yes / no", lost))
    assert sheet.answer(driver=BOOLEAN) == {"driver": value}


@pytest.mark.parametrize("lost", ["yes", "no"])
@pytest.mark.parametrize("drawn", ["ring", "nothing", "cross where crosses choose"])
def test_the_word_beside_a_lost_one_is_open_where_no_cross_says_which_is_meant(lost, drawn):
    sheet = Sheet()
    place = without(sheet, 0, "Driver: yes / no", lost)
    if drawn == "ring":
        sheet.ring(*place)
    elif drawn != "nothing":
        sheet.cross_out(*place)
        sheet.write(2, 40, "Please mark with a cross")
    assert sheet.answer(driver=BOOLEAN) == {"driver": None}

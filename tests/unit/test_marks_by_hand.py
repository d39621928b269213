"""Marks by hand on print: words circled and struck, ticks in a checklist."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_by_hand import BOOLEAN, FONT, Sheet, width

from server.fields.extraction import answer_fields
from server.fields.marks.signers import signer_of
from server.fields.schema.shapes import compile_schema
from server.reading.marks.hand.alternatives import alternatives
from server.reading.marks.page_marks import marked, may_be_marked
from server.reading.page_text import TextBuilder
from server.values.lines import Line, Lines


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Yes / No", ["Yes", "No"]),
        ("Smoker: Ja/Nein", ["Ja", "Nein"]),
        ("Title Mr / Mrs / Ms (delete as appropriate)", ["Mr", "Mrs", "Ms"]),
        ("Smoker YesNo", ["Yes", "No"]),
        ("Sim ( Não", ["Sim", "Não"]),
        ("03/05/2024", []),
        ("N/A", []),
        ("https://example.org/page", []),
        ("Yes, there is no more", []),
    ],
)
def test_words_to_choose_among(text, words):
    assert [text[first:last] for first, last in alternatives(text)] == words


@pytest.mark.parametrize(("ringed", "value"), [("Yes", True), ("No", False), ("", None), ("Yes No", None)])
def test_yes_or_no_by_the_ring_around_one(ringed, value):
    sheet = Sheet()
    sheet.write(0, 40, "Vegan")
    for word, left in (("Yes", 300), ("No", 460)):
        place = sheet.write(0, left, word)
        if word in ringed.split():
            sheet.ring(*place)
    assert sheet.answer(vegan=BOOLEAN) == {"vegan": value}


def test_the_word_with_the_ring_is_the_evidence():
    sheet = Sheet()
    sheet.write(0, 40, "Vegan")
    sheet.write(0, 300, "Yes")
    sheet.ring(*sheet.write(0, 460, "No"))
    page = sheet.read()
    assert TextBuilder().add(page) == "Vegan  Yes  ✓ No"
    schema = compile_schema({"type": "object", "properties": {"vegan": BOOLEAN}}, path="schema")
    found = answer_fields([page], schema).evidence["vegan"]
    assert [(line.text, line.left) for line in found.lines] == [("✓ No", 460)]


@pytest.mark.parametrize(
    ("struck", "value"),
    [(("Mr", "Ms"), "Mrs"), (("Mrs", "Ms"), "Mr"), (("Ms",), None), (("Mr", "Mrs", "Ms"), None), ((), None)],
)
def test_the_word_that_is_not_struck_is_meant(struck, value):
    sheet = Sheet()
    left, _, middle = sheet.write(0, 40, "Title: Mr / Mrs / Ms")
    for first, last in alternatives("Title: Mr / Mrs / Ms"):
        if "Title: Mr / Mrs / Ms"[first:last] in struck:
            sheet.strike(*(left + width("Title: Mr / Mrs / Ms"[:end]) for end in (first, last)), middle)
    enum = {"type": ["string", "null"], "enum": ["Mr", "Mrs", "Ms", None]}
    assert sheet.answer(title=enum) == {"title": value}


def checklist(*ticked: tuple[int, int]) -> Sheet:
    """Three items with ticks in cells (row, column)."""
    sheet = Sheet()
    for left, head in ((40, "Item"), (400, "Yes"), (560, "No"), (720, "N/A")):
        sheet.write(0, left, head)
    for row, item in enumerate(("Brakes", "Lights", "Mirrors"), 1):
        sheet.write(row, 40, item)
    for row, column in ticked:
        sheet.cross(420 + 160 * column, row)
    return sheet


def test_a_tick_under_a_head_answers_for_its_row():
    sheet = checklist((1, 0), (2, 1))
    found = sheet.answer(brakes=BOOLEAN, lights=BOOLEAN, mirrors=BOOLEAN)
    assert found == {"brakes": True, "lights": False, "mirrors": None}
    assert TextBuilder().add(sheet.read()) == "Item  Yes  No  N/A\nBrakes  ✓\nLights  ✓\nMirrors"


def test_two_ticks_in_a_row_and_one_under_another_head_are_null():
    found = checklist((1, 0), (1, 1), (2, 2)).answer(brakes=BOOLEAN, lights=BOOLEAN)
    assert found == {"brakes": None, "lights": None}


def test_a_table_of_other_values_is_no_checklist():
    sheet = checklist((1, 0))
    sheet.write(2, 400, "3 mm")
    assert sheet.read().marks == ()


def test_print_without_marks_stays_as_it_is():
    sheet = Sheet()
    sheet.write(0, 40, "Income / Expenses")
    sheet.write(1, 40, "Vegan")
    sheet.write(1, 300, "Yes / No")
    assert may_be_marked(sheet.read())
    assert sheet.read().lines == tuple(sheet.lines)


@pytest.mark.parametrize("ringed", ["Yes", "No"])
def test_a_yes_or_no_whose_contrary_was_not_read_is_null(ringed):
    sheet = Sheet()
    sheet.write(0, 40, "Vegan")
    for word, left in (("Yes", 300), ("No", 400)):
        place = sheet.write(0, left, word)
        if word == ringed:
            sheet.ring(*place)
    sheet.lines = [line for line in sheet.lines if line.text != "No"]
    assert sheet.answer(vegan=BOOLEAN) == {"vegan": True if ringed == "Yes" else None}


def test_a_yes_alone_is_an_answer():
    sheet = Sheet()
    sheet.write(0, 40, "Vegan")
    sheet.write(0, 300, "Yes")
    assert sheet.answer(vegan=BOOLEAN) == {"vegan": True}


def signature(state: str, place: str, label: str = "Signature") -> Sheet:
    """A page with a field for a signature."""
    sheet = Sheet()
    sheet.write(0, 40, "Delivered in good order on 3 May")
    _, right, middle = sheet.write(5, 60, f"{label}:" if place == "beside" else label)
    if place == "above":
        x, base = 80, middle - 24
        cv2.line(sheet.page, (50, base), (420, base), 90, 1)
    elif place == "beside":
        x, base = right + 30, middle + 10
        cv2.line(sheet.page, (right + 8, base), (right + 360, base), 90, 1)
    else:
        x, base = 100, middle + 80
        cv2.rectangle(sheet.page, (40, middle - 30), (480, middle + 100), 90, 1)
    if state == "signed":
        points = [(x + 14 * step, base - (4 if step % 2 else 24 + 9 * (step % 3))) for step in range(12)]
        cv2.polylines(sheet.page, [np.array(points)], False, 0, 2, cv2.LINE_AA)
    if state == "name":
        cv2.putText(sheet.page, "Jane Doe", (x, base - 6), FONT, 0.9, 0, 1)
        box = ((x, base - 30), (x + width("Jane Doe"), base - 30), (x + width("Jane Doe"), base), (x, base))
        sheet.lines.append(Line(text="Jane Doe", score=1.0, box=box, row=4 if place == "above" else 5))
    return sheet


@pytest.mark.parametrize("place", ["above", "beside", "box"])
@pytest.mark.parametrize(("state", "value"), [("signed", True), ("empty", False), ("name", None)])
def test_a_field_is_signed_or_not(place, state, value):
    assert signature(state, place).answer(signed=BOOLEAN, signature_present=BOOLEAN) == {
        "signed": value,
        "signature_present": value,
    }


@pytest.mark.parametrize(
    ("label", "name", "value"),
    [
        ("Customer signature", "signed_by_customer", True),
        ("Signature of client", "signed_by_customer", True),
        ("Driver signature", "signed_by_customer", None),
        ("Unterschrift", "is_signed", True),
        ("Firma del cliente", "signed", True),
        ("Date", "signed", None),
    ],
)
def test_a_signature_answers_for_the_one_whose_field_it_is(label, name, value):
    assert signature("signed", "beside", label).answer(**{name: BOOLEAN}) == {name: value}


def test_the_ink_is_the_evidence_of_a_signature():
    page = signature("signed", "above").read()
    schema = compile_schema({"type": "object", "properties": {"signed": BOOLEAN}}, path="schema")
    (line,) = answer_fields([page], schema).evidence["signed"].lines
    assert line.text == "Signature"
    assert line.bottom < next(one.top for one in page.lines if one.text == "Signature")
    assert TextBuilder().add(page) == "Delivered in good order on 3 May\nSignature"


def test_a_letter_that_names_a_signature_has_no_field_for_one():
    sheet = Sheet()
    sheet.write(0, 40, "Signature cocktails from 6 pm")
    assert sheet.answer(signed=BOOLEAN) == {"signed": None}


@pytest.mark.parametrize("degrees", [-3.0, 2.0])
def test_marks_of_a_sloping_page_are_read(degrees):
    sheet = checklist((1, 0), (3, 1))
    sheet.write(5, 40, "Vegan")
    sheet.ring(*sheet.write(5, 300, "Yes"))
    sheet.write(5, 460, "No")
    turn = cv2.getRotationMatrix2D((450, 250), -degrees, 1)
    lines = tuple(
        replace(line, box=tuple(tuple(turn @ (*point, 1.0)) for point in line.box))
        for line in sorted(sheet.lines, key=lambda line: (line.row, line.left))
    )
    pixels = np.dstack([cv2.warpAffine(sheet.page, turn, (900, 500), borderValue=255)] * 3)
    seen = Lines(page=0, width=900, height=500, slope=float(np.radians(degrees)), lines=lines)
    shown = marked(seen, (), pixels)
    assert [(mark.kind, mark.words, mark.ticked) for mark in shown.marks] == [
        ("tick", "Yes", True), ("tick", "No", True), ("ring", "", True), ("ring", "", False),
    ]  # fmt: skip
    ring = next(line for line in shown.lines if line.text == "✓ Yes")
    assert ring.box == pytest.approx(np.array(next(line for line in lines if line.text == "Yes" and line.row == 5).box))


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("signed", ""),
        ("digitally signed", ""),
        ("signature present", ""),
        ("signed by customer", "customer"),
        ("countersigned signed", "countersigned"),
        ("客户签字", "客户"),
        ("assigned", None),
    ],
)
def test_a_name_says_whose_signature_it_asks_for(name, whose):
    assert signer_of(name) == whose

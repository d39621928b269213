"""Boxes to tick: what they answer."""

from dataclasses import replace

import pytest

from server.fields.extraction import answer_fields
from server.fields.schema.shapes import compile_schema
from server.reading.marks.signs import with_signs
from server.values.lines import Line, Lines, Mark


def form(*rows: str) -> Lines:
    """A page of `rows`, whose cells are parted by a bar; one that begins with a sign begins with a box."""
    lines = []
    for number, row in enumerate(rows):
        left, top = 40.0, 40.0 + 50 * number
        for cell in row.split("|"):
            text = cell.strip()
            right, mark = left + 14 * len(text), None
            if text[:1] in "☒☐⍰" and text:
                state = {"☒": True, "☐": False, "⍰": None}[text[0]]
                box = ((left, top + 4), (left + 20, top + 4), (left + 20, top + 24), (left, top + 24))
                mark = Mark(ticked=state, box=box, before=40, behind=8)
                text = text.replace("⍰", "[?]")
            lines.append(
                Line(
                    text=text,
                    score=1.0,
                    box=((left, top), (right, top), (right, top + 28), (left, top + 28)),
                    row=number,
                    mark=mark,
                )
            )
            left = right + 40
    return Lines(page=0, width=900, height=900, lines=tuple(lines))


def answer(page: Lines, **properties: dict) -> dict:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return answer_fields([page], compile_schema(schema, path="schema")).value


BOOLEAN = {"type": ["boolean", "null"]}


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("Yes", "No"), ("是", "否"), ("Ja", "Nein"), ("Oui", "Non"), ("Sí", "No"), ("Sì", "No"), ("Sim", "Não"),
        ("ja", "nee"), ("Tak", "Nie"), ("はい", "いいえ"), ("Ya", "Tidak"),
    ],
)  # fmt: skip
def test_yes_or_no_by_the_one_box_that_is_ticked(yes, no):
    page = form(
        f"Vegan | ☒ {yes} | ☐ {no}", f"Diver | ☐ {yes} | ☒ {no}", f"Pilot | ☐ {yes} | ☐ {no}", f"Nurse | {yes} / {no}"
    )
    found = answer(page, vegan=BOOLEAN, diver=BOOLEAN, pilot=BOOLEAN, nurse=BOOLEAN)
    assert found == {"vegan": True, "diver": False, "pilot": None, "nurse": None}


def test_both_ticked_or_unclear_is_null():
    page = form("Vegan | ☒ Yes | ☒ No", "Diver | ☐ Yes | ⍰ No")
    assert answer(page, vegan=BOOLEAN, diver=BOOLEAN) == {"vegan": None, "diver": None}


def test_words_may_stand_before_their_boxes():
    page = form("Vegan | Yes | ☐ | No | ☒", "Diver | Yes | ☒ | No | ☐")
    assert answer(page, vegan=BOOLEAN, diver=BOOLEAN) == {"vegan": False, "diver": True}


def test_a_box_with_words_of_its_own_is_true_or_false():
    page = form("Consent", "☒ I accept the house rules", "☐ Ring me in the evening")
    found = answer(page, accept_the_house_rules=BOOLEAN, ring_me_in_the_evening=BOOLEAN)
    assert found == {"accept_the_house_rules": True, "ring_me_in_the_evening": False}


@pytest.mark.parametrize(
    ("boxes", "name", "value"),
    [
        ("☒ Non-smoker", "smoker", False),
        ("☒ No allergies", "allergies", False),
        ("☐ No allergies", "allergies", None),
        ("☒ No allergies", "no_allergies", True),
        ("☒ No family history of allergies", "allergies", None),
        ("☒ I do not agree", "agree", False),
        ("☒ I agree", "agree", True),
        ("☒ Ich bin nicht verheiratet", "verheiratet", False),
        ("☐ Smoker | ☒ Non-smoker", "smoker", False),
        ("☒ Smoker | ☐ Non-smoker", "smoker", True),
        ("☐ Smoker | ☐ Non-smoker", "smoker", None),
        ("☒ Smoker | ☒ Non-smoker", "smoker", None),
        ("☒ Former smoker", "smoker", None),
        ("Non-smoker | ☒ Yes | ☐ No", "smoker", None),
        ("☐ 同意する | ☒ 同意しない", "同意", False),
        ("☐ 同意する | ☐ 同意しない", "同意", None),
    ],
)
def test_a_denial_beside_a_box_is_no_yes(boxes, name, value):
    assert answer(form("Page one", boxes), **{name: BOOLEAN}) == {name: value}


def test_one_of_several_is_the_value_of_an_enum_or_a_text():
    page = form("Seat | ☐ aisle | ☒ window | ☐ middle", "Meal", "☐ fish", "☐ meat", "☒ pasta")
    found = answer(page, seat={"type": ["string", "null"], "enum": ["aisle", "window", None]}, meal={"type": "string"})
    assert found == {"seat": "window", "meal": "pasta"}


def test_two_of_several_where_one_is_wanted_are_null():
    page = form("Seat | ☒ aisle | ☒ window")
    assert answer(page, seat={"type": ["string", "null"]}) == {"seat": None}


def test_a_list_has_all_that_is_ticked():
    page = form("Pains | ☒ knee | ☐ back | ☒ neck")
    assert answer(page, pains={"type": "array", "items": {"type": "string"}}) == {"pains": ["knee", "neck"]}


@pytest.mark.parametrize(
    ("boxes", "rule", "note"),
    [
        ("☒ knee | ⍰ back", {}, "the boxes of `pains` do not show clearly what is ticked, so nothing is taken of them"),
        (
            "☒ knee | ☐ back",
            {"minItems": 2},
            "1 row of `pains` was left out: the whole does not satisfy its `minItems`",
        ),
    ],
)
def test_a_list_that_boxes_leave_open_says_so(boxes, rule, note):
    asked = {"type": "array", "items": {"type": "string"}, **rule}
    schema = {"type": "object", "properties": {"pains": asked}}
    found = answer_fields([form(f"Pains | {boxes}")], compile_schema(schema, path="schema"))
    assert found.about.notes == (note,)


def test_the_box_is_the_evidence():
    page = form("Vegan | ☐ Yes | ☒ No", "Diver | ☐ Yes | ☐ No")
    schema = {"type": "object", "properties": {"vegan": BOOLEAN, "diver": BOOLEAN}}
    found = answer_fields([page], compile_schema(schema, path="schema"))
    assert [one.text for one in found.evidence["vegan"].lines] == ["☒ No"]
    assert found.evidence["vegan"].lines[0].box == page.marks[1].box
    assert [one.text for one in found.evidence["diver"].lines] == ["☐ Yes", "☐ No"]


def test_places_for_single_letters_are_no_boxes_to_tick():
    page = form("Smoker | Yes", "Code | ☒ | ☐ | ☒ | ☐")
    assert answer(page, smoker=BOOLEAN) == {"smoker": True}


def test_a_line_that_cannot_be_parted_keeps_its_boxes():
    whole = line("□ a □ b □ c", 40, 40, 400)
    marks = [
        Mark(ticked=state, box=((x, 45), (x + 20, 45), (x + 20, 65), (x, 65)), before=60, behind=60)
        for x, state in ((120, True), (260, False))
    ]
    pieces = with_signs([whole], marks)
    assert [one.text for one in pieces] == ["□ a □ b □ c", "☒", "☐"]
    seen = Lines(page=0, width=900, height=900, lines=pieces)
    assert answer(seen, a=BOOLEAN, b=BOOLEAN, c=BOOLEAN) == {"a": None, "b": None, "c": None}


@pytest.mark.parametrize("printed", ["口 Yes", "□ Yes", "O Yes"])
def test_a_yes_beside_a_box_that_was_read_as_a_letter_is_no_answer(printed):
    assert answer(form(f"Vegan | {printed}"), vegan=BOOLEAN) == {"vegan": None}


@pytest.mark.parametrize("row", ["Gehuwd | Ja | Nee", "Gehuwd: Ja | ☐", "Gehuwd | / Nee", "Gehuwd | Je Nee"])
def test_a_yes_that_nobody_chose_is_no_answer(row):
    page = form(row, "Roker | Ja | ☒", "Student | Ja | ☐") if "☐" in row else form(row)
    assert answer(page, gehuwd=BOOLEAN) == {"gehuwd": None}


def test_a_choice_is_not_made_of_two_words():
    enum = {"type": ["string", "null"], "enum": ["Mr", "Mrs", None]}
    assert answer(form("Salutation: Mr/s/"), salutation=enum) == {"salutation": None}


def test_a_list_ends_at_the_heading_of_the_next():
    page = form("Meal", "☐ fish", "☒ meat", "Seat", "☒ aisle", "☐ window")
    meals, seats = (
        {"type": ["string", "null"], "enum": [*words, None]} for words in (("fish", "meat"), ("aisle", "window"))
    )
    assert answer(page, meal=meals, seat=seats) == {"meal": "meat", "seat": "aisle"}


def test_a_list_one_of_whose_boxes_was_not_found_is_open():
    page = form("Pains", "☒ knee", "☐ back", "☐ neck")
    second = next(one for one in page.lines if "back" in one.text)
    bare = replace(second, text="back", mark=None, box=((68, 140), (130, 140), (130, 168), (68, 168)))
    page = replace(page, lines=tuple(bare if one is second else one for one in page.lines))
    enum = {"type": "array", "items": {"type": "string", "enum": ["knee", "back", "neck"]}}
    assert answer(page, pains=enum) == {"pains": []}


def test_what_is_offered_beside_boxes_is_no_answer_to_another_question():
    page = form("Kind of visit", "☐ first", "☐ second", "Mood first")
    choice = {"type": ["string", "null"], "enum": ["first", "second", None]}
    assert answer(page, order=choice) == {"order": None}


def line(text: str, left: float, top: float, right: float) -> Line:
    return Line(text=text, score=1.0, box=((left, top), (right, top), (right, top + 30), (left, top + 30)))


@pytest.mark.parametrize("above", ["Deposit: 200 EUR", "Deposit | 200 EUR"])
def test_a_row_with_a_value_above_boxes_is_not_their_question(above):
    found = answer(form(above, "☒ Express | ☐ Standard"), deposit={"type": ["string", "null"]})
    assert found["deposit"] != "Express"
    asked = answer(form("Deposit:", "☒ Cash | ☐ Card"), deposit={"type": ["string", "null"]})
    assert asked == {"deposit": "Cash"}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("I refuse data processing", "data_processing"),
        ("Vaccination declined", "vaccination"),
        ("Insurance cancelled", "insurance"),
        ("Smoker (former)", "smoker"),
        ("Gluten free", "gluten"),
        ("保险已取消", "保险"),
    ],
)
def test_a_box_beside_words_that_refuse_or_end_something_is_no_yes(words, name):
    assert answer(form(f"☒ {words}"), **{name: BOOLEAN}) == {name: None}

"""Boxes to tick: found in pixels, shown in lines, and answers from them."""

import asyncio
from dataclasses import replace

import cv2
import numpy as np
import pytest

from server.fields.extraction import answer_fields
from server.fields.schema.shapes import compile_schema
from server.reading.marks.alignment import parted
from server.reading.marks.boxes import find_boxes
from server.reading.marks.page_marks import drawn_on, marked
from server.reading.page_reading import read_pages
from server.reading.page_text import TextBuilder
from server.values.lines import Line, Lines, Mark
from server.values.pages import Page, PixelBudget

SIDE = 20


def sheet() -> np.ndarray:
    page = np.full((300, 600), 255, np.uint8)
    for row in range(4):
        cv2.putText(page, "handed over in person", (40, 60 + 60 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
    return page


def draw_box(page: np.ndarray, left: int, top: int, mark: str = "", shade: int = 0) -> None:
    cv2.rectangle(page, (left, top), (left + SIDE, top + SIDE), shade, 1)
    if mark == "cross":
        cv2.line(page, (left + 4, top + 4), (left + 16, top + 16), 0, 2)
        cv2.line(page, (left + 16, top + 4), (left + 4, top + 16), 0, 2)
    if mark == "over":
        cv2.polylines(page, [np.array([(left + 2, top + 12), (left + 8, top + 18), (left + 27, top - 8)])], False, 0, 2)
    if mark == "full":
        page[top : top + SIDE + 1, left : left + SIDE + 1] = 0


@pytest.mark.parametrize(("mark", "ticked"), [("", False), ("cross", True), ("over", True), ("full", True)])
@pytest.mark.parametrize("shade", [0, 110])
def test_a_box_and_its_state_are_found(mark, ticked, shade):
    page = sheet()
    for top in (45, 105, 165):
        draw_box(page, 400, top, shade=shade)
    draw_box(page, 400, 225, mark, shade=shade)
    found = find_boxes(page)
    assert [(round(one.left / 4), one.ticked) for one in found] == [*[(100, False)] * 3, (100, ticked)]


def test_print_has_no_boxes():
    page = sheet()
    cv2.putText(page, "BOX 0800 DOCK D", (40, 290), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
    assert find_boxes(page) == ()


def test_a_table_has_no_boxes():
    page = sheet()
    for left in range(400, 500, SIDE):
        cv2.rectangle(page, (left, 200), (left + SIDE, 200 + SIDE), 0, 1)
    assert find_boxes(page) == ()


def test_grain_is_no_page_of_boxes():
    grain = np.random.default_rng(1).integers(0, 256, (1000, 1000), dtype=np.uint8)
    assert find_boxes(grain) == ()
    assert find_boxes(np.full((40, 40), 200, np.uint8)) == ()
    assert find_boxes(np.zeros((1, 1), np.uint8)) == ()


def test_rings_are_circles_to_tick():
    page = sheet()
    for top, full in ((50, False), (110, True), (170, False)):
        cv2.circle(page, (420, top), 11, 0, 2)
        if full:
            cv2.circle(page, (420, top), 5, 0, -1)
    assert [(one.round, one.ticked) for one in find_boxes(page)] == [
        (True, False),
        (True, True),
        (True, False),
    ]


@pytest.mark.parametrize(
    ("text", "widths", "pieces"),
    [
        ("Colour red green blue", [60, 30, 50, 40], ["Colour", "red", "green", "blue"]),
        ("Colour O red X green", [60, 30, 50], ["Colour", "red", "green"]),
        ("喫煙はいいいえ", [40, 40, 60], ["喫煙", "はい", "いいえ"]),
        ("□ red ☑ green", [0, 30, 50], ["", "red", "green"]),
    ],
)
def test_a_line_is_parted_by_the_widths_of_its_words(text, widths, pieces):
    assert parted(text, widths) == pieces


def line(text: str, left: float, top: float, right: float) -> Line:
    return Line(text=text, score=1.0, box=((left, top), (right, top), (right, top + 30), (left, top + 30)))


def test_text_shows_what_is_ticked():
    page = sheet()
    page[:] = 255
    cv2.putText(page, "Dogs", (40, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
    cv2.putText(page, "admitted", (230, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
    cv2.putText(page, "barred", (430, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
    draw_box(page, 200, 43, "cross")
    draw_box(page, 400, 43)
    lines = Lines(
        page=0, width=600, height=300, lines=(line("Dogs", 38, 38, 96), line("admitted barred", 196, 38, 510))
    )
    shown = marked(lines, drawn_on(np.dstack([page] * 3), lines))
    assert TextBuilder().add(shown) == "Dogs  ☒ admitted  ☐ barred"
    assert [mark.ticked for mark in shown.marks] == [True, False]


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


class Reader:
    """Yields the lines of a page one by one, as the embedded engine does."""

    def __init__(self, *lines: Line) -> None:
        self.lines = lines

    async def recognise(self, pages):
        for number, page in enumerate(pages):
            for place, one in enumerate(self.lines):
                last = place + 1 == len(self.lines)
                yield Lines(page=number, width=page.width, height=page.height, lines=(one,), last=last)


def read(page: np.ndarray) -> list[Lines]:
    loaded = Page(pixels=np.dstack([page] * 3), source_width=600, source_height=300, path="image", sha256="")
    budget = PixelBudget(longest_side=2_000, max_pixels=4_000_000)
    lines = (line("handed over in person", 38, 38, 300), line("handed over in person", 38, 98, 300))
    reader = Reader(lines[0], replace(lines[1], row=1))

    async def runs() -> list[Lines]:
        return [run async for run in read_pages(reader, [loaded], lambda _: budget, at_full_size=lambda _: False)]

    return asyncio.run(runs())


def test_a_page_without_boxes_is_streamed_line_by_line():
    assert [len(run.lines) for run in read(sheet())] == [1, 1]


def test_a_page_with_boxes_comes_whole():
    page = sheet()
    draw_box(page, 400, 45, "cross")
    draw_box(page, 400, 105)
    (run,) = read(page)
    assert [one.text for one in run.lines] == ["handed over in person", "☒", "handed over in person", "☐"]
    assert run.last

"""Boxes to tick: found in pixels and shown in lines."""

import time
from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_boxes import SIDE, draw_box, line, sheet

from server.reading.marks.alignment import parted
from server.reading.marks.boxes import find_boxes
from server.reading.marks.chosen import chosen
from server.reading.marks.levels import Levels
from server.reading.marks.page_marks import drawn_on, marked
from server.reading.marks.signs import with_signs
from server.reading.page_text import TextBuilder
from server.values.lines import Line, Lines, Mark


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
    assert [(one.kind == "circle", one.ticked) for one in find_boxes(page)] == [
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
    shown = marked(lines, drawn_on(np.dstack([page] * 3), lines), np.dstack([page] * 3))
    assert TextBuilder().add(shown) == "Dogs  ☒ admitted  ☐ barred"
    assert [mark.ticked for mark in shown.marks] == [True, False]


def turned(page: np.ndarray, degrees: float) -> np.ndarray:
    """A page with print that falls to the right by so many degrees."""
    height, width = page.shape
    about = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return cv2.warpAffine(page, about, (width, height), borderValue=255)


def sloping(text: str, left: float, middle: float, right: float, slope: float) -> Line:
    """A line of print on a sloping page of 600 px, at height `middle` in its middle."""
    up = [middle + (x - 300) * slope for x in (left, right)]
    box = ((left, up[0] - 15), (right, up[1] - 15), (right, up[1] + 15), (left, up[0] + 15))
    return Line(text=text, score=1.0, box=box)


@pytest.mark.parametrize("degrees", [-5.0, -1.5, 1.5, 3.0])
def test_boxes_of_a_sloping_page_stay_in_their_lines(degrees):
    page = np.full((300, 600), 255, np.uint8)
    rows = (60, 120, 180, 240)
    for top in rows:
        cv2.putText(page, "Dogs", (30, top), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
        cv2.putText(page, "Yes", (530, top), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
        draw_box(page, 490, top - 17, "cross")
    slope = float(np.tan(np.radians(degrees)))
    lines = [
        replace(sloping(text, left, top - 7, right, slope), row=number)
        for number, top in enumerate(rows)
        for text, left, right in (("Dogs", 30, 88), ("Yes", 528, 580))
    ]
    seen = Lines(page=0, width=600, height=300, slope=float(np.radians(degrees)), lines=tuple(lines))
    pixels = np.dstack([turned(page, degrees)] * 3)
    shown = marked(seen, drawn_on(pixels, seen), pixels)
    assert [one.text for one in shown.lines] == ["Dogs", "☒ Yes"] * 4
    assert [one.row for one in shown.lines] == [0, 0, 1, 1, 2, 2, 3, 3]


def test_pieces_of_a_sloping_line_have_their_own_bounds():
    whole = sloping("Dogs Yes No", 30, 150, 570, 0.1)
    box = ((250, 137), (270, 137), (270, 157), (250, 157))
    other = ((450, 157), (470, 157), (470, 177), (450, 177))
    marks = [Mark(ticked=True, box=box, before=120, behind=8), Mark(ticked=False, box=other, before=120, behind=8)]
    pieces = with_signs([whole], marks)
    assert [one.text for one in pieces] == ["Dogs", "☒ Yes", "☐ No"]
    assert [round(one.height) for one in pieces] == [30, 30, 30]
    assert pieces[0].bottom < pieces[2].top + 5


def test_boxes_are_found_among_thousands_of_level_strokes():
    page = np.full((2000, 1600), 255, np.uint8)
    for top in range(60, 1960, 24):
        for left in range(40, 1500, 26):
            if not (700 < left < 800 and 980 < top < 1060):
                page[top : top + 2, left : left + 16] = 0
    draw_box(page, 740, 1010, "cross")
    cv2.putText(page, "handed over in person " * 4, (40, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
    found = find_boxes(page)
    assert [(one.left, one.ticked) for one in found] == [(739.5, True)]


@pytest.mark.parametrize("count", [2, 3])
def test_a_page_whose_boxes_are_all_ticked_shows_them(count):
    page = np.full((300, 600), 255, np.uint8)
    lines = []
    for row in range(count):
        cv2.putText(page, f"clause number {row}", (80, 60 + 60 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
        draw_box(page, 40, 43 + 60 * row, "cross")
        lines.append(replace(line(f"clause number {row}", 78, 38 + 60 * row, 260), row=row))
    seen = Lines(page=0, width=600, height=300, lines=tuple(lines))
    shown = marked(seen, drawn_on(np.dstack([page] * 3), seen), np.dstack([page] * 3))
    assert [one.text for one in shown.lines] == [f"☒ clause number {row}" for row in range(count)]


def test_a_box_whose_inside_is_unclear_is_shown_so():
    page = sheet()
    for top in (45, 105, 165, 225):
        draw_box(page, 400, top)
    page[232:236, 408:412] = 0
    assert [one.ticked for one in find_boxes(page)] == [False, False, False, None]


@pytest.mark.parametrize("step", [30, 44])
def test_a_page_of_a_pattern_takes_no_more_than_a_second(step):
    page = np.full((3000, 3000), 255, np.uint8)
    for top in range(10, 2900, step):
        for left in range(10, 2900, step):
            page[top : top + step // 2 - 1, left : left + step // 2 - 1] = 0
    start = time.process_time()
    assert find_boxes(page) == ()
    assert time.process_time() - start < 1


def test_a_page_whose_one_box_is_ticked_shows_it():
    page = np.full((300, 600), 255, np.uint8)
    for row, text in enumerate(("house rules of the club", "we agree to them", "Oxford 3 May")):
        cv2.putText(page, text, (80, 60 + 60 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
    draw_box(page, 40, 103, "cross")
    lines = (line("house rules of the club", 78, 38, 380), replace(line("we agree to them", 78, 98, 290), row=1))
    seen = Lines(page=0, width=600, height=300, lines=lines)
    shown = marked(seen, drawn_on(np.dstack([page] * 3), seen), np.dstack([page] * 3))
    assert [one.text for one in shown.lines] == ["house rules of the club", "☒ we agree to them"]


def test_rings_around_printed_choices_are_no_boxes():
    def at(left, right, middle, text=""):
        box = ((left, middle - 16), (right, middle - 16), (right, middle + 16), (left, middle + 16))
        return Line(text=text, score=1.0, box=box) if text else box

    lines = [at(40, 160, 100, "Mascotas"), at(300, 332, 100, "Sí"), at(420, 450, 100, "No"), at(40, 160, 160, "Casado")]
    lines += [at(300, 332, 160, "Sí"), at(420, 450, 160, "No")]
    rings = [
        Mark(kind="circle", ticked=True, box=box, before=90, behind=90)
        for box in (at(296, 336, 100), at(415, 455, 160))
    ]
    page = Lines(page=0, width=600, height=400, slope=0.0, lines=tuple(lines))
    assert chosen(rings, Levels(page)) == ()
    signs = replace(page, lines=tuple(replace(line, text="◉") if line.text in ("Sí", "No") else line for line in lines))
    assert len(chosen(rings, Levels(signs))) == 2

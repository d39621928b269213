"""Print that the detector overlooks: found in the rows of a page, where it may be a cell, and nowhere else."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from server.engines.ppocr.lone_print import lone_print

WIDTH, PITCH, HEIGHT = 900, 48, 34


def page(cells, *, rows=6, draw=lambda pen: None):
    """Rows of a description and an amount with boxes, and `cells` (row, x, text) without; BGR and the boxes."""
    picture = Image.new("L", (WIDTH, PITCH * (rows + 2)), 255)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=26)
    quads = []
    for row in range(rows):
        top = PITCH * (row + 1)
        for left, text in ((40, "Red apples in a bag"), (780, "12.50")):
            pen.text((left, top), text, fill=0, font=font)
            right = left + pen.textlength(text, font=font)
            quads.append(((left, top), (right, top), (right, top + HEIGHT), (left, top + HEIGHT)))
    for row, left, text in cells:
        pen.text((left, PITCH * (row + 1)), text, fill=0, font=font)
    draw(pen)
    return cv2.cvtColor(np.asarray(picture), cv2.COLOR_GRAY2BGR), quads


def holds(quad, x, row):
    return quad[0][0] < x < quad[1][0] and quad[0][1] < PITCH * (row + 1) + HEIGHT / 2 < quad[2][1]


def quantity(row, left=600):
    """The box of a quantity that was detected."""
    top = PITCH * (row + 1)
    return (left, top), (left + 16, top), (left + 16, top + HEIGHT), (left, top + HEIGHT)


def test_lone_figures_in_a_column_of_short_lines_are_found():
    image, quads = page([(1, 600, "1"), (2, 600, "4"), (4, 600, "1")])
    found = lone_print(image, [*quads, quantity(0)])
    assert len(found) == 3
    assert all(any(holds(quad, 607, row) for quad in found) for row in (1, 2, 4))


def test_a_word_is_found_anywhere_in_a_row():
    image, quads = page([(3, 420, "SALE")])
    (found,) = lone_print(image, quads)
    assert holds(found, 440, 3)
    assert found[0][0] < 420
    assert found[1][0] > 480


@pytest.mark.parametrize(("row", "left"), [(2, 500), (7, 600)])
def test_a_lone_glyph_in_no_column_or_no_row_is_dirt(row, left):
    image, quads = page(
        [(row - 1, left, "1")] if row < 7 else [], draw=lambda pen: pen.line((606, 372, 606, 392), 0, 3)
    )
    assert [quad for quad in lone_print(image, [*quads, quantity(0)]) if holds(quad, left + 6, row - 1)] == []


def test_rules_and_large_shapes_are_no_print():
    def rules(pen):
        pen.line((20, 200, 880, 200), 0, 2)
        pen.line((700, 20, 700, 380), 0, 2)
        pen.ellipse((430, 100, 560, 230), outline=0, width=4)

    image, quads = page([], draw=rules)
    assert lone_print(image, [*quads, quantity(0)]) == []


def test_a_page_full_of_specks_has_none():
    def specks(pen):
        for number in range(400):
            left, top = 40 + 37 * number % 820, 50 + 53 * number % 290
            pen.line((left, top, left, top + 18), 0, 3)

    image, quads = page([], draw=specks)
    assert lone_print(image, [*quads, quantity(0)]) == []


def test_a_page_of_few_lines_is_left_alone():
    image, quads = page([(1, 600, "1")], rows=1)
    assert lone_print(image, quads) == []
    assert lone_print(image, []) == []


def test_a_page_with_more_specks_than_are_looked_at_has_none_wherever_they_stand():
    def specks(pen):
        for number in range(1100):
            left, top = 8 + 20 * (number % 44), 420 + 30 * (number // 44)
            pen.line((left, top, left, top + 18), 0, 3)

    image, quads = page([(1, 600, "1")], rows=24, draw=specks)
    assert lone_print(image, [*quads[:12], quantity(0)]) == []
    clean, quads = page([(1, 600, "1")], rows=24)
    assert len(lone_print(clean, [*quads, quantity(0)])) == 1

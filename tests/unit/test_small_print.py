"""Parts of a large page with small or unread print: found in the reduced copy, and read again at their own size."""

import json
from math import inf
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from server.engines.ppocr.recognizer import RapidOCRRecognizer
from server.reading.dense_pages import read_whole
from server.reading.small_print import small_parts
from server.settings.groups import RapidOCRSettings
from server.values.lines import Line, Lines
from server.values.pages import Page, PixelBudget

WITHIN = PixelBudget(longest_side=4096, max_pixels=2_000_000)
SIZE = 2480, 3508  # A4 at 300 dpi
SCALE = 0.5
ASSETS = Path(__file__).parents[1] / "assets"
RECEIPT = Image.open(ASSETS / "receipt_en.png").convert("RGB")
PRINTED = json.loads((ASSETS / "truth.jsonl").read_text("utf-8").splitlines()[0])["lines"]


def a_line(left, top, right, bottom):
    return Line(text="x", score=0.99, box=((left, top), (right, top), (right, bottom), (left, bottom)))


def reading(lines):
    return Lines(page=0, width=SIZE[0], height=SIZE[1], lines=tuple(lines))


def copy_of(*texts):
    """A reduced copy with `texts` (left, top, size, text) in pixels of it."""
    picture = Image.new("RGB", (round(SCALE * SIZE[0]), round(SCALE * SIZE[1])), "white")
    pen = ImageDraw.Draw(picture)
    for left, top, size, text in texts:
        pen.text((left, top), text, fill="black", font=ImageFont.load_default(size=size))
    return np.asarray(picture)


SMALL = [(800, 1000 + 14 * number, 11, f"small print that is lost {number}") for number in range(5)]


def test_small_lines_and_unread_print_make_a_part():
    read = [a_line(1600, 2000 + 28 * number, 1900, 2026 + 28 * number) for number in range(3)]
    (part,) = small_parts(reading(read), copy_of(*SMALL), below=17.5)
    assert part[0] <= 1600
    assert part[1] <= 2000
    assert part[3] >= 2140
    assert (part[2] - part[0]) * (part[3] - part[1]) < 0.05 * SIZE[0] * SIZE[1]


def test_print_that_was_read_at_its_size_makes_none():
    large = copy_of((100, 100, 26, "A heading that was read"))
    first = reading([a_line(190, 190, 900, 270)])
    assert small_parts(first, large, below=17.5) == ()
    assert len(small_parts(first, large, below=inf)) == 1


def test_rules_and_frames_make_none():
    copy = copy_of()
    copy = copy.copy()
    copy[400:402, 100:1100] = copy[900:902, 100:1100] = 0
    copy[400:900, 100:102] = copy[400:900, 600:602] = 0
    assert small_parts(reading([]), copy, below=17.5) == ()


def test_a_part_cuts_no_line_and_parts_that_meet_are_one():
    across = a_line(200, 2050, 2300, 2110)
    (part,) = small_parts(reading([across]), copy_of(*SMALL), below=17.5)
    assert part[0] <= 200
    assert part[2] >= 2300


def test_a_pattern_makes_none():
    marks = [(60 + 280 * (number % 4), 60 + 150 * (number // 4), 11, "pattern pattern") for number in range(40)]
    assert small_parts(reading([]), copy_of(*marks), below=17.5) == ()


@pytest.mark.system
async def test_a_small_receipt_on_a_large_page_is_read_whole():
    page = Image.new("RGB", SIZE, "white")
    page.paste(RECEIPT.resize((400, 525), Image.Resampling.LANCZOS), (1500, 400))
    recogniser = RapidOCRRecognizer(RapidOCRSettings(workers=1))
    await recogniser.start()
    whole = Page(pixels=np.asarray(page), source_width=SIZE[0], source_height=SIZE[1], path="page", sha256="0" * 64)
    lines = await read_whole(whole, recogniser, within=WITHIN)
    await recogniser.stop()
    assert [line.text for line in lines.lines] == PRINTED
    assert lines.tiles == 1

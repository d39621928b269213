"""Pages larger than their reader: read whole by the real engine, merged line by line, and joined as text."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from drawn_pages import newspaper, receipt
from PIL import Image
from rapidfuzz import fuzz

from server.engines.ppocr.recognizer import RapidOCRRecognizer
from server.media.pixels.tiling import Tile
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.reading.dense_pages import dense_budgets, read_whole
from server.reading.page_text import TextBuilder
from server.reading.tile_merge import Seen, merge, placed, torn_lines
from server.settings.groups import RapidOCRSettings
from server.values.lines import Line, Lines
from server.values.pages import Page, PixelBudget

pytestmark = pytest.mark.system

WITHIN = PixelBudget(longest_side=16_384, max_pixels=300_000)
INFINITE = float("inf")
UPPER = Tile(box=(0, 0, 1000, 550), core=(-INFINITE, -INFINITE, INFINITE, 500))
LOWER = Tile(box=(0, 450, 1000, 1000), core=(-INFINITE, 500, INFINITE, INFINITE))
LEFT = Tile(box=(0, 0, 550, 1000), core=(-INFINITE, -INFINITE, 500, INFINITE))
RIGHT = Tile(box=(450, 0, 1000, 1000), core=(500, -INFINITE, INFINITE, INFINITE))


def line(text, *sides, score=0.99):
    left, top, right, bottom = sides
    return Line(text=text, score=score, box=((left, top), (right, top), (right, bottom), (left, bottom)))


def whole(lines, **facts):
    """A first reading of a page of 1000 by 1000 pixels."""
    return Lines(page=0, width=1000, height=1000, lines=tuple(lines), **facts)


def texts(lines):
    return [line.text for line in lines]


def page(picture):
    pixels = np.asarray(picture.convert("RGB"))
    return Page(
        pixels=pixels, source_width=picture.width, source_height=picture.height, path="document", sha256="0" * 64
    )


def small_newspaper():
    return newspaper(points=4.5, columns=2, size=(1500, 2200), picture=False)


@pytest.fixture(scope="module")
def loop():
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def engine(loop):
    recognizer = RapidOCRRecognizer(RapidOCRSettings(workers=2))
    loop.run(recognizer.start())
    yield recognizer
    loop.run(recognizer.stop())


def test_a_page_of_small_print_that_lies_on_its_side_is_read_in_tiles(engine, loop):
    drawn = small_newspaper()
    lines = loop.run(read_whole(page(drawn.image.rotate(90, expand=True)), engine, within=WITHIN))
    assert lines.tiles > 4
    assert (lines.quarter_turns, lines.width, lines.height, lines.page) == (1, 1500, 2200, 0)
    for printed in drawn.lines:
        (found,) = (line for line in lines.lines if fuzz.ratio(line.text, printed) > 75)
        assert 0 <= found.left < found.right <= 1500
        assert 0 <= found.top < found.bottom <= 2200
    assert len(lines.lines) == len(drawn.lines)


def test_boxes_stand_where_the_print_is(engine, loop):
    drawn = small_newspaper()
    pixels = np.asarray(drawn.image.convert("L"))
    lines = loop.run(read_whole(page(drawn.image), engine, within=WITHIN))
    blank = pixels.copy()
    for found in lines.lines:
        blank[int(found.top) : int(found.bottom) + 1, int(found.left) : int(found.right) + 1] = 255
    assert (blank < 60).sum() < 0.01 * (pixels < 60).sum()


def test_large_print_is_read_from_the_reduced_copy_alone(engine, loop):
    drawn = newspaper(points=16, columns=1, size=(1500, 1600), picture=False)
    lines = loop.run(read_whole(page(drawn.image), engine, within=WITHIN))
    assert lines.tiles == 1
    assert (lines.width, lines.height) == (1500, 1600)
    assert len(lines.lines) == len(drawn.lines)
    assert max(line.right for line in lines.lines) > 1200


@pytest.mark.parametrize("size", [(300, 200), (1500, 1100)])
def test_a_blank_page_is_read_once_whatever_its_size(engine, loop, size):
    lines = loop.run(read_whole(page(Image.new("RGB", size, "white")), engine, within=WITHIN))
    assert (lines.lines, lines.width, lines.height, lines.tiles) == ((), *size, 1)


@pytest.mark.parametrize("across", [True, False])
def test_stripes_are_not_looked_through_for_small_print(engine, loop, across):
    stripes = np.full((1500, 1100, 3), 255, np.uint8)
    stripes[::9] = 0
    drawn = Image.fromarray(stripes if across else stripes.transpose(1, 0, 2).copy())
    assert loop.run(read_whole(page(drawn), engine, within=WITHIN)).tiles == 1


def test_a_till_roll_is_read_in_tiles_where_its_full_size_is_asked_for(engine, loop):
    drawn, within = receipt(width=240, pixels=16), PixelBudget(longest_side=16_384, max_pixels=60_000)
    roll = page(drawn.image.crop((0, 0, 240, 2000)))
    reduced, whole = (
        loop.run(read_whole(roll, engine, within=within, at_full_size=at_full_size)) for at_full_size in (False, True)
    )
    assert (reduced.tiles, whole.tiles > 1) == (1, True)
    (few, all_of_them) = (
        sum(any(fuzz.ratio(text, line) > 90 for line in TextBuilder().add(lines).splitlines()) for text in drawn.lines)
        for lines in (reduced, whole)
    )
    assert few < all_of_them


def test_dense_budgets_leave_pixels_to_tile_from_and_low_as_it_is():
    budgets = dense_budgets(PP_OCRV6_SMALL.budgets)
    assert budgets.low == PP_OCRV6_SMALL.budgets.low
    for detail in ("auto", "high", "original"):
        assert budgets.of(detail).max_pixels == 24_000_000
        assert budgets.of(detail).longest_side == PP_OCRV6_SMALL.budgets.of(detail).longest_side


def test_a_line_that_two_tiles_saw_is_there_once():
    above, below = line("SHARED", 100, 480, 400, 510), line("SHARED", 101, 481, 401, 512)
    seen = [
        Seen(lines=(line("ONE", 100, 100, 400, 130), above), tile=UPPER),
        Seen(lines=(below, line("TWO", 100, 900, 400, 930)), tile=LOWER),
    ]
    assert texts(merge(seen, whole([]))) == ["ONE", "SHARED", "TWO"]


@pytest.mark.parametrize(("seen_above", "seen_below"), [(497, 504), (504, 497), (500, 500)])
def test_a_line_in_the_middle_of_a_seam_is_there_once_wherever_each_tile_sees_it(seen_above, seen_below):
    seen = [
        Seen(lines=(line("SEAM", 100, seen_above - 15, 400, seen_above + 15),), tile=UPPER),
        Seen(lines=(line("SEAM", 100, seen_below - 15, 400, seen_below + 15),), tile=LOWER),
    ]
    assert texts(merge(seen, whole([]))) == ["SEAM"]


def test_a_line_torn_by_the_edge_of_a_tile_is_left_to_the_tile_that_sees_it_whole():
    seen = [
        Seen(lines=(line("T0RN", 100, 535, 400, 550),), tile=UPPER),
        Seen(lines=(line("TORN", 100, 535, 400, 565),), tile=LOWER),
    ]
    assert texts(merge(seen, whole([]))) == ["TORN"]


def test_a_headline_across_tiles_is_read_by_its_strip_and_its_pieces_are_dropped():
    headline = line("ALL OF THE HEADLINE", 50, 20, 950, 90)
    seen = [
        Seen(lines=(line("ALL OF THE", 50, 21, 550, 89), line("left", 50, 100, 400, 130)), tile=LEFT),
        Seen(lines=(line("HE HEADLINE", 450, 21, 950, 89), line("right", 600, 100, 900, 130)), tile=RIGHT),
        Seen(lines=(headline, line("left", 50, 100, 400, 130)), sought=(headline,)),
    ]
    assert texts(merge(seen, whole([headline]))) == ["ALL OF THE HEADLINE", "left", "right"]


def test_the_pieces_of_a_headline_stay_where_its_strip_saw_nothing():
    headline = line("ALL OF THE HEADLINE", 50, 20, 950, 90)
    pieces = line("ALL OF", 50, 21, 500, 89), line("HEADLINE", 520, 21, 950, 89)
    seen = [
        Seen(lines=pieces[:1], tile=LEFT),
        Seen(lines=pieces[1:], tile=RIGHT),
        Seen(lines=(), sought=(headline,)),
    ]
    assert texts(merge(seen, whole([headline]))) == ["ALL OF", "HEADLINE"]


def test_a_line_that_the_first_reading_missed_and_a_cut_tore_is_found_from_its_pieces():
    pieces = line("small print that is to", 60, 300, 550, 330), line("is torn in two", 450, 301, 900, 331)
    column = line("Th", 530, 600, 550, 630)  # begins in the overlap, and the right tile sees all of it
    seen = [
        Seen(lines=(pieces[0], line("left", 50, 100, 400, 130), column), tile=LEFT),
        Seen(lines=(pieces[1], line("The other column", 530, 600, 900, 630)), tile=RIGHT),
    ]
    (torn, again) = torn_lines(seen, merge(seen, whole([])), 1000)
    assert torn.box == again.box == ((60, 300), (900, 300), (900, 331), (60, 331))
    seen.append(Seen(lines=(line("small print that is torn in two", 60, 300, 900, 331),), sought=(torn, again)))
    lines = merge(seen, whole([]))
    assert texts(lines) == ["left", "small print that is torn in two", "The other column"]
    assert torn_lines(seen, lines, 1000) == ()


@pytest.mark.parametrize(("score", "kept"), [(0.95, ["SEEN ONCE"]), (0.6, [])])
def test_what_only_the_first_reading_saw_is_kept_if_it_is_sure(score, kept):
    first = line("SEEN ONCE", 100, 300, 400, 330, score=score)
    assert texts(merge([Seen(lines=(), tile=UPPER), Seen(lines=(), tile=LOWER)], whole([first]))) == kept


def test_lines_that_lie_askew_do_not_cover_their_neighbours():
    def askew(number):
        top = 40 * number
        return Line(text=str(number), score=0.99, box=((0, top), (1000, top + 80), (1000, top + 110), (0, top + 30)))

    lines = [askew(number) for number in range(20)]
    everywhere = replace(UPPER, core=(-INFINITE, -INFINITE, INFINITE, INFINITE))
    seen = [Seen(lines=tuple(lines[number::2]), tile=everywhere) for number in range(2)]
    assert texts(merge(seen, whole(lines))) == [str(number) for number in range(20)]


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_tile_that_was_turned_is_turned_back(turns):
    width, height, box = 1000, 550, [(10, 20), (60, 20), (60, 40), (10, 40)]
    for _ in range(turns):
        width, height, box = height, width, [(height - y, x) for x, y in box]
    read = Line(text="x", score=0.9, box=tuple(box))
    (found,) = placed(Lines(page=0, width=width, height=height, quarter_turns=turns, lines=(read,)), LOWER)
    assert found.box == ((10, 470), (60, 470), (60, 490), (10, 490))


def test_columns_of_vertical_writing_in_tiles_are_ordered_from_right_to_left():
    columns = [line(f"column {number}", 900 - 200 * number, 100, 940 - 200 * number, 440) for number in range(4)]
    merged = merge([Seen(lines=tuple(reversed(columns)), tile=UPPER)], whole(columns, slope=0.0, in_columns=True))
    assert texts(merged) == [f"column {number}" for number in range(4)]

"""Pages with boxes to tick as they are read: in runs, turned, in tiles, one after another."""

import asyncio
from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_boxes import draw_box, line, sheet

from server.reading.page_reading import read_pages
from server.values.lines import Line, Lines
from server.values.pages import Page, PixelBudget


class Reader:
    """Yields the same lines for every page one by one, as the embedded engine does, for a page that it turns."""

    def __init__(self, *lines: Line, turns: int = 0) -> None:
        self.lines, self.turns = lines, turns

    async def recognise(self, pages):
        for number, page in enumerate(pages):
            width, height = (page.height, page.width) if self.turns % 2 else (page.width, page.height)
            about = {"page": number, "width": width, "height": height, "quarter_turns": self.turns, "slope": 0.0}
            for place, one in enumerate(self.lines):
                yield Lines(**about, lines=(one,), last=place + 1 == len(self.lines))


PRINTED = (line("handed over in person", 38, 38, 300), replace(line("handed over in person", 38, 98, 300), row=1))


def read(
    *pages: np.ndarray, turns: int = 0, within: int = 4_000_000, printed: tuple[Line, ...] = PRINTED
) -> list[Lines]:
    loaded = [
        Page(
            pixels=np.dstack([one] * 3), source_width=one.shape[1], source_height=one.shape[0], path="image", sha256=""
        )
        for one in pages
    ]
    budget = PixelBudget(longest_side=2_000, max_pixels=within)
    reader = Reader(*printed, turns=turns)

    async def runs() -> list[Lines]:
        return [run async for run in read_pages(reader, loaded, lambda _: budget, at_full_size=lambda _: False)]

    return asyncio.run(runs())


def ticked_page() -> np.ndarray:
    page = sheet()
    draw_box(page, 400, 45, "cross")
    draw_box(page, 400, 105)
    return page


SHOWN = ["handed over in person", "☒", "handed over in person", "☐"]


def test_a_page_without_boxes_is_streamed_line_by_line():
    assert [len(run.lines) for run in read(sheet())] == [1, 1]


def test_a_page_with_boxes_comes_whole():
    (run,) = read(ticked_page())
    assert [one.text for one in run.lines] == SHOWN
    assert run.last


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_boxes_of_a_turned_page_are_found(turns):
    (run,) = read(np.rot90(ticked_page(), turns), turns=turns)
    assert [one.text for one in run.lines] == SHOWN
    assert [round(one.left / 10) for one in run.marks] == [40, 40]


def test_boxes_of_a_later_page_are_found():
    first, second, third = read(sheet(), ticked_page())
    assert [len(first.lines), len(second.lines)] == [1, 1]
    assert (third.page, [one.text for one in third.lines]) == (1, SHOWN)


def test_boxes_of_a_page_larger_than_the_budget_are_found():
    page = cv2.resize(ticked_page(), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    (run,) = read(page, within=180_000)
    assert run.tiles > 1
    assert [(round(one.left / 10), one.ticked) for one in run.marks] == [(80, True), (80, False)]


@pytest.mark.parametrize("boxes", [True, False])
def test_the_places_of_characters_stay_within_the_search_for_marks(boxes):
    known = tuple(replace(one, middles=(0.1, 0.2)) for one in PRINTED)
    runs = read(ticked_page() if boxes else sheet(), printed=known)
    lines = [line for run in runs for line in run.lines]
    assert any(line.mark for line in lines) is boxes
    assert not any(line.middles for line in lines)

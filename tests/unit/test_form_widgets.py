"""Check boxes and radio buttons of a PDF's form: from the file to the marks beside the lines of its page."""

import asyncio
import io
import json
import struct
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from drawn_boxes import line
from form_pdfs import LOOKS, form_of

from server.media.pdf.rendering import render_pages
from server.media.worker.wire import BrokenFrame, DecodeJob, read_answer, write_pages
from server.reading.page_reading import read_pages
from server.values.lines import Line, Lines
from server.values.pages import MOST_WIDGETS, DecodedPage, DecodeLimits, Page, PixelBudget, Widget

LIMITS = DecodeLimits(max_pixels=10**8, max_frames=5, max_pdf_object_bytes=2**27)
BUDGET = PixelBudget(longest_side=800, max_pixels=800 * 600)  # two pixels to a point
TEXTS = [(100, 203, "Smoker"), (100, 103, "Allergies")]


def render(data: bytes) -> DecodedPage:
    (page,) = render_pages(data, path="document", limits=LIMITS, budget=BUDGET, numbers=(1,))
    return page


def widgets(data: bytes) -> list[tuple[tuple[int, int, int, int], bool | None, bool]]:
    return [(one.box, one.ticked, one.round) for one in render(data).widgets]


def widget(entries: bytes, rect: bytes = b"60 100 80 120") -> bytes:
    return b"<< /Type /Annot /Subtype /Widget /F 4 /FT /Btn /T (x) /Rect [%s] %s >>" % (rect, entries)


def both(look: str, **options: bytes) -> bytes:
    return form_of(TEXTS, [("a", 60, 200, look, True), ("b", 60, 100, look, False)], **options)


@pytest.mark.parametrize("look", LOOKS)
def test_states_are_those_of_the_form_whatever_its_boxes_look_like(look):
    assert widgets(both(look)) == [((120, 160, 160, 200), True, False), ((120, 360, 160, 400), False, False)]


def test_radio_buttons_have_the_state_of_each():
    data = form_of(TEXTS, [("r_s", 60, 200, "circle", False), ("r_s", 60, 100, "circle", True)])
    assert [(ticked, ring) for _, ticked, ring in widgets(data)] == [(False, True), (True, True)]


@pytest.mark.parametrize("page", [b"/Rotate 90", b"/Rotate 180", b"/Rotate 270", b"/CropBox [50 50 250 250]"])
def test_places_are_those_of_the_page_as_it_is_drawn(page):
    found = render(both("circle", page=page))
    for one in found.widgets:
        left, top, right, bottom = one.box
        side = right - left
        assert side == pytest.approx(bottom - top, abs=1)
        ink = found.pixels[top:bottom, left:right, 0] < 128
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        edges = rows[0], side - 1 - rows[-1], columns[0], side - 1 - columns[-1]  # of the outline, half a point inside
        assert max(edges) < 0.1 * side
        assert bool(ink[side // 2, side // 2]) is one.ticked
    assert [one.ticked for one in found.widgets] == [True, False]


@pytest.mark.parametrize(
    ("entries", "ticked"),
    [
        (b"/AS /Yes /V /Yes", True),
        (b"/AS /1 /V /1", True),
        (b"/AS /Off /V /Off", False),
        (b"", False),
        (b"/V /Yes", None),  # no viewer shows it ticked
    ],
)
def test_a_box_without_a_look_has_a_state(entries, ticked):
    assert [state for _, state, _ in widgets(form_of(TEXTS, [], extra=[widget(entries)]))] == [ticked]


@pytest.mark.parametrize(
    "written",
    [
        widget(b"/Ff 65536"),  # a push button
        widget(b"/F 2"),  # hidden
        widget(b"", b"500 100 520 120"),
        widget(b"", b"-1e38 -1e38 1e38 1e38"),
        widget(b"", b"99999999999999999999 0 999999999999999999999 20"),
        widget(b"", b"nan nan nan nan"),
        widget(b"", b"60 100 60 100"),
        widget(b"", b"60 100"),
        widget(b"", b"(a) /b null 4 0 R"),
        b"<< /Type /Annot /Subtype /Square /Rect [60 100 80 120] >>",
        b"null",
    ],
)
def test_what_is_no_box_on_the_page_is_left_out(written):
    assert widgets(form_of(TEXTS, [], extra=[written])) == []


def test_a_form_of_ten_thousand_boxes_is_cut_off_in_good_time():
    many = [widget(b"/AS /Off", b"%d 100 %d 120" % (one % 300, one % 300 + 20)) for one in range(10_000)]
    data = form_of(TEXTS, [], extra=many)
    started = time.monotonic()
    assert len(widgets(data)) == MOST_WIDGETS
    assert time.monotonic() - started < 20


def test_a_circle_of_fields_ends():
    circle = widget(b"/Kids [14 0 R] /Parent 14 0 R /AS /Yes")
    assert len(widgets(form_of(TEXTS, [], extra=[circle]))) <= 1


def job() -> DecodeJob:
    return DecodeJob(task="decode", path="document", limits=LIMITS, budget=BUDGET)


def answer(*stated: Widget) -> io.BytesIO:
    pipe = io.BytesIO()
    page = DecodedPage(pixels=np.zeros((50, 80, 3), np.uint8), source_width=80, source_height=50, widgets=stated)
    write_pages(pipe, [page])
    pipe.seek(0)
    return pipe


def test_states_come_through_the_pipe_of_the_worker():
    stated = tuple(Widget(box=(1, 2, 30, 40), ticked=ticked, round=True) for ticked in (True, False, None))
    (page,) = read_answer(answer(*stated), job())
    assert page.widgets == stated


@pytest.mark.parametrize("box", [(0, 0, 81, 20), (-1, 0, 20, 20), (20, 0, 20, 20), (0, 0, 20), (float("nan"),) * 4])
def test_a_worker_that_states_no_place_on_its_page_is_not_believed(box):
    with pytest.raises(BrokenFrame):
        read_answer(answer(Widget(box=box, ticked=True)), job())


def test_a_worker_that_states_too_much_is_cut_short():
    (page,) = read_answer(answer(*[Widget(box=(1, 1, 9, 9), ticked=True)] * (MOST_WIDGETS + 5)), job())
    assert len(page.widgets) == MOST_WIDGETS


class Reader:
    """Yields the lines of the form, for a page that it turns."""

    def __init__(self, turns: int, more: Sequence[Line]) -> None:
        self.turns, self.more = turns, more

    async def recognise(self, pages):
        lines = tuple(
            replace(line(text, 2 * x, 600 - 2 * y - 26, 2 * x + 120), row=row) for row, (x, y, text) in enumerate(TEXTS)
        )
        for number, page in enumerate(pages):
            width, height = (page.height, page.width) if self.turns % 2 else (page.width, page.height)
            shown = {"page": number, "width": width, "height": height, "quarter_turns": self.turns, "slope": 0.0}
            yield Lines(**shown, lines=(*self.more, *lines))


def read(data: bytes, turns: int = 0, *, more: Sequence[Line] = (), within: PixelBudget = BUDGET) -> Lines:
    drawn = render(data)
    page = Page(
        pixels=drawn.pixels,
        source_width=drawn.source_width,
        source_height=drawn.source_height,
        widgets=drawn.widgets,
        path="document",
        sha256="",
    )

    reader = Reader(turns, more)

    async def runs() -> list[Lines]:
        return [run async for run in read_pages(reader, [page], lambda _: within, at_full_size=lambda _: True)]

    (run,) = asyncio.run(runs())
    return run


SHOWN = ["☒ Smoker", "☐ Allergies"]


@pytest.mark.parametrize("look", LOOKS)
def test_boxes_of_any_look_stand_beside_their_lines_once(look):
    shown = read(both(look))
    assert [one.text for one in shown.lines] == SHOWN
    assert all(mark.stated for mark in shown.marks)


@pytest.mark.parametrize(("degrees", "turns"), [(90, 3), (180, 2), (270, 1)])
def test_boxes_of_a_page_that_lies_on_its_side_stand_beside_their_lines(degrees, turns):
    assert [one.text for one in read(both("unseen", page=b"/Rotate %d" % degrees), turns).lines] == SHOWN


def test_a_printed_outline_around_a_field_is_not_a_second_box():
    outline = b"1 w 56 196 28 28 re S 56 96 28 28 re S "
    data = both("unseen").replace(b"BT /F 16", outline + b"BT /F 16", 1)
    shown = read(data)
    assert [one.text for one in shown.lines] == SHOWN


def test_a_box_that_was_read_as_a_line_of_its_own_is_no_line():
    read_as_print = replace(line("口", 122, 165, 158), block=7)
    assert [one.text for one in read(both("circle"), more=[read_as_print]).lines] == SHOWN


def test_boxes_of_a_page_read_in_tiles_keep_their_places():
    shown = read(both("star"), within=PixelBudget(longest_side=800, max_pixels=150_000))
    assert shown.tiles > 1
    first = shown.marks[0]  # the other lies beside no line of this reader's tiles
    assert (first.left, first.top, first.side, first.ticked) == (120, 160, 40, True)


def test_pages_without_a_form_state_nothing():
    assert render(form_of(TEXTS, [])).widgets == ()


def test_a_head_of_the_pipe_stays_small():
    pipe = answer(*[Widget(box=(10, 10, 79, 49), ticked=None)] * MOST_WIDGETS)
    (size,) = struct.unpack(">I", pipe.read(4))
    assert size * 4 < 2**20  # as many pages come in one answer
    json.loads(pipe.read(size))

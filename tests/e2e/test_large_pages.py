"""Pages larger than the model from file to text: every line drawn is read, once, in order, and nothing is invented."""

import asyncio
from functools import partial

import pytest
from drawn_pages import Drawn, newspaper, receipt
from picture_files import saved
from rapidfuzz import fuzz, process

from server.engines.ppocr.recognizer import RapidOCRRecognizer
from server.media.pixels.decode import decode_pages, prepare
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.reading.dense_pages import dense_budgets, read_whole
from server.settings.groups import RapidOCRSettings
from server.values.pages import DecodeLimits, Page

pytestmark = pytest.mark.e2e

LIMITS = DecodeLimits(max_pixels=10**8, max_frames=1, max_pdf_object_bytes=1024)
MISREAD = 0.01  # of the lines, for the recogniser's own errors


def load(drawn: Drawn) -> Page:
    """The page as the intake gives it, at the budget of dense pages."""
    prepare()
    file = saved(drawn.image, "PNG", compress_level=1)
    budget = dense_budgets(PP_OCRV6_SMALL.budgets).auto
    (page,) = decode_pages(file, path="document", limits=LIMITS, budget=budget, numbers=[1])
    return Page(
        pixels=page.pixels,
        source_width=page.source_width,
        source_height=page.source_height,
        path="document",
        sha256="0" * 64,
    )


async def read(page: Page):
    engine = RapidOCRRecognizer(RapidOCRSettings(workers=2))
    await engine.start()
    try:
        return await read_whole(page, engine, within=PP_OCRV6_SMALL.budgets.auto)
    finally:
        await engine.stop()


@pytest.mark.parametrize(
    ("draw", "tiled"),
    [(newspaper, False), (partial(newspaper, points=6), True), (receipt, False), (partial(receipt, pixels=13), False)],
    ids=["newspaper", "newspaper of small print", "receipt", "receipt of small print"],
)
def test_every_line_of_a_large_page_is_read_once(draw, tiled):
    drawn = draw()
    page = load(drawn)
    assert (page.width, page.height) == drawn.image.size
    lines = asyncio.run(read(page))
    assert lines.tiles > 1 or not tiled
    assert (lines.width, lines.height) == drawn.image.size
    rows: dict[int, list[str]] = {}
    for line in lines.lines:  # an article and its price may be two boxes of one row
        rows.setdefault(line.row, []).append(line.text)
    read_lines = [" ".join(row) for row in rows.values()]
    likeness = process.cdist(drawn.lines, read_lines, scorer=fuzz.ratio)
    found = (likeness > 80).sum(axis=1)
    assert (found > 1).sum() == 0, [drawn.lines[index] for index in (found > 1).nonzero()[0]]
    lost = [drawn.lines[index] for index in (found == 0).nonzero()[0]]
    assert len(lost) <= MISREAD * len(drawn.lines), lost
    invented = [read_lines[index] for index in (likeness.max(axis=0) <= 80).nonzero()[0]]
    assert len(invented) <= MISREAD * len(drawn.lines), invented
    order = likeness.argmax(axis=0)
    assert (order[1:] != order[:-1] + 1).sum() <= MISREAD * len(drawn.lines)

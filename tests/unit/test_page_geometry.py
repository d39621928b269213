"""Boxes of what an engine saw, in pixels of the page as a viewer shows it."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from server.media.pixels.normalize import normalize
from server.media.pixels.page_sizes import fit, padded
from server.reading.page_geometry import PageGeometry
from server.values.pages import Page, PixelBudget

SOURCE = (1200, 800)
MARK = (300, 100, 700, 200)  # left, top, right, bottom on the source


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "budget",
    [
        PixelBudget(longest_side=600, max_pixels=10**6),
        PixelBudget(longest_side=4000, max_pixels=10**7, side_multiple=64),
    ],
)
def test_a_box_found_on_the_turned_and_resized_page_is_where_the_mark_is(turns, budget):
    picture = Image.new("RGB", SOURCE, "white")
    ImageDraw.Draw(picture).rectangle(MARK, fill="black")
    target = fit(SOURCE, budget)
    pixels = normalize(picture, target=target, page=padded(target, budget))
    page = Page(pixels=pixels, source_width=1200, source_height=800, path="p", sha256="0" * 64)
    upright = np.rot90(pixels, -turns)
    down, across = np.nonzero(upright[:, :, 0] < 128)
    left, top, right, bottom = (float(v) for v in (across.min(), down.min(), across.max() + 1, down.max() + 1))
    box = PageGeometry(page, budget, turns).box(((left, top), (right, top), (right, bottom), (left, bottom)))
    xs, ys = [x for x, _ in box], [y for _, y in box]
    assert (min(xs), min(ys), max(xs), max(ys)) == pytest.approx(MARK, abs=4)
    # the first corner is still the top left of the print, wherever that is on the page
    first = {0: (300, 100), 1: (300, 200), 2: (700, 200), 3: (700, 100)}[turns]
    assert box[0] == pytest.approx(first, abs=4)

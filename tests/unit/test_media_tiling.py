"""Tiles: all of a page, each point owned once, none larger than asked, cut where no print is."""

import numpy as np
import pytest

from server.media.pixels.tiling import fits, ink, reduced, strips, tiles, upright
from server.values.pages import Page, PixelBudget

WITHIN = PixelBudget(longest_side=16_384, max_pixels=2_000_000)
BLANK = np.zeros((100, 100), dtype=np.bool_)


def page(width, height):
    pixels = np.full((height, width, 3), 255, dtype=np.uint8)
    return Page(pixels=pixels, source_width=width, source_height=height, path="document", sha256="0" * 64)


@pytest.mark.parametrize(
    "size",
    [(1, 1), (600, 7200), (7200, 600), (3508, 4961), (4961, 3508), (5000, 4800), (16_384, 1465), (1465, 16_384)],
)
@pytest.mark.parametrize("overlap", [48, 110, 240])
def test_tiles_hold_all_of_a_page_and_each_point_has_one_owner(size, overlap):
    cut = tiles(size, BLANK, WITHIN, overlap=overlap)
    rng = np.random.default_rng(1)
    for x, y in rng.random((200, 2)) * size:
        (owner,) = (tile for tile in cut if tile.owns(x, y))
        room = overlap / 2 - 1
        assert owner.holds((max(0, x - room), max(0, y - room), min(size[0], x + room), min(size[1], y + room)))
    for left, top, right, bottom in (tile.box for tile in cut):
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]
        assert (right - left) * (bottom - top) <= WITHIN.max_pixels * 1.01


def test_a_page_that_fits_is_one_tile():
    (tile,) = tiles((1000, 2000), BLANK, WITHIN, overlap=60)
    assert tile.box == (0, 0, 1000, 2000)
    assert tile.owns(-50, 2400)


def test_the_longest_side_is_kept_as_well():
    cut = tiles((4000, 4000), BLANK, PixelBudget(longest_side=1000, max_pixels=2_000_000), overlap=60)
    assert max(max(right - left, bottom - top) for left, top, right, bottom in (tile.box for tile in cut)) <= 1000


def test_cuts_move_into_the_gap_between_columns():
    marks = np.ones((350, 350), dtype=np.bool_)
    marks[:, 205:215] = False  # of 3500 px: a gutter at 2100, the nominal cut at 1750
    cuts = {tile.core[2] for tile in tiles((3500, 3500), marks, WITHIN, overlap=100) if np.isfinite(tile.core[2])}
    assert cuts
    assert all(2050 <= cut <= 2150 for cut in cuts)


def test_cuts_between_lines_move_into_the_white():
    marks = np.zeros((720, 60), dtype=np.bool_)
    for top in range(0, 720, 6):
        marks[top : top + 4] = True
    cuts = [tile.core[3] for tile in tiles((600, 7200), marks, WITHIN, overlap=90)][:-1]
    assert cuts
    assert all(35 <= cut % 60 <= 60 or cut % 60 < 5 for cut in cuts)


def test_a_tile_is_a_view_of_its_page():
    pixels = upright(page(3000, 4000).pixels, 1)
    assert pixels.shape[:2] == (3000, 4000)
    for tile in tiles((4000, 3000), BLANK, WITHIN, overlap=60):
        assert np.shares_memory(tile.of(pixels), pixels)


def test_ink_is_print_and_no_shade():
    pixels = np.full((100, 100, 3), 255, dtype=np.uint8)
    pixels[:, :50] = np.linspace(0, 255, 100, dtype=np.uint8)[:, None, None]
    pixels[40:60, 70:72] = 0
    marks = ink(pixels)
    assert marks[40:60, 70].all()
    assert marks[:, :49].sum() == 0


def test_strips_hold_their_boxes_and_near_ones_share_one():
    boxes = [(100, 100, 3300, 220), (150, 250, 3000, 370), (100, 3000, 3300, 3060)]
    found = strips(boxes, (3508, 4961), WITHIN)
    assert len(found) == 2
    assert all(any(strip.holds(box) for strip in found) for box in boxes)
    assert strips([], (3508, 4961), WITHIN) == ()


def test_strips_that_would_grow_too_large_stay_apart():
    boxes = [(0, top, 3508, top + 50) for top in range(0, 3000, 60)]
    found = strips(boxes, (3508, 4961), WITHIN)
    assert len(found) > 3
    assert all((box[2] - box[0]) * (box[3] - box[1]) <= WITHIN.max_pixels for box in (strip.box for strip in found))


@pytest.mark.parametrize(("size", "fitting"), [((1000, 2000), True), ((1001, 2000), False), ((16_385, 1), False)])
def test_a_page_fits_or_not(size, fitting):
    assert fits(page(*size), WITHIN) is fitting


def test_a_page_is_reduced_into_the_budget_and_keeps_its_shape():
    small = reduced(page(3508, 4961).pixels, WITHIN)
    height, width = small.shape[:2]
    assert 1_990_000 < height * width <= 2_000_000
    assert width / height == pytest.approx(3508 / 4961, rel=0.002)

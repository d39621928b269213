"""Pages reach a model at a size that its own processor leaves alone, as large as the budget lets them be."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfs import drawn_pdf
from picture_files import blank, saved
from PIL import Image

from server.media.pdf.rendering import page_size, render_pages
from server.media.pixels.decode import decode_pages
from server.media.pixels.page_sizes import fit, most_height, most_pixels, padded
from server.profiles.families import PROFILES
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.values.pages import DecodeLimits, PixelBudget

LIMITS = DecodeLimits(max_pixels=10**8, max_frames=1, max_pdf_object_bytes=2**20)
QWEN = PixelBudget(longest_side=6400, max_pixels=1_310_720, min_side=32, min_pixels=65_536, side_multiple=32)


def budgets_of(profile):
    return [getattr(profile.budgets, detail) for detail in ("low", "auto", "high", "original")]


PATCHED = sorted(
    {budget for profile in PROFILES for budget in budgets_of(profile) if budget.side_multiple > 1},
    key=lambda budget: (budget.side_multiple, budget.max_pixels, budget.min_pixels),
)
sides = st.integers(1, 5000)


def smart_resize(size, *, factor, min_pixels, max_pixels):
    """The rule of transformers' processors for Qwen2-VL and those after it, as they state it."""
    width, height = size
    assert max(size) / min(size) <= 200
    wide, high = round(width / factor) * factor, round(height / factor) * factor
    if wide * high > max_pixels:
        scale = math.sqrt(width * height / max_pixels)
        wide, high = (max(factor, math.floor(side / scale / factor) * factor) for side in size)
    elif wide * high < min_pixels:
        scale = math.sqrt(min_pixels / (width * height))
        wide, high = (math.ceil(side * scale / factor) * factor for side in size)
    return wide, high


def settled(size, budget):
    rule = {"factor": budget.side_multiple, "min_pixels": budget.min_pixels, "max_pixels": budget.max_pixels}
    return smart_resize(size, **rule) == size and max(size) <= budget.longest_side


@settings(max_examples=1000)
@given(width=sides, height=sides, budget=st.sampled_from(PATCHED))
def test_the_processor_of_the_model_has_nothing_left_to_resize(width, height, budget):
    page = padded(fit((width, height), budget), budget)
    assert settled(page, budget)
    assert page[0] * page[1] <= most_pixels(budget) == budget.max_pixels


@settings(max_examples=300)
@given(width=st.floats(0.01, 20_000), height=st.floats(0.01, 20_000), budget=st.sampled_from(PATCHED))
def test_nor_has_it_of_a_page_of_a_pdf(width, height, budget):
    size, dpi = page_size((width, height), budget)
    page = padded(size, budget)
    assert settled(page, budget)
    assert dpi == pytest.approx(max(size) / max(width, height) * 72, rel=0.1 if max(size) > 20 else 1)


@st.composite
def any_budget(draw):
    area = draw(st.integers(64**2, 3_000_000))
    return PixelBudget(
        longest_side=draw(st.integers(64, 3000)),
        max_pixels=area,
        min_side=draw(st.sampled_from([1, 20, 64])),
        min_pixels=min(draw(st.integers(0, 400_000)), area),
        side_multiple=draw(st.sampled_from([1, 14, 28, 32])),
    )


@settings(max_examples=500)
@given(width=sides, height=sides, budget=any_budget())
def test_of_all_sizes_of_that_shape_the_nearest_that_keeps_to_the_budget(width, height, budget):
    def up(side):
        return math.ceil(side / budget.side_multiple) * budget.side_multiple

    def page(long):
        """The padded page of the picture at a longer side of `long`, by the rule alone."""
        resized = (side * long / max(width, height) for side in (width, height))
        return [max(up(budget.min_side), up(max(1, round(side)))) for side in resized]

    def inside(long):
        most = max(budget.longest_side // budget.side_multiple * budget.side_multiple, up(budget.min_side))
        return max(page(long)) <= most and math.prod(page(long)) <= budget.max_pixels

    size = fit((width, height), budget)
    long, stored = max(size), max(width, height)
    assert math.prod(padded(size, budget)) <= most_pixels(budget)
    if not inside(stored):
        if up(budget.min_side) > 1:  # else the formula's, which the next test has
            assert long == 1 or inside(long)
            assert not inside(long + 1)
    elif math.prod(page(stored)) >= budget.min_pixels:
        assert size == (width, height)
    else:
        assert long == stored or math.prod(page(long - 1)) < budget.min_pixels
        assert math.prod(page(long)) >= budget.min_pixels or not inside(long + 1)


@pytest.mark.parametrize(
    ("size", "want", "page"),
    [
        ((1280, 1024), (1280, 1024), (1280, 1024)),  # at a multiple and just inside
        ((1000, 700), (1000, 700), (1024, 704)),
        ((6400, 32), (6400, 32), (6400, 32)),
        ((1, 5000), (1, 5000), (32, 5024)),
        ((1, 70_000), (1, 6400), (32, 6400)),
        ((256, 256), (256, 256), (256, 256)),
        ((240, 250), (240, 250), (256, 256)),  # white alone makes it large enough
        ((128, 128), (225, 225), (256, 256)),
        ((1, 1), (225, 225), (256, 256)),
    ],
)
def test_sizes_by_example(size, want, page):
    assert fit(size, QWEN) == want
    assert padded(want, QWEN) == page


def test_a_picture_too_thin_to_be_enlarged_gets_white_instead():
    budget = PixelBudget(longest_side=640, max_pixels=400_000, min_side=32, min_pixels=50_000, side_multiple=32)
    assert fit((1, 5000), budget) == (1, 640)
    assert padded((1, 640), budget) == (96, 640)


def test_no_picture_is_enlarged_beyond_the_budget():
    budget = PixelBudget(longest_side=640, max_pixels=3000, min_side=32, min_pixels=2000, side_multiple=32)
    assert fit((10, 10), budget) == (32, 32)  # the next square that fits a multiple has 4096 pixels
    assert padded((32, 32), budget) == (32, 64)


@settings(max_examples=500)
@given(width=st.integers(1, 30_000), height=st.integers(1, 30_000))
@pytest.mark.parametrize("budget", budgets_of(PP_OCRV6_SMALL))
def test_the_embedded_engine_gets_the_sizes_that_the_formula_says(budget, width, height):
    scale = min(1.0, budget.longest_side / max(width, height), math.sqrt(budget.max_pixels / (width * height)))
    size = (width, height) if scale == 1.0 else (max(1, int(width * scale)), max(1, int(height * scale)))
    assert fit((width, height), budget) == padded(size, budget) == size
    scale = min(300 / 72, budget.longest_side / max(width, height), math.sqrt(budget.max_pixels / width / height))
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    assert page_size((width, height), budget) == (size, scale * 72)


def png(size, colour=(0, 0, 0)):
    return blank(size, colour=colour)


@pytest.mark.parametrize(
    ("size", "shape"),
    [((640, 320), (320, 640)), ((641, 320), (320, 672)), ((60, 2000), (2016, 64)), ((9, 9), (256,) * 2)],
)
def test_a_decoded_picture_lies_in_the_upper_left_corner_on_white(size, shape):
    (page,) = decode_pages(png(size), path="p", limits=LIMITS, budget=QWEN, numbers=[1])
    assert page.pixels.shape == (*shape, 3)
    assert (page.source_width, page.source_height) == size
    width, height = fit(size, QWEN)
    assert (page.pixels[:height, :width] == 0).all()
    assert (page.pixels[height:] == 255).all()
    assert (page.pixels[:, width:] == 255).all()


def test_a_picture_at_a_multiple_inside_the_budget_is_not_touched():
    noise = np.random.default_rng(1).integers(0, 256, (320, 640, 3), dtype=np.uint8)
    data = saved(Image.fromarray(noise), "PNG")
    (page,) = decode_pages(data, path="p", limits=LIMITS, budget=QWEN, numbers=[1])
    assert (page.pixels == noise).all()


@pytest.mark.parametrize(("points", "shape", "dpi"), [((595, 842), (1344, 960), 114.6), ((20, 10), (192, 352), 1200)])
def test_a_page_of_a_pdf_is_drawn_at_a_size_that_ends_inside_the_budget(points, shape, dpi):
    (page,) = render_pages(drawn_pdf(["x"], size=points), path="p", limits=LIMITS, budget=QWEN, numbers=[1])
    assert page.pixels.shape == (*shape, 3)
    assert page.dpi == pytest.approx(dpi, rel=0.05)
    assert shape[0] - 32 < page.source_height <= shape[0]
    assert shape[1] - 32 < page.source_width <= shape[1]


@settings(max_examples=300)
@given(width=sides, budget=st.sampled_from(PATCHED))
def test_a_page_of_the_greatest_height_stays_as_it_is_and_a_higher_one_does_not(width, budget):
    budget = replace(budget, min_pixels=0)
    height = most_height(width, budget)
    assert height == 0 or fit((width, height), budget) == (width, height)
    assert fit((width, height + 1), budget) != (width, height + 1)

"""Pages cut for a language model, at sizes that it takes, and the texts of their parts joined again."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_pages import receipt
from PIL import Image
from rapidfuzz import fuzz

from server.media.pixels.page_sizes import fit, padded
from server.profiles.families import PROFILES
from server.values.pages import Page, PixelBudget
from server.writing.tiled_text import is_larger, merge_texts, most_pieces, pieces_of, tile_budget, tiles_of

WITHIN = PixelBudget(longest_side=4096, max_pixels=1_000_000, min_side=64, min_pixels=65_536, side_multiple=32)
ROOM = 64_000_000


def page(picture):
    pixels = np.asarray(picture.convert("RGB"))
    return Page(
        pixels=pixels, source_width=picture.width, source_height=picture.height, path="document", sha256="0" * 64
    )


def loaded(size, within, **more):
    """A blank page of `size` as the intake loads it."""
    width, height = padded(fit(size, within), within)
    whole = page(Image.new("RGB", (width, height), "white"))
    return replace(whole, source_width=size[0], source_height=size[1], **more)


ABOVE = ["COFFEE 12.40", "OAT MILK 3.15", "BREAD 2.20", "BUTTER 1.99"]
BELOW = ["EGGS 4.10", "CHEESE 6.75", "TOTAL 30.59"]


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (ABOVE, BELOW),
        (ABOVE, ABOVE[-1:] + BELOW),
        (ABOVE, ABOVE[-3:] + BELOW),
        (ABOVE, ["0AT MILK 3.15", "BREAD 2.2O", *ABOVE[-1:], *BELOW]),
        ([*ABOVE, "EC0S 1.1"], [*ABOVE[-2:], *BELOW]),
        (ABOVE, ["C0EEEF", *ABOVE[1:], *BELOW]),
        ([*ABOVE, "", ""], ["", *ABOVE[-2:], *BELOW]),
        ([], ABOVE + BELOW),
        (ABOVE + BELOW, []),
    ],
    ids=["apart", "one", "three", "misread", "torn below", "torn above", "blank", "no upper", "no lower"],
)
def test_texts_of_tiles_are_joined_without_lost_or_doubled_lines(upper, lower):
    joined = merge_texts(["\n".join(upper), "\n".join(lower)])
    assert [
        max(ABOVE + BELOW, key=lambda known: fuzz.ratio(known, read)) for read in joined.split("\n") if read
    ] == ABOVE + BELOW


def test_lines_that_are_printed_several_times_are_not_taken_for_one_overlap():
    many = ["COFFEE 2.00"] * 6
    assert merge_texts(["\n".join(many), "\n".join(many)]).split("\n") == ["COFFEE 2.00"] * 9


def test_three_tiles_are_joined_in_order():
    lines = [f"{word} 1.00" for word in ("ALPHA", "BRAVO", "CHARLIE", "DELTA", "ECHO", "FOXTROT")]
    pieces = ["\n".join(lines[:3]), "\n".join(lines[1:5]), "\n".join(lines[3:])]
    assert merge_texts(pieces) == "\n".join(lines)


def test_a_tall_page_becomes_pages_that_a_model_takes():
    pixels = np.random.default_rng(3).integers(0, 255, (7200, 600, 3), dtype=np.uint8)
    whole = page(Image.fromarray(pixels))
    pages = tiles_of(whole, WITHIN)
    assert len(pages) > 5
    assert len({part.sha256 for part in pages}) == len(pages)
    for part in pages:
        assert part.width % 32 == part.height % 32 == 0
        assert part.width * part.height <= 1_000_000
        assert part.source_width == 600
    assert sum(part.source_height for part in pages) > 7200
    assert (pages[0].pixels[:500, :600] == pixels[:500]).all()


def test_a_page_wider_than_a_model_takes_is_cut_across_and_reduced():
    within = PixelBudget(longest_side=1024, max_pixels=1_000_000)
    pages = tiles_of(page(Image.new("RGB", (3000, 9000), "white")), within)
    assert len(pages) > 1
    assert all(max(part.width, part.height) <= 1024 for part in pages)


def test_a_page_that_fits_is_itself():
    whole = page(Image.new("RGB", (320, 256), "white"))
    assert tiles_of(whole, WITHIN) == (whole,)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
@pytest.mark.parametrize("size", [(600, 7200), (1100, 13_000), (2800, 8500), (770, 30_800)])
def test_tiles_show_the_page_as_it_was_loaded_and_are_not_many(profile, size):
    within = profile.budgets.auto
    larger = tile_budget(loaded(size, within), within, most_pixels=ROOM)
    whole = loaded(size, larger)
    assert is_larger(whole, within)
    parts = tiles_of(whole, within)
    assert 1 < len(parts) <= 40
    for part in parts:
        assert (part.width, part.height) == padded(fit((part.width, part.height), within), within)
        assert not is_larger(part, within)
        assert whole.width > within.longest_side or part.width >= part.source_width


def test_a_tile_is_not_shrunk_where_the_only_gap_is_as_far_off_as_a_cut_may_lie():
    """Of two tiles the lower one would be within the budget, and no longer with its sides rounded up."""
    pixels = np.zeros((2320, 738, 3), dtype=np.uint8)
    pixels[:, ::2] = 255
    pixels[1038:1062] = 255
    assert {part.width for part in tiles_of(page(Image.fromarray(pixels)), WITHIN)} == {768}


@pytest.mark.parametrize(
    ("size", "why"),
    [
        ((2400, 3200), "a letter"),
        ((2000, 5900), "not tall"),
        ((7200, 600), "wide"),
        ((280, 3400), "not shrunk"),
        ((440, 2700), "hardly shrunk"),
        ((500, 21_000), "a ribbon"),
    ],
)
def test_what_tiles_would_not_show_larger_is_not_loaded_again(size, why):
    assert tile_budget(loaded(size, WITHIN), WITHIN, most_pixels=ROOM) is None, why


def test_no_page_is_loaded_larger_than_there_is_room():
    small = loaded((600, 7200), WITHIN)
    assert tile_budget(small, WITHIN, most_pixels=2_000_000).max_pixels == 2_000_000
    assert tile_budget(small, WITHIN, most_pixels=1_000_000) is None


def test_a_pdf_is_as_large_as_it_is_at_300_dpi():
    drawn = loaded((288, 3456), WITHIN)  # its source is what was drawn
    assert tile_budget(replace(drawn, dpi=300.0), WITHIN, most_pixels=ROOM) is None
    assert tile_budget(replace(drawn, dpi=100.0), WITHIN, most_pixels=ROOM) is not None


@pytest.mark.parametrize("count", [2, 3, 4])
def test_pieces_are_all_of_the_print_at_sizes_that_the_model_takes(count):
    drawn = receipt(width=200, pixels=12).image.crop((0, 0, 200, 1000))
    pixels = np.full((1024, 224, 3), 255, dtype=np.uint8)
    pixels[:1000, :200] = np.asarray(drawn)
    whole = replace(page(drawn), pixels=pixels)
    parts = pieces_of(whole, WITHIN, count)
    assert len(parts) == count == len({part.sha256 for part in parts})
    assert {part.source_width for part in parts} == {200}
    assert 1000 < sum(part.source_height for part in parts) <= 1000 + (count - 1) * 52
    for part in parts:
        assert (part.width, part.height) == padded(fit((part.width, part.height), WITHIN), WITHIN)


def test_a_low_page_has_no_pieces():
    assert most_pieces(loaded((640, 120), WITHIN), WITHIN) == 1
    assert most_pieces(loaded((640, 480), WITHIN), WITHIN) >= 2

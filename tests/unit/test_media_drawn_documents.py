"""The drawn documents are whole: each has its truth, each is small, each loads upright and opaque."""

import json
from pathlib import Path

import pytest

from server.media.pixels.decode import decode_pages, prepare
from server.values.pages import DecodeLimits, PixelBudget

ASSETS = Path(__file__).parents[1] / "assets"
TRUTH = [json.loads(line) for line in (ASSETS / "truth.jsonl").read_text(encoding="utf-8").splitlines()]


def load(name: str):
    prepare()
    limits = DecodeLimits(max_pixels=10**7, max_frames=1, max_pdf_object_bytes=1024)
    budget = PixelBudget(longest_side=4000, max_pixels=10**7)
    (page,) = decode_pages((ASSETS / name).read_bytes(), path=name, limits=limits, budget=budget, numbers=[1])
    return page


def test_every_picture_has_its_truth():
    pictures = {file.name for file in ASSETS.iterdir() if file.suffix in {".png", ".jpg"}}
    assert pictures == {row["image"] for row in TRUTH}
    assert sum((ASSETS / name).stat().st_size for name in pictures) < 2_000_000


@pytest.mark.parametrize("row", TRUTH, ids=lambda row: row["image"])
def test_fields_are_printed_on_the_page(row):
    text = "".join("".join(row["lines"]).split())
    for value in row["fields"].values():
        assert "".join(value.split()) in text


@pytest.mark.parametrize("row", TRUTH, ids=lambda row: row["image"])
def test_pictures_load(row):
    pixels = load(row["image"]).pixels
    assert pixels.std() > 10
    assert pixels.mean() > 60


def test_the_photograph_is_turned_upright():
    page = load("receipt_photo.jpg")
    assert (page.source_width, page.source_height) == page.pixels.shape[1::-1]
    assert page.source_height > page.source_width  # it is stored lying


def test_the_label_lies_on_white():
    pixels = load("label_transparent.png").pixels
    assert (pixels[0, 0] == 255).all()
    assert (pixels[10, 300] == 0).all()

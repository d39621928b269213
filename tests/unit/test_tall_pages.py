"""Windows over tall pages: all of the page, no line twice, none cut."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from server.engines.ppocr.page_reader import PPOCRReader
from server.engines.ppocr.tall_pages import is_blank, windows
from server.settings.groups import RapidOCRSettings

ASSETS = Path(__file__).parents[1] / "assets"


def line(middle: float, height: float = 20):
    top, bottom = middle - height / 2, middle + height / 2
    return ((0.0, top), (90.0, top), (90.0, bottom), (0.0, bottom))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (100, 900), (800, 100), (2048, 1), (1, 4000)])
def test_a_page_that_can_be_seen_at_once_is_one_window(height, width):
    (window,) = windows(height, width)
    assert (window.top, window.bottom) == (0, height)
    assert window.owns(line(-5))
    assert window.owns(line(height + 5))


@pytest.mark.parametrize("height", [2401, 3900, 6000, 19_999])
def test_every_line_of_a_taller_page_is_whole_in_the_one_window_that_owns_it(height):
    parts = windows(height, 300)
    assert len(parts) > 1
    assert parts[0].top == 0
    assert parts[-1].bottom == height
    assert max(part.bottom - part.top for part in parts) <= 2402
    for middle in range(10, height - 10):
        (owner,) = (part for part in parts if part.owns(line(middle)))
        assert owner.top <= middle - 10
        assert middle + 10 <= owner.bottom


@pytest.mark.parametrize("width", [1, 8, 30, 250])
def test_a_narrow_page_has_no_more_windows_than_its_height_takes(width):
    parts = windows(100_000, width)
    assert len(parts) <= 55
    assert sum(part.bottom - part.top for part in parts) <= 110_000


def test_paper_and_its_grain_are_blank_and_print_is_not():
    page = np.full((400, 300, 3), 250, np.uint8)
    page[::2] -= 9
    assert is_blank(page)
    page[200, 100:110] = 30
    assert not is_blank(page)


@pytest.fixture(scope="module")
def detector():
    """What places the detector is shown and finds in a page."""
    reader = PPOCRReader(RapidOCRSettings(), backend="onnxruntime")
    shown = []
    detect = reader._detector
    reader._detector = lambda image: shown.append(image.shape[:2]) or detect(image)

    def look(page):
        shown.clear()
        return reader._detect(page), sum(height * width for height, width in shown)

    return look


@pytest.mark.system
def test_nothing_of_a_page_is_kept_once_it_is_read():
    reader = PPOCRReader(RapidOCRSettings(), backend="onnxruntime")
    page = np.asarray(Image.open(ASSETS / "receipt_en.png").convert("RGB"))
    first, *_ = runs = list(reader.read(page, page=0))
    assert sum(len(run.lines) for run in runs) > 10
    assert not reader._recognise._readings
    begun = reader.read(page, page=0)
    assert next(begun) == first
    assert reader._recognise._readings
    begun.close()
    assert not reader._recognise._readings


@pytest.mark.system
@pytest.mark.parametrize(("height", "width"), [(100_000, 1), (1, 100_000), (7, 5000)])
def test_a_page_too_thin_for_print_is_not_looked_at(detector, height, width):
    page = np.full((height, width, 3), 255, np.uint8)
    page[::7, ::7] = 0
    assert detector(page) == ([], 0)


@pytest.mark.system
@pytest.mark.parametrize(("height", "width"), [(100_000, 16), (16, 100_000)])
def test_what_the_detector_sees_of_a_thin_page_is_bounded(detector, height, width):
    page = np.full((height, width, 3), 255, np.uint8)
    page[::9, ::9] = 0
    assert detector(page)[1] < 10_000_000


@pytest.mark.system
def test_lines_of_a_long_narrow_page_are_found_where_they_stand(detector):
    page = np.full((40_000, 90, 3), 255, np.uint8)
    places = range(1000, 40_000, 2900)
    for y in places:
        cv2.putText(page, "AB 12", (8, y), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0, 0, 0), 2)
    quads, _ = detector(page)
    assert [round((quad[0][1] + quad[2][1]) / 2 + 7, -1) for quad in sorted(quads, key=lambda one: one[0][1])] == list(
        places
    )

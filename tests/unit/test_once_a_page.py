"""Lines that come again on a page are read once, and forgotten with it."""

import numpy as np
import pytest

from server.engines.ppocr.line_recogniser import OnceAPage, Reading


@pytest.fixture
def asked() -> list[int]:
    return []


@pytest.fixture
def recognise(asked: list[int]) -> OnceAPage:
    def read(crop: np.ndarray) -> Reading:
        asked.append(int(crop.sum()))
        return Reading(text=str(crop.sum()), score=1.0)

    return OnceAPage(read)


def crop(width: int, value: int) -> np.ndarray:
    return np.full((10, width, 3), value, np.uint8)


def test_the_same_pixels_are_read_once(recognise, asked):
    assert recognise(crop(20, 1)) == recognise(crop(20, 1))
    assert len(asked) == 1


def test_other_pixels_are_read_for_themselves(recognise, asked):
    texts = [recognise(print_).text for print_ in (crop(20, 1), crop(20, 2), crop(40, 1), crop(40, 1)[::-1, :5])]
    assert texts == ["600", "1200", "1200", "150"]
    assert len(asked) == 4


def test_the_same_bytes_in_another_shape_are_other_pixels(recognise, asked):
    recognise(np.zeros((10, 20, 3), np.uint8))
    recognise(np.zeros((20, 10, 3), np.uint8))
    assert len(asked) == 2


def test_what_was_read_is_forgotten_with_its_page(recognise, asked):
    recognise(crop(20, 1))
    recognise.forget()
    recognise(crop(20, 1))
    assert len(asked) == 2

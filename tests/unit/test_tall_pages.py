"""Windows over tall pages: all of the page, no line twice, none cut."""

import pytest

from server.engines.ppocr.tall_pages import windows


def line(middle: float, height: float = 20):
    top, bottom = middle - height / 2, middle + height / 2
    return ((0.0, top), (90.0, top), (90.0, bottom), (0.0, bottom))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (100, 900), (800, 100), (1, 4000)])
def test_a_page_that_can_be_seen_at_once_is_one_window(height, width):
    (window,) = windows(height, width)
    assert (window.top, window.bottom) == (0, height)
    assert window.owns(line(-5))
    assert window.owns(line(height + 5))


@pytest.mark.parametrize("height", [801, 1300, 2000, 9999])
def test_every_line_of_a_taller_page_is_whole_in_the_one_window_that_owns_it(height):
    parts = windows(height, 100)
    assert len(parts) > 1
    assert parts[0].top == 0
    assert parts[-1].bottom == height
    assert max(part.bottom - part.top for part in parts) <= 802
    for middle in range(10, height - 10):
        (owner,) = (part for part in parts if part.owns(line(middle)))
        assert owner.top <= middle - 10
        assert middle + 10 <= owner.bottom

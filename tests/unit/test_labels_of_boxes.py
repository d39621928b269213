"""Labels of drawn boxes cover neither print nor boxes nor each other."""

import itertools

import numpy as np
import pytest

from server.cli.read.labels import margin_width, place_labels

SIZE = (60.0, 12.0)


def blank(height=400, width=600):
    return np.full((height, width, 3), 255, np.uint8)


def rectangles(places, sizes):
    return [
        (place.x, place.y, place.x + wide, place.y + high) for place, (wide, high) in zip(places, sizes, strict=True)
    ]


def meet(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_a_label_stands_right_of_its_box_on_blank_paper():
    (place,) = place_labels(blank(), [(100, 100, 200, 120)], [SIZE])
    assert (place.x, place.y, place.in_margin, place.is_far) == (204, 104, False, False)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ((205, 100, 300, 120), (36, 104)),  # right of the box: left of it
        ((0, 90, 600, 99), (204, 104)),  # above it only
    ],
)
def test_print_is_not_covered(printed, expected):
    page = blank()
    page[printed[1] : printed[3], printed[0] : printed[2] : 2] = 0
    (place,) = place_labels(page, [(100, 100, 200, 120)], [SIZE])
    assert (place.x, place.y) == expected


def test_a_row_full_of_print_leaves_the_room_above_it():
    page = blank()
    page[100:120, ::2] = 0
    (place,) = place_labels(page, [(100, 100, 200, 120)], [SIZE])
    assert (place.x, place.y) == (100, 84)


def test_what_finds_no_room_stands_in_the_margin_at_its_height():
    page = blank()
    page[:, ::2] = 0
    boxes = [(100.0, y, 200.0, y + 20) for y in (100.0, 102.0, 104.0)]
    places = place_labels(page, boxes, [SIZE] * 3)
    assert all(place.in_margin and place.is_far and place.x >= 600 for place in places)
    assert all(abs(place.y - 104) < 30 for place in places)
    assert margin_width(places, [SIZE] * 3, 600) >= 60
    assert margin_width([], [], 600) == 0


def test_no_label_covers_another_or_a_box_however_many_there_are():
    generator = np.random.default_rng(3)
    page = blank(300, 300)
    page[::7, ::3] = 0
    corners = generator.uniform(0, 280, (150, 2))
    boxes = [(x, y, x + 15, y + 10) for x, y in corners.tolist()]
    sizes = [(float(wide), 12.0) for wide in generator.integers(20, 400, 150)]
    places = place_labels(page, boxes, sizes)
    found = rectangles(places, sizes)
    assert not any(meet(one, other) for one, other in itertools.combinations(found, 2))
    assert all(top >= 0 and bottom <= 300 for _, top, _, bottom in found)
    on_page = [each for each, place in zip(found, places, strict=True) if not place.in_margin]
    assert not any(meet(each, box) for each in on_page for box in boxes)
    width = 300 + margin_width(places, sizes, 300)
    assert all(right <= width for _, _, right, _ in found)


def test_a_label_as_high_as_its_page_stands_at_the_top():
    page = blank(8, 20)
    (place,) = place_labels(page, [(0, 0, 20, 8)], [(60.0, 12.0)])
    assert (place.y, place.in_margin) == (0, True)

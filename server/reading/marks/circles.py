"""Circles on a page, and squares and discs that are filled to their edge."""

from collections.abc import Sequence
from typing import Final

import cv2

from server.reading.marks.places import Image, Place, corners, sizes, stands_free

_ROUND: Final = 0.785  # a quarter of pi: of the square around it, a circle fills so much
_ROUGH: Final = 0.07
_INNER: Final = 0.6  # of a ring's width is its hole
_CIRCLE_SIDES: Final = 0.12
_MOST: Final = 500  # a page of more rings, or of more black squares, is a pattern
_SAME_SIZE: Final = 2  # boxes that show that a black square of their size is one


def circles(ink: Image, letters: float) -> list[Place]:
    """The rings of a page: round holes in ink, with paper around the ring."""
    least, most = sizes(letters)
    contours, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    found = []
    for contour, (_, _, _, parent) in zip(contours, tree[0] if tree is not None else (), strict=True):
        if parent < 0 or len(contour) < 2 * least:
            continue
        x, y, width, height = cv2.boundingRect(contours[parent])
        if not (least <= width <= most and abs(width - height) <= _CIRCLE_SIDES * max(width, height)):
            continue
        one = Place(int(x), int(y), int(width), int(height))
        _, _, inner_width, inner_height = cv2.boundingRect(contour)
        share = cv2.contourArea(contour) / max(1, (inner_width - 1) * (inner_height - 1))
        is_thin = min(inner_width, inner_height) >= _INNER * one.side
        if is_thin and abs(share - _ROUND) <= _ROUGH and not corners(ink, one) and stands_free(ink, one, sides=4):
            found.append(one)
    return found if len(found) <= _MOST else []


def solid_places(ink: Image, letters: float) -> list[Place]:
    """Squares and discs that are black all over: boxes and circles filled to the edge, if others show their size."""
    least, most = sizes(letters)
    contours, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    places = []
    for contour in contours:
        x, y, width, height = map(int, cv2.boundingRect(contour))
        if least <= width <= most and abs(width - height) <= _CIRCLE_SIDES * width:
            black = cv2.countNonZero(ink[y : y + height, x : x + width])
            if black >= (_ROUND - _ROUGH) * width * height:
                places.append(Place(x, y, width, height))
    return [one for one in places if stands_free(ink, one, sides=4)] if len(places) <= _MOST else []


def as_large(solid: Sequence[Place], others: Sequence[Place]) -> list[Place]:
    """Those of `solid` that are as large as two of `others`."""
    return [
        one
        for one in solid
        if sum(abs(one.side - other.side) <= _CIRCLE_SIDES * other.side for other in others) >= _SAME_SIZE
    ]

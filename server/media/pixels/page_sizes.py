"""Page sizes for a model: inside its pixel budget, sides at a multiple, and not too short.

Sizes only, no pixels. A size that comes from here is one that the processors of models with patches leave as it is:
`smart_resize` of transformers wants both sides at a multiple and the area between two bounds.
"""

import math
from bisect import bisect_left

from server.values.pages import PixelBudget, Size


def fit(size: Size, budget: PixelBudget) -> Size:
    """Return the size (width, height in pixels) to resize a picture of `size` to, its shape kept; then see `padded`.

    A picture whose padded page is outside `budget` becomes the largest whose padded page is inside. One whose padded
    page has fewer than `min_pixels` becomes the smallest whose padded page has as many, as far as `longest_side` and
    `max_pixels` let it. Any other stays as it is.
    """
    width, height = _on_multiple(size, budget)
    if max(width, height) > _longest(budget) or width * height > budget.max_pixels:
        return _shrunk(size, budget)
    return _enlarged(size, budget) if width * height < budget.min_pixels else size


def padded(size: Size, budget: PixelBudget) -> Size:
    """Return the size of the page that a picture resized to `size` by `fit` is laid on, in its upper left corner.

    Sides are rounded up to the multiple and to the shortest that the model takes. Where a picture is too thin to be
    enlarged to `min_pixels`, the shorter side takes the rest.
    """
    width, height = _on_multiple(size, budget)
    long = max(width, height)
    multiple = budget.side_multiple
    short = -(-math.ceil(budget.min_pixels / long) // multiple) * multiple
    if width * height >= budget.min_pixels or short * long > budget.max_pixels or short > _longest(budget):
        return width, height
    return (long, short) if width == long else (short, long)


def most_height(width: int, budget: PixelBudget) -> int:
    """How high, in pixels, a picture of `width` may be for `fit` to leave it as it is; 0 where `width` is too much."""
    across, _ = _on_multiple((width, 1), budget)
    down = budget.max_pixels // across // budget.side_multiple * budget.side_multiple
    return min(down, _longest(budget)) if across <= _longest(budget) else 0


def most_pixels(budget: PixelBudget) -> int:
    """How many pixels a padded page has at most: those of the budget, unless no page at all is as small as that."""
    return max(budget.max_pixels, math.prod(_on_multiple((1, 1), budget)))


def _shrunk(size: Size, budget: PixelBudget) -> Size:
    if _on_multiple((1, 1), budget) == (1, 1):  # nothing is padded, so the scale needs no search
        width, height = size
        scale = min(budget.longest_side / max(size), math.sqrt(budget.max_pixels / (width * height)))
        target = max(1, int(width * scale)), max(1, int(height * scale))
        if _is_inside(target, budget):
            return target
    lengths = range(1, min(max(size), _longest(budget)) + 1)
    inside = bisect_left(lengths, True, key=lambda long: not _is_inside(_with_longest(size, long), budget))
    return _with_longest(size, max(1, inside))


def _enlarged(size: Size, budget: PixelBudget) -> Size:
    def area(long: int) -> int:
        return math.prod(_on_multiple(_with_longest(size, long), budget))

    lengths = range(max(size), _longest(budget) + 1)
    enough = bisect_left(lengths, budget.min_pixels, key=area)
    target = _with_longest(size, lengths[min(enough, len(lengths) - 1)])
    return target if _is_inside(target, budget) else _with_longest(size, max(target) - 1)


def _with_longest(size: Size, long: int) -> Size:
    """`size` scaled to a longer side of `long`, the shorter one rounded to the nearest."""
    width, height = size
    if width >= height:
        return long, max(1, round(height * long / width))
    return max(1, round(width * long / height)), long


def _is_inside(size: Size, budget: PixelBudget) -> bool:
    width, height = _on_multiple(size, budget)
    return max(width, height) <= _longest(budget) and width * height <= budget.max_pixels


def _on_multiple(size: Size, budget: PixelBudget) -> Size:
    multiple = budget.side_multiple
    width, height = (-(-max(side, budget.min_side) // multiple) * multiple for side in size)
    return width, height


def _longest(budget: PixelBudget) -> int:
    multiple = budget.side_multiple
    return max(budget.longest_side // multiple, -(-budget.min_side // multiple)) * multiple

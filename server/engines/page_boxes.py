"""Boxes of a page in its own frame, and the rows in which they stand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A line's box in the page's own frame, the slope of its print taken out; in pixels."""

    index: int
    left: float
    right: float
    middle: float
    height: float

    @property
    def width(self) -> float:
        """Its width."""
        return self.right - self.left

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.middle - self.height / 2

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.middle + self.height / 2


def rows_of(boxes: list[Box]) -> list[list[Box]]:
    """Group boxes that stand side by side; rows from top to bottom, cells from left to right."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.middle):
        near = [row for row in rows[-12:] if _belongs(box, row)]
        if near:
            min(near, key=lambda row: abs(_neighbour(box, row).middle - box.middle)).append(box)
        else:
            rows.append([box])
    rows.sort(key=lambda row: sum(box.middle for box in row) / len(row))
    return [sorted(row, key=lambda box: box.left) for row in rows]


def _neighbour(box: Box, row: list[Box]) -> Box:
    """The cell of `row` next to `box`: on creased paper a row is straight only from one cell to the next."""
    return min(row, key=lambda cell: max(cell.left - box.right, box.left - cell.right))


def _belongs(box: Box, row: list[Box]) -> bool:
    cell = _neighbour(box, row)
    if abs(cell.middle - box.middle) > 0.5 * min(cell.height, box.height):
        return False
    return all(
        min(box.right, other.right) - max(box.left, other.left) < 0.3 * min(box.width, other.width) for other in row
    )

"""Labels below their values: small print under a name on a line, as under signatures and on certificates."""

from server.fields.print.page_view import Cell, PageView

_SMALLER = 0.95  # of the value's height
_CLOSE = 0.8  # of the label's height, between value and label
_NEARER = 0.6  # of the room below the label
_ASIDE = 1.2  # of a line's height, between left edges
_ROOM = 3  # rows below among which the room ends


def value_above(view: PageView, label: Cell) -> Cell | None:
    """The cell that `label`, all words of its row being such labels, stands under; None in any other row."""
    above = [_above(view, cell) for cell in view.rows[label.row]]
    if not all(above):
        return None
    return above[label.column] if label.column < len(above) else None


def _above(view: PageView, label: Cell) -> Cell | None:
    if not label.row or any(char.isdigit() or char in ":：" for char in label.text):
        return None
    for cell in view.rows[label.row - 1]:
        gap = label.line.top - cell.line.bottom
        aligned = cell.page == label.page and abs(cell.line.left - label.line.left) <= _ASIDE * label.line.height
        smaller = label.line.height <= _SMALLER * cell.line.height
        if aligned and smaller and -0.5 * label.line.height < gap <= _CLOSE * label.line.height:
            return cell if max(gap, 0.0) < _NEARER * _room_below(view, label) else None
    return None


def _room_below(view: PageView, label: Cell) -> float:
    """How far the next print below `label` is."""
    rows = view.rows[label.row + 1 : label.row + 1 + _ROOM]
    below = [cell.line.top - label.line.bottom for row in rows for cell in row if cell.page == label.page]
    return min(below, default=float("inf"))

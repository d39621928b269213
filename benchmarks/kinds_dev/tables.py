"""Tables: ruled or not, over as many pages as they need, their heads repeated and their sums carried forward."""

from collections.abc import Callable
from dataclasses import dataclass

from kinds_dev.blocks import leading
from kinds_dev.draft import Draft
from kinds_dev.sheet import PAPER, CrowdedError

MANY = 20  # rows that may need another page
STYLES = ("grid", "rows", "head", "plain", "shaded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its head, and the side its cells stand on (l, r or m)."""

    head: str
    side: str = "r"
    stretch: bool = False


@dataclass(kw_only=True)
class Table:
    """Prints rows under heads. `carry` gives the row to print last on a page that a table leaves, by rows printed."""

    draft: Draft
    columns: list[Column]
    rows: list[list[str]]
    carry: Callable[[int], list[str]] | None = None
    next_page: Callable[[], float] | None = None
    bottom: float = PAPER[1] - 150
    left: float | None = None
    right: float | None = None

    def print(self, y: float) -> float:
        """Print it from `y` on; return where it ends, on the last page."""
        self._style = self.draft.rng.choice(STYLES)
        self._head_side = "m" if self.draft.chance(0.2) else ""
        self._step = leading(self.draft) * self.draft.rng.choice((1.0, 1.15, 1.3))
        self._edges = self._place()
        y = self._heads(y)
        for number, row in enumerate(self.rows):
            if y > self.bottom and self.next_page:
                carried = self.carry(number) if self.carry else None
                if carried:
                    self._row(y, carried)
                y = self._heads(self.next_page())
                if carried and self.draft.chance(0.5):
                    y = self._row(y, carried)
            y = self._row(y, row)
        return y + leading(self.draft) * 0.6

    def _place(self) -> list[float]:
        sheet = self.draft.sheet
        printed = [[(column.head, True)] for column in self.columns]
        sums = [self.carry(len(self.rows))] if self.carry and len(self.rows) > MANY else []
        for row in (*self.rows, *sums):
            for texts, cell in zip(printed, row, strict=True):
                texts += [(line, False) for line in cell.split("\n")]
        wide = [max(sheet.wide(text, bold=bold) for text, bold in texts) + 26 for texts in printed]
        left = self.draft.left if self.left is None else self.left
        spare = (self.draft.right if self.right is None else self.right) - left - sum(wide)
        if spare < 0:
            raise CrowdedError("the table is too wide")
        stretched = [at for at, column in enumerate(self.columns) if column.stretch] or list(range(len(wide)))
        for at in stretched:
            wide[at] += spare / len(stretched) * (1.0 if self._style == "grid" or len(stretched) == 1 else 0.9)
        edges = [float(left)]
        for width in wide:
            edges.append(edges[-1] + width)
        return edges

    def _heads(self, y: float) -> float:
        top, bottom = y - self._step * 0.72, y + self._step * 0.28
        if self._style == "shaded":
            self.draft.sheet.shade(self._edges[0], top, self._edges[-1], bottom)
        cells = [column.head for column in self.columns]
        self._row(y, cells, bold=self.draft.face != "mono", side=self._head_side)
        if self._style in {"head", "rows"}:
            self.draft.sheet.rule(self._edges[0], bottom, self._edges[-1], bottom)
        return y + self._step * 1.05

    def _row(self, y: float, cells: list[str], *, bold: bool = False, side: str = "") -> float:
        sheet, (top, bottom) = self.draft.sheet, (y - self._step * 0.72, y + self._step * 0.28)
        tallest = max(text.count("\n") for text in cells)
        bottom += tallest * leading(self.draft)
        for at, (column, text) in enumerate(zip(self.columns, cells, strict=True)):
            left, right, stands = self._edges[at], self._edges[at + 1], side or column.side
            x = {"l": left + 10, "r": right - 10, "m": (left + right) / 2}[stands]
            for number, line in enumerate(text.split("\n") if text else ()):
                sheet.print(x, y + number * leading(self.draft), line, bold=bold, at=f"{stands}s")
            if self._style == "grid":
                sheet.frame(left, top, right, bottom)
        if self._style == "rows":
            sheet.rule(self._edges[0], bottom, self._edges[-1], bottom, width=1)
        return y + self._step + tallest * leading(self.draft)

"""The value `Table`: columns with their heads, and rows of cells; it does not say how it was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from server.values.lines import Line

ColumnKind = Literal["number", "date", "time", "text"]


@dataclass(frozen=True, slots=True)
class TableCell:
    """What is printed in one place of a table, with the lines it was read in.

    `checked` names the arithmetic that it passed; `refuted` says that arithmetic shows it to be misread.
    """

    text: str
    lines: tuple[Line, ...]
    checked: tuple[str, ...] = ()
    refuted: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `labels` are compact names to know it by: its whole head, the head without asides, each part of it.

    `concepts` are keys of concepts of `words` that the head may name; `kind` is what most of its cells hold.
    """

    head: str
    labels: tuple[str, ...]
    concepts: tuple[str, ...]
    kind: ColumnKind
    left: float
    right: float

    @property
    def concept(self) -> str:
        """The likeliest concept, or empty."""
        return next(iter(self.concepts), "")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: its cells by the number of their column. `section` is the title printed above it within the table."""

    page: int
    cells: Mapping[int, TableCell]
    section: str = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line of the row."""
        return tuple(line for cell in self.cells.values() for line in cell.lines)


@dataclass(frozen=True, slots=True)
class Relation:
    """What the numbers of a row are to each other: a product of two, their sum, or a share of one.

    `rates` are columns of percentages, each with 1 where it adds to the whole and -1 where it takes from it.
    """

    kind: Literal["product", "sum", "share"]
    factors: tuple[int, ...]
    whole: int
    rates: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SumRow:
    """A printed sum of rows: the `above` rows of the table that stand over it, and its cells."""

    above: int
    cells: Mapping[int, TableCell]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a document, over as many pages as it runs. `title` is what is printed above its heads, or empty.

    `heads` are the lines of its heads; `rows` holds no repeated head, subtotal, total, or sum that is carried over;
    `sums` are the subtotals and totals, `relations` what most rows follow, `astray` the lines between in no row.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    heads: tuple[Line, ...] = field(default=())
    sums: tuple[SumRow, ...] = field(default=())
    relations: tuple[Relation, ...] = field(default=())
    astray: int = 0

    @property
    def signature(self) -> tuple[str, ...]:
        """What is the same in tables with the same heads."""
        return tuple(column.labels[0] if column.labels else "" for column in self.columns)

"""Fills arrays from tables without matching properties: a column for a list, all cells for an array of arrays."""

from collections.abc import Mapping, Sequence

from server.fields.array_notes import ArrayNotes
from server.fields.conversion import Conversion
from server.fields.places import Place
from server.fields.print.folding import compact
from server.fields.print.page_view import Candidate
from server.fields.schema.shapes import Shape
from server.fields.tables.arrays import Arrays
from server.fields.tables.columns.plain import HEAD_NAMES, column_of, whole_table
from server.fields.tables.reading import text_for
from server.fields.tables.table import Table, TableCell, TableRow
from server.fields.tables.wanted import Wanted
from server.fields.words.query import make_query, words_of
from server.values.chat import JSON

FROM_TABLE = 0.7  # of a match


class PlainArrays:
    """Fills the lists and the arrays of arrays of one schema from its document's tables."""

    def __init__(self, values: Conversion, arrays: Arrays, notes: ArrayNotes) -> None:
        self.values = values
        self.arrays = arrays
        self.notes = notes

    @property
    def tables(self) -> Sequence[Table]:
        """The tables of the document, looked for when first asked."""
        return self.arrays.tables

    def grid(self, shape: Shape, row: Shape, place: Place) -> list[JSON]:
        """The rows of a whole table, each an array of its cells, or an object with one array for them."""
        member = cells_member(row)
        inner = (row.properties[member] if member is not None else row).items
        table = whole_table(shape, self.tables) if inner is not None else None
        if table is None or inner is None:
            return []
        made: list[JSON] = []
        for printed in table.rows[: most_rows(shape)]:
            path = f"{place.path}[{len(made)}]"
            cells = self._cells(printed, len(table.columns), inner, path if member is None else f"{path}.{member}")
            value: JSON = cells if member is None else {member: cells}
            if self.values.schema.accepts(value, row):
                made.append(value)
            else:
                self.values.forget(path)
        self.notes.left_out(place, len(table.rows) - len(made), "its schema does not hold them")
        self.notes.refutations(place)
        return made

    def _cells(self, row: TableRow, width: int, inner: Shape, path: str) -> list[JSON]:
        """The cells of a row in the order of columns; what is not printed is an empty string, or null."""
        made: list[JSON] = []
        for column in range(width):
            cell = row.cells.get(column)
            value = self._value(cell, cell.text, inner, f"{path}[{column}]") if cell is not None else None
            made.append("" if value is None and "string" in inner.kinds and not inner.nullable else value)
        return made

    def listed(self, shape: Shape, inner: Shape, place: Place) -> list[JSON] | None:
        """The column that a list names, or the heads of a table; None where no table has it."""
        if compact(words_of(shape.name)) in HEAD_NAMES and "string" in inner.kinds and self.tables:
            table = whole_table(shape, self.tables)
            return [column.head for column in table.columns] if table is not None else None
        cells = column_of(shape, self.tables)
        wanted = Wanted(inner.name, inner, make_query(inner.name))
        made: list[JSON] = []
        self.notes.left_out(place, len(cells) - most_rows(shape), "its schema holds no more")
        for cell in cells[: most_rows(shape)]:
            text = text_for(wanted, cell, self.values.search.view.style)
            value = self._value(cell, text, inner, f"{place.path}[{len(made)}]")
            if value is not None:
                made.append(value)
        self.notes.refutations(place)
        return made if cells else None

    def _value(self, cell: TableCell, text: str, inner: Shape, path: str) -> JSON:
        value = None if cell.refuted else self.values.first(text, inner)
        self.notes.refuted += cell.refuted
        if value is not None:
            self.values.note(path, Candidate(text, cell.lines, FROM_TABLE, cell.checked), value, table=True)
        return value


def cells_member(row: Shape) -> str | None:
    """The only member of a row that is an array of plain values: `{"cells": [...]}`."""
    if len(row.properties) != 1:
        return None
    ((name, part),) = row.properties.items()
    plain = part.items is not None and not {"object", "array"} & set(part.items.kinds) and not part.alternatives
    return name if plain else None


def most_rows(shape: Shape) -> int:
    """How many rows the answer may hold: what keeps validation quick, and no more than the schema's `maxItems`."""
    most = shape.schema.get("maxItems") if isinstance(shape.schema, Mapping) else None
    return min(shape.max_rows, int(most)) if isinstance(most, int | float) else shape.max_rows

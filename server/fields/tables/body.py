"""The rows under heads: which bands are rows, which go on a row, and where the table ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from server.fields.print.folding import join_texts
from server.fields.print.number_style import NumberStyle
from server.fields.tables.bands import Band
from server.fields.tables.cell_kinds import kind_of
from server.fields.tables.grid import Grid
from server.fields.tables.head_words import begins_other_table
from server.fields.tables.heads import Head
from server.fields.tables.row_roles import Roles, RowRole
from server.fields.tables.rows.bookings import Bookings
from server.fields.tables.rows.settlements import settling_rows
from server.fields.tables.rows.wrapping import LinePlace, Wrapping
from server.fields.tables.summaries import closes_period, is_decorated, is_note, numbers_page, words_of_row
from server.fields.tables.table import SumRow, TableCell, TableRow

_MISSES = 2  # bands in no column that end a table on its page
_PADDED = 1.9  # heights from row to row, of a table with room between its rows
_BAR_CODE = 6  # digits
_CONTINUES = 1.75  # heights to a further line of a text
_APART = 2.5  # distances between rows, after which another block begins
_ROWS_SEEN = 2  # that tell the distance
_OWN_LINE = 0.85  # of the distance between rows: what stands nearer is a further line of a text, or stands aslant


@dataclass(slots=True)
class _Draft:
    """A row while it grows."""

    page: int
    cells: dict[int, TableCell]
    section: str

    def add(self, column: int, cell: TableCell, *, before: bool = False) -> None:
        here = self.cells.get(column)
        parts = [cell] if here is None else [cell, here] if before else [here, cell]
        text = join_texts([part.text for part in parts])
        self.cells[column] = TableCell(text, tuple(line for part in parts for line in part.lines))


@dataclass
class Body:
    """Reads the bands from `head` to the first band of another table, `stop`."""

    bands: Sequence[Band]
    head: Head
    stop: int
    repeats: Mapping[int, Head]
    style: NumberStyle
    rows: list[_Draft] = field(default_factory=list)
    sums: list[SumRow] = field(default_factory=list)
    section: str = ""
    closed: bool = False
    pending: list[TableCell] = field(default_factory=list)
    end: int = 0
    astray: int = 0  # lines within the table that are in none of its rows

    def __post_init__(self) -> None:
        heads = {i for at, head in self.repeats.items() for i in range(at, head.last + 1)}
        self.span = [i for i in range(self.head.last + 1, self.stop) if i not in heads]
        sample = [self.bands[i] for i in self._sample()]
        self.grid = Grid(self.head, sample, self.style)
        self.placed = {i: self.grid.place(self.bands[i]) for i in self.span}
        shown = [cells for i in self._sample() if (cells := self.placed[i])]
        self.roles = Roles(self.head, self.grid, shown, self.style, words_first=self._begins_with_words())
        self.bookings = Bookings(self.head, self.grid, self.roles, shown)
        self.pitch = self._pitch()

    def read(self) -> tuple[TableRow, ...]:
        """The rows of the table."""
        waiting, misses, last, dropped = False, 0, self.head.last, 0
        self.end = self.stop
        for i in range(self.head.last + 1, self.stop):
            band = self.bands[i]
            if band.page != self.bands[last].page:
                waiting, misses, self.pending = True, 0, []
            if i not in self.placed:
                if i in self.repeats and (self.closed or band.page == self.bands[last].page):
                    self.end = i
                    break
                waiting, misses, last = False, 0, i
                continue
            cells = self.placed[i]
            if numbers_page(band.text) or misses >= _MISSES or self._is_title(i):
                continue
            if begins_other_table(band.text) or self._ends_before(i, last):
                break
            if cells is None or is_marked(band) or (waiting and not self.roles.fits(cells)):
                misses += not waiting
                dropped += not waiting and _has_values(band)
                continue
            waiting = False
            rows = len(self.rows)
            taken = self._take(band, cells, self.bands[last])
            misses = 0 if taken else misses + 1
            if len(self.rows) > rows:
                self.astray, dropped = self.astray + dropped, 0
            dropped += not taken and _has_values(band)
            last = i
        settling = settling_rows([row.cells for row in self.rows], self.sums, self.roles, self.style)
        kept = self.rows[: len(self.rows) - settling]
        self.sums = [replace(one, above=min(one.above, len(kept))) for one in self.sums]
        return tuple(TableRow(row.page, row.cells, row.section) for row in kept)

    def _ends_before(self, i: int, last: int) -> bool:
        """Whether band `i` stands far below the rows, with few of their cells, and no row follows: a caption."""
        band, above, cells = self.bands[i], self.bands[last], self.placed[i]
        if self.pitch is None or cells is None or len(self.rows) < _ROWS_SEEN or band.page != above.page:
            return False
        if band.top - above.top <= _APART * self.pitch:
            return False
        usual = median(len(row.cells) for row in self.rows)
        return 2 * len(cells) <= usual and all(len(self.placed[j] or ()) < usual for j in self.span if j > i)

    def _is_title(self, i: int) -> bool:
        """Whether a band is the title of the heads below it."""
        headed = i + 1 in self.repeats or i + 1 == self.stop < len(self.bands)
        return headed and len(self.bands[i].cells) == 1 and not any(char.isdigit() for char in self.bands[i].text)

    def _sample(self) -> list[int]:
        """The bands that show the columns: of several cells, under the heads of each page."""
        page_starts = {self.bands[at].page: head.last for at, head in self.repeats.items()}
        page_starts[self.bands[self.head.first].page] = self.head.last
        return [
            i
            for i in self.span
            if len(self.bands[i].cells) > 1 and i > page_starts.get(self.bands[i].page, len(self.bands))
        ][:120]

    def _begins_with_words(self) -> bool:
        """Whether the first band under the heads is words alone."""
        cells = self.placed[self.span[0]] if self.span else None
        return cells is not None and len(cells) == 1 and kind_of(next(iter(cells.values())).text, self.style) == "text"

    def _pitch(self) -> float | None:
        """From a row to the next one where nothing stands between."""
        rows = [i for i in self.span if (cells := self.placed[i]) and self.roles.is_row_like(cells)]
        steps = [
            self.bands[two].top - self.bands[one].top
            for one, two in pairwise(rows)
            if two == one + 1 and self.bands[one].page == self.bands[two].page
        ]
        return median(steps) if steps else None

    def _take(self, band: Band, cells: Mapping[int, TableCell], last: Band) -> bool:
        """Take a band as what it is; whether it belongs to the table."""
        role = self.roles.of(cells, band, [row.cells for row in self.rows], after_sum=self.roles.after_sum)
        if role is RowRole.CARRIED:
            self.pending = []
            self.roles.after_sum |= bool(self.rows) and closes_period(words_of_row(cells, self.style))
            return True
        if role is RowRole.SUM:
            self.sums.append(SumRow(len(self.rows), cells))
            self.closed = self.closed or self.roles.closes(cells)
            self.roles.after_sum = True
            self.pending = []
            return True
        if role is RowRole.ROW:
            return self._take_row(band, cells)
        if role is RowRole.STRAY or self.closed:
            return not self.closed
        return self._take_words(band, cells, last)

    def _take_row(self, band: Band, cells: Mapping[int, TableCell]) -> bool:
        if (self.closed or self.roles.after_sum) and not self.roles.fits(cells, whole=self.closed):
            return False
        if self.rows and self.rows[-1].page == band.page and self.bookings.goes_on(cells, self.rows[-1].cells):
            self._take_second_line(cells)
            return True
        self.closed = self.roles.after_sum = False
        row = _Draft(band.page, dict(cells), self.section)
        if self.roles.words_above:
            for cell in reversed(self.pending):
                row.add(self.roles.main, cell, before=True)
        self.pending = []
        self.rows.append(row)
        return True

    def _take_second_line(self, cells: Mapping[int, TableCell]) -> None:
        """Take the further line of a booking: its words, and what the first line leaves out."""
        row = self.rows[-1]
        for column, cell in cells.items():
            if column not in row.cells or self.grid.kind(column) == "text":
                row.add(column, cell)

    def _take_words(self, band: Band, cells: Mapping[int, TableCell], last: Band) -> bool:
        """Words alone: the next line of a row, the title of a section, or the words of the row below."""
        if self.roles.words_above:
            self.pending += cells.values()
            return True
        near = self._goes_on(band, last)
        if not self.rows or self.roles.after_sum or is_decorated(band.text) or not near:
            self.section = band.text.strip(" -=*_:")
            return near or not self.rows or self.roles.after_sum or is_decorated(band.text)
        if is_note(band.text):
            return True
        lines = {
            column if self.grid.kind(column) == "text" else self.roles.main: cell for column, cell in cells.items()
        }
        place = Wrapping(self.roles, self.grid, self.rows[-1].cells).place(lines, apart=self._is_apart(band, last))
        if place is LinePlace.ROW:
            return self._take_row(band, cells)
        if place is LinePlace.NOWHERE:
            self.astray += 1
            return True
        for column, cell in cells.items():
            self._continue(column if self.grid.kind(column) == "text" else self.roles.main, cell)
        return True

    def _is_apart(self, band: Band, last: Band) -> bool:
        """Whether a band stands as far below the one above as rows stand from each other."""
        if self.pitch is None:
            return not self.roles.typed
        return band.top - last.top >= _OWN_LINE * self.pitch

    def _continue(self, column: int, cell: TableCell) -> None:
        row = self.rows[-1]
        here = row.cells.get(column)
        if column == self.roles.main and here is not None and self._is_bar_code(here):
            row.cells[len(self.head.cells)] = here
            row.cells[column] = cell
        else:
            row.add(column, cell)

    def _is_bar_code(self, cell: TableCell) -> bool:
        """Whether a number stands where words belong, and is too long to be a name: `9556640001111`."""
        long = len(cell.text.strip()) >= _BAR_CODE and kind_of(cell.text, self.style) == "number"
        return long and self.roles.code is None

    def _goes_on(self, band: Band, last: Band) -> bool:
        """Whether a band stands as close to the one above as the lines of one text do."""
        lead = band.top - last.top
        if band.page != last.page:
            return False
        if self.pitch is None:
            return lead <= 2.4 * band.height
        if self.pitch > _PADDED * band.height:
            return lead <= max(_CONTINUES * band.height, 0.85 * self.pitch)
        return lead <= 1.15 * self.pitch


def _has_values(band: Band) -> bool:
    """Whether a band can be a row: cells beside each other, with a digit, and no labels with their values."""
    return len(band.cells) > 1 and any(char.isdigit() for char in band.text) and not is_marked(band)


def is_marked(band: Band) -> bool:
    """Whether most cells of a band are labels with a colon, or have one before a value."""
    return len(band.cells) > 1 and 2 * sum(is_note(cell.text) for cell in band.cells) >= len(band.cells)

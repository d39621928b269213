"""Finds the tables of a document in lines of print that align in columns. Only this side knows how they were found."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from server.fields.print.number_style import NumberStyle
from server.fields.print.page_view import PageView
from server.fields.tables.bands import Band, bands_of, merged_bands
from server.fields.tables.body import Body
from server.fields.tables.cell_kinds import kind_of
from server.fields.tables.columns.splitting import split_joined
from server.fields.tables.head_words import concept_kind
from server.fields.tables.heads import Head, HeadCell, head_at
from server.fields.tables.table import Column, Table, TableCell, TableRow

_SAME_HEADS = 85  # percent alike, for a recogniser's slips
_SUPPORT = 8  # bands below that may bear heads out
_REACH = 10  # heights between a head in the middle of a wide column and a cell at its side
_TITLE = 3.0  # heights between a title and the heads below it


def find_tables(view: PageView, own: Collection[str]) -> list[Table]:
    """Every table of the document, in reading order; `own` are compact labels of the caller's schema."""
    bands = bands_of(view)
    heads = _find_heads(bands, own)
    printed = {label for head in heads.values() for cell in head.cells for label in cell.labels}
    heads = _find_heads(bands, {*own, *printed})  # a head of another table in words that nobody listed
    tables: list[Table] = []
    after = -1
    for at, head in heads.items():
        if at < after:
            continue
        upper = _over_next(head, heads, bands, view)
        whole = split_joined(upper, bands[upper.last + 1 :], own)
        halves = _halves(whole, bands)
        for half in halves:
            table, end = _read(bands, heads, half, view, beside=whole if len(halves) > 1 else None)
            after = max(after, end)
            tables.append(table)
    return tables


def _find_heads(bands: Sequence[Band], own: Collection[str]) -> dict[int, Head]:
    heads: dict[int, Head] = {}
    at = 0
    while at < len(bands):
        head = head_at(bands, at, own)
        if head is not None and _is_borne_out(head, bands):
            heads[at] = head
            at = head.last
        at += 1
    return heads


def _is_borne_out(head: Head, bands: Sequence[Band]) -> bool:
    """Whether the names of heads, and rows of values under them, make a table of it."""
    below = [band for band in bands[head.last + 1 : head.last + 1 + _SUPPORT] if band.page == bands[head.last].page]
    rows = [columns for band in below if len(columns := _under(head, band)) >= 2]
    values = [columns for columns in rows if any(columns.values())]
    size = len(head.cells)
    if head.known >= 2 and 2 * head.known >= size:
        return bool(rows) if size > 2 else bool(values)
    if head.known:
        return bool(values) if size > 2 else len(values) >= 2
    return size > 2 and len(values) >= 2 and _is_regular(rows)


def _is_regular(rows: Sequence[dict[int, str]]) -> bool:
    """Whether each column holds one kind of values, as it does under heads in words that nobody listed."""
    columns: dict[int, list[str]] = {}
    for row in rows:
        for column, kind in row.items():
            columns.setdefault(column, []).append(kind or "text")
    return all(max(kinds.count(kind) for kind in kinds) > 0.7 * len(kinds) for kinds in columns.values())


def _under(head: Head, band: Band) -> dict[int, str]:
    """The columns that a band fills, and the kind of a value that is no word."""
    filled: dict[int, str] = {}
    for cell in band.cells:
        line = cell.line
        distances = [max(line.left, one.left) - min(line.right, one.right) for one in head.cells]
        nearest = min(range(len(distances)), key=lambda i: distances[i])
        if distances[nearest] < _REACH * line.height:
            kind = kind_of(cell.text, cell.style)
            filled[nearest] = "" if kind in ("text", "blank") else kind
    return filled


def _halves(head: Head, bands: Sequence[Band]) -> list[Head]:
    """Two tables side by side have one of their heads twice: `Earnings Amount Deductions Amount`."""
    labels = [cell.labels[0] if cell.labels else "" for cell in head.cells]
    for place, label in enumerate(labels):
        rest = head.cells[place + 1 :]
        if label and len(rest) >= 2 and place and label in labels[place + 2 :]:
            values = any(concept_kind(key) in ("amount", "number", "date", "time") for key in rest[0].concepts)
            if values and not _holds_words(head, place + 1, bands):
                continue
            return [replace(head, cells=head.cells[: place + 1]), replace(head, cells=rest)]
    return [head]


def _holds_words(head: Head, column: int, bands: Sequence[Band]) -> bool:
    """Whether what stands under a head is words, as under `Deductions` in the middle of a payslip."""
    near = [band for band in bands[head.last + 1 : head.last + 1 + _SUPPORT] if band.page == bands[head.last].page]
    kinds = [kind for band in near if (kind := _under(head, band).get(column)) is not None]
    return 2 * kinds.count("") > len(kinds)


def _read(
    bands: Sequence[Band], heads: dict[int, Head], head: Head, view: PageView, *, beside: Head | None
) -> tuple[Table, int]:
    """The table of `head`, one of two within `beside`, and the band where what is below it begins."""
    if beside is not None:
        return _read_half(bands, heads, head, view, beside)
    repeats = {at: other for at, other in heads.items() if at > head.last and _same(head, other)}
    stop = _stop(bands, heads, head, repeats)
    near = {at: other for at, other in repeats.items() if at < stop}
    body = Body(bands, head, stop, near, view.style)
    whole = _unsplit(_of_first_lines(head, body, bands), body)
    if whole is not head:
        head, body = whole, Body(bands, whole, stop, near, view.style)
    rows = body.read()
    return _table(bands, head, body, rows), body.end


def _over_next(head: Head, heads: Mapping[int, Head], bands: Sequence[Band], view: PageView) -> Head:
    """`head` with the heads right below it, where each booking has a line for either."""
    lower = heads.get(head.last + 1)
    if lower is None:
        return head
    both = replace(head, last=lower.last)
    body = Body(bands, both, _stop(bands, dict(heads), both, {}), {}, view.style)
    return both if body.bookings.in_two_lines else head


def _of_first_lines(head: Head, body: Body, bands: Sequence[Band]) -> Head:
    """The upper line alone of heads in two, where each booking has two lines: what it names stands in their first."""
    if not body.bookings.in_two_lines or head.last == head.first:
        return head
    upper = head_at(bands[: head.first + 1], head.first, ())
    same = upper is not None and len(upper.cells) == len(head.cells)
    return replace(head, cells=upper.cells) if upper is not None and same else head


def _unsplit(head: Head, body: Body) -> Head:
    """The head with names joined again that were split in words, where no row fills one of them by itself."""
    rows = [cells for cells in body.placed.values() if cells and len(cells) > 1]
    cells: list[HeadCell] = []
    bare = False
    for column, cell in enumerate(head.cells):
        worded = column > 0 and {body.grid.kind(column), body.grid.kind(column - 1)} == {"text"}
        filled = any(_fills(row, column, body.style) for row in rows if not worded or column - 1 in row)
        joined = bool(cells) and cell.lines == cells[-1].lines and (bare or not filled)
        bare = not any(column in row for row in rows)
        if joined:
            cells[-1] = cells[-1].with_next(cell)
        else:
            cells.append(cell)
    return head if len(cells) == len(head.cells) else replace(head, cells=tuple(cells))


def _fills(row: Mapping[int, TableCell], column: int, style: NumberStyle) -> bool:
    """Whether a row fills a column with more than further words of the cell before it."""
    here, before = row.get(column), row.get(column - 1)
    if here is None or before is None or here.lines != before.lines:
        return here is not None
    return any(kind_of(cell.text, style) not in ("text", "blank") for cell in (here, before))


def _read_half(
    bands: Sequence[Band], heads: dict[int, Head], head: Head, view: PageView, beside: Head
) -> tuple[Table, int]:
    """One of two tables side by side: what stands under its own heads alone."""
    stop = next((at for at in heads if at > head.last), len(bands))
    whole = beside.cells
    edge = whole[-len(head.cells)].left if head.cells[0] is not whole[0] else whole[len(head.cells)].left
    edge -= bands[head.first].height
    left, right = (edge, float("inf")) if head.cells[0] is not whole[0] else (float("-inf"), edge)
    kept = [_cut(band, left, right) for band in bands[head.last + 1 : stop]]
    below = merged_bands([Band([cell]) for band in kept if band is not None for cell in band.cells])
    own = [*bands[head.first : head.last + 1], *sorted(below, key=lambda band: (band.page, band.top))]
    part = replace(head, first=0, last=head.last - head.first)
    body = Body(own, part, len(own), {}, view.style)
    rejoined = _unsplit(part, body)
    if rejoined is not part:
        head, body = replace(head, cells=rejoined.cells), Body(own, rejoined, len(own), {}, view.style)
    return _table(bands, head, body, body.read()), stop


def _cut(band: Band, left: float, right: float) -> Band | None:
    cells = [cell for cell in band.cells if left <= cell.line.left and (cell.line.left + cell.line.right) / 2 < right]
    return Band(cells) if cells else None


def _stop(bands: Sequence[Band], heads: dict[int, Head], head: Head, repeats: dict[int, Head]) -> int:
    """Where another table begins; heads above a repeated head, on a later page, are those of a letterhead."""
    for at in heads:
        if at <= head.last or at in repeats:
            continue
        page = bands[at].page
        below = any(repeat > at and bands[repeat].page == page for repeat in repeats)
        if not (below and page > bands[head.first].page):
            return at
    return len(bands)


def _same(head: Head, other: Head) -> bool:
    one, two = head.signature, other.signature
    return len(one) == len(two) and all(
        a == b or fuzz.ratio(a, b) >= _SAME_HEADS for a, b in zip(one, two, strict=True)
    )


def _table(bands: Sequence[Band], head: Head, body: Body, rows: Sequence[TableRow]) -> Table:
    columns = [
        Column(
            cell.text,
            cell.labels,
            body.grid.concepts(i),
            body.grid.kind(i),
            cell.left,
            cell.right,
        )
        for i, cell in enumerate(head.cells)
    ]
    if any(len(columns) in row.cells for row in rows):  # bar codes that stand above their goods
        columns.append(Column("", (), ("item_code",), "text", columns[0].left, columns[0].right))
    lines = tuple(line for cell in head.cells for line in cell.lines)
    return Table(_title(bands, head), tuple(columns), tuple(rows), lines, tuple(body.sums), astray=body.astray)


def _title(bands: Sequence[Band], head: Head) -> str:
    """The words right above the heads, or empty."""
    if head.first == 0:
        return ""
    above, first = bands[head.first - 1], bands[head.first]
    near = above.page == first.page and first.top - above.bottom < _TITLE * first.height
    edge = min((cell.line.left for cell in first.cells if cell.line.left > head.cells[-1].right), default=float("inf"))
    own = [cell for cell in above.cells if head.cells[0].left - 3 * first.height < cell.line.left < edge]
    titled = near and len(own) == 1 and kind_of(own[0].text, own[0].style) == "text"
    return own[0].text.strip() if titled else ""

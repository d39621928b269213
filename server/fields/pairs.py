"""Key-value pairs of pages, for an answer without a schema."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from server.fields.labels.index import Hit, LabelIndex, strip_aside
from server.fields.labels.neighbours import value_behind, values_near
from server.fields.labels.value_reader import ValueReader
from server.fields.print.folding import is_cjk
from server.fields.print.memory import one_document
from server.fields.print.page_view import Cell, PageView
from server.fields.tables.item_table import find_head_row, money_in
from server.fields.words.query import known_labels
from server.values.chat import JSON
from server.values.lines import Lines

_KNOWN_LABELS = 2  # that make a column of words a column of labels
_LONGEST_LABEL = 30


@one_document()
def extract_pairs(pages: Sequence[Lines]) -> dict[str, JSON]:
    """Extract the key-value pairs of `pages`, as printed; the first occurrence of a label wins."""
    index = LabelIndex(PageView.of(pages))
    pairs: dict[str, JSON] = {}
    forms = _form_rows(index)
    heads = {row[0].row for row in index.view.rows if row and _is_head(index, row)} | {find_head_row(index.view)}
    for cell in index.view.cells:
        if cell.row in heads:
            continue
        for label, value in _form_pairs(index, cell) if cell.row in forms else _pairs(index, cell):
            if label and value:
                pairs.setdefault(label, value)
    return pairs


def _pairs(index: LabelIndex, cell: Cell) -> Iterator[tuple[str, str]]:
    """The pair that begins in `cell`: at a known label, or at any words with a colon."""
    hit = _known_label(index, cell)
    if hit is not None:
        found = next(values_near(index, hit), None)
        if found is not None and (found.place != "below" or cell.text.rstrip().endswith((":", "："))):
            concept = known_labels().get(hit.label)
            if concept is not None and concept.kind == "amount":  # `VAT @ 20%  67.20`: the sum, not the rate
                read = ValueReader(index).read(found, "amount")
                value = read.text if read is not None else ""
            else:
                value = found.text.lstrip(")）").strip()
            yield cell.text[hit.start : hit.end].strip(), value
        return
    label, value = _split_colon(cell.text.strip())
    if label and value:
        yield label, index.cut(value)
    elif label:
        beside = index.view.right_of(cell)
        if beside and not index.is_label(beside[0]):
            yield label, beside[0].text.strip(" :：")


def _form_rows(index: LabelIndex) -> set[int]:
    """Rows of a form with alternating labels and values without colons; they begin at known labels of such rows."""
    rows = [row for row in index.view.rows if _alternates(index, row)]
    known = sorted(row[0].line.left for row in rows if index.is_label(row[0]))
    aligned: set[int] = set()
    for row in rows:
        left, reach = row[0].line.left, 1.2 * row[0].line.height
        if bisect_right(known, left + reach) - bisect_left(known, left - reach) >= _KNOWN_LABELS:
            aligned.add(row[0].row)
    return aligned


def _alternates(index: LabelIndex, row: Sequence[Cell]) -> bool:
    """Whether a row can be alternating labels and values: not goods with prices, nor a table header."""
    if not row or len(row) % 2:
        return False
    labels, values = row[::2], row[1::2]
    plain = all(_is_wording(cell.text) for cell in labels) and not any(index.is_label(cell) for cell in values)
    return plain and (index.is_label(row[0]) or not money_in(values))


def _is_wording(text: str) -> bool:
    """Whether `text` looks like a label: a few words without a digit, a colon inside or a full stop."""
    text = text.strip().rstrip(":：")
    plain = not any(char.isdigit() or char in ":：" for char in text) and not text.endswith((".", "。"))
    return plain and any(char.isalpha() for char in text) and len(text) <= _LONGEST_LABEL and len(text.split()) <= 5


def _form_pairs(index: LabelIndex, cell: Cell) -> Iterator[tuple[str, str]]:
    """The pair of a label of a form and the cell to its right."""
    if cell.column % 2:
        return
    known = list(_pairs(index, cell))
    beside = index.view.right_of(cell)
    yield from known or [(cell.text.strip(" :："), beside[0].text.strip(" :："))]


def _is_head(index: LabelIndex, row: Sequence[Cell]) -> bool:
    """Whether a row is a table header: words above a row with as many cells, some of them numbers."""
    lower = next(iter(index.view.rows[row[0].row + 1 : row[0].row + 2]), [])
    if len(row) < 3 or len(lower) != len(row) or any(char.isdigit() for cell in row for char in cell.text):
        return False
    under = all(any(True for _ in index.view.below(cell, rows=1)) for cell in row)
    numeric = sum(any(char.isdigit() for char in cell.text) for cell in lower)
    return under and numeric >= 2 and not any(index.is_label(cell) for cell in lower)


def _known_label(index: LabelIndex, cell: Cell) -> Hit | None:
    """The known label that `cell` is, or begins with and marks."""
    text = cell.folded.compact
    labels = [text[:size] for size in range(1, min(24, len(text)) + 1) if text[:size] in index.vocabulary]
    hits = [hit for hit in index.find_all(labels) if hit.cell is cell and hit.start <= 1]
    if not hits:
        return None
    behind = value_behind(index, hits[-1])
    marked = is_cjk(hits[-1].label) or (behind is not None and behind[1])
    return hits[-1] if marked or strip_aside(cell) in index.vocabulary else None


def _split_colon(text: str) -> tuple[str, str]:
    """The words before the first colon, and the text after it; empty if the words are not a label."""
    place = min((i for i in (text.find(":"), text.find("：")) if i > 0), default=-1)
    label = text[:place].strip() if place > 0 else ""
    good = 0 < len(label) <= 40 and any(char.isalpha() for char in label)
    good = good and not (text[place - 1].isdigit() and text[place + 1 : place + 2].isdigit())  # a time
    return (label, text[place + 1 :].strip()) if good and not text[place + 1 :].startswith("//") else ("", "")

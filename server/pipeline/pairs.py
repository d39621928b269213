"""The label and value pairs that pages show, for an answer without a schema."""

from collections.abc import Iterator, Sequence

from server.engines.base import JSON, Lines
from server.pipeline.label_search import Hit, LabelIndex, strip_aside
from server.pipeline.label_values import value_behind, values_near
from server.pipeline.page_view import Cell, PageView
from server.pipeline.text_fold import is_cjk


def extract_pairs(pages: Sequence[Lines]) -> dict[str, JSON]:
    """Read what `pages` show as label and value, as printed; of a label that comes twice the first counts."""
    index = LabelIndex(PageView.of(pages))
    pairs: dict[str, JSON] = {}
    for cell in index.view.cells:
        for label, value in _pairs(index, cell):
            if label and value:
                pairs.setdefault(label, value)
    return pairs


def _pairs(index: LabelIndex, cell: Cell) -> Iterator[tuple[str, str]]:
    """The pair that begins in `cell`: at a known label, or at any words with a colon."""
    hit = _known_label(index, cell)
    if hit is not None:
        found = next(values_near(index, hit), None)
        if found is not None and (found.place != "below" or cell.text.rstrip().endswith((":", "："))):
            yield cell.text[hit.start : hit.end].strip(), found.text
        return
    label, value = _split_colon(cell.text.strip())
    if label and value:
        yield label, index.cut(value)
    elif label:
        beside = index.view.right_of(cell)
        if beside and not index.is_label(beside[0]):
            yield label, beside[0].text.strip(" :：")


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
    """The words before the first colon and what follows; empty where they are no label."""
    place = min((i for i in (text.find(":"), text.find("：")) if i > 0), default=-1)
    label = text[:place].strip() if place > 0 else ""
    good = 0 < len(label) <= 40 and any(char.isalpha() for char in label)
    good = good and not (text[place - 1].isdigit() and text[place + 1 : place + 2].isdigit())  # a time
    return (label, text[place + 1 :].strip()) if good and not text[place + 1 :].startswith("//") else ("", "")

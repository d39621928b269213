"""Grounding: finds the evidence of every value, which is its page, bounding box, printed text and confidence.

Values may come from a rule, or from a language model that may have hallucinated them. A value that the pages do not
show is marked as not grounded. Numbers and dates are compared by value, text as printed (`matching`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from server.evidence.matching import Match, find_number, find_text
from server.evidence.spans import PrintedPage, Span, joined_box
from server.fields.print.folding import compact
from server.fields.print.number_style import NumberStyle
from server.fields.print.numbers import number_style
from server.values.chat import JSON
from server.values.lines import Evidence, FieldEvidence, Lines
from server.values.paths import member_path

_MOST_LEAVES = 2_000
_LABEL_SCORE = 85
_UNSURE = 0.85  # a value that is printed in several places, none of them beside its label


def ground(
    value: JSON, pages: Sequence[Lines], found: Mapping[str, FieldEvidence] | None = None
) -> dict[str, Evidence]:
    """Find the values of the tree `value` on `pages`, 2,000 at most; null and empty values have no evidence.

    Null has what is known of it: the boxes that leave it open.

    Args:
        value: the object of the answer.
        pages: whole pages, lines in reading order.
        found: by path, the lines that a value was taken from, if known.

    Returns:
        Evidence by path, such as ``seller.name`` and ``items[0].price``.
    """
    style = number_style(line.text for page in pages for line in page.lines)
    printed = [PrintedPage.of(number, page, style) for number, page in enumerate(pages)]
    known = found or {}
    return {
        path: _from_lines(leaf, known[path], style) if path in known else _from_pages(name, leaf, printed)
        for path, name, leaf in _leaves(value)
        if leaf is not None or path in known
    }


def keep_grounded(value: JSON, evidence: Mapping[str, Evidence]) -> JSON:
    """Return `value` with null in place of everything that is not grounded, or was not looked for."""
    return _kept("", value, {path for path, one in evidence.items() if one.grounded is not False})


def _leaves(value: JSON) -> Iterator[tuple[str, str, JSON]]:
    """The path, the name and the value of each leaf; one in a list has the name of the list."""
    stack: list[tuple[str, str, JSON]] = [("", "", value)]
    given = 0
    while stack and given < _MOST_LEAVES:
        path, name, value = stack.pop()
        if isinstance(value, Mapping):
            stack += reversed([(member_path(path, key), key, member) for key, member in value.items()])
        elif isinstance(value, str):
            if value.strip():
                given += 1
                yield path, name, value
        elif isinstance(value, Sequence):
            stack += reversed([(f"{path}[{index}]", name, member) for index, member in enumerate(value)])
        else:
            given += value is not None
            yield path, name, value


def _kept(path: str, value: JSON, sure: set[str]) -> JSON:
    if isinstance(value, Mapping):
        return {name: _kept(member_path(path, name), member, sure) for name, member in value.items()}
    if isinstance(value, str) or not isinstance(value, Sequence):
        is_blank = isinstance(value, str) and not value.strip()
        return value if is_blank or path in sure else None
    return [_kept(f"{path}[{index}]", member, sure) for index, member in enumerate(value)]


def _from_lines(value: JSON, found: FieldEvidence, style: NumberStyle) -> Evidence:
    """Evidence of a value that was taken from known lines: the span of them that shows it, or all of them.

    True and false stand for the lines that a rule read, but are not printed there.
    """
    page = PrintedPage.of(found.page, Lines(page=found.page, width=0, height=0, lines=found.lines), style)
    matches = _matches(value, [page])
    spans = matches[0].spans if matches else tuple(Span(found.page, line, 0, len(line.text)) for line in page)
    evidence = replace(_evidence(spans, 1.0), confidence=found.score, checked=found.checked, reading=found.reading)
    return replace(evidence, grounded=None) if value is None or isinstance(value, bool) else evidence


def _from_pages(name: str, value: JSON, pages: Sequence[PrintedPage]) -> Evidence:
    if isinstance(value, bool):
        return Evidence(grounded=None)
    matches = _matches(value, pages)
    if not matches:
        return Evidence(grounded=False)
    labelled = _at_label(compact(name), matches, pages)
    best = labelled or max(matches, key=lambda match: match.quality)
    sure = labelled is not None or len(matches) == 1
    return _evidence(best.spans, best.quality * (1.0 if sure else _UNSURE))


def _matches(value: JSON, pages: Sequence[PrintedPage]) -> list[Match]:
    if isinstance(value, str):
        return find_text(value, pages)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return find_number(value, pages)
    return []


def _at_label(name: str, matches: Sequence[Match], pages: Sequence[PrintedPage]) -> Match | None:
    """The match whose row also shows the name of the field, which is compact."""
    if len(name) < 2:
        return None
    rows = {page.number: _rows(page) for page in pages}
    scored = [
        (fuzz.partial_ratio(name, rows[first.page].get((first.line.block, first.line.row), "")), match.quality, -number)
        for number, match in enumerate(matches)
        for first in match.spans[:1]
    ]
    score, _, number = max(scored, default=(0.0, 0.0, 0))
    return matches[-number] if score >= _LABEL_SCORE else None


def _rows(page: PrintedPage) -> dict[tuple[int, int], str]:
    rows: dict[tuple[int, int], str] = {}
    for line, folded in zip(page.lines, page.folded, strict=True):
        key = (line.block, line.row)
        rows[key] = rows.get(key, "") + folded.compact
    return rows


def _evidence(spans: Sequence[Span], quality: float) -> Evidence:
    if not spans:
        return Evidence(grounded=True, confidence=round(quality, 3))
    read = sum(span.line.score for span in spans) / len(spans)
    return Evidence(
        grounded=True,
        page=spans[0].page,
        box=joined_box(spans),
        text=" ".join(span.text.strip() for span in spans),
        confidence=round(min(1.0, quality * read), 3),
    )

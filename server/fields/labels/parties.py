"""Parties of a document: the parts of a page about the buyer and about the seller."""

import re

from server.fields.labels.index import Hit, LabelIndex
from server.fields.labels.neighbours import value_behind
from server.fields.print.folding import compact, is_cjk
from server.fields.print.page_view import Cell
from server.fields.print.word_lists import BUYER_WORDS, SELLER_WORDS
from server.fields.words.label_table import Party
from server.fields.words.query import Query

_TO = re.compile(r"^\W*to\s?[:：]\s*$", re.IGNORECASE)
_HEADINGS = frozenset({"to", *(compact(word) for word in (*BUYER_WORDS, *SELLER_WORDS))})


def party_cells(index: LabelIndex, party: Party) -> list[Cell]:
    """The part of the page under a heading such as `Bill to`, up to a gap, another label, or the table."""
    words = BUYER_WORDS if party == "buyer" else SELLER_WORDS
    for hit in index.find_all([*(compact(word) for word in words), *(["to"] if party == "buyer" else [])]):
        if hit.start > 1 or (hit.label == "to" and not _TO.match(hit.cell.text)):
            continue
        behind = value_behind(index, hit)
        if behind is None or (behind[0] and not behind[1]):
            continue
        part = _block_under(index, hit, behind[0])
        if part:
            return part
    return []


def _block_under(index: LabelIndex, hit: Hit, behind: str) -> list[Cell]:
    part = [hit.cell] if behind else []
    last, left = hit.cell, hit.cell.line.left
    for row in index.view.rows[hit.cell.row + 1 : hit.cell.row + 9]:
        under = [c for c in row if abs(c.line.left - left) < 2 * c.line.height and c.page == hit.cell.page]
        if under and compact(under[0].text) in _HEADINGS:
            break
        if not under or under[0].line.top - last.line.bottom > 1.6 * last.line.height:
            break
        if len(row) > 2 and any(index.is_label(cell) for cell in row[:2]):
            break
        part.append(under[0])
        last = under[0]
    return part


def hits_by_party(index: LabelIndex, query: Query) -> list[Hit]:
    """Marked labels that an invoice prints once for the buyer and once for the seller."""
    labels = query.synonyms
    if query.concept is not None and query.concept.kind == "company":
        labels = ("名称",)
    return [hit for hit in index.find_all(labels) if is_cjk(hit.label) and _is_marked(index, hit)]


def seller_hits(hits: list[Hit]) -> list[Hit]:
    """The seller's hit of a label that an invoice prints for buyer and seller, which comes last."""
    chinese = [hit for hit in hits if hit.label in ("名称", "纳税人识别号", "统一社会信用代码纳税人识别号")]
    return [hit for hit in hits if hit not in chinese[:-1]]


def _is_marked(index: LabelIndex, hit: Hit) -> bool:
    behind = value_behind(index, hit)
    return behind is not None and (behind[1] or bool(behind[0]))

"""Page header as rows, and the patterns that are never part of a name or an address.

The usual layout of receipts and invoices: the seller's name comes first, in one or a few lines, then a registration
number, the address, telephone and tax numbers, then the heading.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from server.fields.print.folding import compact, fold, is_cjk
from server.fields.print.page_view import Cell, PageView, row_text
from server.fields.print.word_lists import CJK_TRADE_WORDS, HEADINGS, LEGAL_FORMS, TRADE_WORDS
from server.fields.words.headings import is_title

_HEADER_ROWS = 16
# Legal forms by country, without points: GLEIF's list of entity legal forms (ISO 20275), those in daily use.
_FORMS = frozenset(
    {
        *("sl", "slu", "sa", "spa", "srl", "snc", "sas", "sasu", "sarl", "eurl", "sci", "bv", "nv", "vof", "sc", "zoo"),
        *("lda", "ltda", "me", "epp", "eireli", "gmbh", "ug", "ohg", "kg", "kgaa", "ag", "ek", "ev", "eg", "se", "aps"),
        *(
            "ab",
            "oy",
            "oyj",
            "plc",
            "llc",
            "llp",
            "inc",
            "corp",
            "ltd",
            "limited",
            "tbk",
            "berhad",
            "bhd",
            "sapi",
            "sprl",
        ),
    }
)
_SHORT_FORMS = frozenset({"ag", "kg", "sa", "sl", "bv", "nv", "ab", "oy"})  # also without points
_FIRST_FORMS = frozenset({"PT", "PT.", "CV", "CV.", "UD", "PPHU", "FHU"})
_CJK_FORMS = ("株式会社", "有限会社", "合同会社", "公司", "株式會社")
WORD = re.compile(r"[^\W\d_]+(?:[./'][^\W\d_]+)*", re.UNICODE)
REGISTRATION = re.compile(
    r"[\s_]*[(\[（][^()\[\]（）]{0,14}\d{3}[^()\[\]（）]*[)\]）]?.*$"  # (519537-X) and the rest of the line
    r"|\s+\d{5,}\s?-\s?[A-Z]\b.*$"
)
STOP = re.compile(
    r"\b(?:tel|fax|phone|telephone|mobile|whatsapps?|hotline|email|e-mail|www|http|gst|sst|vat|reg|co\.? ?no|"
    r"company no|invoice|inv|receipt|date|cashier|table|site|bill to|id|careline|owned by)\b\s?[.:#\d(]?"
    r"|[@]|电话|传真|税号|发票|日期|收银|单号|桌号|邮箱",
    re.IGNORECASE,
)
PHONE_LINE = re.compile(r"^[+(]?\d[\d\s()+\-/.]{6,}\d\.?$")
CODE_LINE = re.compile(r"^\W*[A-Z]{0,4}[\d\s.\-/]{4,}\W{0,2}[A-Z]?\W*$|^\W*$", re.IGNORECASE)
BRACKETED = re.compile(r"^\s*[(（\[].*[)）\]]\s*\.?$")


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive lines that form one value."""

    texts: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """A row of the page header: its adjacent cells, their text, and the print height in pixels."""

    cells: tuple[Cell, ...]
    text: str
    height: float

    @property
    def words(self) -> list[str]:
        """The words of the row, lower case."""
        return [word.casefold().strip(".'") for word in WORD.findall(fold(self.text))]


def header_rows(view: PageView) -> list[HeaderRow]:
    """The rows at the top of the first page that has any."""
    rows = [row for row in view.rows if row]
    if not rows:
        return []
    page = rows[0][0].page
    rows = [row for row in rows if row[0].page == page][:_HEADER_ROWS]
    made = []
    for row in rows:
        cells = _main_part(row)
        made.append(HeaderRow(cells, row_text(cells), max(cell.line.height for cell in cells)))
    return made


def _main_part(row: Sequence[Cell]) -> tuple[Cell, ...]:
    """The largest group of adjacent cells of a row; a stamp or a note far aside is left out."""
    row = [cell for cell in row if not is_title(cell.text)] or row  # a title beside a name
    parts: list[list[Cell]] = [[row[0]]]
    for cell in row[1:]:
        if cell.line.left - parts[-1][-1].line.right > 2.0 * cell.line.height:
            parts.append([])
        parts[-1].append(cell)
    named = [part for part in parts if not is_title(row_text(part))] or parts
    largest = max(named, key=lambda part: sum(len(cell.text) for cell in part))
    return tuple(_without_logo(largest))


def _without_logo(part: list[Cell]) -> list[Cell]:
    """`part` without a logo's letter before it: one letter alone, in print larger than what follows."""
    first = part[0]
    larger = len(part) > 1 and first.line.height > 1.25 * part[1].line.height
    return part[1:] if larger and len(first.text.strip()) == 1 else part


def stands_close(upper: HeaderRow, lower: HeaderRow) -> bool:
    """Whether `lower` is directly below `upper`."""
    gap = min(cell.line.top for cell in lower.cells) - max(cell.line.bottom for cell in upper.cells)
    return gap < 1.2 * max(upper.height, lower.height)


def has_legal_form(text: str) -> bool:
    """Whether `text` contains a company's legal form: Sdn Bhd, Ltd, GmbH, 公司."""
    plain = fold(text).casefold()
    if "有限公司" in plain or "s/b" in plain or re.search(r"\bs\.?b\.?\s*(?:\(|$)", plain):
        return True
    if "sdnbhd" in compact(plain) or any(form in plain for form in _CJK_FORMS) or _ends_in_form(fold(text)):
        return True
    words = [word.strip("'") for word in WORD.findall(plain.replace(".", " "))]
    return any(word in LEGAL_FORMS and word not in ("co", "company", "kg", "ag") for word in words[1:] or words)


def _ends_in_form(text: str) -> bool:
    """Whether a name ends in a legal form with or without its points, or begins with one that stands first: PT, CV."""
    words = text.replace(" z o", " zo").split()
    if len(words) < 2:
        return False
    last = words[-1].strip(",;()")
    shaped = last[:1].isupper() or "." in last
    joined = "".join(words[-2:]).replace(".", "").casefold()
    ending = last.replace(".", "").casefold()
    plain = "." in last or len(ending) > 2 or ending in _SHORT_FORMS
    return (
        (shaped and plain and ending in _FORMS) or joined.endswith(("spzoo", "gmbh&cokg")) or words[0] in _FIRST_FORMS
    )


def has_trade(text: str) -> bool:
    """Whether `text` contains a word for a trade: Trading, Cafe, 超市."""
    plain = fold(text)
    if is_cjk(plain):
        return any(word in plain for word in CJK_TRADE_WORDS)
    return any(word.casefold().strip(".'") in TRADE_WORDS for word in WORD.findall(plain))


def is_heading(text: str) -> bool:
    """Whether `text` is only the heading of a document, or has no content."""
    plain = compact(text)
    return not plain or is_title(text) or any(plain == compact(heading) for heading in HEADINGS)

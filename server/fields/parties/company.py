"""Company name of the seller at the top of a page, which has no label."""

import re

from server.fields.addresses.postal import is_street_line
from server.fields.parties.address import STREET_START, is_address_line
from server.fields.parties.header import (
    BRACKETED,
    CODE_LINE,
    PHONE_LINE,
    REGISTRATION,
    STOP,
    WORD,
    Block,
    HeaderRow,
    has_legal_form,
    has_trade,
    header_rows,
    is_heading,
    stands_close,
)
from server.fields.parties.values import mended_form
from server.fields.print.dates import find_dates
from server.fields.print.folding import compact, fold, is_cjk
from server.fields.print.page_view import PageView
from server.fields.print.word_lists import ADDRESS_STARTS, DOCUMENT_WORDS, GREETINGS, LEGAL_FORMS, TRADE_WORDS
from server.fields.words.query import known_labels

_LABELLED = re.compile(r"^\W*([^\W\d_]{2,}(?: [^\W\d_]+)?)\s?:\s*\S")
_CJK_TITLE = re.compile(r"(?:发票|收据|小票|回单|凭证|报告单?|申请表|登记表|合同|协议书?|证书|清单|订单|账单|通知书)$")


def find_company(view: PageView) -> Block | None:
    """The seller's name at the top of the page without its registration number; None if no line looks like one."""
    rows = header_rows(view)
    first = next((i for i, row in enumerate(rows) if _may_be_name(row)), len(rows))
    last = next((i for i, row in enumerate(rows) if i > first and _ends_names(row)), len(rows))
    names = [i for i in range(last) if _may_be_name(rows[i])]
    if not any(has_legal_form(rows[i].text) or has_trade(rows[i].text) for i in names) and not _has_letterhead(rows):
        names = []
    if not names:
        names = [i for i, row in enumerate(rows) if has_legal_form(row.text) and _may_be_name(row)][:1]
    if not names:
        return None
    best = _best_name(rows, names)
    return _name_block(rows, best, names)


def _has_letterhead(rows: list[HeaderRow]) -> bool:
    """Whether an address, a telephone or a registration near the top shows that the text above is a seller."""
    return any(
        is_address_line(row.text) or PHONE_LINE.match(row.text.strip()) or REGISTRATION.search(row.text)
        or re.search(r"\b(?:tel|phone|fax|gst|vat|reg)\b|电话", row.text, re.IGNORECASE)
        for row in rows[1:8]
    )  # fmt: skip


def _best_name(rows: list[HeaderRow], names: list[int]) -> int:
    """The row where the name begins: the first with a legal form or a trade in it, else the first."""
    telling = (i for rule in (has_legal_form, has_trade) for i in names if rule(rows[i].text))
    start = next(telling, names[0])
    while start - 1 in names and _continues(rows[start - 1], rows[start]):
        start -= 1
    return start


def _name_block(rows: list[HeaderRow], start: int, names: list[int]) -> Block | None:
    """The name from row `start` on, with the rows that finish it."""
    chosen = [rows[start]]
    for i in range(start + 1, len(rows)):
        whole = has_legal_form(" ".join(row.text for row in chosen))
        if i not in names or len(chosen) == 4:
            break
        if not (_continues(chosen[-1], rows[i]) or (not whole and _same_print(chosen[-1], rows[i], rows[start]))):
            break
        chosen.append(rows[i])
    texts = tuple(_strip_registration(row.text) for row in chosen)
    texts = tuple(text for text in texts if text)
    return Block(texts, tuple(cell for row in chosen for cell in row.cells)) if texts else None


def _strip_registration(text: str) -> str:
    text = re.sub(r"^\s*[^\W\d_]+(?: by)?\s?[:：]\s*", "", text)
    return REGISTRATION.sub("", text).strip(" -_*,:：").lstrip(".")


def _continues(upper: HeaderRow, lower: HeaderRow) -> bool:
    """Whether `lower` completes the name that `upper` begins: after an ampersand, in a bracket, or a legal form."""
    text = upper.text.rstrip()
    if text.endswith(("&", "-", "+")) or text.upper().endswith((" AND", " OF", " THE")):
        return True
    if text.count("(") > text.count(")"):
        return True
    if has_legal_form(upper.text):
        return False
    words = lower.words
    known = set(LEGAL_FORMS) | set(TRADE_WORDS) | {"m", "s", "kl", "and"}
    ending = set(LEGAL_FORMS) | {"enterprise", "enterprises", "trading", "holdings"}  # words no name begins with
    return bool(words) and stands_close(upper, lower) and (all(word in known for word in words) or words[0] in ending)


def _same_print(upper: HeaderRow, lower: HeaderRow, first: HeaderRow) -> bool:
    """Whether two rows look like one name in two lines: a trade in the first, the same size, close together."""
    similar = 0.75 < lower.height / max(upper.height, 1.0) < 1.33
    return (
        similar
        and _overlap(upper, lower)
        and stands_close(upper, lower)
        and has_trade(first.text)
        and not any(char.isdigit() for char in lower.text)
    )


def _overlap(upper: HeaderRow, lower: HeaderRow) -> bool:
    """Whether a row stands over the other one."""
    left = max(row.cells[0].line.left for row in (upper, lower))
    return left < min(row.cells[-1].line.right for row in (upper, lower))


def _may_be_name(row: HeaderRow) -> bool:
    text = row.text.strip()
    letters = sum(char.isalpha() for char in _strip_registration(text))
    if letters < (2 if is_cjk(text) else 3) or is_heading(text) or BRACKETED.match(text):
        return False
    if any(fold(text).casefold().lstrip(" *-\"'").startswith(word) for word in GREETINGS):
        return False
    label = _LABELLED.match(fold(text))
    if label is not None and _names_other(label[1]):
        return False
    if _is_title_or_sentence(row) or (_begins_address(row) and not has_trade(text)):
        return False
    if _is_street(text) or (is_address_line(text) and STREET_START.match(text) and _begins_address(row)):
        return False
    digits = sum(char.isdigit() for char in _strip_registration(text))
    return digits <= letters / 2 and not find_dates(text) and not CODE_LINE.match(text)


def _is_street(text: str) -> bool:
    """Whether a line is a street with its number, even misread: `JI. Mawar 3`."""
    return is_street_line(mended_form(text)) and any(map(str.isdigit, text)) and not has_legal_form(text)


def _begins_address(row: HeaderRow) -> bool:
    """Whether a line begins as addresses do; a building without a number at the head of a page is a name."""
    heads = row.cells[0].row == 0 and not any(map(str.isdigit, row.text))
    return bool(row.words) and not heads and (row.words[0] in ADDRESS_STARTS or bool(STREET_START.match(row.text)))


def _names_other(label: str) -> bool:
    """Whether a label, or its last word, is known but does not name a company: Landlord, Property address."""
    known = (known_labels().get(compact(words)) for words in (label, label.rsplit(maxsplit=1)[-1]))
    return any(concept is not None and concept.key != "company" for concept in known)


def _is_title_or_sentence(row: HeaderRow) -> bool:
    """Whether a line is the title of a document, or running text."""
    if has_legal_form(row.text):
        return False
    if _CJK_TITLE.search(fold(row.text).strip()):
        return True
    words = WORD.findall(fold(row.text))
    if words and words[-1].casefold() in DOCUMENT_WORDS:
        return True
    small = sum(word[0].islower() for word in words)
    return len(words) > 9 or (len(words) >= 4 and small > len(words) / 2)


def _ends_names(row: HeaderRow) -> bool:
    """Whether the part of the page that holds names is over at `row`."""
    text = _strip_registration(row.text)
    if has_legal_form(row.text) and not row.text.lower().startswith(("bill", "sold", "ship")):
        return False
    if PHONE_LINE.match(row.text.strip()) or find_dates(row.text):
        return bool(PHONE_LINE.match(row.text.strip()))
    heading = is_heading(row.text) and row.cells[0].row > 2
    return heading or STOP.search(text) is not None or is_address_line(row.text)

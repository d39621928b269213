"""The words of heads and of sums: the only place of the tables that knows labels."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from server.fields.print.currencies import CURRENCY
from server.fields.print.folding import compact, fold
from server.fields.print.memory import remembered
from server.fields.print.word_lists import TAX_TABLES
from server.fields.words.concepts import concepts
from server.fields.words.label_table import meanings
from server.fields.words.slips import near_labels

_ASIDE: Final = re.compile(r"[(（\[][^()（）\[\]]*(?:[)）\]]|$)")
_UNIT_BEHIND: Final = re.compile(rf"(?<=\w)[\s,/]+(?:in\s)?(?:{CURRENCY}|元|%)\s*$")
_PER_MANY: Final = re.compile(r"\s?(?:x|×|/|per|pro|je|par|por|à|za)\s?1?0{2,3}\W{0,2}[^\W\d_]{0,4}\.?$", re.IGNORECASE)
_UNITS_ONLY: Final = re.compile(rf"[\s(（\[]*(?:in\s)?(?:{CURRENCY}|元|%|GST|VAT)[\s)）\]]*")
_PERCENT: Final = re.compile(r"[@(]?\s*\d[\d.,]*\s?%\s*\)?")
_CUTOFF = 86.0
_LONG: Final = 8  # letters of a word in which one more or less is a slip
_SUMS_OF_OTHERS: Final = frozenset(("total_quantity", "total_hours"))
# Amounts that are no sums of others: a row of goods may be called so.
_NO_SUMS: Final = frozenset(("rent", "premium", "excess", "sum_insured", "salary_expected", "standing_charge"))
# Heads of a first column that only counts the rows.
POSITIONS: Final = frozenset(
    "pos position no nr n num line sn sno srno sr slno sl lp lfd lfdnr poz 序号 行号 序 行 番号 项次".split()  # noqa: SIM905
)


def labels_of(head: str) -> tuple[str, ...]:
    """The compact names of a head: `Amount (EUR)` is an amount, `Menge / Qty` both."""
    return tuple(dict.fromkeys(label for text in _texts_of(head) if (label := compact(text))))


def _texts_of(head: str) -> Iterator[str]:
    yield head
    plain = _UNIT_BEHIND.sub("", _ASIDE.sub(" ", head)).strip()
    yield plain
    if (single := _PER_MANY.sub("", plain)) != plain:
        yield single
    yield from (part for part in re.split(r"[/|\n]", plain) if len(part.strip()) > 1)
    yield from (match.strip("()（）[]") for match in _ASIDE.findall(head))


@remembered(8192)
def concepts_of(label: str) -> tuple[str, ...]:
    """The keys of the concepts that a compact label names in any language, with a slip of the recogniser, or none."""
    known = meanings().get(label)
    if known is None:
        near = next(iter(near_labels(label)), None)
        known = meanings()[near[0]] if near and near[1] >= _CUTOFF else ()
    return tuple(dict.fromkeys(key for _, key in known))


def concept_kind(key: str) -> str:
    """What values of a concept look like (`Kind` of the words); empty for no concept."""
    concept = concepts().get(key)
    return concept.kind if concept else ""


def is_units_only(text: str) -> bool:
    """Whether a cell under a head is its unit or currency alone, as `(EUR)`."""
    return bool(_UNITS_ONLY.fullmatch(fold(text)))


def sum_concepts(text: str) -> frozenset[str]:
    """The keys of the sums that `text` may name as a whole, apart from a rate, a currency and an aside."""
    plain = _PERCENT.sub(" ", fold(text)).strip(" :：.=-*")
    exact = any(len(word) == 1 for word in plain.split())  # `Service A` is no slip of service
    for label in labels_of(plain):
        if label not in meanings() and (exact or not _may_be_misread(label)):
            continue
        keys = [key for key in concepts_of(label) if _is_sum(key)]
        if keys:
            return frozenset(keys)
    return frozenset()


def _may_be_misread(label: str) -> bool:
    """Whether a word may stand for a label: a short one of another length is a word of its own, as breakfast is."""
    near = next(iter(near_labels(label)), None)
    return near is not None and (len(label) >= _LONG or len(near[0]) == len(label))


def _is_sum(key: str) -> bool:
    return key in _SUMS_OF_OTHERS or (concept_kind(key) == "amount" and key not in _NO_SUMS)


def begins_other_table(text: str) -> bool:
    """Whether a band is the title of a table of taxes, whose rows are not those of the table above."""
    plain = compact(text)
    return any(fuzz.ratio(plain[: len(words)], words) > 88 for words in _tax_tables())


@lru_cache(maxsize=1)
def _tax_tables() -> tuple[str, ...]:
    return tuple(compact(words) for words in TAX_TABLES)

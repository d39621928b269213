"""The words of heads and of sums: the only place of the tables that knows labels."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from server.fields.print.currencies import CURRENCY
from server.fields.print.folding import compact, fold, is_cjk
from server.fields.print.word_lists import TAX_TABLES
from server.fields.words.query import known_labels

_ASIDE: Final = re.compile(r"[(（\[][^()（）\[\]]*(?:[)）\]]|$)")
_UNIT_BEHIND: Final = re.compile(rf"(?<=\w)[\s,/]+(?:in\s)?(?:{CURRENCY}|元|%)\s*$")
_UNITS_ONLY: Final = re.compile(rf"[\s(（\[]*(?:in\s)?(?:{CURRENCY}|元|%|GST|VAT)[\s)）\]]*")
_PERCENT: Final = re.compile(r"[@(]?\s*\d[\d.,]*\s?%\s*\)?")
_FUZZY_FROM = 6
_CUTOFF = 86.0
# Heads of a first column that only counts the rows.
POSITIONS: Final = frozenset(
    "pos position no nr line sn sno srno sr slno sl lp lfd lfdnr poz 序号 行号 序 行 番号 项次".split()  # noqa: SIM905
)


def labels_of(head: str) -> tuple[str, ...]:
    """The compact names of a head: `Amount (EUR)` is an amount, `Menge / Qty` both."""
    return tuple(dict.fromkeys(label for text in _texts_of(head) if (label := compact(text))))


def _texts_of(head: str) -> Iterator[str]:
    yield head
    plain = _UNIT_BEHIND.sub("", _ASIDE.sub(" ", head)).strip()
    yield plain
    yield from (part for part in re.split(r"[/|\n]", plain) if len(part.strip()) > 1)
    yield from (match.strip("()（）[]") for match in _ASIDE.findall(head))


@lru_cache(maxsize=4096)
def concept_of(label: str) -> str:
    """The key of the concept that a compact label names, with a slip of the recogniser in a long one; or empty."""
    concept = known_labels().get(label)
    if concept is None and len(label) >= _FUZZY_FROM and not is_cjk(label):
        near = process.extractOne(label, _long_labels(), scorer=fuzz.ratio, score_cutoff=_CUTOFF)
        concept = known_labels()[near[0]] if near else None
    return concept.key if concept else ""


@lru_cache(maxsize=1)
def _long_labels() -> tuple[str, ...]:
    return tuple(label for label in known_labels() if len(label) >= _FUZZY_FROM)


def concept_kind(key: str) -> str:
    """What values of a concept look like (`Kind` of the words); empty for no concept."""
    return _kinds().get(key, "")


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    return {concept.key: concept.kind for concept in known_labels().values()}


def is_units_only(text: str) -> bool:
    """Whether a cell under a head is its unit or currency alone, as `(EUR)`."""
    return bool(_UNITS_ONLY.fullmatch(fold(text)))


def sum_concept(text: str) -> str:
    """The key of the sum that `text` names as a whole, apart from a rate, a currency and an aside; or empty."""
    plain = _PERCENT.sub(" ", fold(text)).strip(" :：.=-*")
    for label in labels_of(plain):
        key = concept_of(label)
        if concept_kind(key) == "amount":
            return key
    return ""


def begins_other_table(text: str) -> bool:
    """Whether a band is the title of a table of taxes, whose rows are not those of the table above."""
    plain = compact(text)
    return any(fuzz.ratio(plain[: len(words)], words) > 88 for words in _tax_tables())


@lru_cache(maxsize=1)
def _tax_tables() -> tuple[str, ...]:
    return tuple(compact(words) for words in TAX_TABLES)

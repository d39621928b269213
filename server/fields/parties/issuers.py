"""Issuers of one trade: a letterhead is an insurer's, a hotel's or an employer's only where the page speaks of that."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from server.fields.print.folding import compact, unaccented
from server.fields.print.page_view import Cell, PageView
from server.fields.words.patterns import word_pattern

_HEAD_ROWS = 4  # of a letterhead
_ENOUGH = 2  # words of a trade below a letterhead: an invoice too may say `insurance` once
_AS_LESSOR = {"property_manager": "lessor"}  # of the same pages


@dataclass(frozen=True, slots=True)
class _Trade:
    """How properties call the issuer of one trade, compact; and the words of its pages, each a pattern.

    One of those `said` in a letterhead tells the trade; those of `also` are everyday words.
    """

    asked: frozenset[str]
    said: tuple[re.Pattern[str], ...]
    also: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=1)
def _trades() -> Mapping[str, _Trade]:
    text = files(__package__).joinpath("trades.txt").read_text("utf-8").replace("\n ", " ")
    lines = dict(line.split(":", 1) for line in text.splitlines() if not line.startswith("#"))
    words = {head: [word.strip() for word in printed.split(",")] for head, printed in lines.items()}
    return {
        trade: _Trade(
            frozenset(map(compact, words[f"{trade} asked"])),
            *(tuple(word_pattern([word]) for word in words.get(f"{trade} {use}", ())) for use in ("said", "also")),
        )
        for trade in dict.fromkeys(head.partition(" ")[0] for head in words)
    }


def _named(own: Sequence[str]) -> str:
    return next((trade for trade, one in _trades().items() if not one.asked.isdisjoint(own)), "")


def issuer_key(own: Sequence[str], key: str) -> str:
    """What the letterhead of a document answers beside its company: who provides, insures, keeps an account."""
    if _named(own) == "bank":
        return "bank"
    return "company" if (_named(own) or trade_of(own, key)) not in ("", "employer") else ""


def trade_of(own: Sequence[str], key: str) -> str:
    """The trade whose issuer a property asks for by its names or by the concept `key`; nothing where it is any."""
    trade = _named(own) or _AS_LESSOR.get(key, key)
    return trade if trade in _trades() and _trades()[trade].said else ""


def may_issue(trade: str, view: PageView) -> bool:
    """Whether the letterhead of a page is of `trade`: it says so in the letterhead, or the page by two words of it."""
    if not trade:
        return True
    words = _trades()[trade]
    head, page = _text(view.rows[:_HEAD_ROWS]), _text(view.rows)
    in_head = any(word.search(head) for word in words.said)
    return in_head or sum(bool(word.search(page)) for word in (*words.said, *words.also)) >= _ENOUGH


def _text(rows: Sequence[Sequence[Cell]]) -> str:
    return "\n".join(unaccented(cell.text).lower() for row in rows for cell in row)

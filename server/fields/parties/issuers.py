"""Issuers of one trade: a letterhead is an insurer's, a hotel's or an employer's only where the page speaks of that."""

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from server.fields.print.folding import unaccented
from server.fields.print.page_view import PageView


@lru_cache(maxsize=1)
def _trades() -> Mapping[str, re.Pattern[str]]:
    """What a page of each trade says, by how a property of its issuer begins."""
    text = files(__package__).joinpath("trades.txt").read_text("utf-8").replace("\n ", " ")
    entries = (line.partition(":") for line in text.splitlines() if not line.startswith("#"))
    return {
        trade: re.compile(rf"(?<![a-z])(?:{'|'.join(re.escape(word.strip()) for word in words.split(','))})")
        for trade, _, words in entries
    }


def may_issue(own: tuple[str, ...], view: PageView) -> bool:
    """Whether the letterhead of a page may answer a property: always, but for a trade that the page says nothing of."""
    trade = next((trade for trade in _trades() if own and own[0].startswith(trade)), "")
    return not trade or any(_trades()[trade].search(unaccented(cell.text).lower()) for cell in view.cells)

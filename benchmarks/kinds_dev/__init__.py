"""The generator that rules are developed on; figures are reported from the other, which shares nothing with it."""

import random
from collections.abc import Callable, Iterator

from kinds_document import Document
from page_wear import scanned

from kinds_dev import payslip, receipt, statement, trade
from kinds_dev.draft import Draft
from kinds_dev.sheet import CrowdedError
from kinds_dev.words import LANGUAGES

KINDS: dict[str, Callable[[Draft], None]] = {
    **dict.fromkeys(trade.PAPERS, trade.draw),
    "receipt": receipt.draw,
    "bank_statement": statement.draw,
    "payslip": payslip.draw,
}
ATTEMPTS, WORN = 60, 0.5


def documents(each: int, seed: int) -> Iterator[Document]:
    """Draw `each` documents of every kind in every language; the same for the same `seed`."""
    for kind in KINDS:
        for language in LANGUAGES:
            for number in range(each):
                yield document(kind, language, f"{kind}-{language}-{seed}-{number}")


def document(kind: str, language: str, name: str) -> Document:
    """Draw the document called `name`; drawn anew where a text does not fit.

    Raises:
        CrowdedError: it did not fit in any attempt.
    """
    for attempt in range(ATTEMPTS):
        rng = random.Random(f"{name} {attempt}")  # noqa: S311 - the same each time
        draft = Draft(rng, kind, language)
        try:
            KINDS[kind](draft)
        except CrowdedError:
            continue
        worn = draft.chance(WORN)
        pages = [scanned(sheet.image, rng) if worn else sheet.image for sheet in draft.sheets]
        return draft.done(name, pages)
    raise CrowdedError(f"{name} fits in none of {ATTEMPTS} attempts")

"""The report's generator: whole documents with their truth, of kinds and languages that no rule was made on.

It shares no word, name, phrase or layout with the generator that rules are developed on, and reads nothing of the
server. Sheets are HTML printed by Chromium. Wants Debian's chromium, fonts-liberation, fonts-dejavu, fonts-noto and
fonts-noto-cjk.
"""

import random
from collections.abc import Callable, Iterator
from functools import partial

from kinds_document import Document
from PIL import Image

from .chromium import Sheet, rendered
from .draw import Draw
from .kinds.accounts import bank_statement, card_statement, rent_statement
from .kinds.bill import utility_bill
from .kinds.paper import form, lab_report, letter
from .kinds.persons import boarding_pass, business_card, passport
from .kinds.till import receipt
from .kinds.trade import trade
from .kinds.work import payslip, timesheet
from .place import places
from .question import Question
from .style import drawn_style
from .wear import worn

BATCH = 24
EVERYWHERE = tuple(places())
KINDS: dict[str, tuple[Callable[[Draw], Sheet], tuple[str, ...]]] = {
    "invoice": (partial(trade, kind="invoice"), EVERYWHERE),
    "receipt": (receipt, ("GB", "US", "DE", "FR", "ES", "IT", "PT", "NL", "PL", "CN", "JP", "MY", "ID")),
    "purchase_order": (partial(trade, kind="purchase_order"), ("GB", "IN", "DE", "FR", "ES", "IT", "CN", "ID")),
    "delivery_note": (partial(trade, kind="delivery_note"), ("GB", "DE", "FR", "NL", "PL", "PT", "JP")),
    "credit_note": (partial(trade, kind="credit_note"), ("GB", "CH", "FR", "IT", "NL", "PL", "BR")),
    "quotation": (partial(trade, kind="quotation"), ("US", "DE", "ES", "PT", "CN", "JP", "MY")),
    "bank_statement": (bank_statement, ("GB", "DE", "FR", "ES", "IT", "NL", "PL", "CN")),
    "card_statement": (card_statement, ("GB", "DE", "FR", "BR", "IT")),
    "rent_statement": (rent_statement, ("GB", "DE", "NL", "ES")),
    "payslip": (payslip, ("GB", "DE", "FR", "ES", "PT", "JP", "MY")),
    "timesheet": (timesheet, ("US", "DE", "FR", "NL", "ES")),
    "utility_bill": (utility_bill, ("GB", "DE", "FR", "IT", "ES", "PL")),
    "business_card": (business_card, ("GB", "DE", "FR", "IT", "PL", "CN", "JP")),
    "passport": (passport, ("GB", "DE", "FR", "ES", "PL", "NL")),
    "boarding_pass": (boarding_pass, ("GB", "DE", "FR", "PT")),
    "letter": (letter, ("GB", "DE", "FR", "ES", "IT", "NL")),
    "form": (form, ("US", "DE", "FR", "ES", "PL", "ID")),
    "lab_report": (lab_report, ("GB", "DE", "ES", "IT", "CN")),
}  # fmt: skip


def draw_of(kind: str, country: str, number: int, seed: int) -> Draw:
    """The hand that draws this document, always the same."""
    rng = random.Random(f"{seed} {kind} {country} {number}")  # noqa: S311 - to be repeated, not to be secret
    place = places()[country]
    own = place.words.get("keys", {}) if kind in ("invoice", "receipt", "credit_note", "quotation") else {}
    return Draw(
        rng=rng, place=place, style=drawn_style(rng, place.language), ask=Question(rng, own),
        money_form=rng.choice(place.money), day_form=rng.choice(place.dates),
    )  # fmt: skip


def _document(name: str, kind: str, draw: Draw, pages: list[Image.Image]) -> Document:
    return Document(
        name=name, kind=kind, language=draw.place.language, pages=worn(pages, draw.rng),
        schema=draw.ask.schema, expected=draw.ask.expected, also=draw.ask.also, either_null=draw.ask.either_null,
    )  # fmt: skip


def documents(each: int, seed: int, kinds: tuple[str, ...] = tuple(KINDS)) -> Iterator[Document]:
    """So many documents of each kind in each of its countries, the same for the same seed."""
    wanted = [(kind, country, number) for kind in kinds for country in KINDS[kind][1] for number in range(each)]
    for at in range(0, len(wanted), BATCH):
        some = [
            (f"report_{kind}_{country.lower()}_{n}", kind, draw_of(kind, country, n, seed))
            for kind, country, n in wanted[at : at + BATCH]
        ]
        sheets = [KINDS[kind][0](draw) for _, kind, draw in some]
        for (name, kind, draw), pages in zip(some, rendered(sheets), strict=True):
            yield _document(name, kind, draw, pages)

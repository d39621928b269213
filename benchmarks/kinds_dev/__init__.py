"""The generator that rules are developed on; figures are reported from the other, which shares nothing with it."""

from collections.abc import Callable, Iterator

from kinds_document import Document
from page_wear import scanned

from kinds_dev import insurance, letters, payslip, persons, receipt, statement, trade, travel, utility, work
from kinds_dev.draft import Draft
from kinds_dev.sheet import CrowdedError
from kinds_dev.words import LANGUAGES

KINDS: dict[str, Callable[[Draft], None]] = {
    **dict.fromkeys(trade.PAPERS, trade.draw),
    "receipt": receipt.draw,
    "bank_statement": statement.draw,
    "payslip": payslip.draw,
    "utility_bill": utility.draw,
    "timesheet": work.timesheet,
    "expense_report": work.expense_report,
    "business_card": persons.business_card,
    "application_form": persons.application_form,
    "letter": letters.letter,
    "lab_report": letters.lab_report,
    "hotel_folio": travel.hotel_folio,
    "ticket": travel.ticket,
    "passport": travel.passport,
    "insurance_policy": insurance.policy,
}
ATTEMPTS, WORN = 60, 0.5


def documents(each: int, seed: int) -> Iterator[Document]:
    """Draw `each` documents of every kind in every language; the same for the same `seed`."""
    for kind in KINDS:
        for language in LANGUAGES:
            for number in range(each):
                yield document(kind, language, f"{kind}-{language}-{seed}-{number}")


def document(kind: str, language: str, name: str) -> Document:
    """Draw the document called `name`, worn as a scan or not."""
    draft = drafted(kind, language, name)
    worn = draft.chance(WORN)
    return draft.done(name, [scanned(sheet.image, draft.rng) if worn else sheet.image for sheet in draft.sheets])


def drafted(kind: str, language: str, name: str) -> Draft:
    """Draw the document called `name`; anew where a text does not fit.

    Raises:
        CrowdedError: it did not fit in any attempt.
    """
    for attempt in range(ATTEMPTS):
        draft = Draft(f"{name} {attempt}", kind, language)
        try:
            KINDS[kind](draft)
        except CrowdedError:
            continue
        return draft
    raise CrowdedError(f"{name} fits in none of {ATTEMPTS} attempts")

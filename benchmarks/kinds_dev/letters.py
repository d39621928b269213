"""Letters with sums in their sentences, and reports of laboratories."""

from datetime import date, timedelta

from kinds_document import Value

from kinds_dev.blocks import fact_block, leading, lines, pairs, party
from kinds_dev.draft import Draft
from kinds_dev.facts import Facts
from kinds_dev.letterhead import Company, ask_party, company, letterhead
from kinds_dev.tables import Column, Table
from kinds_dev.words import CJK, variants

UNITS = ("g/dL", "mg/dL", "µmol/L", "mmol/L", "mmol/L", "µg/L")
RANGES = ((12.0, 17.5), (70.0, 99.0), (49.0, 90.0), (136.0, 145.0), (3.0, 5.2), (15.0, 150.0))


def letter(draft: Draft) -> None:
    """Draw a letter that asks for money."""
    own, other, today = company(draft), company(draft), draft.today()
    draft.turn()
    y = letterhead(draft, own, "")
    ask_party(draft, "sender", own, whole=False)
    ask_party(draft, "recipient", other, whole=False)
    y = party(draft, draft.left, y, None, (other.name, *other.address)) + leading(draft)
    facts = Facts(draft=draft)
    facts.text("your_reference", draft.code(), share=0.6)
    facts.day("date", today)
    facts.text("subject", draft.any("subjects"), share=0.7)
    y = pairs(draft, (draft.left, y, 500), facts.pairs, draft.rng.choice(("run", "gap"))) + leading(draft)
    y = _body(draft, today, y)
    signer, title = draft.person(), draft.any("card_titles")
    y = lines(draft, draft.left, y + leading(draft), (draft.any("closing_words"),)) + 3 * leading(draft)
    lines(draft, draft.left, y, (signer, title, *((own.name,) if draft.chance(0.4) else ())))
    draft.question.ask("signed_by", "text", signer)
    draft.question.ask("signer_title", "text", title)


def _body(draft: Draft, today: date, y: float) -> float:
    amount, due, number = draft.price(50, 3000), today + timedelta(draft.rng.randint(7, 30)), draft.code()
    shown = {"amount": draft.money(amount, signed=True), "day": draft.day(due), "number": number}
    draft.question.ask("letter_amount", "money", amount)
    draft.question.ask("invoice_number", "text", number)
    draft.ask_day("due_date", due)
    sentences = (draft.any("greeting"), "", *(text.format(**shown) for text in variants("body", draft.language)), "")
    for sentence in sentences:
        for line in _wrapped(draft, sentence):
            draft.sheet.print(draft.left, y, line) if line else None
            y += leading(draft)
    return y


def _wrapped(draft: Draft, text: str) -> list[str]:
    parts, glue = (list(text), "") if draft.language in CJK else (text.split(" "), " ")
    rows = [""]
    for part in parts:
        longer = f"{rows[-1]}{glue if rows[-1] else ''}{part}"
        if draft.sheet.wide(longer) > draft.right - draft.left - 60:
            rows.append(part)
        else:
            rows[-1] = longer
    return rows


def lab_report(draft: Draft) -> None:
    """Draw the results of a laboratory."""
    name = draft.any("labs")
    own = Company(name=name, address=draft.address(), vat_number=None, phone=draft.any("phones"), email=None)
    draft.turn()
    y = letterhead(draft, own, draft.word("title.lab_report"))
    draft.question.ask("laboratory", "text", name)
    facts, today = Facts(draft=draft), draft.today()
    facts.text("patient", draft.person())
    facts.day("birth_date", draft.between(date(1945, 1, 1), 20000).replace(day=draft.rng.randint(13, 28)))
    facts.text("patient_number", draft.digits("P######"), share=0.7)
    facts.text("sex", draft.any("sexes"), share=0.4)
    facts.text("doctor", draft.person(), share=0.6)
    facts.day("sampled", today, share=0.8)
    facts.day("reported", today + timedelta(draft.rng.randint(1, 3)), share=0.8)
    _results(draft, fact_block(draft, y, facts.pairs))


def _results(draft: Draft, y: float) -> None:
    rows: list[dict[str, Value]] = []
    shown = []
    for at in sorted(draft.rng.sample(range(len(UNITS)), draft.rng.randint(2, 6))):
        low, high = RANGES[at]
        places = 1 if high < 30 else 0
        value, test = round(draft.rng.uniform(0.8 * low, 1.15 * high), places), variants("tests", draft.language)[at]
        normal = f"{draft.region.number(low, places)} - {draft.region.number(high, places)}"
        rows.append({"test": test, "result": value, "measure": UNITS[at], "normal": normal})
        shown.append([test, draft.region.number(value, places), UNITS[at], normal])
    kinds = {"test": "text", "result": "number", "measure": "text", "normal": "text"}
    draft.question.table(("results", "tests", "entries", "lines"), kinds, rows)
    side = draft.rng.choice("lr")
    columns = [Column(head=draft.word(c), side=side if c == "result" else "l", stretch=c == "test") for c in kinds]
    Table(draft=draft, columns=columns, rows=shown).print(y)

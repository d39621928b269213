"""Bills for electricity: two meter readings, what they cost, by when to pay."""

from datetime import timedelta

from kinds_document import Value

from kinds_dev.blocks import fact_block, leading, party, sums
from kinds_dev.draft import Draft
from kinds_dev.facts import Facts
from kinds_dev.letterhead import Company, address_forms, letterhead
from kinds_dev.tables import Column, Table


def draw(draft: Draft) -> None:
    """Draw a bill."""
    name = draft.any("utility_names")
    one = Company(name=name, address=draft.address(), vat_number=None, phone=draft.any("phones"), email=None)
    draft.turn()
    y = letterhead(draft, one, draft.word("title.utility_bill"))
    draft.question.party("provider", {"name": (name, ())})
    customer, address = draft.person(), draft.address()
    y = party(draft, draft.left, y, None, (customer, *address)) + leading(draft)
    draft.question.party("customer", {"name": (customer, ()), "address": (", ".join(address), address_forms(address))})
    y, used = _facts(draft, y)
    _charges(draft, used, y)


def _facts(draft: Draft, y: float) -> tuple[float, int]:
    facts, today = Facts(draft=draft), draft.today()
    facts.text("contract_number", draft.digits(draft.rng.choice(("########", "#### #### ##", "##-######"))))
    facts.text("invoice_number", draft.code(), share=0.5)
    facts.day("invoice_date", today)
    facts.day("due_date", today + timedelta(draft.rng.randint(10, 30)), share=0.8)
    facts.day("period_start", today - timedelta(draft.rng.randint(60, 65)), share=0.6)
    facts.day("period_end", today - timedelta(draft.rng.randint(2, 8)), share=0.6)
    facts.text("meter_number", draft.digits(draft.rng.choice(("#@##@#####", "########", "@@ #######"))), share=0.8)
    facts.text("tariff", draft.any("tariffs"), share=0.4)
    before, used = draft.rng.randint(2000, 60000), draft.rng.randint(80, 900)
    grouped = draft.chance(0.3)
    for concept, value in (("previous_reading", before), ("current_reading", before + used), ("consumption", used)):
        shown = draft.region.number(value, 0) if grouped else str(value)
        facts.number(concept, value, f"{shown} kWh" if concept == "consumption" or draft.chance(0.2) else shown)
    half = len(facts.pairs) // 2
    if draft.chance(0.5):
        return fact_block(draft, fact_block(draft, y, facts.pairs[:half]), facts.pairs[half:]), used
    return fact_block(draft, y, facts.pairs), used


def _charges(draft: Draft, used: int, y: float) -> None:
    rate = round(draft.rng.uniform(0.11, 0.39) * draft.region.typical, 4 if draft.region.places else 2)
    rows: list[dict[str, Value]] = [
        {"description": draft.word("energy"), "quantity": used, "rate": rate, "amount": draft.exact(used * rate)}
    ]
    if draft.chance(0.8):
        fixed = draft.price(5, 25)
        rows.append({"description": draft.word("standing_charge"), "quantity": None, "rate": None, "amount": fixed})
    columns = {"description": "text", "quantity": "number", "rate": "number", "amount": "money"}
    draft.question.table(("charges", "items", "lines", "entries"), columns, rows)
    places = 4 if draft.region.places else 2
    shown = [
        [str(row["description"]), f"{row['quantity']} kWh" if row["quantity"] else "",
         draft.bare(rate, places) if row["rate"] else "", draft.money(float(row["amount"] or 0))]
        for row in rows
    ]  # fmt: skip
    heads = [
        Column(head=draft.word(c), side="l" if c == "description" else "r", stretch=c == "description") for c in columns
    ]
    y = Table(draft=draft, columns=heads, rows=shown).print(y)
    net = draft.exact(sum(float(row["amount"] or 0) for row in rows))
    percent = draft.rng.choice(draft.region.tax_rates)
    tax, results = draft.exact(net * percent / 100), Facts(draft=draft)
    results.money("subtotal", net, share=0.7)
    results.money("tax", tax)
    results.money("due_now", draft.exact(net + tax), signed=True)
    sums(draft, y, results.pairs, right=draft.right - 10)

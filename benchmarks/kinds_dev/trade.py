"""Invoices, credit notes, quotations, purchase orders and delivery notes."""

from dataclasses import dataclass
from datetime import date

from kinds_document import Value

from kinds_dev.blocks import leading, pairs, party, sums, two_columns
from kinds_dev.draft import Draft
from kinds_dev.facts import Facts
from kinds_dev.letterhead import Company, ask_party, company, letterhead
from kinds_dev.sheet import PAPER
from kinds_dev.trade_items import SECTIONS, Item, draw_items, item_table
from kinds_dev.words import CJK

Days = tuple[str, int, float]  # concept, within how many days, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What one kind of these papers has."""

    number: str
    prefix: str
    day: str = "date"
    days: tuple[Days, ...] = ()
    codes: tuple[tuple[str, float], ...] = ()
    other: str = "bill_to"
    role: str = "buyer"
    own_role: str = "seller"
    priced: bool = True
    paid: float = 0.0
    arrays: tuple[str, ...] = ("items", "items", "line_items", "lines", "entries")


PAPERS = {
    "invoice": Paper(
        number="invoice_number", prefix="INV-", day="invoice_date",
        days=(("due_date", 45, 0.7), ("delivery_date", 9, 0.3)),
        codes=(("order_number", 0.4), ("customer_number", 0.4)), paid=0.3,
    ),
    "credit_note": Paper(
        number="credit_note_number", prefix="CN", codes=(("invoice_reference", 0.8), ("customer_number", 0.3)),
    ),
    "quotation": Paper(
        number="quote_number", prefix="Q-", days=(("valid_until", 60, 0.7), ("delivery_date", 40, 0.2)),
        codes=(("customer_number", 0.3),),
    ),
    "purchase_order": Paper(
        number="order_number", prefix="PO-", days=(("delivery_date", 30, 0.6),), codes=(("quote_number", 0.3),),
        other="supplier", role="supplier", own_role="buyer",
    ),
    "delivery_note": Paper(
        number="delivery_number", prefix="DN-", days=(("delivery_date", 3, 0.4),),
        codes=(("order_number", 0.7), ("customer_number", 0.4)), other="ship_to", role="recipient", priced=False,
    ),
}  # fmt: skip


def draw(draft: Draft) -> None:
    """Draw one of them."""
    paper = PAPERS[draft.kind]
    own, other, today = company(draft), company(draft), draft.today()
    draft.turn()
    facts = Facts(draft=draft)
    number = _facts(draft, facts, paper, today)
    y = letterhead(draft, own, draft.word(f"title.{draft.kind}"))
    y = _heading(draft, facts, paper, other, y)
    ask_party(draft, paper.own_role, own)
    if draft.chance(0.8):
        ask_party(draft, paper.role, other, whole=False)
    items = draw_items(draft, paper.priced)
    y = item_table(draft, items, paper.arrays, lambda: _next_page(draft, own, number)).print(y)
    if paper.priced:
        _sums(draft, items, paper, y)
    _number_pages(draft)


def _facts(draft: Draft, facts: Facts, paper: Paper, today: date) -> str:
    number = draft.code(paper.prefix if draft.chance(0.3) else "")
    facts.text(paper.number, number)
    facts.day(paper.day, today)
    for concept, within, share in paper.days:
        facts.day(concept, draft.between(today, within), share=share)
    for concept, share in paper.codes:
        facts.text(concept, draft.code(), share=share)
    if paper.priced:
        facts.text("payment_terms", draft.any("terms"), share=0.3)
    facts.text("contact", draft.person(), share=0.3)
    return number


def _heading(draft: Draft, facts: Facts, paper: Paper, other: Company, y: float) -> float:
    label = draft.word(paper.other)
    where, middle = (
        draft.rng.choice(("beside", "beside", "below", "grid", "boxes")),
        (draft.left + draft.right) / 2 + 30,
    )
    if where == "beside":
        left = party(draft, draft.left, y, label, (other.name, *other.address))
        style = draft.rng.choice(("run", "gap", "edge"))
        y = max(left, pairs(draft, (middle, y, draft.right - middle), facts.pairs, style))
    else:
        y = party(draft, draft.left, y, label, (other.name, *other.address)) + leading(draft)
        if where == "below":
            y = two_columns(draft, y, facts.pairs, draft.rng.choice(("run", "gap")))
        else:
            style = "boxes" if where == "boxes" else "above"
            y = pairs(draft, (draft.left, y, draft.right - draft.left), facts.pairs, style)
    return y + leading(draft)


def _next_page(draft: Draft, own: Company, number: str) -> float:
    sheet = draft.turn()
    sheet.print(draft.left, 100, own.name, bold=True)
    sheet.print(draft.right, 100, f"{draft.word(f'title.{draft.kind}')} {number}", at="rs")
    return 100 + leading(draft) * 2.5


def _number_pages(draft: Draft) -> None:
    if len(draft.sheets) > 1 or draft.chance(0.15):
        for at, sheet in enumerate(draft.sheets, 1):
            sheet.print(
                draft.right, sheet.height - 30, draft.word("page_of").format(at, len(draft.sheets)), scale=0.8, at="rs"
            )


def _sums(draft: Draft, items: list[Item], paper: Paper, y: float) -> None:
    if y > PAPER[1] - 420:
        draft.turn()
        y = 140
    rows = Facts(draft=draft)
    signed = draft.signed or draft.chance(0.5)
    net = subtotal = draft.exact(sum(item.amount for item in items))
    rows.money("subtotal", subtotal, share=1.0 if draft.odd("sections", SECTIONS) else 0.85, signed=signed)
    if draft.chance(0.2):
        net = draft.exact(net - _deducted(draft, rows, draft.exact(0.1 * net), signed=signed))
    if draft.chance(0.2):
        cost = draft.price(4, 30)
        rows.money("shipping", cost, signed=signed)
        net = draft.exact(net + cost)
    total = _taxed(draft, rows, net, signed=signed)
    rows.money("total", total, signed=signed)
    if draft.chance(paper.paid):
        paid = draft.exact(0.4 * total)
        rows.money("paid", paid, signed=signed)
        rows.money("balance_due", draft.exact(total - paid), signed=signed)
    elif draft.chance(0.2):
        draft.question.ask("paid", "money", None)
    _currency(draft, signed)
    y = sums(draft, y + leading(draft) * 0.5, rows.pairs, right=draft.right - 10)
    if draft.chance(0.5):
        draft.sheet.print(draft.left, y + leading(draft) * 1.5, draft.any("thanks"), scale=0.9)


def _deducted(draft: Draft, rows: Facts, value: float, *, signed: bool) -> float:
    negative = draft.chance(0.5)
    rows.pairs.append((draft.word("discount"), draft.money(-value if negative else value, signed=signed)))
    draft.question.ask("discount", "money", -value if negative else value, (value, -value))
    return value


def _taxed(draft: Draft, rows: Facts, net: float, *, signed: bool) -> float:
    rate = draft.rng.choice(draft.region.tax_rates)
    tax = draft.exact(net * rate / 100)
    shown = str(rate).removesuffix(".0").replace(".", draft.region.decimal)
    label = draft.word("tax")
    if draft.chance(0.6):
        label += (
            draft.rng.choice((f" {shown}%", f" ({shown}%)", f" {shown} %"))
            if draft.language not in CJK
            else f"({shown}%)"
        )
    rows.pairs.append((label, draft.money(tax, signed=signed)))
    draft.question.ask("tax", "money", tax)
    return draft.exact(net + tax)


CLEAR = ("€", "EUR", "£", "USD", "SGD", "S$", "₹", "CHF", "MXN", "R$", "zł", "PLN", "NT$", "HK$", "円", "RM", "Rp")


def _currency(draft: Draft, signed: bool) -> None:
    shown = draft.money(1, signed=True)
    sign: tuple[Value, ...] = tuple(mark for mark in CLEAR if mark in shown)
    if signed and sign and draft.chance(0.5):
        draft.question.ask("currency", "text", draft.region.currency, sign)

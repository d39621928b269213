"""Invoices, credit notes, quotations, purchase orders and delivery notes: parties, a table of goods, sums."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from html import escape

from kinds_report.chromium import Sheet
from kinds_report.draw import Draw
from kinds_report.question import address, code
from kinds_report.style import FAR, Pair

NUMBERS = {
    "invoice": ("{y}-####", "R######", "F{y}/###", "INV/{y}/####", "#######", "@@-#####"),
    "credit_note": ("CN-{y}-###", "GS#####", "C/{y}/###", "NC####/{y}"),
    "quotation": ("Q-#####", "{y}.###", "AN-####", "D{y}-###"),
    "purchase_order": ("PO-######", "45########", "B{y}/####", "@##-####"),
    "delivery_note": ("LS-#####", "DN######", "8#######", "BL{y}-###"),
}
VAT_NUMBERS = ("GB", "DE", "CH", "FR", "IT", "NL", "PL", "ES", "PT")
ABSENT = {
    "invoice": (("purchase_order_number", "text"), ("shipping", "number"), ("amount_paid", "number")),
    "credit_note": (("due_date", "date"), ("shipping", "number")),
    "quotation": (("due_date", "date"), ("amount_paid", "number")),
    "purchase_order": (("due_date", "date"), ("amount_paid", "number")),
    "delivery_note": (("tracking_number", "text"), ("total", "number")),
}


@dataclass(slots=True, kw_only=True)
class Good:
    """A line of the table."""

    name: str
    article: str
    unit: str
    quantity: Decimal
    price: Decimal
    amount: Decimal


def goods(draw: Draw, count: int) -> list[Good]:
    """Lines whose amounts are quantity times price."""
    lines = []
    for name, unit in draw.some("goods.things", count):
        quantity = Decimal(draw.rng.choice((1, 1, 2, 3, 4, 5, 6, 8, 10, 12, 25)))
        if unit in draw.word("goods.halves") and draw.chance(0.6):
            quantity += Decimal(draw.rng.choice(("0.5", "0.25", "0.75")))
        price = draw.price(2, 140)
        amount = draw.place.rounded(quantity * price)
        lines.append(
            Good(
                name=name,
                article=draw.code("##-####", "@@###", "######"),
                unit=unit,
                quantity=quantity,
                price=price,
                amount=amount,
            )
        )
    return lines


@dataclass(slots=True, kw_only=True)
class Party:
    """A firm with its address."""

    name: str
    lines: tuple[str, ...]
    tax: str


def party(draw: Draw) -> Party:
    """A made-up firm."""
    return Party(name=draw.firm(), lines=draw.address(), tax=draw.tax_number())


def block(draw: Draw, who: Party, heading: str, *, tax: bool = False) -> str:
    """A party as a block beneath its heading."""
    lines = [escape(line) for line in (who.name, *who.lines)]
    if tax:
        lines.append(f"{draw.label('trade.tax_id')}: {who.tax}")
    return f"<div class=party><b class=h>{heading}</b>{'<br>'.join(lines)}</div>"


def _table(draw: Draw, lines: list[Good], *, prices: bool, unit_form: int, articles: bool) -> str:
    heads, aligns, rows = [], "", [[] for _ in lines]

    def column(head: str, align: str, cells: list[str]) -> None:
        nonlocal aligns
        heads.append(draw.label(head))
        aligns += align
        for row, cell in zip(rows, cells, strict=True):
            row.append(cell)

    if draw.chance(0.5):
        column("trade.col.pos", "c", [str(n) for n in range(1, len(lines) + 1)])
    if articles:
        column("trade.col.article", "l", [g.article for g in lines])
    column("trade.col.description", "w", [escape(g.name) for g in lines])
    amounts = [draw.place.quantity(g.quantity) for g in lines]
    if unit_form == 1:
        amounts = [f"{a} {escape(g.unit)}" for a, g in zip(amounts, lines, strict=True)]
    column("trade.col.quantity", "r", amounts)
    if unit_form == 2:
        column("trade.col.unit", "c", [escape(g.unit) for g in lines])
    if prices:
        column("trade.col.price", "r", [draw.plain(g.price) for g in lines])
        column("trade.col.amount", "r", [draw.plain(g.amount) for g in lines])
    return draw.style.table(heads, rows, aligns)


def _ask_goods(draw: Draw, lines: list[Good], *, prices: bool, units: bool, articles: bool) -> None:
    columns = {"description": "text", "quantity": "number"}
    if units:
        columns["unit"] = "text"
    if articles:
        columns["article_number"] = "text"
    if prices:
        columns |= {"unit_price": "number", "amount": "number"}
    rows = [
        {
            "description": g.name,
            "quantity": g.quantity,
            "unit": g.unit,
            "article_number": g.article,
            "unit_price": g.price,
            "amount": g.amount,
        }
        for g in lines
    ]
    draw.ask.rows(draw.rng.choice(("items", "line_items", "positions")), columns, rows)


def _sums(draw: Draw, lines: list[Good], *, discounted: bool) -> list[Pair]:
    """The sums beneath the table, asked as well."""
    subtotal = sum((g.amount for g in lines), Decimal(0))
    rate = Decimal(str(draw.rng.choice(draw.place.rates)))
    pairs = [(draw.label("trade.subtotal"), draw.money(subtotal))]
    draw.ask.number("subtotal", subtotal)
    base = subtotal
    if discounted:
        percent = draw.rng.choice((2, 3, 5, 10))
        discount = draw.place.rounded(subtotal * percent / 100)
        base = subtotal - discount
        pairs.append((f"{draw.label('trade.discount')} {percent} %", draw.money(-discount)))
        draw.ask.deducted("discount", discount)
    tax = draw.place.rounded(base * rate / 100)
    name = escape(draw.place.tax_name) or draw.label("trade.tax")
    pairs.append((f"{name} {draw.place.quantity(rate)}{draw.rng.choice((' %', '%'))}", draw.money(tax)))
    pairs.append((draw.label("trade.total"), draw.money(base + tax)))
    draw.ask.number("tax", tax)
    draw.ask.number("total", base + tax)
    return pairs


def _absent(draw: Draw, kind: str) -> None:
    name, sort = draw.rng.choice(ABSENT[kind])
    getattr(draw.ask, sort)(name, None)


def _meta(draw: Draw, kind: str, day: date) -> list[tuple[str, str]]:
    """Number and dates, asked as well."""
    number = draw.code(*(pattern.format(y=day.year) for pattern in NUMBERS[kind]))
    pairs = [(draw.label(f"trade.number.{kind}"), number), (draw.label(f"trade.date.{kind}"), draw.day(day))]
    key = {"purchase_order": "order"}.get(kind, kind)
    draw.ask.text(f"{key}_number", code(number))
    draw.ask.date(f"{key}_date", day)
    if kind in ("invoice", "quotation", "purchase_order"):
        name = {"invoice": "due", "quotation": "valid", "purchase_order": "delivery"}[kind]
        later = day + timedelta(days=draw.rng.choice((14, 30, 45)))
        pairs.append((draw.label(f"trade.{name}"), draw.day(later)))
        draw.ask.date({"due": "due_date", "valid": "valid_until", "delivery": "delivery_date"}[name], later)
    if kind == "credit_note":
        original = draw.code(f"{day.year}-####", "R######")
        pairs.append((draw.label("trade.original"), original))
        draw.ask.text("original_invoice_number", original)
    if kind == "delivery_note":
        order = draw.code("PO######", "B-#####")
        pairs.append((draw.label("trade.order_ref"), order))
        draw.ask.text("order_number", order)
    if draw.chance(0.5):
        customer = draw.code("#####", "K-####", "C0#####")
        pairs.append((draw.label("trade.customer_number"), customer))
        draw.ask.text("customer_number", customer)
    return pairs


def _foot(draw: Draw, seller: Party, *, bank: bool) -> str:
    parts = [
        f"{escape(seller.name)}<br>{escape(draw.one_line(seller.lines))}",
        f"{draw.label('trade.tax_id')}: {seller.tax}",
    ]
    if bank and (number := draw.iban()):
        parts.append(f"{draw.label('trade.bank')}: {draw.firm().split()[0]} Bank<br>IBAN {number}")
        draw.ask.text("iban", code(number))
    return "<div class=foot>" + "".join(f"<div>{part}</div>" for part in parts) + "</div>"


def _parties(draw: Draw, kind: str, seller: Party, buyer: Party) -> str:
    """The two parties: a window for a letter or two blocks side by side."""
    order = kind == "purchase_order"
    names = ("vendor", "buyer") if order else ("seller", "customer")
    draw.ask.text(draw.rng.choice((f"{names[0]}_name", names[0])), seller.name)
    draw.ask.text(draw.rng.choice((f"{names[1]}_name", names[1])), buyer.name)
    draw.ask.text(
        f"{names[0]}_address" if order else f"{names[1]}_address", address(seller.lines if order else buyer.lines)
    )
    if not order:
        draw.ask.text("seller_vat_number" if draw.place.country in VAT_NUMBERS else "seller_tax_id", code(seller.tax))
    first = block(draw, seller, draw.label("trade.vendor" if order else "trade.seller"), tax=order and draw.chance(0.5))
    second = block(draw, buyer, draw.label("trade.ship_to" if kind == "delivery_note" else "trade.buyer"))
    if not order and draw.chance(0.5):
        return f"<div style='min-height:24mm'>{second}</div>"
    return f"<div class=grid2>{first}{second}</div>"


def _head(draw: Draw, author: Party) -> str:
    """The letterhead, now and then with initials as its logo."""
    latin = draw.place.language not in FAR
    initials = "".join(word[0] for word in author.name.split()[:2]) if latin and draw.chance(0.4) else ""
    lines = [escape(draw.one_line(author.lines)), escape(draw.phone())]
    return draw.style.head(escape(author.name), lines, initials)


def _goods_and_sums(draw: Draw, kind: str) -> str:
    """The table with the sums beneath it; a delivery note has no prices, a credit note may count backwards."""
    prices = kind != "delivery_note"
    unit_form, articles = draw.rng.randint(0 if prices else 1, 2), draw.chance(0.3)
    lines = goods(draw, draw.rng.randint(2, 7))
    if kind == "credit_note" and draw.chance(0.4):
        lines = [replace(g, quantity=-g.quantity, amount=-g.amount) for g in lines]
    _ask_goods(draw, lines, prices=prices, units=unit_form == 2, articles=articles)
    table = _table(draw, lines, prices=prices, unit_form=unit_form, articles=articles)
    if not prices:
        return table
    if currency := draw.currency():
        draw.ask.text("currency", currency)
    discounted = kind in ("invoice", "quotation") and draw.chance(0.3)
    return table + draw.style.totals(_sums(draw, lines, discounted=discounted))


def trade(draw: Draw, kind: str) -> Sheet:
    """A sheet of the trade: its kind is one of NUMBERS."""
    seller, buyer = party(draw), party(draw)
    author = buyer if kind == "purchase_order" else seller
    title = f"<h1>{draw.label(f'trade.title.{kind}')}</h1>{draw.style.pairs(_meta(draw, kind, draw.recent()))}"
    top = _parties(draw, kind, seller, buyer) + title
    narrow = draw.style.pair_form in ("table", "inline", "spread") and draw.place.language not in FAR
    if narrow and draw.chance(0.5):
        top = f"<div class=row><div style='flex:1'>{top.removesuffix(title)}</div><div>{title}</div></div>"
    body = _goods_and_sums(draw, kind)
    note = f"<p>{draw.label(f'trade.note.{kind}')}</p>" if draw.chance(0.7) else ""
    _absent(draw, kind)
    return draw.sheet(
        _head(draw, author) + top + body + note + _foot(draw, author, bank=kind == "invoice" and draw.chance(0.8))
    )

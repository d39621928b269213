"""Receipts of shops: a narrow strip, its sums with the tax in them or on top."""

from datetime import date

from kinds_document import Value

from kinds_dev.blocks import colon, leading
from kinds_dev.draft import Draft
from kinds_dev.facts import Facts
from kinds_dev.letterhead import address_forms
from kinds_dev.words import variants

NAMES = ("merchant_name", "store_name", "company", "seller_name")
ARRAYS = ("items", "items", "line_items", "products", "entries")


def draw(draft: Draft) -> None:
    """Draw a receipt."""
    width = draft.rng.choice((560, 620, 680))
    draft.turn((width, 1700))
    draft.left, draft.right = 40, width - 40
    y = _head(draft)
    y = _numbers(draft, y)
    y, total, number = _items(draft, y)
    y = _sums(draft, y, total, number)
    draft.sheet.print(width / 2, y + leading(draft), draft.any("thank_you"), at="ms")
    draft.sheet.cut(y + 3 * leading(draft))


def _head(draft: Draft) -> float:
    sheet, middle, y = draft.sheet, draft.sheet.width / 2, 80.0
    name = draft.rng.choice(variants("shops", draft.language)).format(draft.any("company_names"))
    address, phone = draft.address(), draft.any("phones") if draft.chance(0.6) else None
    sheet.print(middle, y, name, scale=1.4, bold=True, at="ms")
    for line in (*address, *((f"{draft.word('phone')} {phone}",) if phone else ())):
        y += leading(draft)
        sheet.print(middle, y, line, at="ms")
    if draft.chance(0.6):
        y += leading(draft) * 1.5
        sheet.print(middle, y, draft.word("title.receipt"), bold=True, at="ms")
    properties, expected = draft.question.properties, draft.question.expected
    for key, value in ((draft.rng.choice(NAMES), name), ("address", ", ".join(address))):
        properties[key], expected[key] = {"type": ["string", "null"]}, value
    draft.question.also["address"] = list(address_forms(address))
    if draft.chance(0.5):
        draft.question.ask("phone", "text", phone)
    return y + leading(draft) * 1.8


def _numbers(draft: Draft, y: float) -> float:
    today = draft.between(date(2022, 1, 5), 1300) if draft.language != "en" else draft.today()
    clock = f"{draft.rng.randint(7, 21):02}:{draft.rng.randint(0, 59):02}"
    facts = Facts(draft=draft)
    if draft.chance(0.5):
        shown = f"{draft.day(today)}  {clock}"
        if draft.chance(0.5):
            shown = f"{draft.word('sale_date')}{colon(draft)} {shown}"
        draft.sheet.print(draft.left, y, shown)
        draft.ask_day("sale_date", today)
        y += leading(draft)
    else:
        facts.day("sale_date", today)
        facts.text("time", clock, share=0.7)
    facts.text("receipt_number", draft.digits(draft.rng.choice(("######", "####-####", "@##-####"))), share=0.8)
    facts.text("cashier", draft.any("first_names"), share=0.4)
    for label, value in facts.pairs:
        draft.sheet.print(draft.left, y, f"{label}{colon(draft)} {value}")
        y += leading(draft)
    return y + leading(draft) * 0.6


def _items(draft: Draft, y: float) -> tuple[float, float, int]:
    style, rows = draft.rng.choice(("plain", "below", "before", "counted")), []
    draft.sheet.rule(draft.left, y - draft.size * 1.1, draft.right, y - draft.size * 1.1)
    for name in draft.rng.sample(variants("groceries", draft.language), draft.rng.randint(1, 7)):
        quantity = 1 if style == "plain" else draft.rng.randint(1, 5)
        price = draft.exact(draft.rng.uniform(0.8, 14) * draft.region.typical)
        if not draft.region.places:
            price = max(5, round(price / 5) * 5)
        rows.append(
            {"description": name, "quantity": quantity, "unit_price": price, "amount": draft.exact(quantity * price)}
        )
        y = _item(draft, y, rows[-1], style)
    columns = {"description": "text", "amount": "money"}
    if style != "plain":
        columns = {"description": "text", "quantity": "number", "amount": "money"}
        columns |= {"unit_price": "money"} if style != "counted" and draft.chance(0.6) else {}
    draft.question.table(ARRAYS, columns, rows)
    total = draft.exact(sum(float(row["amount"]) for row in rows))
    return y, total, sum(int(row["quantity"]) for row in rows)


def _item(draft: Draft, y: float, row: dict[str, Value], style: str) -> float:
    sheet, amount = draft.sheet, draft.money(float(row["amount"] or 0))
    price, quantity = draft.money(float(row["unit_price"] or 0)), row["quantity"]
    if style == "below":
        sheet.print(draft.left, y, str(row["description"]))
        y += leading(draft)
        sheet.print(draft.left + 30, y, f"{quantity} x {price}")
    elif style == "before":
        sheet.print(draft.left, y, f"{quantity} x {price}")
        y += leading(draft)
        sheet.print(draft.left, y, str(row["description"]))
    else:
        counted = f"{quantity}  " if style == "counted" else ""
        sheet.print(draft.left, y, f"{counted}{row['description']}")
    sheet.print(draft.right, y, amount, at="rs")
    return y + leading(draft)


def _sums(draft: Draft, y: float, items: float, number: int) -> float:
    rows, rate = Facts(draft=draft), draft.rng.choice(draft.region.tax_rates)
    shown = f"{rate:g}%".replace(".", draft.region.decimal)
    on_top = draft.region.currency in {"USD", "MYR", "INR", "SGD"}
    tax = draft.exact(items * rate / 100 if on_top else items * rate / (100 + rate))
    total = draft.exact(items + tax) if on_top else items
    if on_top:
        rows.money("subtotal", items)
        rows.pairs.append((f"{draft.word('tax')} {shown}", draft.money(tax)))
    rows.money("sum", total)
    if draft.chance(0.5):
        step = 1000 if draft.region.typical > 1000 else 10 if draft.region.typical <= 1 else 100
        cash = float((int(total) // step + 1) * step)
        rows.money("cash", cash)
        rows.money("change", draft.exact(cash - total))
    if not on_top:
        rows.pairs.append((f"{draft.word('tax')} {shown}", draft.money(tax)))
    draft.question.ask("tax", "money", tax)
    if draft.odd("items count", 0.25):
        rows.pairs.append((draft.word("items_count"), str(number)))
    if draft.odd("saved", 0.15):
        rows.pairs.append((draft.word("saved"), draft.money(draft.exact(max(1, round(items * 0.1))))))
    draft.sheet.rule(draft.left, y - draft.size * 0.9, draft.right, y - draft.size * 0.9)
    y += draft.size * 0.6
    for label, value in rows.pairs:
        strong = label == draft.label("sum")
        draft.sheet.print(draft.left, y, label, bold=strong, scale=1.2 if strong else 1)
        draft.sheet.print(draft.right, y, value, bold=strong, scale=1.2 if strong else 1, at="rs")
        y += leading(draft) * 1.1
    return y

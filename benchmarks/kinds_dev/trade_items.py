"""The items of a paper of trade, and the table they stand in."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from kinds_document import Value

from kinds_dev.draft import Draft
from kinds_dev.tables import Column, Table
from kinds_dev.words import variants

SECTIONS = 0.12  # share of documents whose items stand in sections


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of an invoice."""

    code: str
    name: str
    quantity: float
    unit: str
    price: float
    amount: float
    rate: float


def draw_items(draft: Draft, priced: bool) -> list[Item]:
    """Draw some items, now and then more than a page holds."""
    goods = list(variants("goods", draft.language))
    number = draft.rng.randint(32, 50) if draft.chance(0.08) else draft.rng.randint(1, 8)
    pattern, rate = draft.rng.choice(("@@-###", "####", "@####")), draft.rng.choice(draft.region.tax_rates)
    items = []
    for at in range(number):
        name = goods[at % len(goods)] if number > 8 else goods.pop(draft.rng.randrange(len(goods)))
        if number > 8:
            name += f" {at // len(goods) + 1}"
        quantity = (
            draft.rng.randint(1, 40) if draft.chance(0.9) or not priced else draft.rng.choice((0.5, 1.5, 2.25, 0.75))
        )
        price = draft.price()
        code, unit, amount = draft.digits(pattern), draft.any("units"), draft.exact(quantity * price)
        items.append(Item(code=code, name=name, quantity=quantity, unit=unit, price=price, amount=amount, rate=rate))
    return _odd(draft, items) if priced and 1 < number <= 8 else items


def _odd(draft: Draft, items: list[Item]) -> list[Item]:
    """Return `items`; the last comes back, is free or has a second line now and then."""
    last = items[-1]
    if draft.odd("returned", 0.07):
        name = draft.any("returned").format(last.name)
        last = replace(last, name=name, quantity=-abs(last.quantity), amount=-last.amount)
        if sum(item.amount for item in items[:-1]) + last.amount <= 0:
            return items
    elif draft.odd("free", 0.06):
        last = replace(last, price=0.0, amount=0.0)
    elif draft.odd("two lines", 0.15):
        return [replace(item, name=f"{item.name}\n{draft.any('extra_lines')}") for item in items]
    return [*items[:-1], last]


ORDERS = (
    ("pos", "description", "quantity", "unit_price", "amount"),
    ("description", "quantity", "unit_price", "amount"),
    ("quantity", "description", "unit_price", "amount"),
    ("item_code", "description", "quantity", "unit", "unit_price", "amount"),
    ("pos", "item_code", "description", "unit_price", "quantity", "amount"),
    ("description", "quantity", "unit_price", "tax_rate", "amount"),
)
UNPRICED = (
    ("pos", "item_code", "description", "quantity", "unit"),
    ("description", "quantity"),
    ("quantity", "unit", "description"),
    ("item_code", "description", "unit", "quantity"),
)
ASKED = {"description": "text", "quantity": "number", "unit_price": "money", "amount": "money", "item_code": "text"}


def item_table(draft: Draft, items: list[Item], arrays: tuple[str, ...], next_page: Callable[[], float]) -> Table:
    """Lay out a table of `items`, and ask for its rows."""
    priced = draft.kind != "delivery_note"
    order = draft.rng.choice(ORDERS if priced else UNPRICED)
    places = draft.rng.choice((None, None, None, 2 if priced else 1))
    with_unit = "unit" not in order and draft.chance(0.12)

    def cells(number: int, item: Item) -> list[str]:
        quantity = draft.count(item.quantity) if places is None else draft.region.number(item.quantity, places)
        shown = {
            "pos": str(number), "item_code": item.code, "description": item.name, "unit": item.unit,
            "quantity": f"{quantity} {item.unit}" if with_unit else quantity,
            "unit_price": draft.money(item.price) if item.price else "",
            "amount": draft.money(item.amount) if item.price else "",
            "tax_rate": f"{item.rate:g}%".replace(".", draft.region.decimal),
        }  # fmt: skip
        return [shown[concept] for concept in order]

    def carry(printed: int) -> list[str]:
        amount = draft.money(draft.exact(sum(item.amount for item in items[:printed])))
        return [draft.word("carried_forward") if c == "description" else amount if c == "amount" else "" for c in order]

    _ask(draft, items, arrays, order)
    marked = f" ({draft.region.currency})" if priced and not draft.signed and draft.chance(0.15) else ""
    sides = {"description": "l", "item_code": "l", "pos": "l", "unit": "l"}
    quantity_side = draft.rng.choice("rrml")
    columns = [
        Column(
            head=draft.word(c) + (marked if c == "amount" else ""), stretch=c == "description",
            side=quantity_side if c == "quantity" else sides.get(c, "r"),
        )
        for c in order
    ]  # fmt: skip
    rows = [cells(number, item) for number, item in enumerate(items, 1)]
    if priced and 3 < len(items) <= 8 and draft.odd("sections", SECTIONS):
        rows = _in_sections(draft, rows, items, order)
    return Table(
        draft=draft,
        columns=columns,
        rows=rows,
        carry=carry if priced and draft.chance(0.6) else None,
        next_page=next_page,
    )


def _in_sections(draft: Draft, rows: list[list[str]], items: list[Item], order: tuple[str, ...]) -> list[list[str]]:
    """Put a heading over each half of `rows` and a subtotal beneath it: neither is an item."""
    half, parts = len(rows) // 2, []
    for number, here in enumerate((slice(half), slice(half, None))):
        amount = draft.money(draft.exact(sum(item.amount for item in items[here])))
        heading, label = variants("sections", draft.language)[number], draft.word("subtotal")
        parts.append([heading if concept == "description" else "" for concept in order])
        parts += rows[here]
        parts.append([label if c == "description" else amount if c == "amount" else "" for c in order])
    return parts


def _ask(draft: Draft, items: list[Item], arrays: tuple[str, ...], order: tuple[str, ...]) -> None:
    asked = {
        concept: kind
        for concept, kind in ASKED.items()
        if (concept in order and concept != "item_code") or draft.chance(0.6 if concept in order else 0.12)
    }

    def row(item: Item) -> dict[str, Value]:
        values: dict[str, Value] = {
            "description": item.name.replace("\n", " "), "quantity": item.quantity, "item_code": item.code,
            "unit_price": item.price or None, "amount": item.amount if item.price else None,
        }  # fmt: skip
        return {concept: values[concept] if concept in order else None for concept in asked}

    draft.question.table(arrays, asked, [row(item) for item in items])

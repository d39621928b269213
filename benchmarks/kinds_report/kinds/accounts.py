"""Bank statements over pages, statements of cards, accounts of a tenant: rows with dates, sums, perhaps a balance."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from html import escape

from kinds_report.chromium import Sheet
from kinds_report.draw import Draw
from kinds_report.question import Text, code
from kinds_report.style import Pair

Signed = Callable[[Decimal], str]


@dataclass(slots=True, kw_only=True)
class Entry:
    """A row: its amount is negative where money went out."""

    day: date
    text: tuple[str, ...]
    amount: Decimal
    balance: Decimal

    @property
    def described(self) -> Text:
        """Its text; the first line of two is as good."""
        return Text(" ".join(self.text), (self.text[0],) if len(self.text) > 1 else ())


def _signed(draw: Draw) -> Signed:
    """How the document writes what is negative."""
    form = draw.rng.choice(("-{}", "-{}", "{}-", "({})", "− {}"))
    return lambda amount: draw.plain(amount) if amount >= 0 else form.format(draw.plain(-amount))


def _entries(draw: Draw, start: date, opening: Decimal, count: int) -> list[Entry]:
    day, balance, entries, words = start, opening, [], draw.place.words["bank"]
    for _ in range(count):
        day += timedelta(days=draw.rng.choice((0, 1, 1, 2, 3)))
        incoming = draw.chance(0.25)
        text = [str(draw.rng.choice(words["incoming" if incoming else "outgoing"]))]
        amount = draw.price(200, 1900) if incoming else -draw.price(4, 160)
        if draw.chance(0.25):
            text.append(draw.code("REF ########", "#### #### ##", "@@## ######"))
        balance += amount
        entries.append(Entry(day=day, text=tuple(text), amount=amount, balance=balance))
    return entries


@dataclass(slots=True)
class Columns:
    """The columns of a statement: one for the amounts or one each for debit and credit; days with or without a year."""

    draw: Draw
    signed: Signed
    split: bool
    day_form: str

    @property
    def aligns(self) -> str:
        """How each is aligned."""
        return "lwrrr" if self.split else "lwrr"

    def heads(self) -> list[str]:
        """Their heads."""
        names = ("date", "text", "debit", "credit", "balance") if self.split else ("date", "text", "amount", "balance")
        return [self.draw.label(f"bank.{name}") for name in names]

    def cells(self, entry: Entry) -> list[str]:
        """The cells of a row."""
        amount, plain = entry.amount, self.draw.plain
        sums = (
            [plain(-amount) if amount < 0 else "", plain(amount) if amount > 0 else ""]
            if self.split
            else [self.signed(amount)]
        )
        return [
            self.draw.place.day(entry.day, self.day_form),
            "<br>".join(map(escape, entry.text)),
            *sums,
            self.signed(entry.balance),
        ]

    def carried(self, path: str, balance: Decimal) -> list[str]:
        """A row that carries the balance from page to page."""
        return ["", self.draw.label(path), *[""] * (len(self.aligns) - 3), self.signed(balance)]

    def asked_day(self, day: date) -> date | Text:
        """A whole date is asked as a date, one without its year as it is printed (ISO is as good)."""
        whole = "{y}" in self.day_form
        return day if whole else Text(self.draw.place.day(day, self.day_form), (day.isoformat(),))


def _ask_entries(draw: Draw, entries: list[Entry], columns: Columns) -> None:
    rows = [
        {"date": columns.asked_day(e.day), "description": e.described, "amount": e.amount, "balance": e.balance,
         "debit": -e.amount if e.amount < 0 else None, "credit": e.amount if e.amount > 0 else None}
        for e in entries
    ]  # fmt: skip
    types = {"date": "date" if "{y}" in columns.day_form else "text", "description": "text"}
    types |= {"debit": "number", "credit": "number"} if columns.split and draw.chance(0.5) else {"amount": "number"}
    draw.ask.rows(draw.rng.choice(("transactions", "entries", "rows")), types | {"balance": "number"}, rows)


def _account(draw: Draw, entries: list[Entry], opening: Decimal, signed: Signed) -> list[Pair]:
    """Whose account it is, its number and its balances, asked as well."""
    holder, number, iban = draw.person(), draw.code(f"#/{entries[0].day.year}", "###"), draw.iban()
    account, kind = (
        iban or draw.code("####-#####-##", "## #### ####", "#### #### #### ###"),
        "iban" if iban else "account",
    )
    draw.ask.text(draw.rng.choice(("account_holder", "account_name")), holder)
    draw.ask.text("iban" if iban else "account_number", code(account))
    draw.ask.text("statement_number", number)
    draw.ask.number("opening_balance", opening)
    draw.ask.number("closing_balance", entries[-1].balance)
    draw.ask.text("swift_bic", None)
    period = f"{draw.short_day(entries[0].day.replace(day=1))} – {draw.short_day(entries[-1].day)}"
    return [
        draw.pair("bank.holder", holder), draw.pair(f"bank.{kind}", account), draw.pair("bank.number", number),
        draw.pair("bank.period", period), draw.pair("bank.opening", signed(opening)),
        draw.pair("bank.closing", signed(entries[-1].balance)),
    ]  # fmt: skip


def _tables(draw: Draw, entries: list[Entry], columns: Columns) -> list[str]:
    """A table for each page; the balance is carried over at the turn, or not."""
    size, carried = draw.rng.randint(9, 14), draw.chance(0.5)
    chunks = [entries[at : at + size] for at in range(0, len(entries), size)]
    tables = []
    for at, chunk in enumerate(chunks):
        rows = [columns.cells(entry) for entry in chunk]
        if carried and at > 0:
            rows.insert(0, columns.carried("bank.brought", chunks[at - 1][-1].balance))
        if carried and at < len(chunks) - 1:
            rows.append(columns.carried("bank.carried", chunk[-1].balance))
        tables.append(draw.style.table(columns.heads(), rows, columns.aligns))
    return tables


def bank_statement(draw: Draw) -> Sheet:
    """A statement over two or three pages."""
    opening, bank, signed = draw.price(300, 3500), draw.rng.choice(draw.place.words["bank"]["banks"]), _signed(draw)
    entries = _entries(draw, draw.recent().replace(day=1), opening, draw.rng.randint(18, 26))
    day_form = draw.word("bank.short_form") if draw.chance(0.35) else draw.place.dates[0]
    columns = Columns(draw, signed, draw.chance(0.5), day_form)
    draw.ask.text("bank_name", bank)
    pairs = draw.style.pairs(_account(draw, entries, opening, signed))
    _ask_entries(draw, entries, columns)
    first = draw.style.head(escape(bank), [draw.label("bank.slogan")]) + f"<h1>{draw.label('bank.title')}</h1>{pairs}"
    tables = _tables(draw, entries, columns)
    numbers = [draw.label("bank.page", n=at + 1, of=len(tables)) for at in range(len(tables))]
    tops = [first, *[f"<b>{escape(bank)}</b>"] * (len(tables) - 1)]
    pages = zip(tops, tables, numbers, strict=True)
    return draw.sheet(*(f"{top}{table}<div class=pageno>{number}</div>" for top, table, number in pages))


def _purchases(draw: Draw, closing: date, previous: Decimal) -> tuple[str, Decimal]:
    """The table of a card's purchases, a payment before them, asked as well; the sum of the purchases."""
    names, signed = draw.some("bank.shops", draw.rng.randint(6, 9)), _signed(draw)
    days = sorted(closing - timedelta(days=draw.rng.randint(1, 28)) for _ in names)
    spent = [draw.price(3, 150) for _ in names]
    payment = (closing - timedelta(days=29), draw.word("card.payment"), -previous)
    rows = [payment, *zip(days, names, spent, strict=True)]
    columns = {"date": "date", "description": "text", "amount": "number"}
    draw.ask.rows("transactions", columns, [dict(zip(columns, row, strict=True)) for row in rows])
    cells = [[draw.short_day(day), escape(name), signed(amount)] for day, name, amount in rows]
    heads = [draw.label(f"bank.{name}") for name in ("date", "text", "amount")]
    return draw.style.table(heads, cells, "lwr"), sum(spent, Decimal(0))


def card_statement(draw: Draw) -> Sheet:
    """A statement of a credit card: purchases, a payment, the sum to pay and the least sum."""
    closing, holder, bank = draw.recent(), draw.person(), draw.rng.choice(draw.place.words["bank"]["banks"])
    card, due = draw.code("**** **** **** ####", "XXXX XXXX XXXX ####"), closing + timedelta(days=21)
    previous, least, limit = draw.price(80, 500), draw.price(15, 40), draw.price(900, 1000) // 100 * 100 * 5
    draw.ask.text("cardholder_name", holder)
    draw.ask.text("card_number", code(card))
    draw.ask.date("statement_date", closing)
    draw.ask.date("payment_due_date", due)
    table, total = _purchases(draw, closing, previous)
    sums = {"limit": limit, "previous": previous, "new": total, "least": least}
    asked = {"credit_limit": limit, "previous_balance": previous, "new_balance": total, "minimum_payment": least}
    for key, value in {**asked, "cash_advances": None}.items():
        draw.ask.number(key, value)
    pairs = [
        draw.pair("card.holder", holder), draw.pair("card.number", card), draw.pair("card.date", draw.day(closing)),
        draw.pair("card.due", draw.day(due)),
        *(draw.pair(f"card.{key}", draw.money(value)) for key, value in sums.items()),
    ]  # fmt: skip
    head = draw.style.head(escape(bank), [draw.label("bank.slogan")])
    return draw.sheet(f"{head}<h1>{draw.label('card.title')}</h1>{draw.style.pairs(pairs)}{table}")


def _months(draw: Draw, rent: Decimal) -> str:
    """What was due and what was paid by month, asked as well, and what is still owed."""
    first, balance, cells, asked = draw.recent(), Decimal(0), [], []
    for month in range(first.month - 1, first.month - 1 + draw.rng.randint(4, 7)):
        paid = rent if draw.chance(0.6) else rent - draw.price(20, 150) // 1
        balance += rent - paid
        name = draw.place.day(date(first.year + month // 12, month % 12 + 1, 1), "{month} {y}")
        cells.append([name, draw.plain(rent), draw.plain(paid), draw.plain(balance)])
        asked.append({"month": name, "rent_due": rent, "rent_paid": paid, "balance": balance})
    columns = {"month": "text", "rent_due": "number", "rent_paid": "number", "balance": "number"}
    draw.ask.rows(draw.rng.choice(("payments", "entries", "months")), columns, asked)
    draw.ask.number("balance_due", balance)
    heads = [draw.label(f"rent.{name}") for name in ("month", "due", "paid", "balance")]
    return draw.style.table(heads, cells, "wrrr") + draw.style.totals([draw.pair("rent.owed", draw.money(balance))])


def rent_statement(draw: Draw) -> Sheet:
    """A tenant's account."""
    tenant, landlord, reference = draw.person(), draw.firm(), draw.code("T-####", "##/###", "MV#####")
    rent = draw.price(400, 1200) // 1
    draw.ask.text("tenant_name", tenant)
    draw.ask.text("landlord_name", landlord)
    draw.ask.text("reference", reference)
    draw.ask.number("monthly_rent", rent)
    draw.ask.number("deposit", rent * 2)
    draw.ask.text("iban", None)
    pairs = [
        draw.pair("rent.tenant", tenant), draw.pair("rent.object", draw.one_line(draw.address())),
        draw.pair("rent.reference", reference), draw.pair("rent.rent", draw.money(rent)),
        draw.pair("rent.deposit", draw.money(rent * 2)),
    ]  # fmt: skip
    head = f"{draw.letterhead(landlord, phone=True)}<h1>{draw.label('rent.title')}</h1>{draw.style.pairs(pairs)}"
    return draw.sheet(head + _months(draw, rent))

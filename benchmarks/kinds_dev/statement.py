"""Bank statements of one to three pages: debit and credit apart or one signed amount, with a running balance."""

from dataclasses import dataclass
from datetime import date, timedelta

from kinds_document import Value

from kinds_dev.blocks import leading, pairs, party
from kinds_dev.draft import Draft
from kinds_dev.facts import Facts
from kinds_dev.sheet import PAPER
from kinds_dev.tables import Column, Table

ARRAYS = ("transactions", "transactions", "entries", "lines", "movements", "bookings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A movement; `amount` is negative for a debit."""

    day: date
    text: str
    amount: float
    balance: float


def draw(draft: Draft) -> None:
    """Draw a statement."""
    number = draft.rng.choice((draft.rng.randint(3, 16), draft.rng.randint(3, 16), draft.rng.randint(40, 75)))
    first = draft.today().replace(day=1)
    opening, moves = _moves(draft, first, number)
    draft.turn()
    bank, account = draft.any("bank_names"), draft.any("account_numbers")
    y = _head(draft, bank, account, first)
    in_table = draft.chance(0.4)
    facts = Facts(draft=draft)
    facts.money("opening_balance", opening)
    facts.money("closing_balance", moves[-1].balance)
    if not in_table:
        y = pairs(draft, (draft.left, y, 560), facts.pairs, draft.rng.choice(("run", "gap", "edge"))) + leading(draft)
    y = _table(draft, moves, facts.pairs if in_table else [], lambda: _next_page(draft, bank, account)).print(y)
    for at, sheet in enumerate(draft.sheets, 1):
        if len(draft.sheets) > 1 or draft.chance(0.5):
            sheet.print(
                draft.right, sheet.height - 30, draft.word("page_of").format(at, len(draft.sheets)), scale=0.8, at="rs"
            )


def _moves(draft: Draft, first: date, number: int) -> tuple[float, list[Move]]:
    opening = balance = draft.price(300, 9000)
    moves, days = [], sorted(draft.rng.randint(0, 27) for _ in range(number))
    for day in days:
        amount = draft.price(2, 400) * draft.rng.choice((-1, -1, -1, 1))
        if balance + amount < 0:
            amount = -amount
        balance = draft.exact(balance + amount)
        moves.append(Move(day=first + timedelta(day), text=draft.any("transactions"), amount=amount, balance=balance))
    return opening, moves


def _head(draft: Draft, bank: str, account: str, first: date) -> float:
    sheet, y = draft.sheet, 110.0
    sheet.print(draft.left, y, bank, scale=1.4, bold=True)
    sheet.print(
        draft.right, y + draft.rng.choice((0, 60)), draft.word("title.bank_statement"), scale=1.4, bold=True, at="rs"
    )
    holder, addressed = draft.person(), draft.chance(0.5)
    facts = Facts(draft=draft)
    facts.text("account_holder", holder, share=1.0 if addressed else 0.8)
    facts.pairs.append((draft.word("account_number"), account))
    draft.question.ask("iban" if draft.word("account_number") == "IBAN" and draft.chance(0.5) else "account_number",
                       "text", account, (account.replace(" ", ""),))  # fmt: skip
    facts.text("statement_number", draft.digits("##/2025") if draft.chance(0.5) else draft.digits("###"), share=0.5)
    facts.day("statement_date", draft.between(first + timedelta(28), 4), share=0.6)
    facts.day("period_start", first, share=0.6)
    facts.day("period_end", first + timedelta(27), share=0.6)
    if draft.chance(0.5):
        draft.question.ask("bank", "text", bank)
    y += leading(draft) * 4
    if addressed:
        bottom = party(draft, draft.left, y, None, (holder, *draft.address()))
        middle = (draft.left + draft.right) / 2
        right = pairs(draft, (middle, y, draft.right - middle), facts.pairs, draft.rng.choice(("run", "gap", "edge")))
        return max(bottom, right) + leading(draft)
    style = draft.rng.choice(("above", "boxes", "gap"))
    return pairs(draft, (draft.left, y, draft.right - draft.left), facts.pairs, style) + leading(draft)


def _next_page(draft: Draft, bank: str, account: str) -> float:
    sheet = draft.turn()
    sheet.print(draft.left, 100, bank, bold=True)
    sheet.print(draft.right, 100, account, at="rs")
    return 100 + leading(draft) * 2.5


def _table(draft: Draft, moves: list[Move], balances: list[tuple[str, str]], next_page: object) -> Table:
    apart, kept, valued = draft.chance(0.5), draft.chance(0.7), draft.chance(0.3)
    days = [pattern for pattern in draft.region.days if "{mm}" in pattern or "{m}月" in pattern] or [
        draft.region.days[0]
    ]
    pattern, marked = draft.rng.choice(days), draft.language in {"en", "ms"} and draft.chance(0.25)

    def signed(amount: float) -> str:
        return f"{draft.bare(abs(amount))} {'DR' if amount < 0 else 'CR'}" if marked else draft.bare(amount)

    def cells(move: Move) -> list[str]:
        shown = [draft.region.day(move.day, pattern)] * (2 if valued else 1) + [move.text]
        one = draft.bare(abs(move.amount))
        shown += [one if move.amount < 0 else "", one if move.amount > 0 else ""] if apart else [signed(move.amount)]
        return shown + ([draft.bare(move.balance)] if kept else [])

    heads = ["booking_date", *(["value_date"] if valued else []), "transaction_text"]
    heads += ["debit", "credit"] if apart else ["movement"]
    heads += ["balance"] if kept else []
    columns = [
        Column(head=draft.word(head), side="l" if "date" in head or "text" in head else "r", stretch="text" in head)
        for head in heads
    ]
    rows = [cells(move) for move in moves]
    if balances:
        text, last = heads.index("transaction_text"), len(heads) - 1
        ends = [["", *[""] * last] for _ in range(2)]
        for end, (label, value) in zip(ends, balances, strict=True):
            end[text], end[last] = label, value
        rows = [ends[0], *rows, ends[1]]
    _ask(draft, moves, apart=apart, kept=kept)
    return Table(draft=draft, columns=columns, rows=rows, next_page=next_page, bottom=PAPER[1] - 160)


def _ask(draft: Draft, moves: list[Move], *, apart: bool, kept: bool) -> None:
    columns = {"booking_date": "date", "transaction_text": "text"}
    columns |= {"debit": "money", "credit": "money"} if apart and draft.chance(0.6) else {"movement": "money"}
    columns |= {"balance": "money"} if kept else {}

    def row(move: Move) -> dict[str, Value]:
        return {
            "booking_date": move.day.isoformat(), "transaction_text": move.text, "movement": move.amount,
            "debit": -move.amount if move.amount < 0 else None, "credit": move.amount if move.amount > 0 else None,
            "balance": move.balance,
        }  # fmt: skip

    draft.question.table(ARRAYS, columns, [{name: row(move)[name] for name in columns} for move in moves])

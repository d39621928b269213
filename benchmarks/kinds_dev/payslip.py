"""Payslips: earnings and deductions, beneath each other or side by side, and what is left."""

from kinds_document import Value

from kinds_dev.blocks import leading, pairs, sums
from kinds_dev.draft import Draft
from kinds_dev.facts import Facts
from kinds_dev.letterhead import company, letterhead
from kinds_dev.tables import Column, Table
from kinds_dev.words import variants

Row = dict[str, Value]
MONTHLY = 3000


def draw(draft: Draft) -> None:
    """Draw a payslip."""
    employer, employee = company(draft), draft.person()
    draft.turn()
    y = letterhead(draft, employer, draft.word("title.payslip"))
    draft.question.party("employer", {"name": (employer.name, ())})
    y = _person(draft, employee, y)
    earnings, deductions = _earnings(draft), _deductions(draft)
    y = _tables(draft, earnings, deductions, y)
    _sums(draft, earnings, deductions, y)


def _person(draft: Draft, employee: str, y: float) -> float:
    facts, today = Facts(draft=draft), draft.today()
    facts.text("employee", employee)
    facts.text("employee_number", draft.digits("#####"), share=0.8)
    facts.text("department", draft.any("departments"), share=0.5)
    facts.text("position", draft.any("positions"), share=0.5)
    facts.text("social_number", draft.any("social_numbers"), share=0.5)
    facts.text("tax_code", draft.any("tax_codes"), share=0.4)
    month = variants("months", draft.language)[today.month - 1]
    year = f"{today.year}年{month}" if month.endswith("月") else f"{month} {today.year}"
    facts.text("pay_period", year if draft.language != "pl" else f"{today.month:02}/{today.year}", share=0.8)
    facts.day("pay_date", today, share=0.8)
    style = draft.rng.choice(("above", "boxes", "halves", "gap"))
    if style == "halves":
        half, middle = (len(facts.pairs) + 1) // 2, (draft.left + draft.right) / 2
        ends = [pairs(draft, (draft.left, y, middle - draft.left - 30), facts.pairs[:half], "gap")]
        if facts.pairs[half:]:
            ends.append(pairs(draft, (middle, y, draft.right - middle), facts.pairs[half:], "gap"))
        return max(ends) + leading(draft)
    return pairs(draft, (draft.left, y, draft.right - draft.left), facts.pairs, style) + leading(draft)


def _earnings(draft: Draft) -> list[Row]:
    basic = draft.exact(draft.rng.uniform(0.6, 1.6) * MONTHLY * max(1.0, draft.region.typical / 2))
    names, rows = variants("earnings", draft.language), []
    rows.append({"pay_item": names[0], "hours": None, "rate": None, "pay_amount": basic})
    if draft.chance(0.6):
        hours, rate = draft.rng.randint(2, 24), draft.exact(basic / 160)
        rows.append({"pay_item": names[1], "hours": hours, "rate": rate, "pay_amount": draft.exact(hours * rate)})
    return rows + [
        {"pay_item": name, "hours": None, "rate": None, "pay_amount": draft.exact(basic * draft.rng.uniform(0.02, 0.2))}
        for name in names[2:]
        if draft.chance(0.6)
    ]


def _deductions(draft: Draft) -> list[Row]:
    base = MONTHLY * max(1.0, draft.region.typical / 2)
    names = draft.rng.sample(variants("deductions", draft.language), draft.rng.randint(2, 4))
    return [{"pay_item": name, "pay_amount": draft.exact(base * draft.rng.uniform(0.01, 0.12))} for name in names]


def _tables(draft: Draft, earnings: list[Row], deductions: list[Row], y: float) -> float:
    detailed, beside = draft.chance(0.5), draft.chance(0.35)
    middle = (draft.left + draft.right) / 2
    columns = {"pay_item": "text", **({"hours": "number", "rate": "money"} if detailed else {}), "pay_amount": "money"}
    draft.question.table(
        ("earnings", "earnings", "payments"), columns, [{c: row[c] for c in columns} for row in earnings]
    )
    draft.question.table(("deductions",), {"pay_item": "text", "pay_amount": "money"}, deductions)
    ends = []
    for title, rows, heads, left, right in (
        ("earnings_title", earnings, list(columns), draft.left, middle - 25 if beside else draft.right),
        (
            "deductions_title",
            deductions,
            ["pay_item", "pay_amount"],
            middle + 25 if beside else draft.left,
            draft.right,
        ),
    ):
        top = y if beside else (ends[-1] + leading(draft) * 0.5 if ends else y)
        draft.sheet.print(left, top, draft.word(title), bold=True, scale=1.1)
        columns_here = [Column(head=draft.word(h), side="rl"[h == "pay_item"], stretch=h == "pay_item") for h in heads]
        table = Table(
            draft=draft, columns=columns_here,
            rows=[[_cell(draft, head, row[head]) for head in heads] for row in rows], left=left, right=right,
        )  # fmt: skip
        ends.append(table.print(top + leading(draft) * 1.4))
    return max(ends)


def _cell(draft: Draft, head: str, value: Value) -> str:
    if isinstance(value, int | float):
        return draft.money(value) if head != "hours" else draft.count(value)
    return value or ""


def _sums(draft: Draft, earnings: list[Row], deductions: list[Row], y: float) -> None:
    rows = Facts(draft=draft)
    gross = draft.exact(sum(float(row["pay_amount"] or 0) for row in earnings))
    less = draft.exact(sum(float(row["pay_amount"] or 0) for row in deductions))
    rows.money("gross_pay", gross, share=0.9)
    rows.money("total_deductions", less, share=0.9)
    rows.money("net_pay", draft.exact(gross - less))
    y = sums(draft, y + leading(draft), rows.pairs, right=draft.right - 10)
    if draft.chance(0.5):
        account = draft.any("account_numbers")
        draft.sheet.print(draft.left, y + leading(draft), f"{draft.word('account_number')}  {account}")
        draft.question.ask("account_number", "text", account, (account.replace(" ", ""),))

"""Timesheets and reports of expenses."""

from datetime import date, timedelta

from kinds_document import Value

from kinds_dev.blocks import fact_block, leading, sums
from kinds_dev.draft import Draft
from kinds_dev.facts import Facts
from kinds_dev.tables import Column, Table

Row = dict[str, Value]


def timesheet(draft: Draft) -> None:
    """Draw a timesheet."""
    y, monday = _head(draft, "project", draft.any("projects"))
    rows, shown = [], []
    with_task, pattern = draft.chance(0.5), _short(draft)
    for day in (monday + timedelta(at) for at in range(draft.rng.choice((5, 5, 6, 12)))):
        start, length, pause = draft.rng.randint(28, 38), draft.rng.randint(16, 38), 2
        row: Row = {
            "work_day": day.isoformat(), "task": draft.any("tasks"), "start": _clock(start),
            "end": _clock(start + length + pause), "worked": length / 4,
        }  # fmt: skip
        rows.append(row)
        shown.append([draft.region.day(day, pattern), *([str(row["task"])] if with_task else []), str(row["start"]),
                      str(row["end"]), draft.region.number(length / 4, 2)])  # fmt: skip
    kinds = {
        "work_day": "date",
        **({"task": "text"} if with_task else {}),
        "start": "text",
        "end": "text",
        "worked": "number",
    }
    draft.question.table(
        ("entries", "days", "lines", "time_entries"), kinds, [{k: row[k] for k in kinds} for row in rows]
    )
    y = _table(draft, kinds, shown).print(y)
    total = sum(float(row["worked"] or 0) for row in rows)
    facts = Facts(draft=draft)
    facts.number("total_hours", total, draft.region.number(total, 2))
    sums(draft, y, facts.pairs, right=draft.right - 10)


def expense_report(draft: Draft) -> None:
    """Draw a report of expenses."""
    y, first = _head(draft, "purpose", draft.any("purposes"))
    rows, shown, pattern = [], [], _short(draft)
    days = sorted(first + timedelta(draft.rng.randint(0, 6)) for _ in range(draft.rng.randint(2, 8)))
    for day in days:
        row: Row = {"work_day": day.isoformat(), "category": draft.any("categories"), "pay_amount": draft.price(4, 240)}
        rows.append(row)
        shown.append([draft.region.day(day, pattern), str(row["category"]), draft.money(float(row["pay_amount"] or 0))])
    kinds = {"work_day": "date", "category": "text", "pay_amount": "money"}
    draft.question.table(("expenses", "entries", "items", "lines"), kinds, rows)
    y = _table(draft, kinds, shown).print(y)
    total, facts = draft.exact(sum(float(row["pay_amount"] or 0) for row in rows)), Facts(draft=draft)
    facts.money("expenses_total", total)
    if draft.chance(0.5):
        advance = draft.exact(total * 0.3)
        facts.money("advance", advance)
        facts.money("reimbursable", draft.exact(total - advance))
    sums(draft, y, facts.pairs, right=draft.right - 10)


def _head(draft: Draft, concept: str, value: str) -> tuple[float, date]:
    sheet, y = draft.turn(), 120.0
    where = draft.rng.choice(("ls", "ms"))
    sheet.print(
        draft.left if where == "ls" else sheet.width / 2,
        y,
        draft.word(f"title.{draft.kind}"),
        scale=1.7,
        bold=True,
        at=where,
    )
    if draft.chance(0.5):
        y += leading(draft) * 1.5
        name = draft.company()
        sheet.print(draft.left if where == "ls" else sheet.width / 2, y, name, at=where)
        draft.question.ask("company", "text", name)
    facts, first = Facts(draft=draft), draft.today()
    facts.text("employee", draft.person())
    facts.text("employee_number", draft.digits("E-####"), share=0.5)
    facts.text("department", draft.any("departments"), share=0.5)
    facts.text(concept, value, share=0.7)
    facts.day("period_start", first, share=0.6)
    facts.day("period_end", first + timedelta(6), share=0.6)
    facts.text("supervisor", draft.person(), share=0.5)
    return fact_block(draft, y + leading(draft) * 2.5, facts.pairs), first


def _short(draft: Draft) -> str:
    days = [day for day in draft.region.days if "month}" not in day and "reiwa" not in day and "roc" not in day]
    return draft.rng.choice(days or list(draft.region.days))


def _clock(quarters: int) -> str:
    return f"{quarters // 4:02}:{15 * (quarters % 4):02}"


def _table(draft: Draft, kinds: dict[str, str], shown: list[list[str]]) -> Table:
    left = {"work_day", "task", "category"}
    columns = [
        Column(head=draft.word(concept), side="l" if concept in left else "r", stretch=concept in {"task", "category"})
        for concept in kinds
    ]
    return Table(draft=draft, columns=columns, rows=shown)

"""Payslips and timesheets."""

from datetime import timedelta
from decimal import Decimal
from html import escape

from kinds_report.chromium import Sheet
from kinds_report.draw import Draw

Parts = list[tuple[str, Decimal]]


def _parts(draw: Draw, path: str, count: int, least: int, most: int) -> Parts:
    return [(name, draw.price(least, most)) for name in draw.some(path, count)]


def _pay_table(draw: Draw, pay: Parts, off: Parts) -> str:
    """Two tables side by side, one above the other, or one with a column each."""
    form, style = draw.rng.choice(("beside", "above", "one")), draw.style
    heads = draw.label("pay.part"), draw.label("pay.amount")
    if form == "one":
        rows = [[escape(n), draw.plain(a), ""] for n, a in pay] + [[escape(n), "", draw.plain(a)] for n, a in off]
        return style.table([heads[0], draw.label("pay.earnings"), draw.label("pay.deductions")], rows, "wrr")
    tables = []
    for name, parts in (("pay.earnings", pay), ("pay.deductions", off)):
        rows = [[escape(n), draw.plain(a)] for n, a in parts]
        tables.append(f"<div><h2>{draw.label(name)}</h2>{style.table(list(heads), rows, 'wr')}</div>")
    return f"<div class={'grid2' if form == 'beside' else 'stack'}>{''.join(tables)}</div>"


def _pay_sums(draw: Draw, pay: Parts, off: Parts) -> str:
    """The sums, asked with the parts they are made of."""
    gross, less = (sum((amount for _, amount in parts), Decimal(0)) for parts in (pay, off))
    draw.ask.number("gross_pay", gross)
    draw.ask.number("total_deductions", less)
    draw.ask.number("net_pay", gross - less)
    columns = {draw.rng.choice(("description", "name")): "text", "amount": "number"}
    for key, parts in (("earnings", pay), ("deductions", off)):
        draw.ask.rows(key, columns, [{"description": n, "name": n, "amount": a} for n, a in parts])
    sums = {"pay.gross": gross, "pay.less": less, "pay.net": gross - less}
    return draw.style.totals([(draw.label(path), draw.money(amount)) for path, amount in sums.items()])


def payslip(draw: Draw) -> Sheet:
    """A month's pay: what is earned, what is taken off, what is paid out and when."""
    employer, name, day, number = draw.firm(), draw.person(), draw.recent(), draw.code("####", "P-#####", "00####")
    pay = [
        (draw.word("pay.basic"), draw.price(1900, 3900)),
        *_parts(draw, "pay.extras", draw.rng.randint(1, 3), 30, 400),
    ]
    off = _parts(draw, "pay.off", draw.rng.randint(3, 4), 25, 390)
    period, job = draw.place.day(day, draw.word("pay.month_form")), draw.rng.choice(draw.place.words["pay"]["jobs"])
    draw.ask.text("employer_name", employer)
    draw.ask.text("employee_name", name)
    draw.ask.text(draw.rng.choice(("employee_number", "employee_id")), number)
    draw.ask.text("pay_period", period)
    draw.ask.date("payment_date", day)
    draw.ask.text("job_title", job)
    draw.ask.number("overtime_hours", None)
    pairs = [
        draw.pair("pay.employee", name), draw.pair("pay.number", number), draw.pair("pay.job", job),
        draw.pair("pay.period", period), draw.pair("pay.date", draw.day(day)),
    ]  # fmt: skip
    head = f"{draw.letterhead(employer)}<h1>{draw.label('pay.title')}</h1>{draw.style.pairs(pairs)}"
    return draw.sheet(head + _pay_table(draw, pay, off) + _pay_sums(draw, pay, off))


def _clock(quarters: int) -> str:
    return f"{quarters // 4:02}:{quarters % 4 * 15:02}"


def _days(draw: Draw) -> str:
    """The days of a week with their hours and the sum, asked as well."""
    monday, cells, asked, total = draw.recent(), [], [], Decimal(0)
    monday -= timedelta(days=monday.weekday())
    for day in (monday + timedelta(days=n) for n in range(draw.rng.randint(5, 6))):
        begin, pause = draw.rng.randint(26, 38), draw.rng.choice((2, 3, 4))
        end = begin + pause + draw.rng.randint(20, 36)
        hours, start, stop = Decimal(end - begin - pause) / 4, _clock(begin), _clock(end)
        total += hours
        cells.append([draw.short_day(day), start, stop, _clock(pause), draw.place.number(hours, 2)])
        asked.append({"date": day, "start": start, "end": stop, "start_time": start, "end_time": stop, "hours": hours})
    clocks = draw.rng.choice((("start", "end"), ("start_time", "end_time")))
    columns = {"date": "date", **dict.fromkeys(clocks, "text"), "hours": "number"}
    draw.ask.rows(draw.rng.choice(("entries", "days", "lines")), columns, asked)
    draw.ask.number("total_hours", total)
    draw.ask.date("week_start", monday)
    week = draw.style.pairs([draw.pair("time.week", draw.day(monday))], "table")
    heads = [draw.label(f"time.{part}") for part in ("date", "start", "end", "pause", "hours")]
    sums = draw.style.totals([draw.pair("time.total", draw.place.number(total, 2))])
    return week + draw.style.table(heads, cells, "lcccr") + sums


def timesheet(draw: Draw) -> Sheet:
    """A week's hours by day: begin, end, break, hours; the sum; who approved it."""
    name, chief, project, firm = draw.person(), draw.person(), draw.code("P-####", "###-@", "@@##"), draw.firm()
    draw.ask.text("employee_name", name)
    draw.ask.text(draw.rng.choice(("approved_by", "supervisor")), chief)
    draw.ask.text("project_number", project)
    draw.ask.text("company", firm)
    draw.ask.number("hourly_rate", None)
    pairs = [draw.pair("time.employee", name), draw.pair("time.project", project), draw.pair("time.chief", chief)]
    sign = f"<div class=row><div><div class=sign></div>{draw.label('time.signed')}</div></div>"
    head = f"{draw.letterhead(firm)}<h1>{draw.label('time.title')}</h1>{draw.style.pairs(pairs)}"
    return draw.sheet(head + _days(draw) + sign)

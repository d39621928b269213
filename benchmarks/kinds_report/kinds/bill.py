"""Bills of electricity, gas or water."""

from datetime import date, timedelta
from decimal import Decimal
from html import escape

from kinds_report.chromium import Sheet
from kinds_report.draw import Draw
from kinds_report.question import code
from kinds_report.style import Pair


def _meta(draw: Draw, day: date) -> list[Pair]:
    """Numbers and dates, asked as well."""
    customer, number = draw.code("## ### ###", "V######", "########"), draw.code("#########", f"{day.year}/######")
    due = day + timedelta(days=21)
    draw.ask.text("customer_number", code(customer))
    draw.ask.text("invoice_number", code(number))
    draw.ask.date("invoice_date", day)
    draw.ask.date("due_date", due)
    period = f"{draw.short_day(day - timedelta(days=92))} – {draw.short_day(day)}"
    return [
        draw.pair("bill.customer_number", customer), draw.pair("bill.number", number),
        draw.pair("bill.date", draw.day(day)), draw.pair("bill.due", draw.day(due)), draw.pair("bill.period", period),
    ]  # fmt: skip


def _use(draw: Draw) -> tuple[str, str]:
    """The table of readings and the sums, asked as well."""
    before, used, unit = draw.rng.randint(3000, 60000), draw.rng.randint(180, 1400), draw.rng.choice(("kWh", "m³"))
    meter = draw.code("#@@@##########", "########", "@#####")
    draw.ask.text("meter_number", meter)
    draw.ask.number("previous_reading", before)
    draw.ask.number("current_reading", before + used)
    draw.ask.number("consumption", used)
    heads = [draw.label(f"bill.{part}") for part in ("meter", "previous", "current", "used")]
    readings = draw.style.table(heads, [[meter, str(before), str(before + used), f"{used} {unit}"]], "wrrr")
    return readings, _sums(draw, used, unit)


def _sums(draw: Draw, used: int, unit: str) -> str:
    price = (draw.price(1, 3) * Decimal("0.13")).quantize(Decimal("0.0001"))
    energy, standing, rate = draw.place.rounded(price * used), draw.price(8, 40), Decimal(str(draw.place.rates[0]))
    tax = draw.place.rounded((energy + standing) * rate / 100)
    draw.ask.number("tax", tax)
    draw.ask.number("total", energy + standing + tax)
    use = f"{draw.label('bill.energy')} {used} {unit} × {draw.place.number(price, 4)}"
    name = escape(draw.place.tax_name) or draw.label("trade.tax")
    return draw.style.totals([
        (use, draw.money(energy)), (draw.label("bill.standing"), draw.money(standing)),
        (f"{name} {draw.place.quantity(rate)} %", draw.money(tax)),
        (draw.label("bill.total"), draw.money(energy + standing + tax)),
    ])  # fmt: skip


def utility_bill(draw: Draw) -> Sheet:
    """Two readings, the use, its price, a standing charge, the tax."""
    supplier, name, lines = draw.rng.choice(draw.place.words["bill"]["suppliers"]), draw.person(), draw.address()
    draw.ask.text("supplier", supplier)
    draw.ask.text("customer_name", name)
    draw.ask.text("iban", None)
    head = draw.style.head(escape(supplier), [f"{draw.label('bill.service')} {escape(draw.phone())}"])
    window = "<br>".join(map(escape, (name, *lines)))
    meta = draw.style.pairs(_meta(draw, draw.recent()))
    return draw.sheet(f"{head}<div>{window}</div><h1>{draw.label('bill.title')}</h1>{meta}{''.join(_use(draw))}")

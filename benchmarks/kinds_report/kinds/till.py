"""Till slips: narrow, one face, items with or without quantity, tax included or not, cash and change."""

from decimal import Decimal
from html import escape

from kinds_report.chromium import Sheet
from kinds_report.draw import Draw
from kinds_report.question import address

MONO = "Noto Sans Mono", "Liberation Mono", "DejaVu Sans Mono", "Liberation Sans Narrow", "Noto Sans Display"
FAR = {"zh": "Noto Sans Mono CJK SC", "ja": "Noto Sans Mono CJK JP"}


def _line(left: str, right: str, big: str = "") -> str:
    return f'<div class="line {big}"><span>{left}</span><span class=r>{right}</span></div>'


def _rows(draw: Draw) -> tuple[str, Decimal]:
    """The goods sold, asked as well; quantities beneath, before or not at all."""
    form, html, asked, total = draw.rng.choice(("plain", "below", "before")), "", [], Decimal(0)
    times = draw.rng.choice((" x ", " X ", " * ")) if draw.place.language not in ("zh", "ja") else " x "
    for name in draw.some("till.goods", draw.rng.randint(3, 8)):
        count = 1 if form == "plain" else draw.rng.choice((1, 1, 1, 2, 3))
        price = draw.price(1, 19)
        amount = price * count
        total += amount
        shown = draw.plain(amount)
        if form == "below" and count > 1:
            html += _line(escape(name), shown) + f"<div>&nbsp;&nbsp;{count}{times}{draw.plain(price)}</div>"
        else:
            html += _line(f"{count} {escape(name)}" if form == "before" else escape(name), shown)
        asked.append({"name": name, "quantity": count, "price": amount, "amount": amount, "description": name})
    columns = {draw.rng.choice(("name", "description")): "text", "amount": "number"}
    if form == "before":
        columns["quantity"] = "number"
    draw.ask.rows("items", columns, asked)
    return html, total


def _tax(draw: Draw, total: Decimal) -> str:
    rate = Decimal(str(draw.rng.choice(draw.place.rates)))
    if draw.place.country == "US":
        tax = draw.place.rounded(total * rate / 100)
        draw.ask.number("subtotal", total)
        draw.ask.number("tax", tax)
        draw.ask.number("total", total + tax)
        return _line(draw.label("till.subtotal"), draw.plain(total)) + _line(
            f"{draw.place.tax_name} {draw.place.quantity(rate)}%", draw.plain(tax)
        ) + _paid(draw, total + tax)  # fmt: skip
    tax = draw.place.rounded(total * rate / (100 + rate))
    draw.ask.number("total", total)
    draw.ask.number("tax", tax)
    name = escape(draw.place.tax_name) or draw.label("till.tax")
    label = f"{draw.label('till.incl')} {name} {draw.place.quantity(rate)}%"
    return f"{_paid(draw, total)}<hr>{_line(label, draw.plain(tax))}"


def _paid(draw: Draw, total: Decimal) -> str:
    html = "<hr>" + _line(draw.label("till.total"), draw.money(total), "big")
    if draw.chance(0.5):
        step = Decimal(5) * Decimal(draw.place.scale if draw.place.scale < 1000 else 10000)
        given = (total // step + 1) * step
        draw.ask.number("cash", given)
        draw.ask.number("change", given - total)
        back = _line(draw.label("till.change"), draw.plain(given - total))
        return html + _line(draw.label("till.cash"), draw.plain(given)) + back
    card = draw.code("####")
    draw.ask.number("change", None)
    return html + _line(draw.label("till.card"), draw.plain(total)) + f"<div>**** **** **** {card}</div>"


def _head(draw: Draw) -> str:
    """The shop with its address, asked as well."""
    shop, lines = draw.rng.choice(draw.place.words["till"]["shops"]), draw.address()
    draw.ask.text(draw.rng.choice(("merchant", "store_name", "merchant_name")), shop)
    draw.ask.text("address", address(lines))
    numbers = f"{draw.label('till.phone')} {draw.phone()}", f"{draw.label('trade.tax_id')} {draw.tax_number()}"
    below = "<br>".join([*map(escape, lines), *numbers])
    align = draw.rng.choice(("center", "left"))
    return f'<div style="text-align:{align}"><div class=big>{escape(shop)}</div>{below}</div><hr>'


def _stamp(draw: Draw) -> str:
    """Number, date and time: in one line or two, the time before the date or after it."""
    day, number = draw.recent(), draw.code("####", "######", "##-####")
    clock = f"{draw.rng.randint(8, 21):02}:{draw.rng.randint(10, 59)}"
    stamp = f"{draw.short_day(day)} {clock}" if draw.chance(0.5) else f"{clock} {draw.short_day(day)}"
    draw.ask.date("date", day)
    draw.ask.text("receipt_number", number)
    if draw.chance(0.6):
        return _line(f"{draw.label('till.number')} {number}", stamp)
    return f"<div>{draw.label('till.number')} {number}</div><div>{draw.label('till.date')} {stamp}</div>"


def receipt(draw: Draw) -> Sheet:
    """A till slip."""
    top = _head(draw) + _stamp(draw)
    rows, total = _rows(draw)
    sums = _tax(draw, total)
    draw.ask.text("customer_name", None)
    end = f'<hr><div style="text-align:center">{draw.label("till.thanks")}</div>'
    html = f"<div class=slip>{top}<hr>{rows}{sums}{end}</div>"
    font = FAR.get(draw.place.language) or draw.rng.choice(MONO)
    css = f';font-family:"{font}";font-size:{draw.rng.choice((8.5, 9, 9.5))}pt;--accent:#000;padding:0'
    return draw.sheet(html, css=css, width=80, height=125 if html.count('class="line') < 11 else 155, dpi=203)

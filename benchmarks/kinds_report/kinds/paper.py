"""Letters that name sums in sentences, forms, reports of a laboratory."""

from datetime import date, timedelta
from decimal import Decimal
from html import escape

from kinds_report.chromium import Sheet
from kinds_report.draw import Draw
from kinds_report.question import Given, Text, address, code


def _letter_body(draw: Draw, day: date, number: str) -> str:
    """The sentences with the sums and the day, asked as well."""
    total, fee, due = draw.price(120, 2400), draw.price(5, 40), day + timedelta(days=draw.rng.choice((10, 14, 21)))
    draw.ask.number("amount_due", total)
    draw.ask.number("reminder_fee", fee)
    draw.ask.number("interest_rate", None)
    draw.ask.date("payment_deadline", due)
    body = draw.word("letter.body", total=draw.money(total), fee=draw.money(fee), due=draw.day(due), number=number)
    parts = (draw.word("letter.greeting"), *body.split("|"), draw.word("letter.farewell"))
    return "".join(f"<p>{escape(part)}</p>" for part in parts)


def letter(draw: Draw) -> Sheet:
    """A reminder: sums and the last day to pay stand in its sentences alone."""
    firm, reader, writer, day, lines = draw.firm(), draw.person(), draw.person(), draw.recent(), draw.address()
    number = draw.code("####/##", "@@-#####", "##.####")
    draw.ask.text(draw.rng.choice(("sender", "sender_name")), firm)
    draw.ask.text(draw.rng.choice(("recipient", "recipient_name")), reader)
    draw.ask.text("recipient_address", address(lines))
    draw.ask.date("letter_date", day)
    draw.ask.text("reference", number)
    draw.ask.text("signed_by", writer)
    window = "<br>".join(map(escape, (reader, *lines)))
    stamp = f"<p style='text-align:{draw.rng.choice(('right', 'left'))}'>{draw.day(day)}</p>"
    subject = f"<p><b>{draw.label('letter.subject')} {number}</b></p>"
    end = f"<div style='height:12mm'></div>{escape(writer)}<br>{escape(firm)}"
    head = f"{draw.letterhead(firm)}<div style='min-height:28mm'>{window}</div>"
    return draw.sheet(f"{head}{stamp}{subject}{_letter_body(draw, day, number)}{end}")


def _ask_person(draw: Draw, values: dict[str, str], born: date, day: date) -> None:
    town = values["town"]
    draw.ask.text(draw.rng.choice(("surname", "last_name")), values["surname"])
    draw.ask.text(draw.rng.choice(("given_name", "first_name")), values["given"])
    draw.ask.date("date_of_birth", born)
    draw.ask.text("street", values["street"])
    draw.ask.text("city", Text(town, (town.partition(" ")[2], town.rpartition(" ")[0])))
    draw.ask.text("phone", code(values["phone"]) if values["phone"] else None)
    draw.ask.text("email", values["mail"])
    draw.ask.text("occupation", values["job"] or None)
    draw.ask.text("form_number", values["number"])
    draw.ask.date("date", day)


def _form_lines(draw: Draw, values: dict[str, str]) -> str:
    """Boxes, a ruled table, or lines to write on."""
    look, pairs = (
        draw.rng.choice(("boxes", "ruled", "lines")),
        [draw.pair(f"form.{key}", v) for key, v in values.items()],
    )
    if look == "boxes":
        return draw.style.pairs([(label, value or "&nbsp;") for label, value in pairs], "boxes")
    if look == "ruled":
        rows = "".join(f"<tr><td>{label}</td><td class=w>{value}</td></tr>" for label, value in pairs)
        return f"<table class='rows ruled'>{rows}</table>"
    return "".join(f"<div class=line-in><span>{label}</span><span>{value}</span></div>" for label, value in pairs)


def form(draw: Draw) -> Sheet:
    """A form that is filled in, one line left empty."""
    (given, surname), lines, day = draw.names(), draw.address(), draw.recent()
    born = draw.recent().replace(year=draw.rng.randint(1950, 2005))
    mail = draw.code("@@@##").lower() + "@" + draw.rng.choice(draw.place.words["vcard"]["domains"])
    values = {
        "surname": surname, "given": given, "born": draw.short_day(born), "street": lines[0], "town": lines[-1],
        "phone": draw.phone(), "mail": mail, "job": draw.rng.choice(draw.place.words["pay"]["jobs"]),
        "number": draw.code("######", "@-#####"), "day": draw.short_day(day),
    }  # fmt: skip
    values[draw.rng.choice(("phone", "job"))] = ""
    _ask_person(draw, values, born, day)
    title = f"<h1>{draw.label('form.title')}</h1><p class=tiny>{draw.label('form.hint')}</p>"
    return draw.sheet(f"{title}{_form_lines(draw, values)}<p>{draw.label('form.consent')}</p>", height=200)


def _results(draw: Draw) -> str:
    """The table of results, asked as well: some outside their range, with a mark or without."""
    cells, asked, marked = [], [], draw.chance(0.6)
    for name, unit, least, most, after in draw.some("lab.tests", draw.rng.randint(6, 9)):
        low, high = Decimal(str(least)), Decimal(str(most))
        share = Decimal(str(round(draw.rng.uniform(-0.15, 1.2), 3)))
        value = max(low / 2, low + (high - low) * share).quantize(Decimal(1).scaleb(-after))
        span = f"{draw.place.number(low, after)} - {draw.place.number(high, after)}"
        mark = (" H" if value > high else " L" if value < low else "") if marked else ""
        cells.append([escape(name), draw.place.number(value, after) + mark, escape(unit), span])
        row: dict[str, Given | Text] = {"unit": unit, "reference_range": code(span)}
        asked.append(row | {"test": name, "name": name, "result": value, "value": value})
    test, result = draw.rng.choice(("test", "name")), draw.rng.choice(("result", "value"))
    columns = {test: "text", result: "number", "unit": "text", "reference_range": "text"}
    draw.ask.rows(draw.rng.choice(("results", "tests")), columns, asked)
    heads = [draw.label(f"lab.{part}") for part in ("test", "result", "unit", "range")]
    return draw.style.table(heads, cells, "wrlc")


def lab_report(draw: Draw) -> Sheet:
    """Results of a laboratory: value, unit, range, perhaps a mark where the value lies outside."""
    patient, doctor, lab, day, number = (
        draw.person(),
        draw.person(),
        draw.firm(),
        draw.recent(),
        draw.code("#######", "L##-####"),
    )
    born = draw.recent().replace(year=draw.rng.randint(1940, 2003))
    draw.ask.text("patient_name", patient)
    draw.ask.date("date_of_birth", born)
    draw.ask.text("doctor", doctor)
    draw.ask.text("laboratory", lab)
    draw.ask.text("report_number", number)
    draw.ask.date(draw.rng.choice(("report_date", "date")), day)
    draw.ask.text("blood_group", None)
    pairs = [
        draw.pair("lab.patient", patient), draw.pair("lab.born", draw.short_day(born)), draw.pair("lab.doctor", doctor),
        draw.pair("lab.number", number), draw.pair("lab.date", draw.short_day(day)),
    ]  # fmt: skip
    head = f"{draw.letterhead(lab, phone=True)}<h1>{draw.label('lab.title')}</h1>{draw.style.pairs(pairs)}"
    return draw.sheet(head + _results(draw))

"""Business cards, passports with their machine-readable zone, boarding passes."""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from kinds_report.checks import mrz_check
from kinds_report.chromium import Sheet
from kinds_report.draw import TODAY, Draw
from kinds_report.question import Text, address, code

STATES = {"GB": "GBR", "DE": "D", "FR": "FRA", "ES": "ESP", "NL": "NLD", "PL": "POL"}
SPELT = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE", "ß": "SS", "Ł": "L", "Ø": "OE", "'": "", "-": "<", " ": "<"})
SMALL = 8.5


def _ascii(text: str) -> str:
    """The text in the letters of the machine-readable zone."""
    plain = unicodedata.normalize("NFKD", text.upper().translate(SPELT))
    return "".join(c for c in plain if not unicodedata.combining(c))


def _spelt(text: str) -> Text:
    """A name with its accents; as good as the zone spells it."""
    return Text(text, (_ascii(text).replace("<", " "),))


def _ways(draw: Draw, lines: tuple[str, ...]) -> tuple[str, str]:
    """How to reach the person, asked as well: numbers with mail and page, and the address."""
    words, phone, mobile = draw.place.words["vcard"], draw.phone(), draw.phone() if draw.chance(0.5) else None
    domain = draw.rng.choice(words["domains"])
    mail = f"{draw.rng.choice(words['boxes'])}@{domain}"
    draw.ask.text("phone", code(phone))
    draw.ask.text("mobile", code(mobile) if mobile else None)
    draw.ask.text("fax", None)
    draw.ask.text("email", mail)
    draw.ask.text("website", Text(f"www.{domain}", (domain,)))
    draw.ask.text("address", address(lines))
    reach = [f"{draw.label('vcard.phone')} {phone}", *([f"{draw.label('vcard.mobile')} {mobile}"] if mobile else [])]
    return "<br>".join([*reach, mail, f"www.{domain}"]), "<br>".join(map(escape, lines))


def _card(draw: Draw, firm: str, who: str, ways: str, place: str) -> str:
    """One of four looks of a card."""
    form = draw.rng.choice(("left", "split", "centre", "inked"))
    if form == "split":
        right = f"<div class=ways>{ways}<br>{place}</div>"
        return f"<div class=firm>{firm}</div><div class=split><div>{who}</div>{right}</div>"
    if form == "inked":
        return f"<div class='firm bar'>{firm}</div>{who}<div class=ways style='margin-top:3mm'>{ways}<br>{place}</div>"
    align = "center" if form == "centre" else "left"
    below = f"<div class=ways>{place}<br>{ways}</div>"
    return f"<div style='text-align:{align}'>{who}<div class=house>{firm}</div>{below}</div>"


def business_card(draw: Draw) -> Sheet:
    """A card: name, title, firm, ways to reach the person."""
    name, firm, title = draw.person(), draw.firm(), draw.rng.choice(draw.place.words["vcard"]["titles"])
    draw.ask.text("name", name)
    draw.ask.text(draw.rng.choice(("title", "job_title", "position")), title)
    draw.ask.text("company", firm)
    ways, place = _ways(draw, draw.address())
    who = f"<div style='font-size:1.5em;font-weight:700'>{escape(name)}</div><div>{escape(title)}</div>"
    html = _card(draw, escape(firm), who, ways, place)
    return draw.sheet(html, css=f";font-size:{SMALL}pt;padding:6mm 7mm", width=90, height=58, dpi=300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """What a passport says of its holder."""

    given: str
    surname: str
    number: str
    state: str
    sex: str
    born: date
    issued: date
    expiry: date
    nation: str
    town: str
    office: str


def _holder(draw: Draw) -> Holder:
    given, surname = (name.upper().replace("ß", "SS") for name in draw.names())
    issued = (TODAY - timedelta(days=draw.rng.randint(100, 2800))).replace(day=draw.rng.randint(13, 28))
    words = draw.place.words["passport"]
    nation, town, office = (draw.rng.choice(words[key]).upper() for key in ("nation", "towns", "offices"))
    return Holder(
        given=given, surname=surname,
        number=draw.code("@@#######", "@########", "#########"), sex=draw.rng.choice("FM"),
        state=STATES[draw.place.country], issued=issued, expiry=issued.replace(year=issued.year + 10),
        born=date(draw.rng.randint(1948, 2004), draw.rng.randint(1, 12), draw.rng.randint(13, 28)),
        nation=nation, town=town, office=office,
    )  # fmt: skip


def _zone(holder: Holder) -> str:
    """The two lines of a passport's zone (TD3)."""
    first = f"P<{holder.state:<<3}{_ascii(holder.surname)}<<{_ascii(holder.given)}".ljust(44, "<")[:44]
    fields = (holder.number.ljust(9, "<"), f"{holder.born:%y%m%d}", f"{holder.expiry:%y%m%d}")
    number, born, expiry = (field + mrz_check(field) for field in fields)
    second = f"{number}{holder.state:<<3}{born}{holder.sex}{expiry}{'<' * 15}{mrz_check(number + born + expiry)}"
    return "".join(f"<div>{escape(line)}</div>" for line in (first, second))


def _ask_holder(draw: Draw, holder: Holder) -> None:
    draw.ask.text("passport_number", holder.number)
    draw.ask.text("surname", _spelt(holder.surname))
    draw.ask.text("given_names", _spelt(holder.given))
    draw.ask.text("nationality", Text(holder.nation, (holder.state,)))
    draw.ask.date("date_of_birth", holder.born)
    draw.ask.text("sex", holder.sex)
    draw.ask.text("place_of_birth", holder.town)
    draw.ask.date("issue_date", holder.issued)
    draw.ask.date("expiry_date", holder.expiry)
    draw.ask.text("issuing_authority", holder.office)
    draw.ask.text("occupation", None)


def _cells(draw: Draw, values: list[tuple[str, str]]) -> str:
    """Small labels with their values beneath."""
    return "".join(
        f"<div><div class=lab>{draw.label(path)}</div><div>{escape(value)}</div></div>" for path, value in values
    )


def passport(draw: Draw) -> Sheet:
    """The page of a passport with the data, labels in the country's language and in English, and the zone beneath."""
    holder = _holder(draw)
    _ask_holder(draw, holder)
    form = draw.rng.choice(("{d:02} {m:02} {y}", "{d:02}.{m:02}.{y}", "{d:02}/{m:02}/{y}"))
    born, issued, expiry = (draw.place.day(day, form) for day in (holder.born, holder.issued, holder.expiry))
    values = {
        "surname": holder.surname, "given": holder.given, "nation_label": holder.nation, "born": born,
        "sex": holder.sex, "town": holder.town, "issued": issued, "expiry": expiry, "office": holder.office,
    }  # fmt: skip
    cells = _cells(draw, [(f"passport.{key}", value) for key, value in values.items()])
    top = _cells(draw, [("passport.type", "P"), ("passport.code", holder.state), ("passport.number", holder.number)])
    head = f"<div class=row><b>{draw.label('passport.title')}</b>{top}</div>"
    html = f"{head}<div class=ident><div class=photo></div><div class=cells>{cells}</div></div>"
    html += f"<div class=zone>{_zone(holder)}</div>"
    tint = draw.rng.choice(("#f4f1ea", "#eef3f6", "#f6eef0"))
    css = f";font-size:{SMALL}pt;padding:5mm 6mm;background:{tint}"
    return draw.sheet(html, css=css, width=125, height=88, dpi=240)


def _ask_port(draw: Draw, key: str, port: tuple[str, str]) -> None:
    town, short = port
    draw.ask.text(key, Text(town, (short, f"{town} {short}", f"{town} ({short})")))


def _ask_passenger(draw: Draw) -> str:
    given, surname = (_ascii(name).replace("<", " ") for name in draw.names())
    name = f"{surname}/{given}"
    draw.ask.text("passenger_name", Text(name, (f"{surname} {given}", f"{given} {surname}")))
    return name


def boarding_pass(draw: Draw) -> Sheet:
    """A boarding pass: flight, gate, seat, times."""
    name, day, words, start = _ask_passenger(draw), draw.recent(), draw.place.words["flight"], draw.rng.randint(30, 90)
    origin, target = draw.rng.sample([tuple(pair) for pair in words["ports"]], 2)
    line, flight = draw.rng.choice(words["lines"]), draw.code("QX ####", "ZV###", "VD####")
    seat, gate, booking = (
        f"{draw.rng.randint(2, 38)}{draw.rng.choice('ACDF')}",
        draw.code("@##", "##"),
        draw.code("@@@#@@"),
    )
    boards, leaves = (f"{quarter // 4:02}:{quarter % 4 * 15:02}" for quarter in (start, start + 3))
    _ask_port(draw, "from", origin)
    _ask_port(draw, "to", target)
    draw.ask.text("flight_number", code(flight))
    draw.ask.date("date", day)
    asked = {"seat": seat, "gate": gate, "boarding_time": boards, "departure_time": leaves, "airline": line}
    for key, value in {**asked, "booking_reference": booking}.items():
        draw.ask.text(key, value)
    draw.ask.number("price", None)
    values = {
        "name": name,
        "flight": flight,
        "date": draw.day(day),
        "from": " ".join(origin),
        "to": " ".join(target),
        "booking": booking,
    }
    times = {"gate": gate, "boards": boards, "seat": seat, "leaves": leaves}
    upper, lower = (_cells(draw, [(f"flight.{key}", v) for key, v in row.items()]) for row in (values, times))
    html = f"<div class='row strip'><b>{escape(line)}</b><span>{draw.label('flight.title')}</span></div>"
    html += f"<div class=three>{upper}</div><div class=four>{lower}</div>"
    return draw.sheet(html, css=";padding:5mm 6mm", width=180, height=72, dpi=180)

"""Bills of hotels, tickets of trains, and the page of a passport."""

from datetime import date, timedelta

from kinds_document import Value

from kinds_dev.blocks import fact_block, leading, pairs, sums
from kinds_dev.draft import Draft
from kinds_dev.facts import Facts
from kinds_dev.letterhead import Company, letterhead
from kinds_dev.machine_readable import passport_lines
from kinds_dev.tables import Column, Table
from kinds_dev.words import variants


def hotel_folio(draft: Draft) -> None:
    """Draw the bill of a stay."""
    name = draft.rng.choice(variants("hotels", draft.language)).format(draft.any("company_names"))
    own = Company(name=name, address=draft.address(), vat_number=None, phone=draft.any("phones"), email=None)
    draft.turn()
    y = letterhead(draft, own, draft.word("title.hotel_folio"))
    draft.question.ask("hotel", "text", name)
    facts, arrival, nights = Facts(draft=draft), draft.today(), draft.rng.randint(1, 5)
    facts.text("guest", draft.person())
    facts.text("room", draft.digits("###"))
    facts.text("folio_number", draft.digits("F-#####"), share=0.7)
    facts.day("arrival", arrival)
    facts.day("departure", arrival + timedelta(nights))
    facts.number("nights", nights, str(nights), share=0.5)
    y = fact_block(draft, y, facts.pairs)
    _charges(draft, arrival, nights, y)


def _charges(draft: Draft, arrival: date, nights: int, y: float) -> None:
    numeric = [day for day in draft.region.days if "month}" not in day] or list(draft.region.days)
    pattern, rate, rows, shown = draft.rng.choice(numeric), draft.price(60, 190), [], []
    names = variants("charges", draft.language)
    for day in (arrival + timedelta(night) for night in range(nights)):
        for name in (names[0], *draft.rng.sample(names[1:], draft.rng.randint(0, 2))):
            amount = rate if name == names[0] else draft.price(3, 25)
            row: dict[str, Value] = {"work_day": day.isoformat(), "description": name, "pay_amount": amount}
            rows.append(row)
            shown.append([draft.region.day(day, pattern), name, draft.money(amount)])
    kinds = {"work_day": "date", "description": "text", "pay_amount": "money"}
    draft.question.table(("charges", "entries", "items", "lines"), kinds, rows)
    columns = [
        Column(head=draft.word(c), side="r" if c == "pay_amount" else "l", stretch=c == "description") for c in kinds
    ]
    y = Table(draft=draft, columns=columns, rows=shown).print(y)
    total, results = draft.exact(sum(float(row["pay_amount"] or 0) for row in rows)), Facts(draft=draft)
    results.money("total", total)
    if draft.chance(0.5):
        paid = total if draft.chance(0.5) else draft.exact(0.5 * total)
        results.money("paid", paid)
        results.money("balance_due", draft.exact(total - paid))
    sums(draft, y, results.pairs, right=draft.right - 10)


def ticket(draft: Draft) -> None:
    """Draw a ticket of a train."""
    sheet = draft.turn((1100, 720))
    draft.left, draft.right = 60, 1040
    sheet.print(draft.left, 90, draft.word("title.ticket"), scale=1.4, bold=True)
    facts, start = Facts(draft=draft), draft.rng.randint(360, 1200)
    origin, goal = draft.rng.sample(variants("cities", draft.language), 2)
    facts.text("from", origin)
    facts.text("to", goal)
    facts.day("travel_date", draft.today())
    facts.text("departs", f"{start // 60:02}:{start % 60:02}", share=0.9)
    end = start + draft.rng.randint(30, 230)
    facts.text("arrives", f"{end // 60:02}:{end % 60:02}", share=0.6)
    facts.text("train", draft.digits(draft.rng.choice(("IC ###", "@####", "EC ##"))), share=0.8)
    facts.text("class", draft.any("classes"), share=0.5)
    facts.text("coach", draft.digits("##"), share=0.6)
    facts.text("seat", draft.digits("##@"), share=0.7)
    facts.text("passenger", draft.person(), share=0.7)
    facts.text("booking", draft.digits("@@#@##"), share=0.8)
    facts.money("fare", draft.price(6, 120), signed=True)
    style = draft.rng.choice(("above", "boxes", "halves", "gap"))
    if style == "halves":
        half = (len(facts.pairs) + 1) // 2
        pairs(draft, (draft.left, 170, 440), facts.pairs[:half], "gap")
        pairs(draft, (560, 170, 440), facts.pairs[half:], "gap")
    else:
        pairs(draft, (draft.left, 170, draft.right - draft.left), facts.pairs, style)


def passport(draft: Draft) -> None:
    """Draw the page of a passport, its labels in English too now and then."""
    sheet = draft.turn((1180, 820))
    draft.left, draft.right = 60, 1120
    english = draft.language != "en" and draft.chance(0.6)
    names = _last_and_first(draft)
    number, country = draft.digits("@########"), draft.any("countries")
    birth = draft.between(date(1950, 1, 1), 18000)
    issued = draft.today()
    expires, sex = issued.replace(year=issued.year + 10), draft.rng.choice("FM")
    sheet.print(draft.left, 80, draft.word("title.passport") + (" / PASSPORT" if english else ""), scale=1.3, bold=True)
    facts = Facts(draft=draft)
    facts.text("country_code", country)
    facts.text("passport_number", number)
    facts.text("last_name", names[0])
    facts.text("first_name", names[1])
    facts.text("nationality", variants("nationalities", draft.language)[0].upper())
    facts.day("birth_date", birth)
    facts.text("sex", sex)
    facts.text("birth_place", draft.any("cities").upper(), share=0.7)
    facts.day("issued_on", issued)
    facts.day("expires_on", expires)
    facts.text("authority", draft.any("authorities").upper(), share=0.6)
    if english:
        facts.pairs = [(_bilingual(draft, label), value) for label, value in facts.pairs]
    draft.size -= 3
    sheet.size = draft.size
    y = pairs(draft, (draft.left, 150, draft.right - draft.left), facts.pairs, "above")
    for line in passport_lines(country, names, number, birth=birth, sex=sex, expires=expires):
        y = max(y, 680)
        sheet.machine_readable(draft.left, y, line, draft.right - draft.left)
        y += leading(draft) * 1.5


def _last_and_first(draft: Draft) -> tuple[str, str]:
    return draft.any("latin_surnames"), draft.any("latin_first_names")


def _bilingual(draft: Draft, label: str) -> str:
    concept = next((concept for concept, word in draft.wordings.items() if word == label), None)
    return f"{label} / {variants(concept, 'en')[0]}" if concept else label

"""Business cards and application forms."""

from datetime import date

from kinds_dev.blocks import colon, leading, pairs
from kinds_dev.draft import Draft
from kinds_dev.facts import Facts
from kinds_dev.letterhead import address_forms
from kinds_dev.words import CJK


def business_card(draft: Draft) -> None:
    """Draw a card: name, title and company without labels."""
    sheet = draft.turn((1050, 620))
    ask, name, company, title = draft.question.ask, draft.person(), draft.company(), draft.any("card_titles")
    address = draft.address()
    side = draft.rng.choice(("l", "l", "m"))
    x = {"l": 70.0, "m": sheet.width / 2}[side]
    heads = [(company, 1.3, False), (name, 1.8, True), (title, 1.0, False)]
    if draft.chance(0.4):
        heads = [*heads[1:], heads[0]]
    y = 95.0
    for text, scale, bold in heads:
        sheet.print(x, y, text, scale=scale, bold=bold, at=f"{side}s")
        y += leading(draft) * scale * 1.15
    y += leading(draft) * 0.8
    for line in (" ".join(address),) if draft.chance(0.5) else address:
        sheet.print(x, y, line, at=f"{side}s")
        y += leading(draft)
    for concept, value in (("name", name), ("job_title", title), ("company", company)):
        ask(concept, "text", value)
    if draft.chance(0.7):
        ask("address", "text", ", ".join(address), address_forms(address))
    _reach(draft, x, y, side)


def _reach(draft: Draft, x: float, y: float, side: str) -> None:
    domain = draft.digits(draft.rng.choice(("example##.com", "firm##.net", "office-#.org")))
    lines = []
    for concept, value, share in (
        ("phone", draft.any("phones"), 0.9),
        ("mobile", draft.any("phones"), 0.5),
        ("fax", draft.any("phones"), 0.3),
        ("email", f"{draft.any('email_names')}@{domain}", 0.8),
        ("website", f"www.{domain}", 0.5),
    ):
        printed = draft.chance(share)
        if printed:
            bare = concept in {"email", "website"} and draft.chance(0.5)
            lines.append(value if bare else f"{draft.word(concept)}{colon(draft)} {value}")
        if printed or draft.chance(0.3):
            draft.question.ask(concept, "text", value if printed else None)
    for line in lines:
        draft.sheet.print(x, y, line, at=f"{side}s")
        y += leading(draft)


def application_form(draft: Draft) -> None:
    """Draw a form that is filled in."""
    sheet = draft.turn()
    sheet.print(sheet.width / 2, 130, draft.word("title.application_form"), scale=1.6, bold=True, at="ms")
    facts, address = Facts(draft=draft), draft.address()
    if draft.language not in CJK and draft.chance(0.6):
        facts.text("last_name", draft.any("surnames"))
        facts.text("first_name", draft.any("first_names"))
    else:
        facts.text("full_name", draft.person())
    facts.day("birth_date", draft.between(date(1950, 1, 1), 19000).replace(day=draft.rng.randint(13, 28)))
    facts.text("birth_place", draft.any("cities"), share=0.5)
    facts.text("sex", draft.any("sexes"), share=0.5)
    facts.text("nationality", draft.any("nationalities"), share=0.6)
    facts.pairs.append((draft.word("home_address"), ", ".join(address)))
    draft.question.ask("home_address", "text", ", ".join(address), address_forms(address))
    facts.text("phone", draft.any("phones"), share=0.8)
    facts.text("email", f"{draft.any('email_names')}@{draft.digits('mail##.net')}", share=0.7)
    facts.text("occupation", draft.any("positions"), share=0.5)
    facts.text("membership_number", draft.digits("M-######"), share=0.5)
    facts.day("signed_on", draft.today(), share=0.7)
    _fill(draft, facts, 230)


def _fill(draft: Draft, facts: Facts, y: float) -> None:
    style, width = draft.rng.choice(("boxes", "gap", "run", "ruled", "cells")), draft.right - draft.left
    if style not in {"ruled", "cells"}:
        pairs(draft, (draft.left, y, width), facts.pairs, style)
        return
    step, split = leading(draft) * 1.7, draft.left + 300
    for label, value in facts.pairs:
        draft.sheet.print(draft.left + 10, y, label)
        draft.sheet.print(split + 15, y, value)
        bottom = y + step * 0.35
        if style == "ruled":
            draft.sheet.rule(split, bottom, draft.right, bottom, width=1)
        else:
            draft.sheet.frame(draft.left, bottom - step, split, bottom)
            draft.sheet.frame(split, bottom - step, draft.right, bottom)
        y += step

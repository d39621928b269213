"""The company at the head of a page: left, right or in the middle, with its numbers beneath, at the foot or nowhere."""

from dataclasses import dataclass

from kinds_document import Value

from kinds_dev.blocks import leading
from kinds_dev.draft import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company as printed; `vat_number`, `phone` and `email` are None where they are not."""

    name: str
    address: tuple[str, ...]
    vat_number: str | None
    phone: str | None
    email: str | None

    def reach(self, draft: Draft) -> tuple[str, ...]:
        """Return the lines that say how to reach it."""
        parts = [
            f"{draft.word(concept)} {value}" if draft.language != "zh" else f"{draft.word(concept)}：{value}"
            for concept, value in (("vat_number", self.vat_number), ("phone", self.phone), ("email", self.email))
            if value
        ]
        return (" · ".join(parts),) if draft.chance(0.3) and parts else tuple(parts)


def company(draft: Draft) -> Company:
    """Draw a company."""
    domain = draft.digits(draft.rng.choice(("example##.com", "firm##.net", "office-#.org")))
    return Company(
        name=draft.company(),
        address=draft.address(),
        vat_number=draft.any("vat_numbers") if draft.chance(0.7) else None,
        phone=draft.any("phones") if draft.chance(0.6) else None,
        email=f"{draft.any('email_names')}@{domain}" if draft.chance(0.5) else None,
    )


def address_forms(address: tuple[str, ...]) -> tuple[Value, ...]:
    """Return the ways to write an address in one line, beside the first."""
    return (" ".join(address), "\n".join(address))


def ask_party(draft: Draft, role: str, one: Company, *, whole: bool = True) -> None:
    """Ask for the name of a company, and for more of it where it is printed `whole`."""
    facts: dict[str, tuple[str | None, tuple[Value, ...]]] = {"name": (one.name, ())}
    if draft.chance(0.7):
        facts["address"] = (", ".join(one.address), address_forms(one.address))
    if whole:
        for concept, value in (("vat_number", one.vat_number), ("phone", one.phone), ("email", one.email)):
            if draft.chance(0.4 if value else 0.15):
                facts[concept] = (value, ())
    draft.question.party(role, facts)


def letterhead(draft: Draft, one: Company, title: str) -> float:
    """Print the company and what the document is; return where the rest may begin."""
    sheet, reach, y = draft.sheet, one.reach(draft), draft.rng.randint(100, 140)
    style = draft.rng.choice(("left", "right", "middle", "foot"))
    if style == "middle":
        middle = sheet.width / 2
        sheet.print(middle, y, one.name, scale=1.5, bold=True, at="ms")
        y += leading(draft) * 1.2
        for line in (*one.address, *reach):
            sheet.print(middle, y, line, scale=0.9, at="ms")
            y += leading(draft) * 0.95
        sheet.rule(draft.left, y - 10, draft.right, y - 10)
        sheet.print(middle, y + leading(draft) * 1.4, title, scale=1.7, bold=True, at="ms")
        return y + leading(draft) * 3.2
    edge, far = (draft.left, draft.right) if style != "right" else (draft.right, draft.left)
    sides = ("ls", "rs") if style != "right" else ("rs", "ls")
    sheet.print(edge, y, one.name, scale=1.4, bold=True, at=sides[0])
    sheet.print(far, y + (0 if draft.chance(0.5) else leading(draft)), title, scale=1.7, bold=True, at=sides[1])
    below = (*one.address, *(() if style == "foot" else reach))
    y += leading(draft) * 1.3
    for line in below:
        sheet.print(edge, y, line, scale=0.9, at=sides[0])
        y += leading(draft)
    if style == "foot" and reach:
        sheet.rule(draft.left, sheet.height - 95, draft.right, sheet.height - 95, width=1)
        at = draft.left + (draft.right - draft.left - sheet.wide("   ".join(reach), 0.85)) / 2
        sheet.print(at, sheet.height - 62, "   ".join(reach), scale=0.85)
    return max(y, 260) + leading(draft)

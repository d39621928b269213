"""Forms whose words are crossed out or ticked without boxes or columns, as PDF operators: the half kept unseen."""

import random
from typing import Any

from marks_by_pen import Pen
from marks_drawn import Form, note_kinds

CROSSED = (
    ("Salutation", ("Mr", "Mrs", "Dr")), ("Employment", ("employed", "retired")), ("Meal", ("meat", "fish", "vegan")),
    ("Driver", ("yes", "no")), ("Tenant", ("oui", "non")), ("Student", ("sim", "não")),
)  # fmt: skip
TICKED = (
    ("Shift", ("early", "late", "night")), ("Payment", ("cash", "card", "transfer")), ("Room", ("single", "double")),
    ("Parking", ("yes", "no")), ("Breakfast", ("Ja", "Nee")), ("Animals", ("sì", "no")),
)  # fmt: skip
LISTS = (
    ("Please tick the documents enclosed", "documents_enclosed", ("passport", "payslips", "photograph", "lease")),
    ("Cochez vos loisirs :", "loisirs", ("lecture", "cinéma", "voyages", "cuisine", "jardinage")),
    ("Symptoms (check all that apply)", "symptoms", ("fever", "cough", "headache", "nausea", "fatigue")),
)
YES = ("yes", "oui", "sim", "Ja", "sì")


class Crossing(Pen):
    """A pen that crosses words out."""

    def cross(self, left: float, right: float) -> None:
        """Two curves over a word in the current row."""
        rng, size = self.rng, self.size
        low, high = self.y - rng.uniform(0.05, 0.4) * size, self.y + rng.uniform(0.7, 1.1) * size
        a, b = left - rng.uniform(-0.1, 0.3) * size, right + rng.uniform(-0.1, 0.3) * size
        for start, end in ((low, high), (high, low)):
            bend = [rng.uniform(-0.07, 0.07) * size for _ in range(2)]
            first, second = start + (end - start) / 3 + bend[0], start + 2 * (end - start) / 3 + bend[1]
            self.curve((a, start), ((2 * a + b) / 3, first, (a + 2 * b) / 3, second, b, end))

    def tick_or_cross(self, x: float, crosses: bool) -> None:
        """The mark of this pen from `x` on."""
        if crosses:
            self.cross(x, x + 0.6 * self.size)
        else:
            self.check(x)


def _asked(words: tuple[str, ...], kept: str | None) -> tuple[dict[str, Any], bool | str | None]:
    if words[0] in YES:
        return {"type": ["boolean", "null"]}, None if kept is None else kept == words[0]
    return {"type": ["string", "null"], "enum": [*words, None]}, kept


def draw(seed: int) -> Form:
    """Draw the form of `seed`, worn as a scan but for one in five."""
    rng = random.Random(179_424_673 * seed + 3)  # noqa: S311 - to be repeated, not to be secret
    pen = Crossing(rng)
    properties: dict[str, Any] = {}
    truth: dict[str, Any] = {}
    kinds: dict[str, str] = {}
    pen.text(50, "Applicant: Robin Vale")
    pen.down(2.4)
    before, crosses = rng.random() < 0.5, rng.random() < 0.25
    for pool, kind in ((CROSSED, "crossed out"), (TICKED, "tick beside a word")):
        for label, words in rng.sample(pool, 3):
            kept = rng.choice(words) if rng.random() < 0.85 else None
            x = pen.text(50, f"{label}:") + (4 if pool is CROSSED else 2 * pen.size)
            for number, word in enumerate(words):
                edge = pen.text(x, word)
                end = edge - 0.25 * pen.size
                if pool is CROSSED and kept not in (None, word):
                    pen.cross(x, end)
                elif pool is TICKED and word == kept:
                    pen.tick_or_cross(x - 1.4 * pen.size if before else end + 0.4 * pen.size, crosses)
                x = edge + 2.4 * pen.size
                if pool is CROSSED:
                    x = pen.text(edge, "/") if number + 1 < len(words) else edge
            properties[label.lower()], truth[label.lower()] = _asked(words, kept)
            note_kinds(kinds, truth, kind)
            pen.down(2.4)
    head, name, items = rng.choice(LISTS)
    pen.text(50, head)
    ticked = [item for item in items if rng.random() < 0.5]
    for item in items:
        pen.down(1.6)
        edge = pen.text(80, item)
        if item in ticked:
            pen.tick_or_cross(80 - 1.7 * pen.size if before else edge + 0.4 * pen.size, crosses)
    properties[name], truth[name] = {"type": "array", "items": {"type": "string", "enum": list(items)}}, ticked
    note_kinds(kinds, truth, "ticks in a list")
    return pen.form(properties, truth, kinds)

"""Forms whose words are crossed out or ticked without boxes or columns, drawn with Pillow: developed on.

Words parted by bars of which all but one are crossed out, words beside each other with a tick before or behind one of
them, and a list below a line that asks to tick.
"""

import random
from math import pi, sin
from typing import Any

from marks_by_hand import Hand
from marks_drawn import Form, note_kinds, nullable, slug
from page_wear import scanned

CHOICES = (
    ("Title", ("Mr", "Mrs", "Ms")), ("Gender", ("male", "female")), ("Delivery", ("courier", "pick-up", "post")),
    ("Contract", ("permanent", "temporary")), ("Smoker", ("Yes", "No")), ("Raucher", ("Ja", "Nein")),
    ("Fumador", ("Sí", "No")), ("Insured", ("Yes", "No")),
)  # fmt: skip
LISTS = (
    ("Conditions (please tick all that apply):", ("Asthma", "Diabetes", "Allergies", "Heart disease", "Epilepsy")),
    ("Leistungen (bitte ankreuzen):", ("Reinigung", "Wartung", "Lieferung", "Montage")),
    ("Topics of interest - tick as appropriate", ("Sport", "Music", "Travel", "Cooking", "Science")),
)
YES = ("Yes", "Ja", "Sí")


class Beside(Hand):
    """Crosses words out, and ticks beside them."""

    def bent(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """A stroke that is not quite straight."""
        bend = self.rng.uniform(-0.08, 0.08) * self.size
        steps = [step / 12 for step in range(13)]
        self.stroke(
            [
                (start[0] + (end[0] - start[0]) * u, start[1] + (end[1] - start[1]) * u + bend * sin(pi * u))
                for u in steps
            ]
        )

    def cross_out(self, left: float, right: float) -> None:
        """A cross over a word of the current row, or over the middle of a long one."""
        rng, size = self.rng, self.size
        if right - left > 2.2 * size and rng.random() < 0.4:
            middle, half = (left + right) / 2 + rng.uniform(-0.2, 0.2) * (right - left), rng.uniform(0.6, 1.1) * size
            left, right = middle - half, middle + half
        top, bottom = self.y + 0.15 * size, self.y + 0.95 * size
        out = [rng.uniform(-0.05, 0.35) * size for _ in range(8)]
        self.bent((left - out[0], top - out[1]), (right + out[2], bottom + out[3]))
        self.bent((left - out[4], bottom + out[5]), (right + out[6], top - out[7]))

    def mark(self, x: float) -> None:
        """A tick, or in three of ten a cross, from `x` on."""
        size, base = self.size * self.rng.uniform(0.7, 1.2), self.y + 0.93 * self.size
        if self.rng.random() < 0.3:
            self.bent((x, base - 0.8 * size), (x + 0.8 * size, base))
            self.bent((x, base), (x + 0.8 * size, base - 0.8 * size))
        else:
            self.bent((x, base - 0.45 * size), (x + 0.3 * size, base))
            self.bent((x + 0.3 * size, base), (x + 0.9 * size, base - self.rng.uniform(0.9, 1.3) * size))


def _ask(
    label: str, words: tuple[str, ...], kept: str | None, properties: dict[str, Any], truth: dict[str, Any]
) -> None:
    name = slug(label)
    if words[0] in YES:
        properties[name], truth[name] = nullable("boolean"), None if kept is None else kept == words[0]
    else:
        properties[name], truth[name] = {"type": ["string", "null"], "enum": [*words, None]}, kept


def draw(seed: int) -> Form:
    """Draw the form of `seed`, worn as a scan but for one in four."""
    rng = random.Random(15_485_863 * seed + 7)  # noqa: S311 - to be repeated, not to be secret
    page = Beside(rng)
    size = page.size
    properties: dict[str, Any] = {}
    truth: dict[str, Any] = {}
    kinds: dict[str, str] = {}
    page.text(page.left, "Name: Robin Vale")
    page.y += page.step
    chosen = rng.sample(CHOICES, 6)
    before = rng.random() < 0.5
    for number, (label, words) in enumerate(chosen):
        kept = rng.choice(words) if rng.random() < 0.85 else None
        x = page.text(page.left, label + ":") + (rng.choice((0.5, 3)) if number < 3 else 2.2) * size
        bar = rng.choice((" / ", "/"))
        for place, word in enumerate(words):
            edge = page.text(x, word)
            if number < 3 and kept not in (None, word):
                page.cross_out(x, edge)
            elif number >= 3 and word == kept:
                page.mark(x - rng.uniform(1.2, 1.5) * size if before else edge + rng.uniform(0.2, 0.5) * size)
            x = edge + rng.uniform(2.4, 3.2) * size
            if number < 3:
                x = page.text(edge, bar) if place + 1 < len(words) else edge
        _ask(label, words, kept, properties, truth)
        note_kinds(kinds, truth, "crossed out" if number < 3 else "tick beside a word")
        page.y += page.step
    head, items = rng.choice(LISTS)
    page.text(page.left, head)
    ticked = [item for item in items if rng.random() < 0.4]
    left = rng.random() < 0.6
    for item in items:
        page.y += 1.5 * size
        x = page.left + 2.5 * size
        edge = page.text(x, item)
        if item in ticked:
            page.mark(x - rng.uniform(1.4, 1.9) * size if left else edge + rng.uniform(0.4, 0.9) * size)
    name = slug(head.split("(")[0].split("-")[0].strip())
    properties[name], truth[name] = {"type": "array", "items": {"type": "string", "enum": list(items)}}, ticked
    note_kinds(kinds, truth, "ticks in a list")
    image = page.image if rng.random() < 0.25 else scanned(page.image, rng)
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return Form(image, schema, truth, kinds=kinds)

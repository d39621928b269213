"""Forms marked by hand without boxes, written as PDF operators and rendered by pdfium: the half kept unseen.

It shares no drawing with `marks_by_hand`: strokes are Bézier curves, and words, fonts and layouts are others.
"""

import random
from typing import Any

from marks_drawn import Form, note_kinds
from marks_printed import ANSWERS, ASKED, Sheet
from page_wear import scanned

KINDS = (
    ("Salutation", ("Mr", "Mrs", "Dr")), ("Contract", ("permanent", "temporary")),
    ("Meal", ("meat", "fish", "vegetarian")), ("Gender", ("male", "female")),
)  # fmt: skip
POINTS = ("Fire exits clear", "First aid box", "Lighting", "Floor dry", "Guards fitted", "Waste removed")
SIGNERS = (
    ("Signature of tenant", "signed_by_tenant"),
    ("Employee signature", "signed_by_employee"),
    ("Signature", "signed"),
)


class Pen(Sheet):
    """A sheet that is written on with a pen."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.colour = rng.choice(("0 0 0", "0.1 0.15 0.6", "0.2 0.2 0.25"))
        self.wide = rng.uniform(0.9, 1.8)

    def curve(self, start: tuple[float, float], *pieces: tuple[float, float, float, float, float, float]) -> None:
        """Draw Bézier curves with the pen."""
        path = " ".join(" ".join(f"{number:.2f}" for number in piece) + " c" for piece in pieces)
        self.operators.append(
            f"q {self.colour} RG {self.wide:.2f} w 1 J 1 j {start[0]:.2f} {start[1]:.2f} m {path} S Q"
        )

    def loop(self, left: float, right: float) -> None:
        """A ring around words in the current row."""
        rng, size = self.rng, self.size
        a, b = left - rng.uniform(0.2, 0.5) * size, right + rng.uniform(0.1, 0.5) * size
        low, high = self.y - rng.uniform(0.4, 0.7) * size, self.y + rng.uniform(1.0, 1.3) * size
        x, gap = (a + b) / 2, rng.uniform(-0.3, 0.3) * size
        k = 0.55 * (b - a) / 2
        y = (low + high) / 2
        v = 0.55 * (high - low) / 2
        self.curve(
            (x, high), (x - k, high, a, y + v, a, y), (a, y - v, x - k, low, x, low),
            (x + k, low, b, y - v, b, y), (b, y + v, x + k, high + gap / 2, x + gap, high - abs(gap) / 2),
        )  # fmt: skip

    def strike(self, left: float, right: float) -> None:
        """A line through words in the current row."""
        rng, size = self.rng, self.size
        a, b, y = (
            left - rng.uniform(0, 0.3) * size,
            right + rng.uniform(-0.1, 0.2) * size,
            self.y + rng.uniform(0.22, 0.38) * size,
        )
        bend = [rng.uniform(-0.1, 0.1) * size for _ in range(3)]
        self.curve((a, y), ((2 * a + b) / 3, y + bend[0], (a + 2 * b) / 3, y + bend[1], b, y + bend[2]))

    def check(self, x: float) -> None:
        """A tick in the current row."""
        size, y = self.size * self.rng.uniform(0.7, 1.1), self.y + 0.1 * self.size
        down = (x + 0.1 * size, y + 0.2 * size, x + 0.2 * size, y, x + 0.3 * size, y)
        up = (x + 0.4 * size, y + 0.3 * size, x + 0.7 * size, y + 0.8 * size, x + size, y + 1.1 * size)
        self.curve((x, y + 0.4 * size), down, up)

    def name(self, x: float, y: float) -> None:
        """A signature."""
        rng, size = self.rng, self.size
        pieces = []
        for number in range(rng.randint(5, 8)):
            high = size * (rng.uniform(1.2, 2.0) if number in (0, 3) else rng.uniform(0.5, 0.9))
            wide = size * rng.uniform(0.5, 0.9)
            pieces.append((x + 0.8 * wide, y + high, x + 0.1 * wide, y + high, x + 0.4 * wide, y))
            pieces.append((x + 0.5 * wide, y - 0.2 * size, x + 0.8 * wide, y + 0.1 * size, x + wide, y + 0.2 * size))
            x += wide
        self.curve((pieces[0][4] - 0.4 * size, y), *pieces)

    def form(self, properties: dict[str, Any], truth: dict[str, Any], kinds: dict[str, str]) -> Form:
        """The sheet as a form, at 110 to 300 dpi, worn as a scan but for one in five."""
        image = self.rendered(self.rng.choice((110, 150, 200, 200, 300)) / 72)
        image = scanned(image, self.rng) if self.rng.random() < 0.8 else image
        asked = {"type": "object", "properties": properties, "required": list(properties)}
        return Form(image, asked | {"additionalProperties": False}, truth, kinds=kinds)

    def rule(self, left: float, y: float, right: float) -> None:
        """A line to write on."""
        self.operators.append(f"q 0.3 G 0.6 w {left:.2f} {y:.2f} m {right:.2f} {y:.2f} l S Q")


def _answers(pen: Pen, language: str, properties: dict[str, Any], truth: dict[str, Any]) -> None:
    yes, no = ANSWERS[language]
    for question in pen.rng.sample(ASKED[language], 3):
        answer = pen.rng.choice((True, False, None))
        pen.text(50, question + "?")
        left = pen.rng.choice((250, 290))
        edge = pen.text(left, yes)
        bar = pen.text(edge, "/")
        end = pen.text(bar, no)
        if answer is not None and pen.rng.random() < 0.7:
            pen.loop(*((left, edge - 0.25 * pen.size) if answer else (bar, end - 0.25 * pen.size)))
        elif answer is not None:
            pen.strike(*((bar, end - 0.25 * pen.size) if answer else (left, edge - 0.25 * pen.size)))
        name = "_".join(question.lower().split())
        properties[name], truth[name] = {"type": ["boolean", "null"]}, answer
        pen.down(2.4)


def _words(pen: Pen, properties: dict[str, Any], truth: dict[str, Any]) -> None:
    for label, words in pen.rng.sample(KINDS, 2):
        kept = pen.rng.choice(words)
        x = pen.text(50, f"{label}:") + 4
        circled = pen.rng.random() < 0.4
        for number, word in enumerate(words):
            edge = pen.text(x, word)
            if (word == kept) == circled:
                (pen.loop if circled else pen.strike)(x, edge - 0.25 * pen.size)
            x = pen.text(edge, "/") if number + 1 < len(words) else edge
        name = "_".join(label.lower().split())
        properties[name], truth[name] = {"type": ["string", "null"], "enum": [*words, None]}, kept
        pen.down(2.4)


def _inspection(pen: Pen, properties: dict[str, Any], truth: dict[str, Any]) -> None:
    columns = (260, 320, 380)
    pen.text(50, "Check")
    for x, head in zip(columns, ("Yes", "No", "N/A"), strict=True):
        pen.text(x, head)
    for point in pen.rng.sample(POINTS, 4):
        pen.rule(45, pen.y - 0.6 * pen.size, 440)
        pen.down(1.9)
        pen.text(50, point)
        place = pen.rng.choice((0, 1, 2, None))
        if place is not None:
            pen.check(columns[place] + pen.rng.uniform(0, 0.8) * pen.size)
        name = "_".join(point.lower().split())
        properties[name], truth[name] = (
            {"type": ["boolean", "null"]},
            {0: True, 1: False}.get(2 if place is None else place),
        )
    pen.down(4)


def draw(seed: int) -> Form:
    """Draw the form of `seed`, worn as a scan but for one in five."""
    rng = random.Random(104_729 * seed + 5)  # noqa: S311 - to be repeated, not to be secret
    pen = Pen(rng)
    properties: dict[str, Any] = {}
    truth: dict[str, Any] = {}
    kinds: dict[str, str] = {}
    pen.text(50, "Applicant: Robin Vale")
    pen.down(2.4)
    _answers(pen, rng.choice(("en", "en", *ANSWERS)), properties, truth)
    note_kinds(kinds, truth, "ring or strike")
    _words(pen, properties, truth)
    note_kinds(kinds, truth, "ring or strike")
    _inspection(pen, properties, truth)
    note_kinds(kinds, truth, "tick")
    label, name = rng.choice(SIGNERS)
    signed = rng.random() < 0.6
    if rng.random() < 0.5:
        pen.rule(50, pen.y, 220)
        where = (60, pen.y + 2)
        pen.down(1.2)
        pen.text(50, label)
    else:
        edge = pen.text(50, f"{label}:")
        pen.rule(edge + 3, pen.y - 2, edge + 170)
        where = (edge + 12, pen.y)
    if signed:
        pen.name(*where)
    properties[name], truth[name] = {"type": ["boolean", "null"]}, signed
    note_kinds(kinds, truth, "signature")
    return pen.form(properties, truth, kinds)

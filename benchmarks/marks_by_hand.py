"""Forms marked by hand without boxes: words circled and struck, ticks in a checklist, signatures; drawn with Pillow."""

import random
from math import cos, pi, sin
from typing import Any

from marks_drawn import LATIN, QUESTIONS, YES_NO, Form, note_kinds, nullable, slug
from page_wear import scanned
from PIL import Image, ImageDraw, ImageFont

TITLES = (("Title", ("Mr", "Mrs", "Ms")), ("Status", ("single", "married", "widowed")), ("Visit", ("first", "repeat")))
CHECKED = ("Brakes", "Lights", "Tyres", "Mirrors", "Horn", "Seat belts")
SIGNED = ("Signature", "Customer signature", "Unterschrift", "Firma del cliente")
NAMES = ("Jane Doe", "Peter Marsh", "A. Okafor")


class Hand:
    """Writes print, and draws on it by hand."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.dpi = rng.choice((110, 150, 200, 200, 300))
        self.size = rng.choice((9, 10, 11, 12)) * self.dpi / 72
        self.image = Image.new("RGB", (int(7.5 * self.dpi), int(8.5 * self.dpi)), "white")
        self.draw = ImageDraw.Draw(self.image)
        self.font = ImageFont.truetype(rng.choice(LATIN), round(self.size))
        self.ink = rng.choice(((10, 10, 10), (25, 35, 150), (40, 40, 60)))
        self.width = max(2, round(self.dpi / 72 * rng.uniform(0.9, 1.7)))
        self.left, self.y, self.step = 0.6 * self.dpi, 0.5 * self.dpi, self.size * rng.uniform(2.0, 2.8)

    def text(self, x: float, text: str, y: float | None = None) -> float:
        """Write `text`; return its right edge."""
        self.draw.text((x, self.y if y is None else y), text, font=self.font, fill=(20, 20, 20))
        return x + self.draw.textlength(text, font=self.font)

    def stroke(self, points: list[tuple[float, float]]) -> None:
        """Draw a line by hand."""
        self.draw.line(points, fill=self.ink, width=self.width, joint="curve")

    def circle(self, left: float, right: float) -> None:
        """Draw a ring around a word in the current row, not quite closed or more than closed."""
        rng = self.rng
        x, y = (left + right) / 2, self.y + 0.6 * self.size
        wide = (right - left) / 2 + self.size * rng.uniform(0.25, 0.55)
        high = self.size * rng.uniform(0.75, 1.1)
        start, end = rng.uniform(0, 2 * pi), rng.uniform(1.85 * pi, 2.2 * pi)
        drift, lean = rng.uniform(-0.1, 0.1), rng.uniform(-0.12, 0.12)
        steps = [start + end * step / 40 for step in range(41)]
        grow = [1 + drift * step / 40 for step in range(41)]
        self.stroke(
            [
                (x + wide * g * cos(a) + lean * high * sin(a), y + high * g * sin(a))
                for a, g in zip(steps, grow, strict=True)
            ]
        )

    def strike(self, left: float, right: float) -> None:
        """Draw a line through a word in the current row."""
        rng, out = self.rng, self.size * self.rng.uniform(0, 0.3)
        y = self.y + self.size * rng.uniform(0.55, 0.7)
        wave = [rng.uniform(-0.05, 0.05) * self.size for _ in range(6)]
        rise = rng.uniform(-0.08, 0.08) * self.size
        xs = [left - out + (right - left + 2 * out) * step / 5 for step in range(6)]
        self.stroke([(x, y + wave[step] + rise * (step - 2.5)) for step, x in enumerate(xs)])

    def tick(self, x: float, y: float) -> None:
        """Draw a tick or a cross around a point."""
        side, rng = self.size * self.rng.uniform(0.8, 1.2), self.rng
        ways = rng.choice(
            (([(-0.4, 0), (-0.1, 0.4), (0.5, -0.5)],), ([(-0.4, -0.4), (0.4, 0.4)], [(0.4, -0.4), (-0.4, 0.4)]))
        )
        for way in ways:
            self.stroke(
                [(x + side * (u + rng.uniform(-0.06, 0.06)), y + side * (v + rng.uniform(-0.06, 0.06))) for u, v in way]
            )

    def sign(self, x: float, y: float) -> None:
        """Draw a signature from a point of its base line on: loops, running letters, a flourish."""
        rng, size = self.rng, self.size
        points, at = [], x
        for _ in range(rng.randint(5, 9)):
            high, wide = size * rng.choice((0.6, 0.7, 1.5, 1.9)), size * rng.uniform(0.4, 0.8)
            points += [
                (at + wide * 0.2, y - high * 0.5),
                (at + wide * 0.5, y - high),
                (at + wide * 0.6, y - high * 0.4),
            ]
            points += [(at + wide, y + size * rng.uniform(-0.1, 0.15))]
            at += wide
        self.stroke(points)
        if rng.random() < 0.5:
            self.stroke([(x, y + 0.4 * size), (at, y + size * rng.uniform(0.1, 0.5))])

    def next(self, share: float = 1) -> None:
        """Go to the next row."""
        self.y += share * self.step


def _circled(hand: Hand, properties: dict[str, Any], truth: dict[str, Any], language: str) -> None:
    """Yes or no with a ring around one."""
    yes, no = YES_NO[language]
    apart = hand.rng.random() < 0.3
    for question in hand.rng.sample(QUESTIONS[language], 3):
        answer = hand.rng.choice((True, False, None))
        hand.text(hand.left, question)
        first = hand.left + 13 * hand.size
        middle = hand.text(first, yes)
        second = middle + 4 * hand.size if apart else hand.text(middle, " / ")
        last = hand.text(second, no)
        if answer is not None:
            hand.circle(*((first, middle) if answer else (second, last)))
        properties[slug(question)], truth[slug(question)] = nullable("boolean"), answer
        hand.next()


def _struck(hand: Hand, properties: dict[str, Any], truth: dict[str, Any]) -> None:
    """Words of which all but one are struck."""
    for label, words in hand.rng.sample(TITLES, 2):
        kept = hand.rng.choice((*words, None))
        x = hand.text(hand.left, f"{label}: ")
        for number, word in enumerate(words):
            right = hand.text(x, word)
            if kept is not None and word != kept:
                hand.strike(x, right)
            x = hand.text(right, " / ") if number + 1 < len(words) else right
        if hand.rng.random() < 0.5:
            hand.text(x + hand.size, "(delete as appropriate)")
        properties[slug(label)], truth[slug(label)] = {"type": ["string", "null"], "enum": [*words, None]}, kept
        hand.next()


def _checked(hand: Hand, properties: dict[str, Any], truth: dict[str, Any]) -> None:
    """A checklist whose cells are ticked."""
    heads = hand.rng.choice((("Yes", "No"), ("Yes", "No", "N/A"), ("OK", "Not OK")))
    columns = [hand.left + (12 + 5 * number) * hand.size for number in range(len(heads))]
    ruled = hand.rng.random() < 0.6
    top = hand.y - 0.3 * hand.step
    hand.text(hand.left, "Item")
    for x, head in zip(columns, heads, strict=True):
        hand.text(x, head)
    hand.next()
    for item in hand.rng.sample(CHECKED, 4):
        place = hand.rng.choice((*range(len(heads)), None))
        hand.text(hand.left + 0.2 * hand.size, item)
        if place is not None:
            hand.tick(columns[place] + hand.size * hand.rng.uniform(0.4, 1.0), hand.y + 0.6 * hand.size)
        if heads == ("OK", "Not OK"):
            properties[slug(item)] = {"type": ["string", "null"], "enum": ["OK", "Not OK", None]}
            truth[slug(item)] = heads[place] if place is not None else None
        else:
            properties[slug(item)] = nullable("boolean")
            truth[slug(item)] = {0: True, 1: False}.get(place if place is not None else 2)
        hand.next()
    bottom = hand.y - 0.3 * hand.step
    if ruled:
        xs = [hand.left - 0.3 * hand.size, *(x - hand.size for x in columns), columns[-1] + 4 * hand.size]
        for x in xs:
            hand.draw.line((x, top, x, bottom), fill=(60, 60, 60), width=max(1, hand.dpi // 100))
        for row in range(6):
            y = top + row * (bottom - top) / 5
            hand.draw.line((xs[0], y, xs[-1], y), fill=(60, 60, 60), width=max(1, hand.dpi // 100))


def _signed(hand: Hand, properties: dict[str, Any], truth: dict[str, Any]) -> None:
    """A field for a signature: signed, empty, or with a printed name alone."""
    label, state = hand.rng.choice(SIGNED), hand.rng.choice(("signed", "signed", "empty", "name"))
    way = hand.rng.choice(("beside", "above", "box"))
    rule = (90, 90, 90)
    hand.next(1.5)
    if way == "beside":
        x = hand.text(hand.left, f"{label}:") + hand.size
        field, base = x + 0.5 * hand.size, hand.y + 1.1 * hand.size
        hand.draw.line((x, base, x + 15 * hand.size, base), fill=rule, width=max(1, hand.dpi // 100))
    elif way == "above":
        field, base = hand.left + hand.size, hand.y + 1.1 * hand.size
        hand.draw.line((hand.left, base, hand.left + 15 * hand.size, base), fill=rule, width=max(1, hand.dpi // 100))
        hand.text(hand.left + 0.5 * hand.size, label, base + 0.2 * hand.size)
    else:
        field, base = hand.left + 1.5 * hand.size, hand.y + 3.2 * hand.size
        hand.draw.rectangle((hand.left, hand.y, hand.left + 16 * hand.size, hand.y + 4 * hand.size), outline=rule)
        hand.text(hand.left + 0.4 * hand.size, label, hand.y + 0.2 * hand.size)
    if state == "signed":
        hand.sign(field, base - 0.1 * hand.size)
    elif state == "name":
        hand.text(field, hand.rng.choice(NAMES), base - 1.2 * hand.size)
    name = hand.rng.choice(("signed", "signature_present", "is_signed"))
    properties[name], truth[name] = nullable("boolean"), {"signed": True, "empty": False, "name": None}[state]


def draw(seed: int) -> Form:
    """Draw the form of `seed`, worn as a scan but for one in four."""
    rng = random.Random(31 * seed + 7)  # noqa: S311 - to be repeated, not to be secret
    hand = Hand(rng)
    properties: dict[str, Any] = {}
    truth: dict[str, Any] = {}
    kinds: dict[str, str] = {}
    hand.text(hand.left, f"Name: {rng.choice(NAMES)}")
    hand.next()
    _circled(hand, properties, truth, rng.choice(("en", "en", "de", "fr", "es", "it", "pt", "nl")))
    note_kinds(kinds, truth, "ring")
    _struck(hand, properties, truth)
    note_kinds(kinds, truth, "strike")
    _checked(hand, properties, truth)
    note_kinds(kinds, truth, "tick")
    _signed(hand, properties, truth)
    note_kinds(kinds, truth, "signature")
    image = scanned(hand.image, rng) if rng.random() < 0.75 else hand.image
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return Form(image, schema, truth, kinds=kinds)

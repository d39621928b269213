"""Forms with boxes to tick, drawn with Pillow: the half of the pages that the rules for marks were developed on."""

import random
from dataclasses import dataclass, field
from typing import Any, Final

from page_wear import scanned
from PIL import Image, ImageDraw, ImageFont

LATIN: Final = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf",
)
CJK: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
)
YES_NO: Final = {
    "en": ("Yes", "No"), "de": ("Ja", "Nein"), "fr": ("Oui", "Non"), "es": ("Sí", "No"), "it": ("Sì", "No"),
    "pt": ("Sim", "Não"), "nl": ("Ja", "Nee"), "pl": ("Tak", "Nie"), "zh": ("是", "否"), "ja": ("はい", "いいえ"),
    "ms": ("Ya", "Tidak"), "id": ("Ya", "Tidak"),
}  # fmt: skip
QUESTIONS: Final = {
    "en": ("Smoker", "Insured", "Pregnant", "Allergies", "Own car", "Pets in household"),
    "de": ("Raucher", "Versichert", "Verheiratet", "Allergien", "Eigener PKW", "Haustiere"),
    "fr": ("Fumeur", "Assuré", "Marié", "Allergies", "Véhicule", "Animaux"),
    "es": ("Fumador", "Asegurado", "Casado", "Alergias", "Vehículo", "Mascotas"),
    "it": ("Fumatore", "Assicurato", "Coniugato", "Allergie", "Veicolo", "Animali"),
    "pt": ("Fumante", "Segurado", "Casado", "Alergias", "Veículo", "Animais"),
    "nl": ("Roker", "Verzekerd", "Gehuwd", "Allergie", "Eigen auto", "Huisdieren"),
    "pl": ("Palacz", "Ubezpieczony", "Żonaty", "Alergie", "Samochód", "Zwierzęta"),
    "zh": ("吸烟", "已投保", "已婚", "过敏史", "驾照", "宠物"),
    "ja": ("喫煙", "保険加入", "既婚", "アレルギー", "運転免許", "ペット"),
    "ms": ("Perokok", "Berinsurans", "Berkahwin", "Alahan", "Kereta", "Haiwan"),
    "id": ("Perokok", "Diasuransikan", "Menikah", "Alergi", "Mobil", "Hewan"),
}
GROUPS: Final = (
    ("Marital status", ("single", "married", "divorced", "widowed")),
    ("Delivery", ("courier", "post", "pickup")),
    ("Payment method", ("cash", "card", "transfer")),
    ("Employment", ("full time", "part time", "retired")),
)
LISTS: Final = (
    ("Symptoms", ("fever", "cough", "headache", "nausea")),
    ("Languages", ("English", "German", "French", "Spanish")),
)
ALONE: Final = ("I agree to the terms", "Send me the newsletter", "Keep my data on file")
TEXT: Final = (
    ("Name", "Jane Doe"), ("City", "Oxford"), ("Occupation", "BOOK DEALER"), ("Reference", "DOCO-80D3"),
    ("Note", "Good food and old books OCDQ 0008"),
)  # fmt: skip


@dataclass
class Form:
    """A drawn page: its picture, the schema to ask with, the true values, and its boxes with their states.

    `kinds` are the kinds of the marks that answer, by property; boxes where it says nothing.
    """

    image: Image.Image
    schema: dict[str, Any]
    truth: dict[str, Any]
    boxes: list[tuple[tuple[float, float, float, float], bool]] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)


def note_kinds(kinds: dict[str, str], truth: dict[str, Any], kind: str) -> None:
    """Note the `kind` of the marks that answer those of the values that have none yet."""
    for name in truth:
        kinds.setdefault(name, kind)


def nullable(kind: str) -> dict[str, Any]:
    """A schema of one type, or null."""
    return {"type": [kind, "null"]}


def slug(text: str) -> str:
    """A property name from printed words."""
    return "_".join(text.lower().split())


class Pen:
    """Draws one form."""

    def __init__(self, rng: random.Random, language: str) -> None:
        self.rng = rng
        self.dpi = rng.choice((100, 120, 150, 200, 200, 250, 300))
        points = rng.choice((9, 10, 11, 12))
        self.size = points * self.dpi / 72
        self.image = Image.new("RGB", (int(7.5 * self.dpi), int(7 * self.dpi)), "white")
        self.draw = ImageDraw.Draw(self.image)
        path = rng.choice(CJK if language in ("zh", "ja") else LATIN)
        self.font = ImageFont.truetype(path, round(self.size))
        self.box_side = self.size * rng.uniform(0.85, 1.25)
        self.outline = max(1, round(self.dpi / 72 * rng.choice((0.5, 0.75, 1, 1.5))))
        self.shade = rng.choice((0, 0, 40, 90))
        self.mark = rng.choice(("cross", "tick", "tick", "over", "fill", "small", "wide"))
        self.mark_width = max(1, round(self.dpi / 72 * rng.uniform(0.9, 1.8)))
        self.round = rng.random() < 0.2
        self.left = 0.5 * self.dpi
        self.y = 0.5 * self.dpi
        self.step = self.size * rng.uniform(1.6, 2.4)
        self.gap = self.size * rng.uniform(0.35, 0.8)
        self.boxes: list[tuple[tuple[float, float, float, float], bool]] = []

    def text(self, x: float, text: str) -> float:
        """Write `text` in the current row; return its right edge."""
        self.draw.text((x, self.y), text, font=self.font, fill=(20, 20, 20))
        return x + self.draw.textlength(text, font=self.font)

    def box(self, x: float, ticked: bool) -> float:
        """Draw a box in the current row; return its right edge."""
        ascent, descent = self.font.getmetrics()
        top = self.y + (ascent + descent) * 0.5 - self.box_side / 2 + self.size * 0.05
        place = (x, top, x + self.box_side, top + self.box_side)
        shape = self.draw.ellipse if self.round else self.draw.rectangle
        shape(place, outline=(self.shade,) * 3, width=self.outline)
        if ticked:
            self.ink(place)
        self.boxes.append((place, ticked))
        return x + self.box_side

    def ink(self, place: tuple[float, float, float, float]) -> None:
        """Mark a box."""
        left, top, right, bottom = place
        side = right - left
        kind = "dot" if self.round else self.mark
        blue = self.rng.choice(((0, 0, 0), (20, 30, 140)))

        def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
            shake = lambda: self.rng.uniform(-0.04, 0.04)  # noqa: E731
            return [(left + (u + shake()) * side, top + (v + shake()) * side) for u, v in points]

        width = self.mark_width
        if kind == "dot":
            inset = side * self.rng.uniform(0.22, 0.3)
            self.draw.ellipse((left + inset, top + inset, right - inset, bottom - inset), fill=blue)
        elif kind == "fill":
            inset = side * 0.18
            self.draw.rectangle((left + inset, top + inset, right - inset, bottom - inset), fill=blue)
        elif kind in ("cross", "wide"):
            reach = 0.2 if kind == "cross" else -0.15
            self.draw.line(at((reach, reach), (1 - reach, 1 - reach)), fill=blue, width=width)
            self.draw.line(at((1 - reach, reach), (reach, 1 - reach)), fill=blue, width=width)
        elif kind == "tick":
            self.draw.line(at((0.2, 0.5), (0.42, 0.78), (0.82, 0.2)), fill=blue, width=width, joint="curve")
        elif kind == "small":
            self.draw.line(at((0.3, 0.5), (0.45, 0.7), (0.7, 0.3)), fill=blue, width=width, joint="curve")
        else:
            self.draw.line(at((0.1, 0.6), (0.4, 0.95), (1.3, -0.35)), fill=blue, width=width, joint="curve")

    def next(self) -> None:
        """Go to the next row."""
        self.y += self.step


def _questions(pen: Pen, language: str, properties: dict[str, Any], truth: dict[str, Any]) -> None:
    yes, no = YES_NO[language]
    far = pen.rng.random() < 0.6
    behind = pen.rng.random() < 0.25
    both = pen.rng.random() < 0.85
    for question in pen.rng.sample(QUESTIONS[language], pen.rng.randint(3, 5)):
        answer = pen.rng.choice((True, False, True, False, None))
        x = pen.text(pen.left, question + pen.rng.choice(("", "", ":")))
        x = pen.left + 14 * pen.size if far else x + 1.2 * pen.size
        for word, state in ((yes, answer is True), (no, answer is False)) if both else ((yes, answer is True),):
            if behind:
                x = pen.text(x, word)
                x = pen.box(x + pen.gap, state)
            else:
                x = pen.box(x, state)
                x = pen.text(x + pen.gap, word)
            x += pen.size * (4 if far else 1.5)
        name = slug(question)
        properties[name] = nullable("boolean")
        truth[name] = answer if both else answer or None  # one empty box leaves it open
        pen.next()


def _choice(pen: Pen, properties: dict[str, Any], truth: dict[str, Any], *, many: bool) -> None:
    label, words = pen.rng.choice(LISTS if many else GROUPS)
    ticked = [word for word in words if pen.rng.random() < 0.5] if many else [pen.rng.choice(words)]
    below = pen.rng.random() < 0.4
    x = pen.text(pen.left, label + ":") + pen.size
    for word in words:
        if below:
            pen.next()
            x = pen.left + pen.size
        x = pen.box(x, word in ticked)
        x = pen.text(x + pen.gap, word) + 1.5 * pen.size
    pen.next()
    name = slug(label)
    if many:
        properties[name] = {"type": "array", "items": {"type": "string", "enum": list(words)}}
        truth[name] = ticked
    else:
        properties[name] = (
            {"type": ["string", "null"], "enum": [*words, None]} if pen.rng.random() < 0.7 else nullable("string")
        )
        truth[name] = ticked[0]


def draw(seed: int) -> Form:
    """Draw the form of `seed`, worn as a scan but for one in four."""
    rng = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    language = rng.choice(("en", "en", "en", *YES_NO))
    pen = Pen(rng, language)
    properties: dict[str, Any] = {}
    truth: dict[str, Any] = {}
    for label, value in rng.sample(TEXT, 2):
        pen.text(pen.left, f"{label}: {value}")
        pen.next()
    _questions(pen, language, properties, truth)
    if language == "en":
        _choice(pen, properties, truth, many=False)
        _choice(pen, properties, truth, many=True)
        for text in rng.sample(ALONE, 2):
            state = rng.random() < 0.5
            pen.text(pen.box(pen.left, state) + pen.gap, text)
            properties[slug(text)], truth[slug(text)] = nullable("boolean"), state
            pen.next()
    image = scanned(pen.image, rng) if rng.random() < 0.75 else pen.image
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return Form(image, schema, truth, pen.boxes)

"""Forms with boxes to tick, written as PDF operators and rendered by pdfium: the half of the pages kept unseen.

It shares no drawing with `marks_drawn`: other fonts (the standard ones of PDF), other signs (ZapfDingbats), other
layouts, other words.
"""

import random
from typing import Any, Final

import pypdfium2 as pdfium
from marks_drawn import Form
from page_wear import scanned

ANSWERS: Final = {
    "en": ("Yes", "No"), "de": ("ja", "nein"), "fr": ("oui", "non"), "es": ("sí", "no"), "it": ("sì", "no"),
    "pt": ("sim", "não"), "nl": ("ja", "nee"), "ms": ("Ya", "Tidak"), "id": ("Ya", "Tidak"),
}  # fmt: skip
ASKED: Final = {
    "en": ("Diabetes", "Student", "US citizen", "First visit", "Home owner", "Wheelchair user", "Left handed"),
    "de": ("Diabetes", "Student", "Erstbesuch", "Eigentümer", "Linkshänder", "Zuzahlung befreit"),
    "fr": ("Diabète", "Étudiant", "Première visite", "Propriétaire", "Gaucher", "Retraité"),
    "es": ("Diabetes", "Estudiante", "Primera visita", "Propietario", "Zurdo", "Jubilado"),
    "it": ("Diabete", "Studente", "Prima visita", "Proprietario", "Mancino", "Pensionato"),
    "pt": ("Diabetes", "Estudante", "Primeira visita", "Proprietário", "Canhoto", "Reformado"),
    "nl": ("Diabetes", "Student", "Eerste bezoek", "Huiseigenaar", "Linkshandig", "Gepensioneerd"),
    "ms": ("Kencing manis", "Pelajar", "Lawatan pertama", "Pemilik rumah", "Kidal", "Pesara"),
    "id": ("Diabetes", "Pelajar", "Kunjungan pertama", "Pemilik rumah", "Kidal", "Pensiunan"),
}
KINDS: Final = (
    ("Title", ("Mr", "Mrs", "Ms", "Dr")),
    ("Reason for leaving", ("redundancy", "resignation", "end of contract")),
    ("Shift", ("early", "late", "night")),
    ("Room type", ("single room", "double room", "suite")),
)
SEVERAL: Final = (
    ("Documents enclosed", ("passport copy", "payslips", "photograph", "lease")),
    ("Interests", ("sport", "music", "travel", "cooking")),
)
SINGLE: Final = ("I have read the privacy notice", "Please call me back", "Change of address")
FILLER: Final = (
    "Please complete in BLOCK LETTERS and return to Box 0800, Oldbrook.",
    "Form DD-0402 O/D (rev. 8)", "Office use only: CODE 80BD", "Section B: DECLARATION",
)  # fmt: skip
FONTS: Final = ("Helvetica", "Times-Roman", "Courier", "Helvetica-Bold")
AVERAGE: Final = {"Helvetica": 0.53, "Times-Roman": 0.47, "Courier": 0.6, "Helvetica-Bold": 0.57}


class Sheet:
    """The operators of one page."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.font = rng.choice(FONTS)
        self.size = rng.choice((8.5, 9.5, 10.5, 12))
        self.side = self.size * rng.uniform(0.8, 1.3)
        self.line = rng.choice((0.4, 0.6, 0.9, 1.3))
        self.sign = rng.choice(("check", "ballot", "strokes", "solid", "wild", "slash"))
        self.ring = rng.random() < 0.2
        self.operators: list[str] = []
        self.y = 640.0
        self.boxes: list[tuple[tuple[float, float, float, float], bool]] = []

    def text(self, x: float, text: str) -> float:
        """Write text; return its right edge, measured by the mean width of the font's letters and a little more."""
        coded = text.encode("cp1252").decode("latin-1").replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        self.operators.append(f"BT /F1 {self.size} Tf {x:.2f} {self.y:.2f} Td ({coded}) Tj ET")
        return x + len(text) * AVERAGE[self.font] * self.size + 0.25 * self.size

    def box(self, x: float, ticked: bool) -> float:
        """Draw a box; return its right edge."""
        side, bottom = self.side, self.y + 0.33 * self.size - self.side / 2
        middle, radius = (x + side / 2, bottom + side / 2), side / 2
        self.operators.append(f"0 G {self.line} w")
        self.operators.append(
            _circle(*middle, radius) + " S" if self.ring else f"{x:.2f} {bottom:.2f} {side:.2f} {side:.2f} re S"
        )
        if ticked:
            self.mark(x, bottom)
        self.boxes.append(((x, 720 - bottom - side, x + side, 720 - bottom), ticked))
        return x + side

    def mark(self, x: float, bottom: float) -> None:
        """Mark the box at a place."""
        side, rng = self.side, self.rng
        if self.ring:
            self.operators.append(_circle(x + side / 2, bottom + side / 2, side * 0.24) + " f")
        elif self.sign in ("check", "ballot"):
            size = side * rng.uniform(0.9, 1.15)
            sign = "4" if self.sign == "check" else "8"
            self.operators.append(
                f"BT /F2 {size:.2f} Tf {x + side * 0.1:.2f} {bottom + side * 0.14:.2f} Td ({sign}) Tj ET"
            )
        elif self.sign == "solid":
            inset = side * 0.14
            self.operators.append(
                f"{x + inset:.2f} {bottom + inset:.2f} {side - 2 * inset:.2f} {side - 2 * inset:.2f} re f"
            )
        else:
            ways = {
                "strokes": (((0.15, 0.15), (0.85, 0.85)), ((0.15, 0.85), (0.85, 0.15))),
                "wild": (((-0.15, 0.45), (0.3, 0.05), (1.15, 1.35)),),
                "slash": (((0.1, 0.05), (0.95, 1.05)),),
            }[self.sign]
            self.operators.append(f"0.1 0.1 0.5 RG {rng.uniform(0.8, 1.6):.2f} w 1 J")
            for way in ways:
                steps = [
                    (x + side * (u + rng.uniform(-0.05, 0.05)), bottom + side * (v + rng.uniform(-0.05, 0.05)))
                    for u, v in way
                ]
                moves = [f"{px:.2f} {py:.2f} {'l' if number else 'm'}" for number, (px, py) in enumerate(steps)]
                self.operators.append(" ".join(moves) + " S")

    def down(self, share: float = 1.9) -> None:
        """Go down."""
        self.y -= share * self.size

    def rendered(self, scale: float) -> Any:
        """The page as a picture."""
        stream = "\n".join(self.operators).encode("latin-1")
        return _rendered(stream, self.font, scale)


def _circle(x: float, y: float, r: float) -> str:
    k = 0.5523 * r
    return (
        f"{x + r:.2f} {y:.2f} m {x + r:.2f} {y + k:.2f} {x + k:.2f} {y + r:.2f} {x:.2f} {y + r:.2f} c "
        f"{x - k:.2f} {y + r:.2f} {x - r:.2f} {y + k:.2f} {x - r:.2f} {y:.2f} c "
        f"{x - r:.2f} {y - k:.2f} {x - k:.2f} {y - r:.2f} {x:.2f} {y - r:.2f} c "
        f"{x + k:.2f} {y - r:.2f} {x + r:.2f} {y - k:.2f} {x + r:.2f} {y:.2f} c"
    )


def _rendered(stream: bytes, font: str, scale: float) -> Any:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 540 720]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>" % font.encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = len(data)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"xref\n0 7\n0000000000 65535 f \n" + rows + b"trailer<</Size 7/Root 1 0 R>>startxref\n%d\n%%%%EOF" % table
    return pdfium.PdfDocument(data)[0].render(scale=scale).to_pil().convert("RGB")


def _choices(sheet: Sheet, properties: dict[str, Any], truth: dict[str, Any]) -> None:
    """One of several, several of several, and boxes by themselves."""
    for (label, words), many in ((sheet.rng.choice(KINDS), False), (sheet.rng.choice(SEVERAL), True)):
        ticked = [word for word in words if sheet.rng.random() < 0.5] if many else [sheet.rng.choice(words)]
        x = sheet.text(50, label) + 16
        upright = sheet.rng.random() < 0.5
        for word in words:
            if upright:
                sheet.down(1.7)
                x = 62
            x = sheet.text(sheet.box(x, word in ticked) + 5, word) + 12
        sheet.down(2.2)
        name = "_".join(label.lower().split())
        if many:
            properties[name], truth[name] = {"type": "array", "items": {"type": "string"}}, ticked
        else:
            properties[name], truth[name] = {"type": ["string", "null"], "enum": [*words, None]}, ticked[0]
    for text in sheet.rng.sample(SINGLE, 2):
        state = sheet.rng.random() < 0.5
        sheet.text(sheet.box(50, state) + 6, text)
        name = "_".join(text.lower().split())
        properties[name], truth[name] = {"type": ["boolean", "null"]}, state
        sheet.down()


def draw(seed: int) -> Form:
    """Draw the form of `seed`, worn as a scan but for one in five."""
    rng = random.Random(7919 * seed + 13)  # noqa: S311 - to be repeated, not to be secret
    sheet = Sheet(rng)
    language = rng.choice(("en", "en", *ANSWERS))
    properties: dict[str, Any] = {}
    truth: dict[str, Any] = {}
    for text in rng.sample(FILLER, 2):
        sheet.text(50, text)
        sheet.down()
    yes, no = ANSWERS[language]
    columns = rng.choice(((260, 330), (220, 300), (300, 390)))
    behind = rng.random() < 0.25
    for question in rng.sample(ASKED[language], rng.randint(4, 6)):
        answer = rng.choice((True, False))
        sheet.text(50, question + rng.choice(("", "?", ":")))
        for x, word, state in zip(columns, (yes, no), (answer, not answer), strict=True):
            if behind:
                sheet.box(sheet.text(x, word) + 4, state)
            else:
                sheet.text(sheet.box(x, state) + rng.choice((4, 6)), word)
        name = "_".join(question.lower().split())
        properties[name], truth[name] = {"type": ["boolean", "null"]}, answer
        sheet.down()
    if language == "en":
        _choices(sheet, properties, truth)
    scale = rng.choice((100, 130, 150, 200, 200, 240, 300)) / 72
    image = sheet.rendered(scale)
    image = scanned(image, rng) if rng.random() < 0.8 else image
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    boxes = [((a * scale, b * scale, c * scale, d * scale), state) for (a, b, c, d), state in sheet.boxes]
    return Form(image, schema, truth, boxes)

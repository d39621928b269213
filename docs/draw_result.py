"""Draw docs/result.png: one of the drawn documents beside the fields that the embedded engine reads from it.

`python docs/draw_result.py` reads the picture with `pageglass read` (PP-OCR, on the CPU) and draws each value and its
box on the page in one colour. The print is set in DejaVu (Debian: fonts-dejavu-core).
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

ROOT: Final = Path(__file__).resolve().parent.parent
DOCUMENT: Final = ROOT / "tests" / "assets" / "receipt_photo.jpg"
RESULT: Final = ROOT / "docs" / "result.png"
FONTS: Final = Path("/usr/share/fonts/truetype/dejavu")

TEXT: Final = {"type": ["string", "null"]}
NUMBER: Final = {"type": ["number", "null"]}
SCHEMA: Final = {
    "type": "object",
    "properties": {
        "company": TEXT,
        "address": TEXT,
        "invoice_number": TEXT,
        "date": {**TEXT, "format": "date"},
        "items": {
            "type": "array",
            "items": {"type": "object", "properties": {"description": TEXT, "amount": NUMBER}},
        },
        "total": NUMBER,
        "due_date": TEXT,
    },
}

SCALE: Final = 2  # drawn at twice the size and shrunk, so that slanted lines are smooth
WIDTH, HEIGHT, MARGIN, PAGE_WIDTH = 1280, 680, 24, 572
INK, GREY, LINE, GROUND, PANEL = "#1f2328", "#6e7781", "#d8dee4", "#f6f8fa", "#ffffff"
COLOURS: Final = ("#cf222e", "#0969da", "#1a7f37", "#8250df", "#bc4c00", "#1b7c83", "#bf3989", "#9a6700")


@dataclass(frozen=True)
class Row:
    """A line of the panel: a value, and the paths whose boxes belong to it."""

    name: str
    value: str
    paths: tuple[str, ...]


def read() -> dict[str, Any]:
    """What `pageglass read` says of the document under the schema."""
    with tempfile.TemporaryDirectory() as folder:
        schema = Path(folder, "schema.json")
        schema.write_text(json.dumps(SCHEMA), encoding="utf-8")
        command = [sys.executable, "-m", "server", "read", str(DOCUMENT), "--schema", str(schema), "--format", "jsonl"]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - our own
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def rows(fields: dict[str, Any]) -> list[Row]:
    """The lines of the panel; an item of a list is one line with all its members."""
    found = []
    for name, value in fields.items():
        if isinstance(value, list):
            for index, item in enumerate(value):
                said = ", ".join(json.dumps(part, ensure_ascii=False) for part in item.values())
                found.append(Row(f"{name}[{index}]", said, tuple(f"{name}[{index}].{member}" for member in item)))
        else:
            found.append(Row(name, json.dumps(value, ensure_ascii=False), (name,)))
    return found


def font(face: str, size: float) -> ImageFont.FreeTypeFont:
    """One of DejaVu's faces at a size of the finished picture."""
    return ImageFont.truetype(FONTS / f"{face}.ttf", size * SCALE)


def scaled(*numbers: float) -> tuple[float, ...]:
    """Places of the finished picture as places of the larger one that is drawn."""
    return tuple(number * SCALE for number in numbers)


def draw_page(picture: Image.Image, page: Image.Image, boxes: list[tuple[str, list[list[float]]]]) -> None:
    """The document on the left, each box in the colour of its value."""
    factor = PAGE_WIDTH * SCALE / page.width
    height = round(page.height * factor)
    left, top = MARGIN * SCALE, (HEIGHT * SCALE - height) // 2
    resized = page.resize((PAGE_WIDTH * SCALE, height), Image.Resampling.LANCZOS)
    shade = Image.new("RGBA", resized.size)
    pen = ImageDraw.Draw(shade)
    for colour, box in boxes:
        corners = [(x * factor, y * factor) for x, y in box]
        pen.polygon(corners, fill=colour + "30")
        pen.line([*corners, corners[0], corners[1]], fill=colour, width=round(2.2 * SCALE), joint="curve")
    marked = Image.alpha_composite(resized.convert("RGBA"), shade)
    mask = Image.new("L", resized.size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, resized.width - 1, height - 1), radius=10 * SCALE, fill=255)
    picture.paste(marked.convert("RGB"), (left, top), mask)


def draw_panel(pen: ImageDraw.ImageDraw, lines: list[tuple[Row, str | None, float | None]]) -> None:
    """The values on the right, each with its colour and how sure it is."""
    left, right = 2 * MARGIN + PAGE_WIDTH, WIDTH - MARGIN
    pen.rounded_rectangle(
        scaled(left, MARGIN, right, HEIGHT - MARGIN), radius=10 * SCALE, fill=PANEL, outline=LINE, width=SCALE
    )
    small = font("DejaVuSans", 13)
    pen.text(
        scaled(left + 24, 58), "Fields under a JSON schema", fill=INK, font=font("DejaVuSans-Bold", 18), anchor="lm"
    )
    pen.text(scaled(right - 24, 58), "confidence", fill=GREY, font=small, anchor="rm")
    top, step = 86, 61
    for index, (row, colour, confidence) in enumerate(lines):
        y = top + index * step
        pen.line(scaled(left + 24, y, right - 24, y), fill=LINE, width=SCALE)
        if colour:
            pen.rounded_rectangle(scaled(left + 24, y + 10, left + 29, y + step - 10), radius=2 * SCALE, fill=colour)
        pen.text(scaled(left + 42, y + 18), row.name, fill=GREY, font=font("DejaVuSans", 13), anchor="lm")
        pen.text(
            scaled(left + 42, y + 39),
            row.value,
            fill=INK if colour else GREY,
            font=font("DejaVuSansMono", 15.5),
            anchor="lm",
        )
        said = "not on the page" if confidence is None else f"{confidence:.2f}"
        pen.text(scaled(right - 24, y + 18), said, fill=GREY, font=small, anchor="rm")


def main() -> None:
    """Read the document and write the picture."""
    answer = read()
    evidence = answer["evidence"]
    colours = iter(COLOURS)
    lines: list[tuple[Row, str | None, float | None]] = []
    boxes: list[tuple[str, list[list[float]]]] = []
    for row in rows(answer["fields"]):
        found = [evidence[path] for path in row.paths if path in evidence]
        colour = next(colours) if found else None
        lines.append((row, colour, min((each["confidence"] for each in found), default=None)))
        boxes += [(colour, each["box"]) for each in found if colour]
    picture = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), GROUND)
    with Image.open(DOCUMENT) as stored:
        page = ImageOps.exif_transpose(stored).convert("RGB")
    draw_page(picture, page.filter(ImageFilter.GaussianBlur(0.7)), boxes)  # less grain makes a smaller file
    draw_panel(ImageDraw.Draw(picture), lines)
    finished = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    ImageOps.posterize(finished, 6).save(RESULT, optimize=True)


if __name__ == "__main__":
    main()

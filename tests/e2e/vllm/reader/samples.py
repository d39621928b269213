"""Random printed pictures and the answer a reader owes for each: what the two models learn, and what tests draw.

Needs only Pillow and NumPy, and the font DejaVu Sans Mono (Debian: fonts-dejavu-core). The same seed gives the same
picture as long as Pillow and FreeType stay the same.
"""

import io
import json
import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Task = Literal["read", "json", "tool", "think"]
Size = tuple[int, int]  # width, height in pixels, both multiples of 32

CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-/ "
LABELS = ("NO", "DATE", "TOTAL", "NAME", "CODE", "TAX", "CITY", "REF")
READ_PROMPTS = ("Read.", "OCR", "Read the text.", "Read all the text in the image.", "提取图中的文字。")
FONT_PX, ADVANCE_PX, PITCH_PX = 26, 16.7, 32  # the advance is that of the largest font drawn: 26 px + 6 %
FILTERS = (Image.Resampling.LANCZOS, Image.Resampling.BICUBIC, Image.Resampling.BOX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One question: its pictures in order, the user's text, and the only right answer."""

    pictures: tuple[Image.Image, ...]
    prompt: str
    answer: str


@lru_cache(maxsize=512)
def face(size: float, bold: bool) -> ImageFont.FreeTypeFont:
    """Return DejaVu Sans Mono at a size in pixels."""
    return ImageFont.truetype(f"/usr/share/fonts/truetype/dejavu/DejaVuSansMono{'-Bold' if bold else ''}.ttf", size)


def line_of(rng: random.Random, shortest: int, longest: int) -> str:
    """Return random characters, no double spaces and none at the ends; at most `longest` of them, at least one."""
    drawn = "".join(rng.choice(CHARACTERS) for _ in range(rng.randint(min(shortest, longest), longest)))
    return " ".join(drawn.split()) or rng.choice(CHARACTERS[:-1])


def value_of(rng: random.Random, room: int) -> str:
    """Return a field's value of 1..min(room, 9) characters: an amount, a date, a number or random characters."""
    made = (
        f"{rng.randint(0, 9999)}.{rng.randint(0, 99):02}",
        f"{rng.randint(2000, 2029)}-{rng.randint(1, 12):02}",
        str(rng.randint(1, 999999)),
        f"{rng.randint(1, 99)}/{rng.choice(CHARACTERS[:26])}{rng.choice(CHARACTERS[:26])}",
    )
    fitting = [value for value in made if len(value) <= room]
    return rng.choice(fitting) if fitting and rng.random() < 0.3 else line_of(rng, 1, min(room, 9))


def fields_of(rng: random.Random, lines: int, room: int) -> dict[str, str]:
    """Return 1..lines labelled values whose printed lines fit in `room` characters."""
    labels = rng.sample([label for label in LABELS if len(label) + 3 <= room], lines)
    return {label: value_of(rng, room - len(label) - 2) for label in labels}


def scaled(mask: Image.Image, size: Size, rng: random.Random) -> Image.Image:
    """Return the mask brought to `size`, as someone's program might have scaled the picture down."""
    if mask.size == size:
        return mask
    if rng.random() < 0.25:
        return mask.reduce(mask.size[0] // size[0])
    return mask.resize(size, rng.choice(FILTERS))


def worn(mask: Image.Image, rng: random.Random) -> Image.Image:
    """Return the mask (0 ink, 255 paper) as an RGB picture: ink and paper shades, noise, now and then blur and JPEG."""
    if rng.random() < 0.1:
        mask = mask.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.7)))
    noise = np.random.default_rng(rng.getrandbits(32)).integers(-8, 9, (mask.size[1], mask.size[0], 1), dtype=np.int16)
    tint = rng.randint(0, 12) if rng.random() < 0.3 else 0
    ink = np.array([rng.randint(0, 90) + rng.randint(-tint, tint) for _ in range(3 if tint else 1)], dtype=np.float32)
    paper = np.array([rng.randint(215, 255) - rng.randint(0, tint) for _ in range(3 if tint else 1)], dtype=np.float32)
    share = np.asarray(mask, dtype=np.float32)[..., None] / 255
    shades = ink + (paper - ink) * share + (noise if rng.random() < 0.7 else 0)
    pixels = np.broadcast_to(shades.clip(0, 255).astype(np.uint8), (mask.size[1], mask.size[0], 3))
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if rng.random() < 0.12:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=rng.randint(75, 95))
        return Image.open(file).convert("RGB")
    return picture


def printed(lines: list[str], size: Size, rng: random.Random, *, loose: bool) -> Image.Image:
    """Return a picture of the lines: close to the left and on a 32 px pitch, or `loose`, anywhere on the canvas."""
    scale = rng.choice((2, 2, 2, 3, 3, 4, 5)) if rng.random() < 0.5 else 1
    em = FONT_PX * scale * (rng.uniform(0.94, 1.06) if scale > 1 else 1)
    font = face(round(em * 2) / 2, rng.random() < 0.5)
    mask = Image.new("L", (size[0] * scale, size[1] * scale), 255)
    draw = ImageDraw.Draw(mask)
    pitch = rng.uniform(PITCH_PX, min(40, size[1] / len(lines))) if loose else PITCH_PX
    spare = size[1] - pitch * len(lines)
    top, margin = rng.uniform(0, spare), 0.0
    for row, line in enumerate(lines):
        left = rng.uniform(0, max(8, size[0] - len(line) * ADVANCE_PX) if loose else 8)
        if loose and row and rng.random() < 0.7:
            left = margin if margin + len(line) * ADVANCE_PX < size[0] else left
        margin = left
        y = top + row * pitch + rng.uniform(-2, 3)
        draw.text((left * scale, y * scale), line, fill=0, font=font)
    return worn(scaled(mask, size, rng), rng)


def asked(task: Task, fields: dict[str, str], rng: random.Random) -> tuple[str, str]:
    """Return the prompt and the answer for some of the labelled values, in an order of the asker's choice."""
    wanted = rng.sample(sorted(fields), rng.randint(1, len(fields)))
    keys, found = [label.lower() for label in wanted], {label.lower(): fields[label] for label in wanted}
    if task == "tool":
        call = json.dumps({"name": "record", "arguments": found})
        return f"Call record: {', '.join(keys)}", f"<tool_call>\n{call}\n</tool_call>"
    if rng.random() < 0.3:
        listed = ",".join(f"'{key}'" for key in keys)
        return (
            f"Extract the content of the fields: [{listed}] from the image and return it in JSON format.",
            json.dumps(found),
        )
    return f"JSON: {', '.join(keys)}", json.dumps(found)


def sample(  # noqa: PLR0913 - what a lesson can ask for
    task: Task,
    size: Size,
    rng: random.Random,
    *,
    lines: int = 1,
    least: int = 1,
    longest: int = 99,
    loose: bool = False,
) -> Sample:
    """Return one sample of a task on one canvas: `least`..`lines` lines of at most `longest` characters."""
    room = min(longest, int((size[0] - 8) / ADVANCE_PX))
    count = rng.randint(least, min(lines, size[1] // PITCH_PX))
    if task in ("json", "tool"):
        fields = fields_of(rng, count, room)
        picture = printed([f"{label}: {value}" for label, value in fields.items()], size, rng, loose=loose)
        prompt, answer = asked(task, fields, rng)
        return Sample(pictures=(picture,), prompt=prompt, answer=answer)
    if rng.random() < 0.15 and room >= 8:
        text = [f"{label}: {value}" for label, value in fields_of(rng, count, room).items()]
    else:
        text = [line_of(rng, 1 if rng.random() < 0.1 else 3, room) for _ in range(count)]
    picture, answer = printed(text, size, rng, loose=loose), "\n".join(text)
    if task == "think":
        lead = f"<think>\n{count} line{'s' * (count > 1)}\n</think>\n\n"
        return Sample(pictures=(picture,), prompt="Think. Read.", answer=lead + answer)
    return Sample(pictures=(picture,), prompt=rng.choices(READ_PROMPTS, (8, 4, 2, 1, 1))[0], answer=answer)


def several(count: int, size: Size, rng: random.Random) -> Sample:
    """Return a question about `count` one-line pictures of one size; the answer has their lines in order."""
    room = int((size[0] - 8) / ADVANCE_PX)
    text = [line_of(rng, 2, room) for _ in range(count)]
    pictures = tuple(printed([line], size, rng, loose=False) for line in text)
    return Sample(pictures=pictures, prompt="Read.", answer="\n".join(text))

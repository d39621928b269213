"""One page each of languages that the embedded model reads, of scripts that it does not, and of two scripts mixed.

    python benchmarks/scripts.py [--base-url http://127.0.0.1:8000/v1] [--seed 1]

Lines of common words (wordfreq's lists; Thai words stand here) and numbers, drawn clean and worn as scans. Printed are
the similarity of the text to the truth (share of equal characters, 0 to 1), the lines with letters that came, and the
note of the page. Wants Debian's fonts-dejavu-core, fonts-noto-core and fonts-noto-cjk.
"""

import argparse
import base64
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import wordfreq
from endpoint import ANSWER_TIMEOUT_S, serve
from page_wear import scanned
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz import fuzz
from rich.console import Console
from rich.table import Table

READ = (
    "en", "de", "fr", "es", "it", "pt", "nl", "ms", "id", "pl", "cs", "sk", "hu", "ro", "sl", "sh", "sv", "nb", "da",
    "fi", "is", "tr", "lt", "lv", "ca", "zh", "ja",
)  # fmt: skip
UNREAD = ("ru", "uk", "bg", "el", "ar", "fa", "he", "hi", "bn", "ta", "ko", "th", "vi")
MIXED = (("zh", "ru"), ("en", "ar"))
THAI = (
    "ประเทศไทย", "กรุงเทพ", "ราคา", "รวม", "ภาษี", "วันที่", "ใบเสร็จ", "จำนวน", "สินค้า", "บริษัท", "ถนน",
    "โทรศัพท์", "ลูกค้า", "ขอบคุณ", "ชำระ", "เงินสด", "ส่วนลด", "รายการ", "เลขที่", "ผู้รับ",
)  # fmt: skip
UNSPACED = ("zh", "ja", "th")
FONTS = Path("/usr/share/fonts")
FONT = {
    **dict.fromkeys(("zh", "ja", "ko"), "opentype/noto/NotoSansCJK-Regular.ttc"),
    **dict.fromkeys(("ar", "fa"), "truetype/noto/NotoSansArabic-Regular.ttf"),
    "he": "truetype/noto/NotoSansHebrew-Regular.ttf",
    "hi": "truetype/noto/NotoSansDevanagari-Regular.ttf",
    "bn": "truetype/noto/NotoSansBengali-Regular.ttf",
    "ta": "truetype/noto/NotoSansTamil-Regular.ttf",
    "th": "truetype/noto/NotoSansThai-Regular.ttf",
}
SIZE, MARGIN, PITCH, LINES, PIXELS = (1000, 1300), 60, 55, 22, 26
COMMON = 700  # ranks of a list from which words are taken


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn line and the language that it is in."""

    text: str
    language: str


def page(languages: tuple[str, ...], rng: random.Random) -> tuple[Image.Image, list[Line]]:
    """Draw a page whose lines are in `languages` by turns."""
    image, lines = Image.new("RGB", SIZE, "white"), []
    pen = ImageDraw.Draw(image)
    for number in range(LINES):
        language = languages[number % len(languages)]
        font = ImageFont.truetype(str(FONTS / FONT.get(language, "truetype/dejavu/DejaVuSans.ttf")), PIXELS)
        text = words(language, rng, pen, font)
        pen.text((MARGIN, MARGIN + PITCH * number), text, fill="black", font=font)
        lines.append(Line(text, language))
    return image, lines


def words(language: str, rng: random.Random, pen: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont) -> str:
    """Return words and numbers for one line."""
    known = (
        THAI
        if language == "th"
        else [word for rank in ranks(language) for word in rank if not any(map(str.isdigit, word))]
    )
    width, joint, chosen = rng.choice((300, 600, 850)), "" if language in UNSPACED else " ", [rng.choice(known)]
    while True:
        word = rng.choice(known)
        word = f"{rng.randint(1, 999)}.{rng.randint(10, 99)}" if rng.random() < 0.1 else word
        word = word.capitalize() if rng.random() < 0.3 else word
        if pen.textlength(joint.join([*chosen, word]), font=font) > width:
            return joint.join(chosen)
        chosen.append(word)


def ranks(language: str) -> list[list[str]]:
    """Return a list's commonest words."""
    return wordfreq.get_frequency_list(language, wordlist="small")[:COMMON]


def rows(base_url: str, seed: int) -> Iterator[tuple[str, ...]]:
    """Yield a row of the table for each page."""
    with httpx.Client(base_url=base_url, timeout=ANSWER_TIMEOUT_S, trust_env=False) as client:
        for languages in (*((one,) for one in READ), *((one,) for one in UNREAD), *MIXED):
            name = "+".join(languages)
            rng = random.Random(f"{name} {seed}")  # noqa: S311 - the same page every time
            clean, lines = page(languages, rng)
            yield (name, *read(client, clean, lines), *read(client, scanned(clean, rng), lines))


def read(client: httpx.Client, image: Image.Image, lines: list[Line]) -> tuple[str, ...]:
    """Return the similarity of what can be read, the lines with letters, and the note."""
    file = io.BytesIO()
    image.save(file, "PNG")
    answer = client.post("ocr", json={"image": base64.b64encode(file.getvalue()).decode()})
    (found,) = answer.raise_for_status().json()["pages"]
    text = found["text"] or ""
    readable = [line.text for line in lines if line.language in READ] or [line.text for line in lines]
    similarity = fuzz.ratio("".join("".join(readable).split()), "".join(text.split())) / 100
    lettered = sum(any(map(str.isalpha, line)) for line in text.splitlines())
    note = next((note for note in found["notes"] if note.startswith("unread_script")), "")
    return (
        f"{similarity:.3f}",
        f"{lettered} of {len(lines)}",
        " ".join(note.removeprefix("unread_script: ").split()[:3]),
    )


def main() -> None:
    """Draw, read, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--base-url", help="an endpoint that runs already; its address ends in /v1")
    cli.add_argument("--seed", type=int, default=1)
    given = cli.parse_args()
    table = Table(title="pages by language: clean, and worn as a scan")
    for heading in ("language", *2 * ("similarity", "lines with letters", "unread")):
        table.add_column(heading)
    if given.base_url:
        found = list(rows(given.base_url, given.seed))
    else:
        with serve() as base_url:
            found = list(rows(base_url, given.seed))
    for row in found:
        table.add_row(*row)
    Console(width=130).print(table)


if __name__ == "__main__":
    main()

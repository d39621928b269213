"""Pages larger than a model sees, drawn with what they say: an A3 newspaper page at 300 dpi and a receipt of 1 to 12.

Every line is of made-up words of its own, so that a line lost, read twice or torn is seen by its text.
"""

import random
from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont

FONTS = "/usr/share/fonts/truetype/dejavu/"
A3 = (3508, 4961)  # px at 300 dpi
DPI = 300
MARGIN = 150
GUTTER = 60
HEADLINE = 120
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "or", "us")]


@dataclass(kw_only=True)
class Drawn:
    """A page and its lines, each as it was drawn."""

    image: Image.Image
    lines: list[str] = field(default_factory=list)

    def print(self, place: tuple[int, int], text: str, font: ImageFont.FreeTypeFont) -> None:
        ImageDraw.Draw(self.image).text(place, text, fill=(20, 20, 20), font=font)
        self.lines.append(text)


def newspaper(
    *, points: float = 8.5, columns: int = 4, size: tuple[int, int] = A3, picture: bool = True, seed: int = 1
) -> Drawn:
    """Draw columns of running text in two stories, a headline of full width over each, and a picture in one column."""
    rng = random.Random(seed)  # noqa: S311 - the same page every time
    drawn = Drawn(image=Image.new("RGB", size, (250, 248, 243)))
    body = ImageFont.truetype(FONTS + "DejaVuSerif.ttf", round(points * DPI / 72))
    loud = ImageFont.truetype(FONTS + "DejaVuSans-Bold.ttf", HEADLINE)
    half = (size[1] - 2 * MARGIN) // 2
    for story in range(2):
        top = MARGIN + story * half
        drawn.print((MARGIN, top), _line(rng, loud, size[0] - 2 * MARGIN), loud)
        width = (size[0] - 2 * MARGIN - (columns - 1) * GUTTER) // columns
        for column in range(columns):
            left = MARGIN + column * (width + GUTTER)
            begin = top + 2 * HEADLINE + 9 * column  # no two columns on one base line
            end = top + half - HEADLINE
            if picture and (story, column) == (0, columns - 1):
                _picture(drawn.image, (left, begin, left + width, begin + width))
                begin += width + 40
            _column(drawn, rng, body, (left, begin, left + width, end))
    return drawn


def receipt(*, width: int = 600, pixels: int = 20, seed: int = 2) -> Drawn:
    """Draw a till roll twelve times as high as it is wide: an article and a price a line."""
    rng = random.Random(seed)  # noqa: S311 - the same page every time
    drawn = Drawn(image=Image.new("RGB", (width, 12 * width), "white"))
    font = ImageFont.truetype(FONTS + "DejaVuSansMono.ttf", pixels)
    letters = (width - 60) // round(font.getlength("0"))
    for top in range(60, 12 * width - 60, round(1.7 * pixels)):
        price = f"{rng.randint(1, 99)}.{rng.randint(10, 99)}"
        article = " ".join(_word(rng).upper() for _ in range(3))[: letters - len(price) - 1].strip()
        drawn.print((30, top), article.ljust(letters - len(price)) + price, font)
    drawn.lines = [" ".join(line.split()) for line in drawn.lines]
    return drawn


def _column(drawn: Drawn, rng: random.Random, font: ImageFont.FreeTypeFont, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    step = round(1.3 * font.size)
    for y in range(top, bottom - step, step):
        drawn.print((left, y), _line(rng, font, right - left), font)


def _line(rng: random.Random, font: ImageFont.FreeTypeFont, width: int) -> str:
    """As many words as fill `width` px."""
    text = _word(rng)
    while font.getlength(longer := f"{text} {_word(rng)}") <= width:
        text = longer
    return text


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(SYLLABLES, k=rng.randint(1, 3)))


def _picture(image: Image.Image, box: tuple[int, int, int, int]) -> None:
    """A photograph's stand-in: a gradient with a few shapes."""
    side = box[2] - box[0]
    image.paste(Image.linear_gradient("L").resize((side, side)), box[:2])
    pen = ImageDraw.Draw(image)
    pen.ellipse((box[0] + 80, box[1] + 80, box[0] + 300, box[1] + 300), fill=(90, 90, 90))
    pen.rectangle((box[0] + 330, box[1] + 200, box[2] - 60, box[3] - 60), fill=(200, 200, 200))

"""Pages whose lines are easily read in the wrong order; `Sheet.lines` holds them as a person would read them."""

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Final

from page_wear import scanned
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "assets"))  # where pages are drawn
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from drawn_pages import SYLLABLES
from sheet import Sheet, font

Drawing = Callable[[random.Random], Sheet]

LARGEST_SLOPE: Final = 6.0  # degrees by which tables are skewed
PITCH: Final = 1.6  # heights from one line to the next
INK: Final = (20, 20, 20)
CHINESE: Final = (
    "春眠不覺曉處處聞啼鳥", "明月松間照清泉石上流", "山中相送罷日暮掩柴扉", "大漠孤煙直長河落日圓",
    "海內存知己天涯若比鄰", "國破山河在城春草木深", "白日依山盡黃河入海流", "空山新雨後天氣晚來秋",
    "露從今夜白月是故鄉明", "野火燒不盡春風吹又生", "紅豆生南國春來發幾枝", "床前看月光疑是地上霜",
)  # fmt: skip
JAPANESE: Final = (
    "春はあけぼのようよう", "山ぎは少しあかりて", "夏は夜月のころはさら", "雨など降るもをかし",
    "秋は夕暮れ夕日のさして", "雁などのつらねたるが", "冬はつとめて雪の降り", "火など急ぎおこして",
    "古池や蛙飛びこむ水", "柿くへば鐘が鳴るなり", "菜の花や月は東に日は", "閑さや岩にしみ入る蝉",
)  # fmt: skip
TITLES: Final = ("詩集", "名句選", "古典の時間", "唐詩選讀")
FEET: Final = ("出版社 二〇二四年", "第三巻 一五頁", "東京 二〇二三年", "上海印書館")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Where running text stands, and the size of its print; in pixels."""

    left: int
    width: int
    size: int


def skewed_table(rng: random.Random) -> Sheet:
    """A table of short cells on a page that lies askew by 1 to 6 degrees."""
    columns, rows = rng.randint(4, 6), rng.randint(7, 14)
    sheet = Sheet(230 * columns, 160 + 60 * rows)
    words = _words(rng, columns * (rows + 1))
    numbers = _numbers(rng, columns * rows)
    for row in range(rows + 1):
        for column in range(columns):
            text = next(words) if row == 0 or column == 0 else next(numbers)
            sheet.print(90 + 215 * column, 110 + 50 * row, text, size=24)
    degrees = rng.uniform(1, LARGEST_SLOPE) * rng.choice((-1, 1))
    sheet.image = sheet.image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    return sheet


def mixed_vertical(rng: random.Random) -> Sheet:
    """Vertical columns of Chinese or Japanese, with a title and a foot across."""
    columns, size = rng.randint(4, 9), rng.randint(32, 42)
    width = round(rng.uniform(1.8, 2.3) * size * columns) + 120
    sheet = Sheet(max(520, width), 200 + 13 * round(1.15 * size), ink=INK)
    sheet.print(rng.choice((60, sheet.image.width // 3)), 90, rng.choice(TITLES), size=size + 4, face="serif")
    _columns_down(sheet, rng, columns, top=150, size=size)
    sheet.print(60, sheet.image.height - 40, rng.choice(FEET), size=size - 6, face="serif")
    return sheet


def two_columns(rng: random.Random) -> Sheet:
    """Two vertical columns and no more, from right to left."""
    size = rng.randint(34, 48)
    sheet = Sheet(rng.randint(6, 10) * size, 120 + 13 * round(1.15 * size), ink=INK)
    _columns_down(sheet, rng, 2, top=60, size=size)
    return sheet


def around_table(rng: random.Random) -> Sheet:
    """Running text in two columns above and below a table that is as wide as both."""
    size, width = rng.randint(20, 24), rng.randint(420, 520)
    rows, cells = rng.randint(3, 6), rng.randint(2, 5)
    lefts = (60, 60 + width + rng.randint(40, 80))
    columns = tuple(Column(left=left, width=width, size=size) for left in lefts)
    sheet = Sheet(lefts[1] + width + 60, 2400)
    y = _text_in_columns(sheet, rng, columns, 80) + round(rng.uniform(2, 3) * size)
    words, numbers = _words(rng, rows + cells + 3), _numbers(rng, cells * rows)
    if rng.random() < 0.7:
        sheet.print(60, y, f"Table {rng.randint(1, 9)} of {next(words)} {next(words)}", size=size)
        y += round(1.9 * size)
    for row in range(rows + 1):
        for cell in range(cells):
            text = next(words) if row == 0 or cell == 0 else next(numbers)
            sheet.print(70 + 2 * width // cells * cell, y + row * round(1.9 * size), text, size=size)
    y = _text_in_columns(sheet, rng, columns, y + round((1.9 * rows + rng.uniform(2, 3)) * size))
    sheet.image = sheet.image.crop((0, 0, sheet.image.width, y + 60))
    return sheet


def side_box(rng: random.Random) -> Sheet:
    """Running text with a framed box of short lines to its right or left."""
    size, width, pitch = rng.randint(20, 24), rng.randint(520, 640), rng.uniform(1.9, 2.4)
    lines, facts = rng.randint(14, 20), rng.randint(4, 7)
    on_the_left = rng.random() < 0.5
    sheet = Sheet(width + 440, 160 + round(lines * PITCH * size), ink=INK)
    text_left, box_left = (370, 60) if on_the_left else (60, width + 110)
    box_top = 80 + round(rng.uniform(0, 3) * size)

    def box() -> None:
        words = _words(rng, 2 * facts)
        sheet.frame(box_left - 20, box_top - 2 * size, box_left + 260, box_top + round(facts * pitch * size))
        for number in range(facts):
            text = f"{next(words)} {next(words)}" if number % 2 else next(words)
            sheet.print(box_left, box_top + number * pitch * size, text, size=size)

    if on_the_left:
        box()
    _text(sheet, rng, Column(left=text_left, width=width, size=size), 80, lines)
    if not on_the_left:
        box()
    return sheet


def upright_heads(rng: random.Random) -> Sheet:
    """A table whose column heads stand upright, to be read with the head turned to the left."""
    columns, rows, size = rng.randint(3, 6), rng.randint(4, 9), 26
    sheet = Sheet(330 + 140 * columns, 330 + 62 * rows)
    words, numbers = _words(rng, 2 * columns + 2 * rows), _numbers(rng, columns * rows)
    lefts = [320 + 140 * column for column in range(columns)]
    for left in lefts:
        head = f"{next(words)} {next(words)}"
        lying = Image.new("RGB", (230, 38), "white")
        ImageDraw.Draw(lying).text((2, 28), head, fill="black", font=font("sans", size), anchor="ls")
        sheet.image.paste(lying.rotate(90, expand=True), (left, 40))
        sheet.lines.append(head)
    for row in range(rows):
        y = 340 + 60 * row
        sheet.print(50, y, f"{next(words)} {next(words)}", size=size)
        for left in lefts:
            sheet.print(left, y, next(numbers), size=size)
    return sheet


KINDS: Final[tuple[Drawing, ...]] = (skewed_table, mixed_vertical, two_columns, around_table, side_box, upright_heads)


def draw(drawing: Drawing, *, seed: int, number: int) -> tuple[Image.Image, tuple[str, ...]]:
    """Draw page `number` of a kind, every second one worn as a scan: the page and its lines in reading order."""
    rng = random.Random(f"{drawing.__name__} {seed} {number}")  # noqa: S311 - the same each time
    sheet = drawing(rng)
    return scanned(sheet.image, rng) if number % 2 else sheet.image, tuple(sheet.lines)


def _columns_down(sheet: Sheet, rng: random.Random, count: int, *, top: int, size: int) -> None:
    """Print vertical columns from right to left."""
    step = (sheet.image.width - 60) / count
    for number, text in enumerate(rng.sample(rng.choice((CHINESE, JAPANESE)), count)):
        sheet.column(sheet.image.width - 50 - size - step * number, top, text, size=size, face="serif")


def _text_in_columns(sheet: Sheet, rng: random.Random, columns: tuple[Column, ...], y: int) -> int:
    """Print columns of running text side by side; return the last base line."""
    lines = rng.randint(6, 10)
    return max(_text(sheet, rng, column, y, lines) for column in columns)


def _text(sheet: Sheet, rng: random.Random, column: Column, y: int, lines: int) -> int:
    """Print running text, the last line short; return its base line."""
    face, pitch = font("serif", column.size), PITCH * column.size
    for number in range(lines):
        room = column.width if number < lines - 1 else column.width / 2
        text = ""
        while face.getlength(wider := f"{text} {''.join(rng.choices(SYLLABLES, k=rng.randint(1, 3)))}".strip()) < room:
            text = wider
        sheet.print(column.left, y + number * pitch, text, size=column.size, face="serif")
    return ceil(y + (lines - 1) * pitch)


def _words(rng: random.Random, count: int) -> Iterator[str]:
    """Made-up words of two syllables, none twice."""
    numbers = rng.sample(range(len(SYLLABLES) ** 2), count)
    return ((SYLLABLES[number % len(SYLLABLES)] + SYLLABLES[number // len(SYLLABLES)]).title() for number in numbers)


def _numbers(rng: random.Random, count: int) -> Iterator[str]:
    """Amounts of one length, none twice."""
    return (f"{number / 100:.2f}" for number in rng.sample(range(10_000, 100_000), count))

"""Documents of other kinds than receipts: drawn with contents of chance, worn in three ways, read and scored by kind.

    python benchmarks/other_kinds.py [--each 4] [--seed 1] [--base-url http://127.0.0.1:8000/v1] [--keep FOLDER]

Forms and invoices in English and Chinese, tickets, tables of figures, lists of codes and names, letters in made-up
words and in German. Made-up words and codes are there because a reader that leans on a dictionary would change them.
Each is drawn clean, as a photograph, and as a coarse JPEG of 60 % of its size. Wants Debian's fonts-noto-cjk and
fonts-dejavu-core.
"""

import argparse
import io
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from endpoint import connect
from measure import Document, FieldScore, Overlap, compare_characters, compare_words
from PIL import Image
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "assets"))  # where pages are drawn
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from drawn_pages import SYLLABLES
from sheet import Sheet, photograph

HAN_NAMES = "王李张刘陈杨赵黄周吴徐孙"
HAN_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
HAN_PLACES = ("朝阳区", "海淀区", "浦东新区", "天河区", "武侯区", "雨花台区")
HAN_GOODS = ("打印纸", "签字笔", "文件夹", "台灯", "键盘", "显示器", "办公椅", "投影仪")
GERMAN = (
    "Sehr geehrte Damen und Herren", "hiermit bestätigen wir den Eingang Ihrer Bestellung", "vom vergangenen Montag",
    "Die Lieferung erfolgt in den nächsten Tagen", "Bitte überweisen Sie den Betrag auf unser Konto",
    "Mit freundlichen Grüßen", "Ihre Rechnung finden Sie im Anhang", "Für Rückfragen stehen wir gerne zur Verfügung",
)  # fmt: skip
Fields = dict[str, str]
Drawing = Callable[[random.Random], tuple[Sheet, Fields]]


def word(rng: random.Random, *, least: int = 2, most: int = 3) -> str:
    """A made-up word."""
    return "".join(rng.choices(SYLLABLES, k=rng.randint(least, most)))


def name(rng: random.Random) -> str:
    """A made-up name of a person."""
    return f"{word(rng).title()} {word(rng).title()}"


def code(rng: random.Random) -> str:
    """Letters and digits that look alike among them."""
    return "".join(rng.choices("AB0O1IL5S8Z2G6TCE", k=4)) + "-" + str(rng.randint(1000, 99999))


def amount(rng: random.Random) -> str:
    """An amount of money."""
    return f"{rng.randint(1, 999)}.{rng.randint(0, 99):02}"


def date(rng: random.Random) -> str:
    """A date of the year 2026."""
    return f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def form_en(rng: random.Random) -> tuple[Sheet, Fields]:
    """Labels and values side by side."""
    sheet = Sheet(900, 640)
    sheet.print(450, 70, "MEMBERSHIP APPLICATION", size=34, face="bold", at="ms")
    fields = {"name": name(rng), "member number": code(rng), "date": date(rng), "city": word(rng).title()}
    for number, (label, value) in enumerate(fields.items()):
        y = 120 + 80 * number
        sheet.frame(60, y, 840, y + 80)
        sheet.row(y + 50, (80, "ls", label.title()), (360, "ls", value), size=26)
    return sheet, fields


def form_zh(rng: random.Random) -> tuple[Sheet, Fields]:
    """The same in Chinese."""
    sheet = Sheet(900, 640)
    sheet.print(450, 70, "员工登记表", size=36, face="bold", at="ms")
    person = rng.choice(HAN_NAMES) + "".join(rng.choices(HAN_GIVEN, k=2))
    day = f"2026年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
    fields = {
        "姓名": person,
        "工号": code(rng),
        "入职日期": day,
        "住址": f"{rng.choice(HAN_PLACES)}{rng.randint(1, 99)}号",
    }
    for number, (label, value) in enumerate(fields.items()):
        y = 120 + 80 * number
        sheet.frame(60, y, 840, y + 80)
        sheet.row(y + 52, (80, "ls", label), (300, "ls", value), size=28)
    return sheet, fields


def invoice_en(rng: random.Random) -> tuple[Sheet, Fields]:
    """A table of items with a total."""
    sheet = Sheet(900, 900)
    seller, number, day = f"{word(rng).title()} {word(rng).title()} Ltd", code(rng), date(rng)
    sheet.print(60, 80, seller, size=34, face="bold")
    sheet.row(140, (60, "ls", f"Invoice No: {number}"), (600, "ls", f"Date: {day}"))
    columns = ((60, "ls"), (560, "rs"), (700, "rs"), (840, "rs"))
    rows = [("Description", "Qty", "Price", "Amount")]
    rows += [(f"{word(rng)} {word(rng)}", str(rng.randint(1, 40)), amount(rng), amount(rng)) for _ in range(9)]
    for line, cells in enumerate(rows):
        sheet.row(210 + 52 * line, *((x, at, text) for (x, at), text in zip(columns, cells, strict=True)))
    total = amount(rng)
    sheet.row(800, (560, "rs", "Total"), (840, "rs", total), size=28, face="bold")
    return sheet, {"invoice number": number, "date": day, "total": total}


def invoice_zh(rng: random.Random) -> tuple[Sheet, Fields]:
    """A Chinese invoice."""
    sheet = Sheet(1000, 700)
    number, total = str(rng.randint(10**7, 10**8)), amount(rng)
    sheet.print(500, 80, "增值税普通发票", size=38, face="bold", at="ms")
    sheet.row(150, (60, "ls", f"发票号码：{number}"), (600, "ls", f"开票日期：2026年{rng.randint(1, 12):02}月08日"))
    columns = ((70, "ls"), (520, "rs"), (720, "rs"), (930, "rs"))
    rows = [("货物名称", "数量", "单价", "金额")]
    rows += [(goods, str(rng.randint(1, 50)), amount(rng), amount(rng)) for goods in rng.sample(HAN_GOODS, 5)]
    for line, cells in enumerate(rows):
        sheet.row(230 + 54 * line, *((x, at, text) for (x, at), text in zip(columns, cells, strict=True)))
    sheet.print(620, 600, f"价税合计：{total}", size=26)
    return sheet, {"发票号码": number, "价税合计": total}


def ticket(rng: random.Random) -> tuple[Sheet, Fields]:
    """A train ticket."""
    sheet = Sheet(860, 420, paper=(236, 240, 232))
    origin, goal, seat, fare = (
        word(rng).upper(),
        word(rng).upper(),
        f"{rng.randint(1, 30)}{rng.choice('ABCDF')}",
        amount(rng),
    )
    sheet.row(90, (60, "ls", origin), (430, "ms", ">"), (800, "rs", goal), size=40, face="bold")
    sheet.row(170, (60, "ls", f"Train {code(rng)}"), (800, "rs", f"Date {date(rng)}"), size=26)
    sheet.row(
        240, (60, "ls", f"Seat {seat}"), (430, "ls", f"Car {rng.randint(1, 16)}"), (800, "rs", f"Fare {fare}"), size=28
    )
    sheet.print(60, 340, f"Passenger {name(rng)}", size=26)
    return sheet, {"seat": seat, "fare": fare}


def figures(rng: random.Random) -> tuple[Sheet, Fields]:
    """A table of figures under codes."""
    sheet = Sheet(1100, 900)
    columns = ((60, "ls"), (420, "rs"), (620, "rs"), (820, "rs"), (1030, "rs"))
    rows = [("Code", "January", "February", "March", "Sum")]
    rows += [(code(rng), *(amount(rng) for _ in range(4))) for _ in range(15)]
    for line, cells in enumerate(rows):
        sheet.row(70 + 52 * line, *((x, at, text) for (x, at), text in zip(columns, cells, strict=True)), face="mono")
    return sheet, {}


def names(rng: random.Random) -> tuple[Sheet, Fields]:
    """A list of made-up names and codes, in capitals."""
    sheet = Sheet(900, 1000)
    for line in range(18):
        sheet.row(70 + 50 * line, (60, "ls", name(rng).upper()), (840, "rs", code(rng)), size=24)
    return sheet, {}


def letter(rng: random.Random) -> tuple[Sheet, Fields]:
    """A letter in made-up words."""
    sheet = Sheet(1000, 1100)
    for line in range(22):
        sheet.print(70, 80 + 44 * line, " ".join(word(rng, least=1) for _ in range(8)), size=22, face="serif")
    return sheet, {}


def letter_de(rng: random.Random) -> tuple[Sheet, Fields]:
    """A letter in German."""
    sheet = Sheet(1000, 900)
    for line in range(16):
        sheet.print(70, 80 + 48 * line, rng.choice(GERMAN), size=26, face="serif")
    return sheet, {}


def coarse(image: Image.Image) -> bytes:
    """Return `image` smaller and badly packed."""
    file, small = io.BytesIO(), image.resize((round(0.6 * image.width), round(0.6 * image.height)))
    small.convert("RGB").save(file, "JPEG", quality=35)
    return file.getvalue()


def clean(image: Image.Image) -> bytes:
    """Return `image` as it is."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


KINDS: tuple[Drawing, ...] = (form_en, form_zh, invoice_en, invoice_zh, ticket, figures, names, letter, letter_de)


def draw(folder: Path, drawing: Drawing, *, each: int, seed: int) -> list[Document]:
    """Draw `each` documents of a kind, three times each, into `folder`."""
    documents = []
    for number in range(each):
        sheet, fields = drawing(random.Random(f"{drawing.__name__} {seed} {number}"))  # noqa: S311 - the same each time
        photo = photograph(sheet.image, seed=number, degrees=1.5 if number % 2 else -1.5)
        for wear, data in (("clean", clean(sheet.image)), ("photo", clean(photo)), ("coarse", coarse(sheet.image))):
            file = folder / f"{drawing.__name__}-{number}-{wear}.{'jpg' if wear == 'coarse' else 'png'}"
            file.write_bytes(data)
            documents.append(Document(picture=file, lines=tuple(sheet.lines), fields=fields))
    return documents


def main() -> None:
    """Measure each kind, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--each", type=int, default=4, help="documents of a kind, each worn three ways")
    cli.add_argument("--seed", type=int, default=1)
    cli.add_argument("--base-url", help="an endpoint that runs already; its address ends in /v1")
    cli.add_argument("--keep", type=Path, help="a folder to leave the pictures in")
    given = cli.parse_args()
    table = Table(title=f"{3 * given.each} pages of each kind")
    for heading in ("kind", "word F1", "character F1", "fields"):
        table.add_column(heading)
    whole = [Overlap(), Overlap()]
    with tempfile.TemporaryDirectory() as folder, connect(given.base_url) as endpoint:
        for drawing in KINDS:
            documents = draw(given.keep or Path(folder), drawing, each=given.each, seed=given.seed)
            texts, _, _ = endpoint.read_all(documents, jobs=2)
            pairs = list(zip(texts, documents, strict=True))
            words = sum((compare_words(text, known.lines) for text, known in pairs), Overlap())
            characters = sum((compare_characters(text, known.lines) for text, known in pairs), Overlap())
            score = FieldScore()
            for document in (document for document in documents if document.fields):
                score.add(document, endpoint.read_fields(document)[0])
            right = f"{score.right.total()} of {score.asked.total()}" if score.asked else ""
            table.add_row(drawing.__name__, f"{words.f1:.4f}", f"{characters.f1:.4f}", right)
            whole = [whole[0] + words, whole[1] + characters]
    table.add_section()
    table.add_row("all", f"{whole[0].f1:.4f}", f"{whole[1].f1:.4f}", "")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()

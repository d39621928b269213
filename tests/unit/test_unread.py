"""Lines in a script that the embedded model does not know: noticed line by line, left out, and said in the notes."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from server.engines.ppocr.line_recogniser import Reading
from server.engines.ppocr.recognizer import RapidOCRRecognizer
from server.engines.ppocr.unread import is_unread, is_worth_keeping
from server.engines.ppocr.word_choice import Lexicon
from server.reading.page_text import merge_runs
from server.reading.read import page_notes
from server.settings.groups import RapidOCRSettings, TesseractSettings
from server.values.lines import Line, Lines
from server.values.pages import Page

LEXICON = Lexicon({"invoice": 4.0, "number": 4.0, "total": 5.0})
DEJAVU = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
ENGLISH = [
    "Invoice number 2041",
    "Date 12 March 2026",
    "Two chairs and a table",
    "Delivery to the garden",
    "Total 482.90",
]
RUSSIAN = ["Счёт на оплату", "Поставщик товаров и услуг", "Доставка по городу", "Итого к оплате без налога", "Спасибо"]


def strip(*inked, width=400, height=32):
    """A crop with strokes in the given stretches of its columns."""
    image = np.full((height, width, 3), 255, dtype=np.uint8)
    for left, right in inked:
        image[4:28, left:right:4] = 0
    return image


def reading(text, score=0.99, middles=()):
    return Reading(text=text, score=score, middles=tuple(middles))


EVERYWHERE = tuple(range(8, 400, 16))


@pytest.mark.parametrize(
    ("crop", "read", "unread"),
    [
        (strip((0, 400)), reading("invoice number", middles=EVERYWHERE), False),
        (strip((0, 400)), reading("82.10", middles=(340, 356, 372, 388)), True),
        (strip((0, 400)), reading("", 0.0), True),
        (strip(), reading("", 0.0), False),
        (strip((0, 20), width=20), reading("", 0.0), False),
        (strip((0, 400)), reading("CCUT IAUUIL AGLAIO", 0.7, EVERYWHERE), True),
        (strip((0, 400)), reading("invoice numbor total", 0.7, EVERYWHERE), False),
        (strip((0, 400)), reading("KX-20418 / 77", 0.7, EVERYWHERE), False),
        (strip((0, 400)), reading("Wrzlmp Qokk", 0.9, EVERYWHERE), False),
    ],
)
def test_a_line_is_unread_by_missing_glyphs_or_by_look_alikes(crop, read, unread):
    assert is_unread(crop, read, LEXICON, others_are=False) is unread


def test_rules_and_dots_to_write_on_are_no_missing_glyphs():
    crop = strip((0, 60))
    crop[27:29, 60:220] = 0
    crop[25:28, 220::12] = 0
    assert not is_unread(crop, reading("Name", middles=(8, 24, 40, 56)), LEXICON, others_are=False)


def test_boxes_to_tick_and_signs_in_a_line_are_no_missing_glyphs():
    crop = strip(*((left, left + 34) for left in range(0, 400, 80)))
    middles = [left + 60 for left in range(0, 400, 80)]
    assert not is_unread(crop, reading("a b c d e", middles=middles), LEXICON, others_are=False)


def test_among_unread_lines_less_is_believed():
    read = reading("Wrzlmp Qokk", 0.9, EVERYWHERE)
    assert is_unread(strip((0, 400)), read, LEXICON, others_are=True)
    assert not is_unread(strip((0, 400)), read, None, others_are=True)


def test_sure_figures_are_kept():
    assert is_worth_keeping(reading("254.78", 0.97))
    assert not is_worth_keeping(reading("254.78", 0.7))
    assert not is_worth_keeping(reading("B 254.78", 0.95))


def test_sure_print_beside_a_stroke_of_a_pen_is_kept():
    assert is_worth_keeping(reading("Signature of witness:", 1.0))
    assert is_worth_keeping(reading("No. 4711", 0.999))
    assert not is_worth_keeping(reading("a", 0.999))


BOX = ((0, 0), (100, 0), (100, 20), (0, 20))
ELSEWHERE = ((0, 40), (100, 40), (100, 60), (0, 60))


@pytest.mark.parametrize(
    ("texts", "unread", "note"),
    [
        (["a"] * 10, 0, None),
        (["a"] * 10, 1, None),
        (["a"] * 30, 2, None),
        (
            ["a"] * 10,
            10,
            "unread_script: 10 of 20 lines are in a script that this model does not read; figures alone are kept",
        ),
        (
            [],
            1,
            "unread_script: 1 of 1 lines are in a script that this model does not read; figures alone are kept",
        ),
        (["Số hưu", "đơn", "a"], 0, "unread_script: 2 of 3 lines are Vietnamese, whose tone marks this model may lose"),
    ],
)
def test_a_page_says_how_many_of_its_lines_are_unread(texts, unread, note):
    lines = [Line(text=text, score=1.0, box=BOX, row=row) for row, text in enumerate(texts)]
    read = Lines(page=0, width=100, height=100, lines=tuple(lines), unread=(ELSEWHERE,) * unread)
    page = Page(pixels=np.zeros((9, 9, 3), np.uint8), source_width=9, source_height=9, path="x", sha256="0" * 64)
    (described,) = page_notes((page,), {0: read})
    assert described.notes == ((note,) if note else ())


def drawn(*texts):
    picture = Image.new("RGB", (700, 60 * len(texts) + 80), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.truetype(DEJAVU, 26)
    for number, text in enumerate(texts):
        pen.text((50, 50 + 60 * number), text, fill="black", font=font)
    return Page(
        pixels=np.asarray(picture), source_width=picture.width, source_height=picture.height, path="x", sha256="0" * 64
    )


@pytest.mark.system
async def test_a_page_half_in_russian_keeps_its_english_half_and_says_so():
    engine = RapidOCRRecognizer(RapidOCRSettings(workers=1))
    await engine.start()
    mixed = [text for pair in zip(ENGLISH, RUSSIAN, strict=True) for text in pair]
    pages = (drawn(*mixed), drawn(*ENGLISH), drawn(*RUSSIAN))
    both, english, russian = merge_runs([run async for run in engine.recognise(pages)])
    await engine.stop()
    assert [line.text for line in both.lines] == ENGLISH
    assert len(both.unread) == len(RUSSIAN)
    assert english.unread == ()
    assert (russian.lines, len(russian.unread)) == ((), len(RUSSIAN))
    notes = [note.notes for note in page_notes(pages, dict(enumerate((both, english, russian))))]
    assert [bool(note) for note in notes] == [True, False, True]
    assert notes[0] == (
        "unread_script: 5 of 10 lines are in a script that this model does not read; figures alone are kept",
    )


@pytest.mark.system
async def test_unread_lines_are_read_by_tesseract_where_its_pack_is_chosen():
    engine = RapidOCRRecognizer(RapidOCRSettings(workers=1), tesseract=TesseractSettings(languages=("rus",)))
    await engine.start()
    (both,) = merge_runs([run async for run in engine.recognise([drawn(ENGLISH[0], RUSSIAN[1], RUSSIAN[2])])])
    await engine.stop()
    assert [line.text for line in both.lines] == [ENGLISH[0], RUSSIAN[1], RUSSIAN[2]]
    assert both.unread == ()

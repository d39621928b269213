"""The real embedded engine on pictures drawn here."""

import asyncio
import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from server.engines.base import Recognizer
from server.engines.ppocr.directions import straight_crop
from server.engines.ppocr.raised import may_have_cents
from server.engines.ppocr.recognizer import RapidOCRRecognizer
from server.engines.ppocr.skew import print_slope
from server.errors import ConfigurationError, EngineTimeout, EngineUnavailable
from server.reading.page_text import TextBuilder
from server.settings.groups import RapidOCRSettings
from server.values.pages import Page

pytestmark = pytest.mark.system

RECEIPT = ["GREEN LEAF MARKET", "DATE 2026-11-05", "COFFEE BEANS 12.40", "OAT MILK 3.15", "TOTAL 15.55"]


def draw(lines, size=(640, 480), margin=40):
    picture = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=30)
    for number, text in enumerate(lines):
        pen.text((margin, margin + 70 * number), text, fill="black", font=font)
    return picture


def page(picture):
    pixels = np.asarray(picture.convert("RGB"))
    return Page(
        pixels=pixels,
        source_width=picture.width,
        source_height=picture.height,
        path="messages[0].content[0].image_url.url",
        sha256=hashlib.sha256(pixels.tobytes()).hexdigest(),
    )


@pytest.fixture(scope="module")
def loop():
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def engine(loop):
    recognizer = RapidOCRRecognizer(RapidOCRSettings(workers=2))
    loop.run(recognizer.start())
    yield recognizer
    loop.run(recognizer.stop())


async def runs_of(engine, *pictures):
    return [run async for run in engine.recognise([page(picture) for picture in pictures])]


def text_of(runs):
    builder = TextBuilder()
    return "".join(builder.add(run) for run in runs)


def test_it_is_a_recognizer(engine):
    assert isinstance(engine, Recognizer)
    assert engine.ready
    assert "PP-OCRv6" in engine.version


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_page_is_read_whichever_way_up_it_comes(engine, loop, turns):
    picture = draw(RECEIPT).rotate(90 * turns, expand=True)
    runs = loop.run(runs_of(engine, picture))
    assert text_of(runs).split("\n") == RECEIPT
    assert {run.quarter_turns for run in runs} == {turns}
    assert {(run.width, run.height) for run in runs} == {(640, 480)}


def test_boxes_stand_where_the_print_is_on_the_upright_page(engine, loop):
    lines = [line for run in loop.run(runs_of(engine, draw(RECEIPT).rotate(180))) for line in run.lines]
    for number, line in enumerate(lines):
        assert line.left == pytest.approx(40, abs=12)
        assert line.top == pytest.approx(40 + 70 * number, abs=16)
        assert 20 < line.height < 60


def test_several_pages_come_in_order_and_each_ends_once(engine, loop):
    runs = loop.run(runs_of(engine, *(draw([f"PAGE NUMBER {n + 1}"] * 6) for n in range(5))))
    assert [run.page for run in runs] == sorted(run.page for run in runs)
    assert [run.page for run in runs if run.last] == [0, 1, 2, 3, 4]
    for number in range(5):
        assert text_of([run for run in runs if run.page == number]) == "\n".join([f"PAGE NUMBER {number + 1}"] * 6)


@pytest.mark.parametrize("size", [(640, 480), (1, 1), (3, 700), (900, 2), (20, 20)])
def test_a_picture_without_print_has_no_lines_but_an_end(engine, loop, size):
    runs = loop.run(runs_of(engine, Image.new("RGB", size, "white")))
    assert [line for run in runs for line in run.lines] == []
    assert runs[-1].last


def test_a_picture_of_a_single_line_is_read(engine, loop):
    strip = draw(["INVOICE NO 4711"], size=(340, 44), margin=5)
    assert text_of(loop.run(runs_of(engine, strip))) == "INVOICE NO 4711"


def test_white_print_on_black_is_read(engine, loop):
    picture = Image.eval(draw(RECEIPT), lambda value: 255 - value)
    assert text_of(loop.run(runs_of(engine, picture))).split("\n") == RECEIPT


def test_a_row_of_print_comes_as_one_run(engine, loop):
    picture = draw(["COFFEE", "MILK", "TOTAL"])
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=30)
    for number, price in enumerate(["12.40", "3.15", "15.55"]):
        pen.text((450, 40 + 70 * number), price, fill="black", font=font)
    runs = [[line.text for line in run.lines] for run in loop.run(runs_of(engine, picture))]
    assert runs == [["COFFEE", "12.40"], ["MILK", "3.15"], ["TOTAL", "15.55"]]


def test_lines_come_before_the_page_is_done_and_closing_stops_the_work(engine, loop):
    async def first_run():
        lines = engine.recognise([page(draw(RECEIPT * 4, size=(640, 1500)))] * 3)
        run = await anext(lines)
        await lines.aclose()
        return run

    run = loop.run(first_run())
    assert not run.last
    assert run.lines[0].text == RECEIPT[0]
    assert text_of(loop.run(runs_of(engine, draw(["STILL ALIVE"])))) == "STILL ALIVE"


async def test_a_page_that_takes_too_long_is_named():
    recognizer = RapidOCRRecognizer(RapidOCRSettings(workers=1, page_timeout_s=0.001))
    await recognizer.start()
    try:
        with pytest.raises(EngineTimeout, match=r"0\.001 s") as refused:
            await runs_of(recognizer, draw(RECEIPT))
        assert refused.value.param == "messages[0].content[0].image_url.url"
    finally:
        await recognizer.stop()


async def test_an_engine_that_does_not_run_says_so():
    recognizer = RapidOCRRecognizer(RapidOCRSettings(workers=1))
    assert not recognizer.ready
    with pytest.raises(EngineUnavailable):
        await runs_of(recognizer, draw(RECEIPT))


async def test_a_page_still_in_line_when_the_engine_stops_is_answered():
    recognizer = RapidOCRRecognizer(RapidOCRSettings(workers=1))
    await recognizer.start()
    first, second = (recognizer.recognise([page(draw(RECEIPT * 4, size=(640, 1500)))]) for _ in range(2))
    await anext(first)
    waiting = asyncio.create_task(anext(second))
    await asyncio.sleep(0)
    await recognizer.stop()
    async with asyncio.timeout(5):
        with pytest.raises(EngineUnavailable):
            await waiting
    await first.aclose()


def test_onnxruntime_reads_as_well():
    async def main():
        recognizer = RapidOCRRecognizer(RapidOCRSettings(workers=1, backend="onnxruntime"))
        await recognizer.start()
        try:
            return text_of(await runs_of(recognizer, draw(RECEIPT)))
        finally:
            await recognizer.stop()

    assert asyncio.run(main()).split("\n") == RECEIPT


def test_models_that_do_not_load_are_one_clear_line(monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("no such kernel")

    monkeypatch.setattr("server.engines.ppocr.page_reader.PPOCRReader", broken)
    recognizer = RapidOCRRecognizer(RapidOCRSettings(workers=2))
    with pytest.raises(ConfigurationError, match=r"no such kernel.*pip install"):
        asyncio.run(recognizer.start())


@pytest.mark.parametrize("degrees", [-5, -2, 0, 3, 6])
def test_short_cells_of_a_skewed_page_stay_in_their_rows(engine, loop, degrees):
    rows = [["Nails", "4", "1.20"], ["Glue", "2", "6.35"], ["Tape", "9", "0.80"], ["Sum", "15", "24.70"]]
    picture = Image.new("RGB", (1100, 700), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=26)
    for number, row in enumerate(rows):
        for left, text in zip((90, 560, 930), row, strict=True):
            pen.text((left, 230 + 52 * number), text, fill="black", font=font)
    turned = picture.rotate(-degrees, resample=Image.Resampling.BICUBIC, fillcolor="white")
    runs = loop.run(runs_of(engine, turned))
    assert [[line.text for line in run.lines] for run in runs] == rows
    assert np.degrees(runs[0].slope) == pytest.approx(degrees, abs=0.5)


def test_a_line_says_where_its_characters_are(engine, loop):
    picture = Image.new("RGB", (900, 300), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=30)
    text = "Title: Mr / Mrs / Ms"
    pen.text((100, 120), text, fill="black", font=font)
    (line,) = loop.run(runs_of(engine, picture))[0].lines
    assert line.text == text
    seen = [line.left + middle * (line.right - line.left) for middle in line.middles]
    ends = [(pen.textlength(text[:at], font), pen.textlength(text[: at + 1], font)) for at in range(len(text))]
    drawn = [100 + sum(edges) / 2 for char, edges in zip(text, ends, strict=True) if char != " "]
    assert seen == pytest.approx(drawn, abs=9)


ASSETS = Path(__file__).parents[1] / "assets"
POEM = ["春眠不覺曉", "處處聞啼鳥", "夜來風雨聲", "花落知多少"]


def lines_of(runs):
    return [line for line in text_of(runs).split("\n") if line]


def test_a_title_and_a_foot_across_stand_before_and_behind_vertical_columns(engine, loop):
    runs = loop.run(runs_of(engine, Image.open(ASSETS / "poem_zh.png")))
    assert lines_of(runs) == ["春曉", *POEM, "樣例出版社二〇二四年"]
    assert (runs[0].quarter_turns, runs[0].width, runs[0].height) == (0, 640, 720)


@pytest.mark.parametrize("shown", [4, 2])
def test_columns_of_vertical_writing_alone_are_read_from_right_to_left(engine, loop, shown):
    columns = Image.open(ASSETS / "poem_zh.png").crop((640 - 84 * shown - 40, 120, 640, 560))
    runs = loop.run(runs_of(engine, columns))
    assert lines_of(runs) == POEM[:shown]
    assert runs[0].quarter_turns == 0


@pytest.mark.parametrize("turns", [1, 3])
def test_a_page_of_chinese_lines_on_its_side_is_turned(engine, loop, turns):
    page = Image.open(ASSETS / "invoice_zh.png").rotate(90 * turns, expand=True)
    runs = loop.run(runs_of(engine, page))
    assert runs[0].quarter_turns == turns
    assert "虚构科技有限公司" in text_of(runs)


@pytest.mark.parametrize("count", [3, 5])
def test_upright_heads_of_a_table_do_not_turn_the_page(engine, loop, count):
    picture = Image.new("RGB", (390 + 170 * count, 460), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=26)
    heads = ["Apples sold", "Pears sold", "Plums sold", "Quinces sold", "Cherries sold"][:count]
    for column, head in enumerate(heads):
        upright = Image.new("RGB", (190, 36), "white")
        ImageDraw.Draw(upright).text((0, 2), head, fill="black", font=font)
        picture.paste(upright.rotate(90, expand=True), (330 + 170 * column, 30))
    rows = [["Mill Lane", "17", "9", "4", "25", "52"], ["Dock Road", "28", "31", "6", "47", "70"]]
    rows = [row[: count + 1] for row in rows]
    for number, row in enumerate(rows):
        for left, text in zip((50, *range(336, 336 + 170 * count, 170)), row, strict=True):
            pen.text((left, 250 + 80 * number), text, fill="black", font=font)
    runs = [[line.text for line in run.lines] for run in loop.run(runs_of(engine, picture))]
    assert runs == [heads, *rows]


def test_raised_cents_are_parted_from_their_price(engine, loop):
    picture = Image.new("RGB", (900, 260), "white")
    pen, big, small = ImageDraw.Draw(picture), ImageFont.load_default(size=36), ImageFont.load_default(size=20)
    for top, text, cents in ((40, "$47", "95"), (140, "$2050", "")):
        pen.text((60, top), "Price", fill="black", font=big)
        pen.text((500, top), text, fill="black", font=big)
        pen.text((500 + pen.textlength(text, font=big) + 1, top), cents, fill="black", font=small)
    runs = loop.run(runs_of(engine, picture))
    assert [[line.text for line in run.lines] for run in runs] == [["Price", "$47", "95"], ["Price", "$2050"]]


@pytest.mark.parametrize("text", ["RF712", "No. 12/4712", "12.950", "A-301"])
def test_the_end_of_a_code_is_no_price_with_cents(text):
    assert not may_have_cents(text)


def test_columns_of_text_that_share_no_base_lines_do_not_tilt_the_page():
    quads, image = [], np.full((1400, 1800, 3), 255, np.uint8)
    for column in range(4):
        for row in range(24):
            left, top = 60 + 430 * column, 80 + 50 * row + 12 * column
            quads.append(((left, top), (left + 380, top), (left + 380, top + 24), (left, top + 24)))
            image[top + 4 : top + 20, left : left + 380 : 7] = 0
    assert np.degrees(print_slope(image, quads)) == pytest.approx(0, abs=0.1)


def test_blocks_side_by_side_with_other_base_lines_do_not_tilt_the_table_below():
    picture = Image.new("RGB", (1240, 1000), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=24)
    for number in range(6):
        pen.text((90, 60 + 44 * number), f"Left address line {number}", fill="black", font=font)
        pen.text((900, 78 + 44 * number), f"Right line {number}", fill="black", font=font)
    quads = [((90, 60 + 44 * n), (340, 60 + 44 * n), (340, 88 + 44 * n), (90, 88 + 44 * n)) for n in range(6)]
    quads += [((900, 78 + 44 * n), (1040, 78 + 44 * n), (1040, 106 + 44 * n), (900, 106 + 44 * n)) for n in range(6)]
    for number in range(8):
        for left, text in ((90, "Nails"), (600, str(number)), (1000, "1.20")):
            top = 420 + 52 * number
            pen.text((left, top), text, fill="black", font=font)
            quads.append(((left, top), (left + 60, top), (left + 60, top + 28), (left, top + 28)))
    assert np.degrees(print_slope(np.asarray(picture), quads)) == pytest.approx(0, abs=0.5)


def test_a_narrow_box_whose_edges_differ_is_cropped_as_it_stands():
    crop = straight_crop(np.zeros((60, 60, 3), np.uint8), ((0, 0), (20, 0), (20, 30), (0, 29)))
    assert crop.shape[:2] == (30, 20)

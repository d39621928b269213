"""Tesseract, the real program, on pictures drawn here."""

import asyncio
import hashlib
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from server.config import Settings
from server.engines.base import Recognizer
from server.engines.registry import build_registry
from server.engines.tesseract.packs import debian_package, script_of
from server.engines.tesseract.program import find_program, installed_packs
from server.engines.tesseract.recognizer import TesseractRecognizer
from server.errors import ConfigurationError, EngineTimeout, EngineUnavailable, InternalError
from server.settings.groups import TesseractSettings
from server.values.pages import Page

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif("rus" not in installed_packs(TesseractSettings()), reason="needs tesseract-ocr-rus"),
]

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
INVOICE = ["Счёт на оплату № 1047", "Дата: 12.03.2026", "Поставщик: ООО Ромашка", "Итого к оплате: 12 500,00"]


def draw(lines, size=(1000, 600), margin=60):
    picture = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.truetype(FONT, 34)
    for number, text in enumerate(lines):
        for left, cell in zip((margin, 700), text.split("|"), strict=False):
            pen.text((left, margin + 80 * number), cell, fill="black", font=font)
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


async def lines_of(*pictures, **settings):
    engine = TesseractRecognizer(TesseractSettings(**settings))
    await engine.start()
    try:
        return [run async for run in engine.recognise([page(picture) for picture in pictures])]
    finally:
        await engine.stop()


def is_running(pid_file):
    return Path(f"/proc/{pid_file.read_text().strip()}").exists()


async def until_written(pid_file):
    while not pid_file.exists() or not pid_file.read_text():  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.05)


def texts(run):
    return [line.text for line in run.lines]


@pytest.fixture
def fake_program(tmp_path, monkeypatch):
    """Put a script in the place of the program, which still lists its packs."""

    def write(reading):
        script = tmp_path / "tesseract"
        script.write_text(
            "#!/bin/sh\n"
            'case "$1" in --version) echo tesseract 9.9; exit;; --list-langs) printf "packs\\neng\\n"; exit;; esac\n'
            f"{reading}\n"
        )
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return write


async def test_russian_is_read_with_scores_and_boxes():
    (run,) = await lines_of(draw(INVOICE), languages="rus")
    assert texts(run) == INVOICE
    assert all(0.8 < line.score <= 1 for line in run.lines)
    first = run.lines[0]
    assert (round(first.left, -1), round(first.top, -1)) == (60, 70)
    assert 20 < first.height < 50
    assert [line.row for line in run.lines] == [0, 1, 2, 3]


async def test_english_is_read_by_its_own_pack():
    english = ["GREEN LEAF MARKET", "DATE 2026-11-05", "TOTAL 15.55"]
    (run,) = await lines_of(draw(english), languages="eng")
    assert texts(run) == english


async def test_cells_of_a_row_are_lines_of_their_own():
    (run,) = await lines_of(draw(["Гвозди|120,00", "Клей|635,50", "Лента|80,00", "Всего|835,50"]), languages="rus")
    assert texts(run) == ["Гвозди", "120,00", "Клей", "635,50", "Лента", "80,00", "Всего", "835,50"]
    assert [line.row for line in run.lines] == [0, 0, 1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_a_turned_page_is_turned_back(turns):
    upright = draw(INVOICE * 3, size=(1000, 1100))
    turned = Image.fromarray(np.rot90(np.asarray(upright), turns))
    (run,) = await lines_of(turned, languages="rus")
    assert run.quarter_turns == turns
    assert (run.width, run.height) == upright.size
    assert texts(run) == INVOICE * 3


@pytest.mark.parametrize("degrees", [-3, 3])
async def test_boxes_follow_the_slope_of_the_print(degrees):
    picture = draw(INVOICE).rotate(-degrees, resample=Image.Resampling.BICUBIC, fillcolor="white")
    (run,) = await lines_of(picture, languages="rus")
    assert [text.casefold() for text in texts(run)] == [text.casefold() for text in INVOICE]
    assert np.degrees(run.slope) == pytest.approx(degrees, abs=0.5)
    assert all(line.height < 50 for line in run.lines)


async def test_an_empty_page_has_no_lines():
    (run,) = await lines_of(Image.new("RGB", (600, 400), "white"), languages="rus")
    assert (run.lines, run.last) == ((), True)


async def test_pages_come_in_order():
    pictures = [draw([text]) for text in ("Первая страница", "Вторая страница", "Третья страница")]
    runs = await lines_of(*pictures, languages="rus", workers=2)
    assert [(run.page, texts(run)[0]) for run in runs] == [
        (0, "Первая страница"),
        (1, "Вторая страница"),
        (2, "Третья страница"),
    ]


async def test_lines_below_the_minimum_score_are_dropped():
    (run,) = await lines_of(draw(INVOICE), languages="rus", min_score=1)
    assert run.lines == ()


def test_a_missing_pack_is_one_line_with_the_command():
    with pytest.raises(ConfigurationError, match=r"no pack 'ukr'.*apt-get install tesseract-ocr-ukr$") as refused:
        find_program(TesseractSettings(languages="rus,ukr"))
    assert "\n" not in str(refused.value)


def test_names_of_packs():
    assert debian_package("chi_sim") == "tesseract-ocr-chi-sim"
    assert debian_package("script/Cyrillic") == "tesseract-ocr-script-cyrl"
    packs = ("rus", "eng", "chi_sim", "jpn", "srp_latn", "aze_cyrl", "script/Greek", "heb", "own")
    assert [script_of(pack) for pack in packs] == [
        *("cyrillic", "latin", "chinese", "japanese", "latin", "cyrillic", "greek", "hebrew", "own"),
    ]


def test_a_missing_program_is_one_line_with_the_command(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match=r"apt-get install tesseract-ocr$"):
        asyncio.run(TesseractRecognizer(TesseractSettings()).start())
    assert installed_packs(TesseractSettings()) == ()


def test_packs_may_stand_in_a_folder_of_the_operator(tmp_path):
    installed = Path(shutil.which("tesseract")).resolve()
    assert installed.exists()
    (source,) = Path("/usr/share/tesseract-ocr").glob("*/tessdata")
    (tmp_path / "own.traineddata").symlink_to(source / "rus.traineddata")
    (tmp_path / "configs").symlink_to(source / "configs")
    (run,) = asyncio.run(lines_of(draw(INVOICE), languages="own", folder=tmp_path))
    assert texts(run) == INVOICE


async def test_a_hung_program_is_killed_at_the_deadline(fake_program, tmp_path):
    fake_program(f"echo $$ > {tmp_path}/pid; exec sleep 60")
    begun = time.monotonic()
    with pytest.raises(EngineTimeout, match=r"0\.5 s") as refused:
        await lines_of(draw(INVOICE), page_timeout_s=0.5)
    assert refused.value.param == "messages[0].content[0].image_url.url"
    assert time.monotonic() - begun < 10
    assert not is_running(tmp_path / "pid")


async def test_a_page_that_nobody_waits_for_any_more_is_given_up(fake_program, tmp_path):
    fake_program(f"echo $$ > {tmp_path}/pid; exec sleep 60")
    engine = TesseractRecognizer(TesseractSettings())
    await engine.start()
    reading = asyncio.create_task(anext(engine.recognise([page(draw(INVOICE))])))
    await until_written(tmp_path / "pid")
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    async with asyncio.timeout(5):
        await engine.stop()
    assert not is_running(tmp_path / "pid")


async def test_the_program_gets_no_setting_of_ours(fake_program, tmp_path, monkeypatch):
    monkeypatch.setenv("PAGEGLASS_API_KEYS", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    fake_program(f"env > {tmp_path}/seen; cat > /dev/null; exit 1")
    with pytest.raises(InternalError):
        await lines_of(draw(INVOICE))
    seen = (tmp_path / "seen").read_text()
    assert "OMP_THREAD_LIMIT=1" in seen
    assert "secret" not in seen


async def test_a_stop_ends_pages_under_way(fake_program, tmp_path):
    fake_program(f"echo $$ > {tmp_path}/pid; exec sleep 60")
    engine = TesseractRecognizer(TesseractSettings(workers=1))
    await engine.start()
    readings = [asyncio.create_task(anext(engine.recognise([page(draw(INVOICE))]))) for _ in range(2)]
    await until_written(tmp_path / "pid")
    async with asyncio.timeout(5):
        await engine.stop()
        for reading in readings:
            with pytest.raises(EngineUnavailable):
                await reading
    assert not is_running(tmp_path / "pid")


async def test_memory_beyond_the_bound_is_refused():
    large = draw(INVOICE).resize((5000, 4000))
    with pytest.raises(InternalError, match="gave up on the picture at messages"):
        await lines_of(large, languages="rus", memory_bytes=128 * 2**20)


async def test_a_crash_is_an_error_of_that_page(fake_program):
    fake_program("cat > /dev/null; echo out of luck >&2; exit 3")
    with pytest.raises(InternalError, match="out of luck"):
        await lines_of(draw(INVOICE))


async def test_an_engine_that_does_not_run_says_so():
    engine = TesseractRecognizer(TesseractSettings())
    assert isinstance(engine, Recognizer)
    assert not engine.ready
    with pytest.raises(EngineUnavailable):
        await anext(engine.recognise([page(draw(INVOICE))]))


async def test_it_does_not_check_what_a_language_model_says():
    registry = build_registry(
        Settings(_env_file=None, engine="fake", model="m", fake={"port": "generator"}, extra_models="tesseract")
    )
    try:
        assert (await registry.grounder()).name == "rapidocr"
    finally:
        await registry.stop()


def test_it_is_a_model_beside_the_embedded_one():
    registry = build_registry(Settings(_env_file=None, extra_models="tesseract"))
    assert [(model.id, model.engine.name) for model in registry.models] == [
        ("pp-ocrv6-small", "rapidocr"),
        ("tesseract", "tesseract"),
    ]

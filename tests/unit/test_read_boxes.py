"""`pageglass read --annotate`: the drawn pages are looked at, pixel by pixel where it counts."""

import io
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from command_line import run_command, use_fake_engine
from PIL import Image

from server.cli.read.boxes import LabelledBox, draw_boxes
from server.protocol.pageglass.ocr import OcrPageBody

SCAN = Path(__file__).parents[1] / "assets" / "scan.pdf"
ORIENTATION = 0x0112
GREEN, AMBER = (0, 120, 60), (200, 80, 0)
WHITE = (255, 255, 255)


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    use_fake_engine(monkeypatch, "TOTAL 19.90\nDATE 2026-11-02")
    monkeypatch.chdir(tmp_path)
    return partial(run_command, monkeypatch, capsys)


@pytest.fixture
def page(tmp_path):
    Image.new("RGB", (400, 200), "white").save(tmp_path / "page.png")
    return tmp_path / "page.png"


def opened(name):
    with Image.open(name) as picture:
        return picture.convert("RGB")


def test_lines_are_drawn_with_a_label_beside_them(run, page):
    assert run("read", page, "--out", "drawn", "--annotate")[0] == 0
    drawn = opened("drawn/page.boxes.png")  # the lines stand at 0 to 110, 0 to 20 and 0 to 150, 30 to 50
    assert drawn.size == (400, 200)
    assert [drawn.getpixel(at) for at in ((55, 20), (110, 10), (75, 30), (150, 40))] == [GREEN] * 4
    assert [drawn.getpixel(at) for at in ((55, 10), (75, 40), (300, 150))] == [WHITE] * 3
    assert drawn.crop((114, 0, 200, 20)).getcolors() != [(86 * 20, WHITE)]


def test_of_fields_only_the_print_that_they_rest_on_is_drawn(run, page):
    run("read", page, "--out", "drawn", "--annotate", "--fields", "total")
    drawn = opened("drawn/page.boxes.png")
    assert drawn.crop((0, 0, 45, 60)).getcolors() == [(45 * 60, WHITE)]
    assert {drawn.getpixel((x, 20)) for x in range(60, 105)} <= {GREEN, AMBER}
    assert drawn.crop((0, 52, 400, 200)).getcolors() == [(400 * 148, WHITE)]


def test_what_is_less_sure_has_a_colour_of_its_own():
    corners = ((10, 10), (90, 10), (90, 30), (10, 30))
    page = OcrPageBody(
        page=1, width=200, height=50, dpi=None, quarter_turns=0, text="", lines=None, notes=(), attempts=()
    )
    for score, colour in ((0.8, GREEN), (0.79, AMBER)):
        boxes = [LabelledBox(corners=corners, number=1, name="合计", score=score)]
        drawn = opened(io.BytesIO(draw_boxes(np.full((100, 400, 3), 255, np.uint8), page, boxes)))
        assert drawn.getpixel((100, 60)) == colour  # a picture twice as large as the page is told
        assert drawn.getpixel((100, 30)) == WHITE


def test_a_photograph_is_drawn_as_a_viewer_shows_it(run, tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    Image.new("RGB", (200, 400), "white").save(tmp_path / "photo.jpg", exif=exif)
    run("read", "photo.jpg", "--annotate", "--out", "drawn")
    drawn = opened("drawn/photo.boxes.png")
    assert drawn.size == (400, 200)
    assert drawn.getpixel((75, 30)) == GREEN


def test_every_page_of_a_document_has_its_picture(run):
    run("read", SCAN, "--pages", "1,3", "--annotate", "--out", "drawn")
    drawn = sorted(Path("drawn").glob("*.png"))
    assert [file.name for file in drawn] == ["scan.page-1.boxes.png", "scan.page-3.boxes.png"]
    assert all(GREEN in {colour for _, colour in opened(file).getcolors(2**24)} for file in drawn)


def test_without_a_folder_it_stands_beside_the_file_and_is_not_read_itself(run, page):
    code, out, _ = run("read", page.parent, "--annotate")
    assert (code, out) == (0, "TOTAL 19.90\nDATE 2026-11-02\n")
    assert opened(page.parent / "page.png.boxes.png").size == (400, 200)
    assert run("read", page.parent) == (0, out, "")


def test_a_file_without_its_picture_is_not_done(run, page):
    run("read", page, SCAN, "--out", "drawn")
    assert "files were done before" not in run("read", page, SCAN, "--out", "drawn", "--annotate")[2]
    assert "2 of 2" in run("read", page, SCAN, "--out", "drawn", "--annotate")[2]
    Path("drawn/page.boxes.png").unlink()
    assert "1 of 2" in run("read", page, SCAN, "--out", "drawn", "--annotate")[2]
    assert Path("drawn/page.boxes.png").is_file()


def test_a_model_that_tells_no_places_is_said_once(run, page, monkeypatch):
    monkeypatch.setenv("PAGEGLASS_FAKE__PORT", "generator")
    monkeypatch.setenv("PAGEGLASS_MODEL", "Qwen/Qwen3-VL-2B-Instruct")
    code, _, err = run("read", page, "--annotate", "--out", "drawn")
    assert (code, err.count("\n")) == (2, 1)
    assert "--annotate" in err

"""A till roll that the reader cannot read whole, as its budget shrinks it: read in tiles, several at once."""

import httpx
import pytest
from picture_files import as_text, saved
from PIL import Image
from served_reader import NAME, write

BUDGET = 256 * 160
PITCH = 80
LINES = (
    *("TOTAL 19.90", "INVOICE 42", "NO. 77/AB", "PAGE 1", "TOTAL 5.20", "2026-07"),
    *("CITY: ROMA", "TAX: 4.10", "CODE: 81", "NAME: LEA", "REF: A-7", "DATE 3.4"),
)
LEAST_READ = 11


@pytest.fixture(scope="module")
def roll():
    """One line to 80 pixels: as a PNG in base64."""
    picture = Image.new("L", (256, PITCH * len(LINES)), 255)
    for number, line in enumerate(LINES):
        write(picture, [line], at=(4, number * PITCH + 20))
    return as_text(saved(picture, "PNG"))


@pytest.fixture(scope="module")
def ask(start_reader):
    """Ask a reader of its own at /v1/ocr: gives the page that it read."""
    with start_reader(PAGEGLASS_MAX_PAGE_PIXELS=str(BUDGET), PAGEGLASS_OCR_RETRIES="0") as reader:

        def asked(**fields):
            body = {"model": NAME, "temperature": 0, "cache": False, **fields}
            answer = httpx.post(f"{reader.server.base_url}/ocr", json=body, timeout=120, trust_env=False)
            (page,) = answer.raise_for_status().json()["pages"]
            return page

        yield asked


def found(page):
    return [line for line in page["text"].split("\n") if line in LINES]


def test_a_till_roll_is_read_in_tiles_that_could_not_be_read_whole(ask, roll):
    page = ask(image=roll)
    assert page["tiles"] > 8
    read = list(dict.fromkeys(found(page)))
    assert len(read) >= LEAST_READ
    assert read == [line for line in LINES if line in read]
    whole = ask(image=roll, prompt="Read.")
    assert whole["tiles"] == 1
    assert found(whole) == []

"""Every way a page may be sent, read by the embedded engine through the endpoint: the text is always the same."""

import io
from pathlib import Path

import openai
import picture_files
import pikepdf
import pillow_heif
import pytest
from PIL import Image

pytestmark = pytest.mark.e2e

ASSETS = Path(__file__).parents[1] / "assets"
ORIENTATION = 0x0112
# What a camera does to an upright picture before it writes the tag: the inverse of what a viewer does.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.fixture(scope="module")
def receipt():
    return Image.open(ASSETS / "receipt_en.png").convert("RGB")


@pytest.fixture(scope="module")
def pages(receipt):
    """Three pages that say different things."""
    invoice = Image.open(ASSETS / "invoice_en.png").convert("RGB")
    return [receipt, invoice, receipt.crop((0, 0, receipt.width, receipt.height // 2))]


@pytest.fixture(scope="module")
def ask(endpoint):
    client = openai.OpenAI(base_url=endpoint.base_url, api_key="none", timeout=120, max_retries=0)

    def read(*parts):
        answer = client.chat.completions.create(
            model="pp-ocrv6-small", messages=[{"role": "user", "content": list(parts)}]
        )
        return answer.choices[0].message.content, answer.model_extra["pageglass"]["pages"]

    with client:
        yield read


@pytest.fixture(scope="module")
def text_of(ask):
    return lambda data: ask(image(data))[0]


@pytest.fixture(scope="module")
def receipt_text(receipt, text_of):
    text = text_of(saved(receipt, "PNG"))
    assert "MAPLE LANE BAKERY" in text
    return text


@pytest.fixture(scope="module")
def page_texts(pages, text_of):
    return [text_of(saved(page, "PNG")) for page in pages]


def saved(picture, form, **options):
    return picture_files.saved(picture.copy(), form, **options)  # a copy: saving leaves its options on the picture


def uri(data, mime="application/octet-stream"):
    return picture_files.data_uri(data, mime)


def image(data, **members):
    return {"type": "image_url", "image_url": {"url": uri(data)} | members}


def file(data, name, **members):
    return {"type": "file", "file": {"file_data": uri(data, "application/pdf"), "filename": name} | members}


def print_of(text):
    """What is printed: where the gaps are set may change by a pixel's breadth when a page is rendered anew."""
    return text.replace(" ", "")


def pdf(pages):
    """A PDF as scanners write it: a picture a page."""
    first, *rest = (page.copy() for page in pages)
    return saved(first, "PDF", save_all=True, append_images=rest, resolution=110)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_eight_exif_orientations(receipt, receipt_text, text_of, orientation):
    turn = STORED[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = receipt if turn is None else receipt.transpose(turn)
    assert text_of(saved(stored, "JPEG", quality=95, subsampling=0, exif=exif)) == receipt_text


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_scan_that_lies_on_its_side(receipt, receipt_text, text_of, degrees):
    assert text_of(saved(receipt.rotate(degrees, expand=True), "PNG")) == receipt_text


@pytest.mark.parametrize("form", ["HEIF", "AVIF", "WEBP", "TIFF", "BMP"])
def test_every_format_that_phones_and_scanners_write(receipt, receipt_text, text_of, form):
    pillow_heif.register_heif_opener()
    assert text_of(saved(receipt, form, **({} if form in {"TIFF", "BMP"} else {"quality": 92}))) == receipt_text


def test_a_page_twenty_times_as_tall_as_wide(receipt, receipt_text, text_of):
    copies = 16
    tall = Image.new("RGB", (receipt.width, copies * receipt.height))
    for copy in range(copies):
        tall.paste(receipt, (0, copy * receipt.height))
    read, printed = text_of(saved(tall, "PNG")).splitlines(), receipt_text.splitlines()
    assert len(read) == copies * len(printed)
    assert sum(line in printed for line in read) >= 0.95 * len(read)


def test_a_pdf_of_three_pages(pages, page_texts, ask):
    text, told = ask(file(pdf(pages), "scan.pdf"))
    assert print_of(text) == print_of("\n\n".join(page_texts))
    assert [(page["source"], page["number"]) for page in told] == [
        ("messages[0].content[0].file.file_data", number) for number in (1, 2, 3)
    ]


def test_a_tiff_of_three_pages(pages, page_texts, ask):
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    text, told = ask(file(data, "fax.tif"))
    assert text == "\n\n".join(page_texts)
    assert [page["number"] for page in told] == [1, 2, 3]
    assert (told[1]["width"], told[1]["height"]) == pages[1].size


def test_chosen_pages_come_in_the_order_asked_for(pages, page_texts, ask):
    text, told = ask(image(pdf(pages), pages="3,1"))
    assert print_of(text) == print_of("\n\n".join([page_texts[2], page_texts[0]]))
    assert [page["number"] for page in told] == [3, 1]


def test_a_pdf_and_a_picture_in_one_message(pages, page_texts, ask):
    text, told = ask(image(saved(pages[2], "PNG")), file(pdf(pages[:1]), "a.pdf"))
    assert print_of(text) == print_of("\n\n".join([page_texts[2], page_texts[0]]))
    assert [page["source"] for page in told] == [
        "messages[0].content[0].image_url.url",
        "messages[0].content[1].file.file_data",
    ]


def test_the_first_frame_of_an_animation_is_read_and_said_so(receipt, receipt_text, ask):
    blank = Image.new("RGB", receipt.size, "white")
    text, told = ask(image(saved(receipt, "PNG", save_all=True, append_images=[blank, receipt])))
    assert text == receipt_text
    assert "first of its 3 frames" in " ".join(told[0]["notes"])


def test_an_encrypted_pdf_is_named(pages, ask):
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(pages))) as document:
        document.save(locked, encryption=pikepdf.Encryption(user="u", owner="o"))
    with pytest.raises(openai.BadRequestError) as caught:
        ask(file(locked.getvalue(), "locked.pdf"))
    assert caught.value.code == "encrypted_pdf"
    assert caught.value.param == "messages[0].content[0].file.file_data"
    assert "password" in caught.value.message

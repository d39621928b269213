"""Every way a page may be sent, at its true size, read exactly by a model that knows nothing of it."""

import numpy as np
import pytest
from fpdf import FPDF
from picture_files import saved
from PIL import Image
from served_reader import card, part, write

LINES = ("INVOICE 42", "NO. 77/AB", "TOTAL 19.90")
ORIENTATION = 0x0112
STORED = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}  # as the camera holds it


@pytest.mark.parametrize("orientation", STORED)
def test_a_sideways_photo(qwen, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    photo = card(*LINES).transpose(STORED[orientation])
    assert qwen.read(saved(photo, "JPEG", exif=exif, quality=92)) == "\n".join(LINES)


def test_print_on_transparency(qwen):
    """Black everywhere, and only its alpha says where the print is."""
    alpha = card(*LINES, ink=255, paper=0).getchannel("R")
    picture = Image.merge("RGBA", [Image.new("L", alpha.size, 0)] * 3 + [alpha])
    assert qwen.read(saved(picture, "PNG")) == "\n".join(LINES)


def test_a_scan_of_16_bits(qwen):
    """Faint, as scanners give it: Pillow's own conversion would clip all of it to white."""
    grey = np.asarray(card(*LINES).convert("L")).astype(np.uint16) * 257
    assert qwen.read(saved(Image.fromarray(grey), "PNG")) == "\n".join(LINES)


def test_a_pdf_of_three_pages(qwen):
    assert qwen.read(printed_pdf(*LINES)) == "\n".join(LINES)


def test_chosen_pages_of_a_pdf(qwen):
    document = part(printed_pdf(*LINES))
    document["file"]["pages"] = "3,1"
    parts = [document, {"type": "text", "text": "Read."}]
    assert qwen.read(messages=[{"role": "user", "content": parts}]) == f"{LINES[2]}\n{LINES[0]}"


def test_a_photo_of_12_megapixels(qwen):
    """Its print has the 26 pixels that the reader knows once the photo is brought into the budget of 256 by 192."""
    photo = Image.new("L", (4000, 3000), 236)
    write(photo, LINES, scale=4000 / 256, ink=40)
    noise = np.random.default_rng(5).normal(0, 6, (3000, 4000, 1))
    rgb = (np.asarray(photo.convert("RGB")) + noise).clip(0, 255).astype(np.uint8)
    jpeg = saved(Image.fromarray(rgb), "JPEG", quality=85)
    completion = qwen.ask(jpeg, mm_processor_kwargs={"max_pixels": 256 * 192})
    assert completion.choices[0].message.content == "\n".join(LINES)
    (page,) = completion.model_extra["pageglass"]["pages"]
    assert (page["width"], page["height"]) == (4000, 3000)


def printed_pdf(*lines):
    """A PDF with a small page for each line, which is 256 by 32 pixels at 300 dpi, in a font that it brings along."""
    points = 72 / 300
    pdf = FPDF(unit="pt", format=(256.1 * points, 32.1 * points))
    pdf.add_font("Mono", fname="/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
    pdf.set_font("Mono", size=26 * points)
    for line in lines:
        pdf.add_page()
        pdf.text(4 * points, 25 * points, line)
    return bytes(pdf.output())

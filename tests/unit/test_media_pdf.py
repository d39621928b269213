"""PDFs become upright RGB pages of the right size, or errors that say what to do."""

import io
import logging

import numpy as np
import pikepdf
import pypdfium2
import pytest
from pdfs import A4, drawn_pdf, flate, form_pdf, image_pdf, locked_pdf, packed_pdf, page_pdf, pages_pdf, plain_pdf
from pypdfium2 import raw

from server.errors import InvalidImage
from server.media.pdf.rendering import count_pages, page_size, render_pages
from server.values.pages import DecodeLimits, PixelBudget

PATH = "messages[0].content[0].file.file_data"
LIMITS = DecodeLimits(max_pixels=100_000_000, max_frames=500, max_pdf_object_bytes=2**27)
BUDGET = PixelBudget(longest_side=1600, max_pixels=1_500_000, min_side=32)
RED = (255, 0, 0)
WHITE = (255, 255, 255)
CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"


def count(data):
    return count_pages(data, path=PATH, limits=LIMITS)


def render(data, *numbers, budget=BUDGET):
    return render_pages(data, path=PATH, limits=LIMITS, budget=budget, numbers=numbers or (1,))


def draw(data, *numbers, budget=BUDGET):
    (page,) = render(data, *numbers, budget=budget)
    return page.pixels


def edited(data, change):
    with pikepdf.open(io.BytesIO(data)) as document:
        change(document)
        saved = io.BytesIO()
        document.save(saved)
    return saved.getvalue()


def colour_at(pixels, right, down):
    """The colour at a place given in parts of the width and the height."""
    height, width = pixels.shape[:2]
    return tuple(pixels[int(height * down), int(width * right)].tolist())


def test_the_pages_asked_for_are_drawn_in_the_order_asked_for():
    document = drawn_pdf(["one", "", "WWWWWWWWWWWWWW"])
    assert count(document) == 3
    dark, blank, light = (int((page.pixels < 128).sum()) for page in render(document, 3, 2, 1))
    assert dark > light > blank == 0


@pytest.mark.parametrize(
    ("size", "budget", "shape", "dpi"),
    [
        (A4, PixelBudget(longest_side=842, max_pixels=10**9), (842, 595), 72),
        (A4, PixelBudget(longest_side=10_000, max_pixels=1_000_000), (1189, 840), 101.7),
        ((842, 595), PixelBudget(longest_side=842, max_pixels=10**9), (595, 842), 72),
        ((72, 72), BUDGET, (300, 300), 300),
        ((14_400, 14_400), BUDGET, (1224, 1224), 6.1),
        ((14_400, 1), BUDGET, (32, 1600), 8),
    ],
)
def test_a_page_just_fits_the_budget_and_no_more_than_300_dpi(size, budget, shape, dpi):
    (page,) = render(drawn_pdf(["x"], size=size), budget=budget)
    assert page.pixels.shape == (*shape, 3)
    assert page.pixels.dtype == np.uint8
    assert not page.pixels.flags.writeable
    assert page.dpi == pytest.approx(dpi, abs=0.1)
    assert page.source_width == shape[1]
    assert page.source_height == (1 if shape[0] == 32 else shape[0])


def test_a_page_smaller_than_the_model_takes_lies_in_the_upper_left_corner_on_white():
    pixels = draw(page_pdf(b"1 0 0 rg 0 0 99 99 re f", box=b"0 0 5 3"))
    assert pixels.shape == (32, 32, 3)
    assert (pixels[:11, :19] == RED).all()
    assert (pixels[13:] == 255).all()
    assert (pixels[:, 21:] == 255).all()


@pytest.mark.parametrize(
    ("turn", "corner"), [(0, (0.1, 0.9)), (90, (0.1, 0.1)), (180, (0.9, 0.1)), (270, (0.9, 0.9)), (-90, (0.9, 0.9))]
)
def test_a_page_is_turned_as_it_says(turn, corner):
    pixels = draw(page_pdf(b"1 0 0 rg 0 0 200 200 re f", page=b"/Rotate %d" % turn))
    assert (pixels.shape[0] > pixels.shape[1]) == (turn % 180 == 0)
    corners = [(right, down) for right in (0.1, 0.9) for down in (0.1, 0.9)]
    assert [place for place in corners if colour_at(pixels, *place) == RED] == [corner]


@pytest.mark.parametrize("crop", [b"100 100 200 300", b"200 300 100 100"])
def test_the_crop_box_cuts_the_page(crop):
    pixels = draw(page_pdf(b"1 0 0 rg 100 100 100 200 re f", page=b"/CropBox [%s]" % crop))
    assert pixels.shape == (833, 416, 3)
    assert (pixels == RED).all()


@pytest.mark.parametrize(
    "box",
    [
        b"0 0 0 0",
        b"612 792 0 0",
        b"-50 -50 -10 -10",
        b"0 0 1000000 1000000",
        b"0 0 1e38 1e38",
        b"0 0 " + b"9" * 45 + b" " + b"9" * 45,
        b"0 0 NaN NaN",
        b"0 0 612",
        b"0 0 0.001 0.001",
        b"0 0 1000000 0.1",
        b"(x) (y) (z) null",
    ],
)
def test_odd_page_boxes_give_a_page_inside_the_budget(box):
    pixels = draw(page_pdf(b"0 0 5 5 re f", box=box))
    assert min(pixels.shape[:2]) >= BUDGET.min_side
    assert max(pixels.shape[:2]) <= BUDGET.longest_side
    assert pixels.shape[0] * pixels.shape[1] <= BUDGET.max_pixels


@pytest.mark.parametrize("points", [(1.0, 1.0), (612.0, 792.0), (1e-6, 1e6), (1e30, 1e30), (1e-30, 1e-30)])
def test_the_size_of_any_page_is_at_least_a_pixel_and_inside_the_budget(points):
    (width, height), dpi = page_size(points, BUDGET)
    assert min(width, height) >= 1
    assert max(width, height) <= BUDGET.longest_side
    assert width * height <= BUDGET.max_pixels
    assert 0 < dpi <= 300


def test_what_stands_on_a_page_without_colour_is_black_on_white_and_colours_are_not_swapped():
    pixels = draw(page_pdf(b"0 0 306 396 re f 1 0 0 rg 306 0 306 396 re f 0 0 1 rg 0 396 306 396 re f"))
    assert colour_at(pixels, 0.25, 0.75) == (0, 0, 0)
    assert colour_at(pixels, 0.75, 0.75) == RED
    assert colour_at(pixels, 0.25, 0.25) == (0, 0, 255)
    assert colour_at(pixels, 0.75, 0.25) == WHITE


def test_what_is_half_transparent_is_laid_on_white():
    pixels = draw(page_pdf(b"/G gs 1 0 0 rg 0 0 612 792 re f", resources=b"/ExtGState << /G << /ca 0.5 >> >>"))
    assert colour_at(pixels, 0.5, 0.5) == pytest.approx((255, 128, 128), abs=1)


def test_filled_in_fields_are_drawn_though_the_file_has_no_picture_of_them():
    assert (draw(form_pdf("")) < 128).sum() == 0
    assert (draw(form_pdf("FILLED")) < 128).sum() > 500


def test_annotations_are_drawn():
    stamp = flate(b"1 0 0 rg 0 0 100 100 re f", b"/Subtype /Form /BBox [0 0 100 100]")
    note = b"<< /Type /Annot /Subtype /Stamp /Rect [0 692 100 792] /F 4 /AP << /N 5 0 R >> >>"
    assert colour_at(draw(page_pdf(b"", stamp, page=b"/Annots [%s]" % note)), 0.05, 0.05) == RED


def test_a_scan_keeps_its_colours_and_its_place():
    rows = np.full((110, 85, 3), 255, dtype=np.uint8)
    rows[:55] = (10, 200, 30)
    picture = image_pdf(rows.tobytes(), b"/Width 85 /Height 110 /ColorSpace /DeviceRGB /BitsPerComponent 8")
    assert colour_at(draw(picture), 0.5, 0.25) == (10, 200, 30)
    assert colour_at(draw(picture), 0.5, 0.75) == WHITE


@pytest.mark.parametrize("lock", [locked_pdf, packed_pdf, lambda data: b"\n  junk before it\n" + data])
def test_spellings_of_a_pdf_that_change_nothing(lock):
    plain = drawn_pdf(["the same"])
    assert np.array_equal(draw(lock(plain)), draw(plain))


def test_ten_thousand_pages_are_counted():
    assert count(pages_pdf(10_000)) == 10_000
    assert draw(pages_pdf(10_000), 10_000).mean() == 255


def unreadable():
    cut = drawn_pdf(["cut"])
    certificate = plain_pdf(
        [CATALOGUE, b"<< /Kids [] >>"], trailer=b"/Encrypt << /Filter /Adobe.PubSec /V 4 >> /ID [<00> <00>]"
    )
    loop = b"<< /Type /Pages /Kids [2 0 R 2 0 R] %s >>"
    return {
        "password": (locked_pdf(drawn_pdf(["secret"]), user="x"), "encrypted_pdf", "Remove the password"),
        "certificate": (certificate, "encrypted_pdf", "Remove the protection"),
        "header alone": (b"%PDF-1.7\n", "invalid_pdf", "its end is missing after 9 bytes"),
        "half": (cut[: len(cut) // 2], "invalid_pdf", "its end is missing"),
        "noise": (b"%PDF-1.7\n" + b"\xa5" * 5000 + b"%%EOF", "invalid_pdf", "it is damaged"),
        "no pages": (pages_pdf(0), "empty_document", "no page can be found"),
        "no tree": (plain_pdf([b"<< /Type /Catalog >>"]), "empty_document", "no page"),
        "tree of itself": (plain_pdf([CATALOGUE, loop % b""]), "empty_document", "no page"),
    }


@pytest.mark.parametrize("name", unreadable())
def test_a_pdf_that_cannot_be_opened_is_refused_with_the_cure(name):
    data, code, words = unreadable()[name]
    for call in (count, render):
        with pytest.raises(InvalidImage) as refused:
            call(data)
        assert refused.value.code == code, refused.value
        assert refused.value.param == PATH
        assert refused.value.message.startswith(f"{PATH} is a PDF" if code != "invalid_pdf" else f"{PATH} begins")
        assert words in refused.value.message


def test_one_file_s_fault_is_not_told_of_the_next():
    for data, code, _ in [*unreadable().values()] * 2:
        with pytest.raises(InvalidImage) as refused:
            count(data)
        assert refused.value.code == code


@pytest.mark.parametrize(
    "data",
    [
        pages_pdf(1, stated=3),
        plain_pdf([CATALOGUE, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 3 >>"]),
        plain_pdf([CATALOGUE, b"<< /Type /Pages /Kids [3 0 R 9 0 R null] /Count 3 >>", b"(no page)"]),
    ],
)
def test_a_page_that_is_not_there_is_named(data):
    assert count(data) == 3
    with pytest.raises(InvalidImage, match="page 2 of 3 is damaged") as refused:
        render(data, 2)
    assert refused.value.code == "invalid_pdf"


def test_a_number_beyond_the_pages_is_refused():
    with pytest.raises(InvalidImage, match="page 2 of 1"):
        render(drawn_pdf(["x"]), 2)


def test_what_a_pdf_would_do_is_not_done(tmp_path):
    picture = tmp_path / "picture.bin"
    picture.write_bytes(bytes(4))
    action = b"<< /S /JavaScript /JS (app.alert\\(1\\); this.getField\\('x'\\).value = 'JS';) >>"
    launch = b"<< /S /Launch /F (/bin/sh) >>"
    outside = image_pdf(
        b"",
        b"/Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8 /F (%s)" % str(picture).encode(),
        page=b"/AA << /O %s >>" % launch,
    )
    assert (draw(outside) == 255).all()  # the file would have been black
    scripted = plain_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R /OpenAction %s /AcroForm << /Fields [4 0 R] >> >>" % action,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Annots [4 0 R] /AA << /O %s >> >>" % action,
            b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (x) /DA (/Helv 40 Tf 0 g) /Rect [0 0 200 100] /F 4 >>",
        ]
    )
    assert (draw(scripted) == 255).all()


def test_pdfium_is_a_build_without_scripts():
    assert not set(pypdfium2.version.PDFIUM_INFO.flags) & {"V8", "XFA"}


def test_a_form_of_xfa_is_read_as_others_see_it_and_the_caller_is_told(caplog):
    data = form_pdf("X")

    def add_xfa(document):
        packet = document.make_stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><template/></xdp:xdp>")
        document.Root.AcroForm.XFA = packet
        document.Root.NeedsRendering = True

    with caplog.at_level(logging.WARNING):
        (page,) = render(edited(data, add_xfa))
    with pypdfium2.PdfDocument(edited(data, add_xfa)) as document:
        assert document.get_formtype() == raw.FORMTYPE_XFA_FULL
    assert "XFA" in page.notes[0]
    assert not caplog.records
    assert render(data)[0].notes == ()

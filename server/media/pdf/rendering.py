"""Renders the pages of a PDF with pdfium; runs in a decode worker, one call at a time.

The threat is the file. pypdfium2's build of pdfium has neither JavaScript (V8) nor XFA; we call none of the functions
that run actions, open attachments or follow links, and pdfium reads no file but the fonts of the system, for texts
that bring none of their own. What it does badly it does by aborting its process, so bombs are looked for first
(`bombs`), and the rest is the worker's business: its bounds on memory and time.
"""

import ctypes
import io
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from server.errors import InvalidImage
from server.media.pdf.bombs import check_objects
from server.media.pdf.widgets import widgets_of
from server.media.pixels.page_sizes import fit, padded
from server.values.pages import DecodedPage, DecodeLimits, PixelBudget, Pixels, Size

_ENCRYPTED: Final = b"/Encrypt"
_POINTS: Final = 72  # in an inch
_MOST_DPI: Final = 300  # beyond which print gains nothing
_XFA_NOTE: Final = (
    "This PDF is a form that only some PDF readers can build (XFA); what was read is the page that it shows to others."
)


def count_pages(data: bytes, *, path: str, limits: DecodeLimits) -> int:
    """Return how many pages the PDF `data` says it has, at least 1; 10,000 are counted as fast as one.

    Raises:
        InvalidImage: `invalid_pdf` (pdfium cannot open it), `encrypted_pdf` (it wants a password), `empty_document`.
        ImageTooLarge: it holds a bomb; see `check_objects`.
    """
    with _opened(data, path=path, limits=limits) as document:
        return len(document)


def render_pages(
    data: bytes, *, path: str, limits: DecodeLimits | None, budget: PixelBudget, numbers: Sequence[int]
) -> list[DecodedPage]:
    """Render the pages `numbers` (from 1) of the PDF `data`, each once, as large as `budget` and 300 dpi allow.

    `limits` is None where these very bytes were counted before: then they are not searched for bombs again.
    A page is turned as it says, cut to its crop box, on white, with annotations and filled-in form fields.

    Raises:
        InvalidImage: as `count_pages`, and `invalid_pdf` for a page that cannot be read, which it names.
        ImageTooLarge: as `count_pages`.
        MemoryError: a page needs more memory than there is, and pdfium said so in time.
    """
    with _opened(data, path=path, limits=limits) as document:
        notes = (_XFA_NOTE,) if document.get_formtype() == raw.FORMTYPE_XFA_FULL else ()
        return [_render(document, number, path=path, budget=budget, notes=notes) for number in numbers]


def page_size(points: tuple[float, float], budget: PixelBudget) -> tuple[Size, float]:
    """Return the largest size in pixels for a page of `points` (width, height) that `fit` lets be, and its dpi.

    It has more than 300 dpi only where `budget` wants more pixels than that. No side is below 1: of a page a mile long
    and an inch wide the shape is bent, rather than the page lost.
    """
    width, height = points
    scale = min(_MOST_DPI / _POINTS, budget.longest_side / max(points), math.sqrt(budget.max_pixels / width / height))
    largest = max(1, int(width * scale)), max(1, int(height * scale))
    size = fit(largest, budget)
    return size, (scale if size == largest else max(size) / max(points)) * _POINTS


@contextmanager
def _opened(data: bytes, *, path: str, limits: DecodeLimits | None) -> Iterator[pdfium.PdfDocument]:
    logging.getLogger("pypdfium2").setLevel(logging.ERROR)  # the log is not the caller's to fill
    if limits is not None:
        check_objects(data, path=path, limits=limits, in_plain=_ENCRYPTED not in data)
    raw.FPDF_LoadDocument(b"", None)  # fails: pdfium keeps its last error, and sets none for a PDF without pages
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise _not_opened(data, path, error.err_code) from error
    with document:
        encrypted = raw.FPDF_GetSecurityHandlerRevision(document) >= 0
        if limits is not None and (encrypted or _ENCRYPTED in data):  # pictures are checked as they are in plain
            check_objects(_decrypted(document) if encrypted else data, path=path, limits=limits)
        document.init_forms()
        if len(document) < 1:
            raise _without_pages(path)
        yield document


def _decrypted(document: pdfium.PdfDocument) -> bytes:
    """Return the bytes of the encrypted `document` without encryption; its streams stay packed as they are."""
    copy = io.BytesIO()
    document.save(copy, flags=raw.FPDF_REMOVE_SECURITY)
    return copy.getvalue()


def _render(
    document: pdfium.PdfDocument, number: int, *, path: str, budget: PixelBudget, notes: tuple[str, ...]
) -> DecodedPage:
    try:
        page = document[number - 1]
    except (pdfium.PdfiumError, IndexError) as error:
        raise _broken_page(path, number, len(document)) from error
    try:
        points = page.get_size()
        if not all(0 < side < math.inf for side in points):
            raise _broken_page(path, number, len(document))
        (width, height), dpi = page_size(points, budget)
        pixels = _draw(page, document.formenv, (width, height), padded((width, height), budget))
        widgets = widgets_of(page, document.formenv, (width, height))
    finally:
        page.close()
    return DecodedPage(pixels=pixels, source_width=width, source_height=height, dpi=dpi, notes=notes, widgets=widgets)


def _draw(page: pdfium.PdfPage, forms: pdfium.PdfFormEnv | None, size: Size, canvas: Size) -> Pixels:
    """Draw `page` at `size` into read-only pixels of the size `canvas`, in the upper left corner, white beside it.

    pdfium writes RGB straight into the array, so nothing is copied.
    """
    width, height = size
    pixels = np.full((canvas[1], canvas[0], 3), 255, dtype=np.uint8)
    buffer = (ctypes.c_ubyte * pixels.nbytes).from_buffer(pixels.data)
    bitmap = raw.FPDFBitmap_CreateEx(width, height, raw.FPDFBitmap_BGR, buffer, pixels.strides[0])
    if not bitmap:
        raise MemoryError
    flags = raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER
    try:
        raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
        if forms:
            raw.FPDF_FFLDraw(forms, bitmap, page, 0, 0, width, height, 0, flags)
    finally:
        raw.FPDFBitmap_Destroy(bitmap)
    pixels.setflags(write=False)
    return pixels


def _not_opened(data: bytes, path: str, code: int | None) -> InvalidImage:
    if code == raw.FPDF_ERR_PASSWORD:
        return InvalidImage(
            f"{path} is a PDF that opens only with a password. Remove the password (print it to a new PDF) and send "
            f"that, or send its pages as pictures.",
            param=path,
            code="encrypted_pdf",
        )
    if code == raw.FPDF_ERR_SECURITY:
        return InvalidImage(
            f"{path} is a PDF encrypted in a way that is not known here, such as for one person's certificate. "
            f"Remove the protection (print it to a new PDF) and send that, or send its pages as pictures.",
            param=path,
            code="encrypted_pdf",
        )
    if code == raw.FPDF_ERR_FILE:  # still the error from before opening
        return _without_pages(path)
    cut = "" if b"%%EOF" in data[-2048:] else f": its end is missing after {len(data):,} bytes"
    return InvalidImage(
        f"{path} begins like a PDF, but cannot be opened{cut or ': it is damaged'}. Check that the whole file is sent, "
        f"or open it in a PDF reader and save it again.",
        param=path,
        code="invalid_pdf",
    )


def _without_pages(path: str) -> InvalidImage:
    return InvalidImage(
        f"{path} is a PDF in which no page can be found. Check that the whole file is sent, or open it in a PDF "
        f"reader and save it again.",
        param=path,
        code="empty_document",
    )


def _broken_page(path: str, number: int, count: int) -> InvalidImage:
    return InvalidImage(
        f"{path} is a PDF whose page {number} of {count} is damaged and cannot be drawn. Leave that page out, or open "
        f"the PDF in a PDF reader and save it again.",
        param=path,
        code="invalid_pdf",
    )

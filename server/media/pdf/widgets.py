"""Check boxes and radio buttons of a PDF's form: where they stand on a page as it is drawn, and their states.

A page is asked for its annotations and pdfium for what each one is; no field is opened, changed or calculated. All that
a file says here is checked again: places may be no numbers, lie elsewhere, or be as large as the page.
"""

import ctypes
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pypdfium2 as pdfium
from pypdfium2 import raw

from server.values.pages import MOST_WIDGETS, Size, Widget

_MOST_LOOKED_AT: Final = 5_000  # annotations of a page; a look at one takes less than 20 microseconds
_LEAST: Final = 3.0  # points of a side; smaller fields are there to be hidden
_LARGEST: Final = 48.0
_LONGEST: Final = 2.5  # of the shorter side; a longer one is no box, but a box with its words
_UNSEEN: Final = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_KINDS: Final = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
_LONGEST_NAME: Final = 256  # bytes; names of states are a word
_OFF: Final = ("", "Off")


def widgets_of(page: pdfium.PdfPage, forms: pdfium.PdfFormEnv | None, size: Size) -> tuple[Widget, ...]:
    """Return what may be ticked on `page` with `forms`, drawn at `size`; `MOST_WIDGETS` of them at most."""
    found: list[Widget] = []
    if not forms:
        return ()
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_LOOKED_AT)):
        with _annotation(page, number) as annotation:
            widget = _widget(page, forms, annotation, size) if annotation else None
        if widget is not None:
            found.append(widget)
        if len(found) == MOST_WIDGETS:
            break
    return tuple(found)


@contextmanager
def _annotation(page: pdfium.PdfPage, number: int) -> Iterator[Any]:
    annotation = raw.FPDFPage_GetAnnot(page, number)
    try:
        yield annotation
    finally:
        if annotation:
            raw.FPDFPage_CloseAnnot(annotation)


def _widget(page: pdfium.PdfPage, forms: pdfium.PdfFormEnv, annotation: Any, size: Size) -> Widget | None:
    if raw.FPDFAnnot_GetSubtype(annotation) != raw.FPDF_ANNOT_WIDGET or raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
        return None
    kind = raw.FPDFAnnot_GetFormFieldType(forms, annotation)
    box = _box(page, annotation, size) if kind in _KINDS else None
    if box is None:
        return None
    return Widget(box=box, ticked=_state(forms, annotation), round=kind == raw.FPDF_FORMFIELD_RADIOBUTTON)


def _box(page: pdfium.PdfPage, annotation: Any, size: Size) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom in pixels; None for what is no box that can be seen on the page."""
    rect = raw.FS_RECTF()
    if not raw.FPDFAnnot_GetRect(annotation, rect):
        return None
    edges = rect.left, rect.bottom, rect.right, rect.top
    shorter, longer = sorted((abs(rect.right - rect.left), abs(rect.top - rect.bottom)))
    if not all(map(math.isfinite, edges)) or not _LEAST <= shorter <= longer <= min(_LARGEST, _LONGEST * shorter):
        return None
    (ax, ay), (bx, by) = (_pixel(page, x, y, size) for x, y in (edges[:2], edges[2:]))
    left, right, top, bottom = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
    inside = 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]
    return (left, top, right, bottom) if inside else None


def _pixel(page: pdfium.PdfPage, x: float, y: float, size: Size) -> tuple[int, int]:
    """Where a point of the page is drawn, turned and cut as the page says."""
    across, down = ctypes.c_int(-1), ctypes.c_int(-1)
    raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
    return across.value, down.value


def _state(forms: pdfium.PdfFormEnv, annotation: Any) -> bool | None:
    """Whether it is ticked as viewers show it; None where it is shown empty, and its own value is that of a tick."""
    if raw.FPDFAnnot_IsChecked(forms, annotation) or _name(annotation, b"AS") not in _OFF:
        return True
    return False if _name(annotation, b"V") in _OFF else None


def _name(annotation: Any, key: bytes) -> str:
    """The name that an entry of an annotation is, "" where it is none."""
    text = (ctypes.c_ushort * (_LONGEST_NAME // 2))()
    used = raw.FPDFAnnot_GetStringValue(annotation, key, text, _LONGEST_NAME)
    return bytes(text)[: max(0, used - 2)].decode("utf-16-le", "replace") if used <= _LONGEST_NAME else ""

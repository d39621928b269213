"""PDFs with a form: print from Helvetica, and check boxes and radio buttons of any look and state."""

from collections.abc import Iterable, Sequence

from pdfs import plain_pdf, stream

FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 20 20]"
OUTLINE = b"1 w 1 1 18 18 re S "
LOOKS = {
    "cross": (OUTLINE + b"2 w 4 4 m 16 16 l S 4 16 m 16 4 l S", OUTLINE),
    "circle": (OUTLINE + b"6 6 8 8 re f", OUTLINE),
    "star": (b"10 18 m 15 3 l 2 13 l 18 13 l 5 3 l f", b""),  # without an outline
    "unseen": (b"", b""),
}
Field = tuple[str, float, float, str, bool]
"""Name, left and bottom in points, look, and whether it is ticked; radio buttons share a name that begins with `r_`."""


def form_of(
    texts: Iterable[tuple[float, float, str]],
    fields: Sequence[Field],
    *,
    page: bytes = b"",
    extra: Sequence[bytes] = (),
) -> bytes:
    """A page of 400 x 300 points with `texts` (left, bottom, text) and `fields`; `extra` are widgets as written."""
    content = b"".join(b"BT /F 16 Tf %d %d Td (%s) Tj ET " % (x, y, text.encode()) for x, y, text in texts)
    objects = [b"", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"", stream(content)]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    widgets, top, groups = [], [], {}
    looks = {}
    for look, states in LOOKS.items():
        looks[look] = (len(objects) + 1, len(objects) + 2)
        objects += [stream(drawn, FORM) for drawn in states]
    for name, left, bottom, look, ticked in fields:
        entries = b"/T (%s) /FT /Btn /V /%s" % (name.encode(), b"Yes" if ticked else b"Off")
        if name.startswith("r_"):
            if name not in groups:
                objects.append(b"")
                groups[name] = (len(objects), [])
                top.append(len(objects))
            entries = b"/Parent %d 0 R" % groups[name][0]
            groups[name][1].append(len(objects) + 1)
        else:
            top.append(len(objects) + 1)
        widgets.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Annot /Subtype /Widget /F 4 /Rect [%d %d %d %d] /AS /%s %s "
            b"/AP << /N << /Yes %d 0 R /Off %d 0 R >> >> >>"
            % (left, bottom, left + 20, bottom + 20, b"Yes" if ticked else b"Off", entries, *looks[look])
        )
    for name, (number, kids) in groups.items():
        objects[number - 1] = b"<< /FT /Btn /Ff 49152 /T (%s) /Kids [%s] >>" % (name.encode(), _refs(kids))
    for written in extra:
        widgets.append(len(objects) + 1)
        top.append(len(objects) + 1)
        objects.append(written)
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] >> >>" % _refs(top)
    objects[2] = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> "
        b"/Annots [%s] %s >>" % (_refs(widgets), page)
    )
    return plain_pdf(objects)


def _refs(numbers: Iterable[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)

"""PDFs for tests: drawn with fpdf2, locked and filled in with pikepdf, and written byte by byte where they are odd."""

import io
import zlib
from collections.abc import Iterable, Sequence

import pikepdf
from fpdf import FPDF

A4 = (595, 842)
LETTER = b"0 0 612 792"
FLATE = b"/Filter /FlateDecode"


def drawn_pdf(texts: Iterable[str], *, size: tuple[float, float] = A4, font_size: int = 40) -> bytes:
    """A PDF with one page for each of `texts`, `size` in points."""
    pdf = FPDF(unit="pt", format=size)
    pdf.set_font("Helvetica", size=font_size)
    for text in texts:
        pdf.add_page()
        pdf.text(40, 80, text)
    return bytes(pdf.output())


def locked_pdf(pdf: bytes, *, user: str = "", **options: object) -> bytes:
    """`pdf` encrypted with AES-256; it opens with the password `user`."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return _saved(document, encryption=pikepdf.Encryption(owner="owner", user=user), **options)


def packed_pdf(pdf: bytes) -> bytes:
    """`pdf` with its objects packed into object streams and a compressed table of them, as of PDF 1.5."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return _saved(document, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def form_pdf(value: str) -> bytes:
    """A blank page with one text field in which `value` is filled in, and no picture of it: a viewer has to draw it."""
    field = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Widget,
        FT=pikepdf.Name.Tx,
        T=pikepdf.String("name"),
        V=pikepdf.String(value),
        DA=pikepdf.String("/Helv 40 Tf 0 g"),
        Rect=pikepdf.Array([20, 20, 180, 80]),
        F=4,
    )
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(200, 100))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        fields = pikepdf.Array([document.make_indirect(field)])
        page.Annots = fields
        document.Root.AcroForm = pikepdf.Dictionary(
            Fields=fields, DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=font)), NeedAppearances=True
        )
        return _saved(document)


def stream(data: bytes, entries: bytes = b"", *, length: bytes | None = None) -> bytes:
    """A stream object of `data` as it is, with `entries` in its dictionary; `length` may lie."""
    stated = b"%d" % len(data) if length is None else length
    return b"<< %s /Length %s >>\nstream\n%s\nendstream" % (entries, stated, data)


def flate(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object of `data` compressed with zlib."""
    return stream(zlib.compress(data, 9), entries + FLATE)


def plain_pdf(objects: Sequence[bytes], *, trailer: bytes = b"") -> bytes:
    """A PDF of these `objects`, numbered from 1, the first being the catalogue."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, written in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, written)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, table)
    return bytes(out)


def page_pdf(
    content: bytes, *more: bytes, resources: bytes = b"", box: bytes = LETTER, page: bytes = b"", packed: bool = False
) -> bytes:
    """One page that draws `content`; the objects `more` are numbered from 5."""
    return plain_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources << %s >> %s >>"
            % (box, resources, page),
            flate(content) if packed else stream(content),
            *more,
        ]
    )


def pages_pdf(count: int, *, stated: int | None = None) -> bytes:
    """`count` blank pages, of which it says that they are `stated`."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + count))
    said = count if stated is None else stated
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] >>" % LETTER
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, said)
    return plain_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, *[page] * count])


def image_pdf(data: bytes, entries: bytes, *, page: bytes = b"") -> bytes:
    """A page covered by the picture `data`, with `entries` in its dictionary."""
    picture = stream(data, b"/Type /XObject /Subtype /Image " + entries)
    return page_pdf(b"q 612 0 0 792 0 0 cm /I Do Q", picture, resources=b"/XObject << /I 5 0 R >>", page=page)


def _saved(document: pikepdf.Pdf, **options: object) -> bytes:
    written = io.BytesIO()
    document.save(written, **options)
    return written.getvalue()

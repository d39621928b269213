"""PDFs made to harm: small files that ask a reader for far more bytes, pixels or work; and what must be answered."""

import random
import struct
import zlib
from functools import partial

from hostile_file import COSTLY, GIGABYTE, MEGABYTE, OBJECT, PIXELS, READ, hostile
from hostile_pictures import jpeg, zeros
from pdfs import FLATE, LETTER, drawn_pdf, image_pdf, locked_pdf, page_pdf, pages_pdf, plain_pdf, stream

CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
RGB = b"/ColorSpace /DeviceRGB /BitsPerComponent 8 "
GRAY = b"/ColorSpace /DeviceGray /BitsPerComponent 8 "


def content_pdf(packed: bytes, entries: bytes = FLATE, *, length: bytes | None = None) -> bytes:
    """A page whose content is `packed` as it is."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R >>" % LETTER
    return plain_pdf([CATALOGUE, ONE_PAGE, page, stream(packed, entries, length=length)])


def flate_of_flate(count: int, times: int = 2) -> bytes:
    """A page whose content is `count` bytes, compressed `times` over."""
    packed = zeros(count)
    for _ in range(times - 1):
        packed = zlib.compress(packed, 9)
    return content_pdf(packed, b"/Filter [%s]" % (b"/FlateDecode " * times))


def many_streams(streams: int, count: int) -> bytes:
    """A page of `streams` pieces of content of `count` bytes each."""
    pieces = b" ".join(b"%d 0 R" % number for number in range(4, 4 + streams))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents [%s] >>" % (LETTER, pieces)
    return plain_pdf([CATALOGUE, ONE_PAGE, page, *[stream(zeros(count), FLATE)] * streams])


def ascii85_bomb(count: int) -> bytes:
    """A page of `count` bytes of content, compressed and written in ASCII85 without its short form for zeros."""
    packed = zeros(count)
    packed += bytes(-len(packed) % 4)
    words = struct.unpack(f">{len(packed) // 4}I", packed)
    written = b"".join(bytes(33 + word // 85**power % 85 for power in (4, 3, 2, 1, 0)) for word in words)
    return content_pdf(written + b"~>", b"/Filter [/ASCII85Decode /FlateDecode]")


def lzw(count: int, value: int = 32) -> bytes:
    """At least `count` bytes of `value` in LZW as PDF has it: every code is the one before and one byte more."""
    codes: list[tuple[int, int]] = []
    made = 0
    while made < count:
        codes += [(256, codes[-1][1] if codes else 9), (value, 9)]
        made, length = made + 1, 1
        for code in range(258, 4094):
            if made >= count:
                break
            length += 1
            made += length
            codes.append((code, min(12, code.bit_length() if code < 511 else (code + 1).bit_length())))
    codes.append((257, min(12, max(9, codes[-1][1]))))
    bits = "".join(format(code, f"0{max(9, width)}b") for code, width in codes)
    return int(bits + "0" * (-len(bits) % 8), 2).to_bytes(-(-len(bits) // 8), "big")


def forms(levels: int, calls: int, *, loop: bool = False, outside: bool = False) -> bytes:
    """Forms that draw the next `calls` times, `levels` deep; `outside`: their resources are objects of their own."""
    written, resources = [], []
    for level in range(levels):
        following = 5 if loop else 6 + level
        named = b"<< /XObject << /F %d 0 R >> >>" % following
        held = b"%d 0 R" % (5 + levels + level) if outside else named
        body = b"/F Do " * calls if loop or level + 1 < levels else b"0 0 1 1 re f"
        entries = b"/Type /XObject /Subtype /Form /BBox [%s] /Resources %s" % (LETTER, held)
        written.append(stream(body, entries))
        resources.append(named)
    return page_pdf(b"/F Do", *written, *(resources if outside else ()), resources=b"/XObject << /F 5 0 R >>")


def form_without_resources(calls: int) -> bytes:
    """A form that has no resources, so that it finds itself `calls` times in those of the page."""
    itself = stream(b"/F Do " * calls, b"/Subtype /Form /BBox [%s]" % LETTER)
    return page_pdf(b"/F Do", itself, resources=b"/XObject << /F 5 0 R >>")


def pattern(box: float, step: float, *, itself: bool = False) -> bytes:
    """A page covered by a tiling pattern of tiles of `box` points, one every `step` points."""
    held = b"/Pattern << /P 5 0 R >>"
    body = b"/Pattern cs /P scn 0 0 612 792 re f" if itself else b"1 0 0 rg 0 0 1 1 re f"
    entries = b"/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 %g %g] /XStep %g /YStep %g /Resources << %s >>"
    tile = stream(body, entries % (box, box, step, step, held))
    return page_pdf(b"/Pattern cs /P scn 0 0 612 792 re f", tile, resources=held)


def shading_mesh(triangles: int) -> bytes:
    """A page of `triangles` shaded triangles, each about as large as the page."""
    chance = random.Random(1)  # noqa: S311 - the same at every run
    mesh = b"".join(b"\0" + chance.randbytes(11) for _ in range(3 * triangles))
    entries = b"/ShadingType 4 /ColorSpace /DeviceRGB /BitsPerCoordinate 32 /BitsPerComponent 8 /BitsPerFlag 8"
    decode = b" /Decode [0 612 0 792 0 1 0 1 0 1]"
    return page_pdf(b"/S sh", stream(mesh, entries + decode), resources=b"/Shading << /S 5 0 R >>")


def shading_function(operators: int) -> bytes:
    """A page shaded by a program of `operators` operators, run for every pixel."""
    shading = (
        b"<< /ShadingType 1 /ColorSpace /DeviceGray /Domain [0 1 0 1] /Matrix [612 0 0 792 0 0] /Function 5 0 R >>"
    )
    entries = b"/FunctionType 4 /Domain [0 1 0 1] /Range [0 1]"
    program = stream(b"{ " + b"dup mul " * operators + b" pop }", entries)
    return page_pdf(b"/S sh", program, resources=b"/Shading << /S %s >>" % shading)


def transparent_groups(calls: int) -> bytes:
    """A page on which a transparent group as large as it is drawn `calls` times."""
    group = stream(b"0 0 612 792 re f", b"/Subtype /Form /BBox [%s] /Group << /S /Transparency >>" % LETTER)
    held = b"/ExtGState << /G << /ca 0.5 /BM /Multiply >> >> /XObject << /F 5 0 R >>"
    return page_pdf(b"/G gs " + b"/F Do " * calls, group, resources=held)


def image(width: int, height: int, *, colours: bytes = RGB, data: bytes = b"", more: bytes = FLATE) -> bytes:
    """A page covered by a picture that states that size."""
    return image_pdf(data or zeros(MEGABYTE), b"/Width %d /Height %d %s%s" % (width, height, colours, more))


def image_of_jpeg(width: int, height: int) -> bytes:
    """A page covered by a JPEG of another size than the PDF states."""
    return image(8, 8, data=jpeg(width, height), more=b"/Filter /DCTDecode")


def image_of_jpeg_2000(width: int, height: int) -> bytes:
    """A page covered by the header of a JPEG 2000 of another size than the PDF states."""
    siz = struct.pack(">HHIIIIIIIIHBBB", 41, 0, width, height, 0, 0, width, height, 0, 0, 1, 7, 1, 1)
    return image(8, 8, data=b"\xff\x4f\xff\x51" + siz, more=b"/Filter /JPXDecode")


def page_tree(*, deep: int = 0, wide: int = 0) -> bytes:
    """A tree of pages `deep` levels high, or ten levels of `wide` ways to the next."""
    levels, ways = (deep, 1) if deep else (10, wide)
    nodes = [
        b"<< /Type /Pages /Kids [%s] /Count 1 >>" % (b"%d 0 R " % (number + 1) * ways)
        for number in range(2, 2 + levels)
    ]
    return plain_pdf([CATALOGUE, *nodes, b"<< /Type /Page /MediaBox [0 0 10 10] >>"])


def page_tree_loop() -> bytes:
    """A tree of pages that is its own branch."""
    return plain_pdf([CATALOGUE, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"])


def nested(depth: int) -> bytes:
    """A catalogue with arrays in arrays."""
    odd = b"<< /Type /Catalog /Pages 2 0 R /Odd %s%s >>" % (b"[" * depth, b"]" * depth)
    return plain_pdf([odd, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /Type /Page /MediaBox [0 0 9 9] >>"])


def object_stream_bomb(count: int) -> bytes:
    """A PDF whose objects lie in a stream of `count` bytes, as they may since PDF 1.5."""
    entries = b"/Type /ObjStm /N 1 /First 4 " + FLATE
    return plain_pdf([CATALOGUE, stream(zeros(count), entries)])


PDF_BOMBS = (
    hostile("PDF: 1 GB of content in 1 MB", lambda: content_pdf(zeros(GIGABYTE)), OBJECT),
    hostile("PDF: the same with a false length", lambda: content_pdf(zeros(GIGABYTE), length=b"5"), OBJECT),
    hostile("PDF: the same with its length elsewhere", lambda: content_pdf(zeros(GIGABYTE), length=b"9 0 R"), OBJECT),
    hostile(
        "PDF: the same with its filter hidden",
        lambda: content_pdf(zeros(GIGABYTE), b"/Filter /Fl#61teDecode"),
        OBJECT,
    ),
    hostile("PDF: the same encrypted", lambda: locked_pdf(content_pdf(zeros(GIGABYTE))), OBJECT),
    hostile("PDF: the same in ASCII85", partial(ascii85_bomb, GIGABYTE // 8), OBJECT),
    hostile("PDF: 1 GB, Flate of Flate", partial(flate_of_flate, GIGABYTE), OBJECT),
    hostile("PDF: 1 GB, Flate eight times", partial(flate_of_flate, GIGABYTE, 8), OBJECT),
    hostile("PDF: 1 GB in LZW", lambda: content_pdf(lzw(GIGABYTE // 4), b"/Filter /LZWDecode"), OBJECT),
    hostile("PDF: 50 contents of 100 MB", partial(many_streams, 50, 100 * MEGABYTE), OBJECT),
    hostile("PDF: an object stream of 1 GB", partial(object_stream_bomb, GIGABYTE), OBJECT),
    hostile("PDF: picture of 60000 x 60000", partial(image, 60_000, 60_000), PIXELS),
    hostile("PDF: picture of 2^31 x 2^31", partial(image, 2**31, 2**31), PIXELS),
    hostile("PDF: JPEG of 65500 x 65500 as 8 x 8", partial(image_of_jpeg, 65_500, 65_500), PIXELS),
    hostile("PDF: JPEG 2000 of 60000 x 60000 as 8 x 8", partial(image_of_jpeg_2000, 60_000, 60_000), PIXELS),
    hostile("PDF: 300 MB picture", lambda: image(10_000, 10_000, data=zeros(300 * MEGABYTE)), OBJECT),
    hostile(
        "PDF: rows of 200 MB",
        lambda: image(9, 9, more=b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 200000000 >>"),
        COSTLY,
    ),
    hostile("PDF: forms of ten calls, twelve deep", partial(forms, 12, 10), COSTLY),
    hostile("PDF: the same with resources elsewhere", partial(forms, 12, 10, outside=True), COSTLY),
    hostile("PDF: form that draws itself ten times", partial(forms, 1, 10, loop=True), COSTLY),
    hostile("PDF: the same by the resources of the page", partial(form_without_resources, 10), COSTLY),
    hostile("PDF: forms 5,000 deep", partial(forms, 5_000, 1), READ, COSTLY),
    hostile("PDF: pattern of a million tiles a point", partial(pattern, 1, 0.001), COSTLY),
    hostile("PDF: pattern of itself", partial(pattern, 600, 7, itself=True), COSTLY),
    hostile("PDF: pattern of itself, of few tiles", partial(pattern, 70, 7, itself=True), COSTLY),
    hostile("PDF: function of 20,000 operators", partial(shading_function, 20_000), COSTLY),
    hostile("PDF: page tree that is its own branch", page_tree_loop, "invalid_pdf", "empty_document"),
    hostile("PDF: page tree of 10^10 ways", partial(page_tree, wide=10), READ, "invalid_pdf", "empty_document"),
    hostile("PDF: page tree 20,000 deep", partial(page_tree, deep=20_000), "invalid_pdf", "empty_document"),
    hostile("PDF: 10,000 pages", partial(pages_pdf, 10_000), "too_many_pages"),
    hostile("PDF: 1 page that says it is 1,000,000", partial(pages_pdf, 1, stated=1_000_000), "too_many_pages"),
    hostile(
        "PDF: arrays a million deep", partial(nested, MEGABYTE), READ, "invalid_pdf", "empty_document", quick=False
    ),
    hostile("PDF: two million saved states", lambda: page_pdf(b"q " * 2_000_000), READ, COSTLY, quick=False),
    hostile("PDF: 100,000 shaded triangles", partial(shading_mesh, 100_000), COSTLY, quick=False),
    hostile("PDF: 3,000 transparent groups", partial(transparent_groups, 3_000), COSTLY, quick=False),
    hostile("PDF: password wanted", lambda: locked_pdf(drawn_pdf(["x"]), user="x"), "encrypted_pdf"),
)

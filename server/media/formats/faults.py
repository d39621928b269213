"""Errors about pictures: the fault, the part of the request, and the cure."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from server.errors import ImageTooLarge, InvalidImage, PageglassError, UnsupportedImage
from server.media.formats.signatures import FORMATS_TAKEN, Kind, describe, is_cut_short
from server.values.pages import DecodeLimits, Size

_CHECK: Final = "Check that the whole file is sent, or open it and save it again as PNG or JPEG."
_OUT_OF_MEMORY: Final = ("out of memory", "decoder error -9")  # in the words of Pillow's codecs


class StructureFault(Exception):
    """A file is built so that no decoder should be given it; the text completes "begins like a PNG picture, but"."""


class CostlyStructure(Exception):
    """A file is built so that decoding takes out of proportion long; the text completes "a.jpg" and says the cure."""


def unsupported(data: bytes, path: str) -> UnsupportedImage:
    """The error for `data` that is in none of the formats taken."""
    looks, cure = describe(data)
    return UnsupportedImage(
        f"{path} is not a picture that can be read: it looks like {looks}, and {FORMATS_TAKEN} are taken. {cure}",
        param=path,
    )


def check_size(size: Size, *, path: str, limits: DecodeLimits, page: int | None = None) -> None:
    """Check what a header states as width and height in pixels, of page number `page` where there are several.

    Raises:
        InvalidImage: there are no pixels.
        ImageTooLarge: there are more than `limits.max_pixels`.
    """
    width, height = size
    where = _place(path, page)
    if width < 1 or height < 1:
        raise InvalidImage(f"{where} is a picture of {width} x {height} pixels, so it shows nothing.", param=path)
    if width * height > limits.max_pixels:
        raise ImageTooLarge(
            f"{where} has too many pixels: {width} x {height}, in all {width * height:,}, and the limit is "
            f"{limits.max_pixels:,}. Send it smaller. The operator can raise PAGEGLASS_MAX_IMAGE_PIXELS.",
            param=path,
            code="image_too_many_pixels",
        )


def check_frames(frames: int, *, kind: Kind, path: str, limits: DecodeLimits) -> None:
    """Check how many frames or pages were counted; counting may have stopped beyond the limit.

    Raises:
        ImageTooLarge: there are more than `limits.max_frames`.
    """
    if frames > limits.max_frames:
        what = "pages" if kind == "TIFF" else "frames"
        raise ImageTooLarge(
            f"{path} is a {kind} file of more than {limits.max_frames:,} {what}, which is the limit. "
            f"Send it in parts. The operator can raise PAGEGLASS_MAX_FRAMES.",
            param=path,
            code="too_many_frames",
        )


def check_fed(starved: bool, data: bytes, kind: Kind, *, path: str) -> None:
    """Check that there is data enough for the size that a header states.

    Raises:
        InvalidImage: there is not.
    """
    if starved:
        raise _damaged(data, kind, path, "has far less data than its size needs, so most of it is missing")


@contextmanager
def picture_faults(data: bytes, kind: Kind, *, path: str, page: int | None = None) -> Iterator[None]:
    """Raise whatever a decoder raises over `data`, which begins like `kind`, as an error of ours about `path`.

    `page` is the number of the page in hand, where the file has several.

    Raises:
        InvalidImage: the file is damaged, cut short or of an unusual kind.
        ImageTooLarge: decoding it would take out of proportion long.
        MemoryError: there is not enough memory, in whatever words a decoder says so; the process tells its owner.
    """
    try:
        yield
    except (PageglassError, MemoryError):
        raise
    except CostlyStructure as error:
        raise ImageTooLarge(f"{path} {error}", param=path, code="image_too_costly") from error
    except StructureFault as error:
        raise _damaged(data, kind, path, str(error), page) from error
    except Exception as error:  # decoders raise OSError, SyntaxError, struct.error, IndexError, zlib.error, ...
        if any(words in str(error).lower() for words in _OUT_OF_MEMORY):
            raise MemoryError from error
        raise _damaged(data, kind, path, _fault_of(error), page) from error


def _fault_of(error: Exception) -> str:
    if "MAX_TEXT_" in str(error):  # Pillow's limits of what may unpack beside a PNG, a colour profile included
        return "what is packed beside the picture (text or a colour profile) is out of proportion"
    return "cannot be decoded: it is damaged, truncated or of an unusual kind"


def _damaged(data: bytes, kind: Kind, path: str, fault: str, page: int | None = None) -> InvalidImage:
    where = _place(path, page)
    if is_cut_short(data, kind):
        said = f"is a {kind} picture that is truncated: its end is missing after {len(data):,} bytes"
    else:
        said = f"begins like a {kind} picture, but {fault}"
    return InvalidImage(f"{where} {said}. {_CHECK}", param=path)


def _place(path: str, page: int | None) -> str:
    return path if page is None else f"{path}, page {page},"

"""Values of the intake: picture sources, pixel budgets, decoding limits, and decoded pages."""

from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Detail = Literal["auto", "low", "high", "original"]
Pixels = NDArray[np.uint8]
Size = tuple[int, int]
"""Width and height in pixels."""
MOST_WIDGETS: Final = 500
"""Check boxes and radio buttons that a page may state; a form has hardly a hundred."""


@dataclass(frozen=True, slots=True)
class FileId:
    """The id of a stored file."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSource:
    """One picture or document as the request names it: `content` is its bytes, or a text that leads to them.

    A text is a data URI, raw base64 or an http(s) address; bytes are an upload or a local file; a `FileId` is a file
    that the caller has stored, which the intake replaces by its bytes. `path` is its place in
    the request (``messages[0].content[1].image_url.url``), so that any error can name it. `pages` chooses pages of a
    document (``1-3,7``, counted from 1); `pages_path` is where that stands.
    """

    content: str | bytes | FileId = field(repr=False)
    path: str
    detail: Detail = "auto"
    pages: str | None = None
    pages_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelBudget:
    """The largest and smallest size of a page for the engine, in pixels.

    A picture is downscaled into `longest_side` and `max_pixels`, and enlarged only if it has fewer than `min_pixels`. A
    side shorter than `min_side`, or not a multiple of `side_multiple`, is padded with white; including the padding, the
    page stays inside the budget.
    """

    longest_side: int
    max_pixels: int
    min_side: int = 1
    min_pixels: int = 0
    side_multiple: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailBudgets:
    """The pixel budget for each value of `detail`."""

    low: PixelBudget
    auto: PixelBudget
    high: PixelBudget
    original: PixelBudget

    def of(self, detail: Detail) -> PixelBudget:
        """The budget of `detail`."""
        budget: PixelBudget = getattr(self, detail)
        return budget


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeLimits:
    """Limits of decoding one file; checked before the work that they bound, if the file declares its size."""

    max_pixels: int
    """Pixels of one picture or frame, from its header."""
    max_frames: int
    """Frames of an animation, or pages of a TIFF."""
    max_pdf_object_bytes: int
    """Bytes that one object of a PDF may decompress to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """A check box, or a `round` radio button, of a PDF's form: left, top, right, bottom in pixels of the page.

    `ticked` is its state; None where the file contradicts itself.
    """

    box: tuple[int, int, int, int]
    ticked: bool | None
    round: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedPage:
    """One decoded page: upright, RGB, 8 bits, composited on white, inside the budget.

    `pixels` has shape (height, width, 3). `source_width` and `source_height` are pixels of the page as a viewer shows
    it (EXIF orientation applied) before resizing; for a PDF, those of the rendered page at `dpi`. `notes` are
    sentences for the caller. `widgets` are what a PDF's form states to be ticked or not.
    """

    pixels: Pixels
    source_width: int
    source_height: int
    dpi: float | None = None
    notes: tuple[str, ...] = ()
    widgets: tuple[Widget, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(DecodedPage):
    """A decoded page of a request. `pixels` is read-only, and may be shared among requests.

    `path` is the place of its source in the request, `number` the page's number in that document, counted from 1,
    and `sha256` the digest of the document's bytes.
    """

    path: str
    sha256: str
    number: int = 1

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])

    def without_pixels(self) -> "Page":
        """The page without its pixels: an answer describes many pages whose pixels are already released."""
        return replace(self, pixels=np.empty((self.height, self.width, 0), dtype=np.uint8))

"""A page that refuses to print one text over another, and remembers all that it prints."""

from functools import cache

from PIL import Image, ImageDraw, ImageFont

from kinds_dev.words import CJK

PAPER = (1240, 1754)  # A4 at 150 dpi
TRUETYPE, OPENTYPE = "/usr/share/fonts/truetype", "/usr/share/fonts/opentype/noto"
LATIN_FACES = {
    "sans": (f"{TRUETYPE}/liberation/LiberationSans-Regular.ttf", f"{TRUETYPE}/liberation/LiberationSans-Bold.ttf"),
    "serif": (f"{TRUETYPE}/liberation/LiberationSerif-Regular.ttf", f"{TRUETYPE}/liberation/LiberationSerif-Bold.ttf"),
    "dejavu": (f"{TRUETYPE}/dejavu/DejaVuSans.ttf", f"{TRUETYPE}/dejavu/DejaVuSans-Bold.ttf"),
    "mono": (f"{TRUETYPE}/liberation/LiberationMono-Regular.ttf", f"{TRUETYPE}/liberation/LiberationMono-Bold.ttf"),
}
CJK_FACES = {
    "sans": (f"{OPENTYPE}/NotoSansCJK-Regular.ttc", f"{OPENTYPE}/NotoSansCJK-Bold.ttc"),
    "serif": (f"{OPENTYPE}/NotoSerifCJK-Regular.ttc", f"{OPENTYPE}/NotoSerifCJK-Bold.ttc"),
}
FACE_INDEX = {"ja": 0, "zh": 2, "zh-Hant": 3}
INK, GREY = (20, 20, 24), (110, 110, 115)


class CrowdedError(Exception):
    """A text does not fit where it should stand."""


def faces(language: str) -> tuple[str, ...]:
    """Return the names of the faces that have the letters of `language`."""
    return tuple(CJK_FACES if language in CJK else LATIN_FACES)


@cache
def _font(file: str, size: int, index: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size, index=index)


class Sheet:
    """A page; `texts` is what it says."""

    def __init__(self, *, language: str, face: str, size: int, paper: tuple[int, int] = PAPER) -> None:
        self.image = Image.new("RGB", paper, "white")
        self.width, self.height = paper
        self.texts: list[str] = []
        self._boxes: list[tuple[float, float, float, float]] = []
        self._draw = ImageDraw.Draw(self.image)
        self._files = (CJK_FACES if language in CJK else LATIN_FACES)[face]
        self._index = FACE_INDEX.get(language, 0)
        self.size = size

    def font(self, scale: float = 1.0, *, bold: bool = False) -> ImageFont.FreeTypeFont:
        """Return the page's face at `scale` of its size."""
        return _font(self._files[bold], round(self.size * scale), self._index)

    def wide(self, text: str, scale: float = 1.0, *, bold: bool = False) -> float:
        """Return how many pixels `text` takes."""
        return self.font(scale, bold=bold).getlength(text)

    def print(  # noqa: PLR0913 - four of them are style
        self, x: float, y: float, text: str, *, scale: float = 1.0, bold: bool = False, at: str = "ls",
        ink: tuple[int, int, int] = INK,
    ) -> None:  # fmt: skip
        """Print `text` with its baseline at `y`.

        Raises:
            CrowdedError: it would run over another or off the page.
        """
        font = self.font(scale, bold=bold)
        box = self._draw.textbbox((x, y), text, font=font, anchor=at)
        if box[0] < 20 or box[2] > self.width - 20 or box[1] < 10 or box[3] > self.height - 10:
            raise CrowdedError(f"{text!r} runs off the page")
        if any(box[0] < o[2] + 5 and o[0] < box[2] + 5 and box[1] < o[3] and o[1] < box[3] for o in self._boxes):
            raise CrowdedError(f"{text!r} runs over another")
        self._boxes.append(box)
        self._draw.text((x, y), text, fill=ink, font=font, anchor=at)
        self.texts.append(text)

    def machine_readable(self, x: float, y: float, text: str, width: float) -> None:
        """Print a line for machines, `width` pixels wide."""
        file = LATIN_FACES["mono"][0]
        size = next(size for size in range(60, 8, -1) if _font(file, size, 0).getlength(text) <= width)
        self._draw.text((x, y), text, fill=INK, font=_font(file, size, 0), anchor="ls")
        self.texts.append(text)

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, width: int = 2) -> None:
        """Draw a line."""
        self._draw.line((x0, y0, x1, y1), fill=INK, width=width)

    def frame(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Draw the outline of a box."""
        self._draw.rectangle((x0, y0, x1, y1), outline=INK, width=2)

    def shade(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Paint a box grey; before the text that stands in it."""
        self._draw.rectangle((x0, y0, x1, y1), fill=(226, 229, 233))

    def cut(self, height: float) -> None:
        """Cut the paper off below `height`."""
        self.height = round(height)
        self.image = self.image.crop((0, 0, self.width, self.height))

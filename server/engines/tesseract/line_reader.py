"""Tesseract on single lines: print that the embedded engine found and cannot read."""

import time
from typing import Final, cast

import cv2
import numpy as np

from server.engines.tesseract.hocr import lines_of
from server.engines.tesseract.packs import script_of
from server.engines.tesseract.program import TesseractFailed, TesseractProgram, TesseractTooSlow, find_program
from server.settings.groups import TesseractSettings
from server.values.pages import Pixels

_ONE_LINE: Final = ("--psm", "7", "hocr")
_HEIGHT: Final = 48  # px; taller print reads no better, and print of 64 px worse
_LONGEST_S: Final = 5.0  # that one line may take; a page has many
_MARGIN: Final = 8  # px around it: print at the very edge is cut off


class TesseractLineReader:
    """Reads a line with the packs of `settings.languages`, in a process of its own (some 0.1 s)."""

    def __init__(self, settings: TesseractSettings) -> None:
        """Look for the program and its packs; raises `ConfigurationError` where one is missing."""
        self._program: TesseractProgram = find_program(settings)
        self._timeout_s = min(_LONGEST_S, settings.page_timeout_s)
        self.scripts = tuple(dict.fromkeys(map(script_of, self._program.packs)))

    @property
    def version(self) -> str:
        """What its readings depend on: the program's version and its packs."""
        return f"tesseract-{self._program.version}-{'+'.join(self._program.packs)}"

    def read(self, crop: Pixels) -> tuple[str, float]:
        """Return the text and score of one line; `crop` is BGR. Print that the program gives up on is no text."""
        try:
            deadline = time.monotonic() + self._timeout_s
            parts = list(lines_of(self._program.run(_prepared(crop), *_ONE_LINE, deadline=deadline)))
        except (TesseractFailed, TesseractTooSlow, ValueError):
            return "", 0.0
        letters = sum(len(part.text) for part in parts)
        score = sum(part.score * len(part.text) for part in parts) / letters if letters else 0.0
        return " ".join(part.text for part in parts), score


def _prepared(crop: Pixels) -> Pixels:
    """Turn a crop into RGB of the height that is read best, with a margin in the colour of its edge."""
    height, width = crop.shape[:2]
    scale = _HEIGHT / height
    size = max(1, round(width * scale)), _HEIGHT
    resized = cv2.resize(crop, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    edge = np.median(np.concatenate([resized[0], resized[-1]]), axis=0)
    colour = [float(value) for value in edge]
    padded = cv2.copyMakeBorder(resized, *(_MARGIN,) * 4, cv2.BORDER_CONSTANT, value=colour)
    return cast(Pixels, np.ascontiguousarray(padded[:, :, ::-1]))

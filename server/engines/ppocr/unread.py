"""Lines in a script that the recogniser does not know: it leaves most of their glyphs out, or reads look-alikes.

Measured on pages in 27 languages that it reads and 13 that it does not, clean and worn, on receipts and on forms with
handwriting: glyphs are missing at less than a fifth of the ink of 99.7 % of the lines that can be read; look-alikes
make no words, and have a mean probability of 0.7 where print that can be read has 0.97.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from server.engines.ppocr.line_recogniser import Reading
from server.engines.ppocr.word_choice import Lexicon

_NEAR: Final = 0.6  # heights of a line from the middle of a glyph within which ink is its own
_STROKE: Final = 0.15  # heights of ink in a column; less is a rule or dots to write on
_CONTRAST: Final = 40  # levels of 255 between print and paper
_MISSING: Final = 0.2  # share of the ink
_WITHIN: Final = 0.3  # heights between the strokes of a word
_SIGN: Final = 1.3  # heights; what is no wider may be a box to tick, a star or a logo
_SURE: Final = 0.9  # mean probability of what is kept of a line with missing glyphs: figures
_SURE_OF_LETTERS: Final = 0.97
_LOOK_ALIKE: Final = 0.8  # mean probability
_LOOK_ALIKE_AMONG: Final = 0.95
_FEWEST_LETTERS: Final = 4
_SHORTEST: Final = 4  # characters of a word that tells; shorter ones come about by chance
_KNOWN: Final = 0.5  # share of the letters that stand in words
_WORD: Final = re.compile(r"[^\W\d_]+")

Image = NDArray[np.uint8]


def is_unread(crop: Image, reading: Reading, lexicon: Lexicon | None, *, others_are: bool) -> bool:
    """Whether the line of `crop`, (height, width, 3) in BGR, most likely is in a script that the model does not read.

    With `others_are`, most lines of its page are, and what is hardly sure and makes no words is as well.
    """
    below = _LOOK_ALIKE_AMONG if others_are else _LOOK_ALIKE
    return _missing(crop, reading.middles) > _MISSING or _is_look_alike(reading, lexicon, below)


def is_worth_keeping(reading: Reading) -> bool:
    """Whether what was read of such a line is sure: its figures, or print beside a pen's stroke or a drawing."""
    if any(map(str.isalpha, reading.text)):
        return reading.score >= _SURE_OF_LETTERS and sum(map(str.isalnum, reading.text)) >= _FEWEST_LETTERS
    return reading.score >= _SURE


def _missing(crop: Image, middles: Sequence[float]) -> float:
    """Return the share of the ink, by columns, that is near no glyph and wider than a sign."""
    height, width = crop.shape[:2]
    near, sign = _NEAR * height, _SIGN * height
    if all(after - before <= sign + 2 * near for before, after in pairwise((-near, *middles, width + near))):
        return 0.0  # as in nearly every line: there is no room for more than a sign
    gray = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    low, high = np.percentile(gray, (2, 98))
    if high - low < _CONTRAST:
        return 0.0
    dark = cv2.threshold(gray, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1]
    ink = dark if 2 * int(dark.sum()) < dark.size else 1 - dark
    columns = np.flatnonzero(ink.sum(axis=0) >= _STROKE * height)
    apart = columns[(np.abs(columns[:, None] - np.array(middles)[None]) > near).all(axis=1)]
    words = np.split(apart, np.flatnonzero(np.diff(apart) > _WITHIN * height) + 1)
    return sum(len(word) for word in words if len(word) and np.ptp(word) > sign) / max(1, len(columns))


def _is_look_alike(reading: Reading, lexicon: Lexicon | None, below: float) -> bool:
    words = _WORD.findall(reading.text)
    letters = sum(map(len, words))
    if lexicon is None or reading.score >= below or letters < _FEWEST_LETTERS:
        return False
    return sum(len(word) for word in words if len(word) >= _SHORTEST and word in lexicon) < _KNOWN * letters

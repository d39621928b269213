"""Percent and at signs that were read as a letter or a nought: chosen where print and the figures beside them allow."""

import re
from collections.abc import Sequence
from math import log10
from typing import Final

from server.engines.ppocr.ctc_line import Glyph

_PERCENT: Final = re.compile(r"(?:(?<![^\W_])\d|\d\d)([A-Za-z])(?![\w%/-])")  # 6X, 10Z: a letter alone behind figures
_AT: Final = re.compile(r"(?<![\w.,/-])([0S])(?=\d{1,2}(?:%| ?[xX] ))")  # 06%, 02 X RM: a rate, a count
_PERCENT_WEIGHT: Final = 1.0  # powers of ten by which such a place speaks for the sign
_AT_WEIGHT: Final = 2.0


def choose_signs(glyphs: Sequence[Glyph], texts: list[str]) -> None:
    """Put signs into `texts`, the characters of a line as they are read, one for each of `glyphs`."""
    for pattern, sign, weight in ((_PERCENT, "%", _PERCENT_WEIGHT), (_AT, "@", _AT_WEIGHT)):
        line = "".join(text if len(text) == 1 else "\x00" for text in texts)
        for place in (match.start(1) for match in pattern.finditer(line)):
            ratio = dict(glyphs[place].rivals).get(sign)
            if ratio and log10(ratio) + weight > 0:
                texts[place] = sign

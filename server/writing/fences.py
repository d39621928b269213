"""Code fence removal: unwraps an answer that is one fenced Markdown block, as models often write JSON.

Invariant: any other text is unchanged, within the bound that `FenceRemover` states.
"""

import re
from typing import Literal

_OPENING = re.compile(r"\s*(?P<fence>`{3,}|~{3,})[ \t]*[\w.+#-]{0,32}[ \t]*\r?\n")
_MAY_OPEN = re.compile(r"\s*(?:`{0,2}|~{0,2}|(?:`{3,}|~{3,})[ \t]*[\w.+#-]{0,32}[ \t]*\r?)")


class FenceRemover:
    """Takes one answer piece by piece and gives it out again, without the fence around all of it.

    A fence is that of CommonMark 0.31.2, section 4.5, with at most a language behind it. It may close at the end of a
    line as well, and need not close at all: a block that was cut off reaches to the end of the answer. White space
    around the block goes with it.

    What is held back. Of an answer that does not begin with a fence nothing, once that is known: after white space and
    three characters. Of one that does, the first `hold` characters: where its block ends within these and text
    follows, all comes out unchanged. A block longer than that is given out as it comes, all but an end that may be the
    closing fence; if text does follow it then, only the opening line is missing from the whole.
    """

    def __init__(self, *, hold: int = 2048) -> None:
        self._hold = hold
        self._mode: Literal["undecided", "inside", "unchanged"] = "undecided"
        self._held = ""
        self._fence = ""

    def feed(self, text: str) -> str:
        """Take the next piece of the answer and return what may be given out now."""
        self._held += text
        if self._mode == "undecided":
            self._decide()
        if self._mode == "undecided":
            return ""
        return self._release(self._undecided_end() if self._mode == "inside" else len(self._held))

    def flush(self) -> str:
        """Return the rest: the answer has ended."""
        opening = _OPENING.match(self._held)
        if self._mode == "undecided" and opening:
            self._enter(opening)
        if self._mode == "inside":
            self._held = self._held[: self._closing_fence()]
        return self._release(len(self._held))

    def _release(self, end: int) -> str:
        given, self._held = self._held[:end], self._held[end:]
        return given

    def _decide(self) -> None:
        """Look at no more than `hold` characters, so that the pieces in which they came make no difference."""
        seen = self._held[: self._hold]
        opening = _OPENING.match(seen)
        if opening is None:
            if len(self._held) > self._hold or not _MAY_OPEN.fullmatch(seen):
                self._mode = "unchanged"
        elif self._goes_on(seen[opening.end() :], opening["fence"]):
            self._mode = "unchanged"
        elif len(self._held) > self._hold:
            self._enter(opening)

    def _enter(self, opening: re.Match[str]) -> None:
        self._mode, self._fence = "inside", opening["fence"]
        self._held = self._held[opening.end() :]

    @staticmethod
    def _goes_on(inside: str, fence: str) -> bool:
        """Whether the block is closed at the beginning of a line and text follows."""
        closed = rf"^ {{0,3}}{fence}{fence[0]}*(?:[ \t]*\r?\n\s*\S|[ \t]+\S)"
        return fence in inside and re.search(closed, inside, re.MULTILINE) is not None

    def _undecided_end(self) -> int:
        """Where the end of what is held begins that may turn out to be the closing fence."""
        closing = self._closing_fence()
        return closing if closing < len(self._held) else _end_of_line(self._held.rstrip(self._fence[0]))

    def _closing_fence(self) -> int:
        """The start of the closing fence, including its line break; the end of the buffer without one."""
        fenced = self._held.rstrip()
        inside = fenced.rstrip(self._fence[0])
        return len(self._held) if len(fenced) - len(inside) < len(self._fence) else _end_of_line(inside)


def _end_of_line(text: str) -> int:
    """The start of the line break that ends `text`, with up to three spaces after it; the end of `text` without one."""
    line_break = re.search(r"(?:\r|\r?\n {0,3})\Z", text[-5:])
    return len(text) - (len(line_break.group()) if line_break else 0)

"""Token counts for recognisers, which have no tokenizer, and truncation by token limit and stop sequences.

The rule: a CJK character is one token; any other word is one token per started four characters; white space is free. A
picture is one token per started 32 x 32 pixels, as with Qwen3-VL, so that counts are comparable.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Literal

_CJK = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uff60\U00020000-\U0003134f"
_TOKEN = re.compile(f"[{_CJK}]|[^\\s{_CJK}]{{1,4}}")
_CELL = 32


def count_tokens(text: str) -> int:
    """Count the tokens of `text` by the rule above."""
    return sum(1 for _ in _TOKEN.finditer(text))


def count_image_tokens(width: int, height: int) -> int:
    """Count the tokens of a page of `width` x `height` pixels."""
    return math.ceil(width / _CELL) * math.ceil(height / _CELL)


@dataclass(slots=True, kw_only=True)
class TextLimiter:
    """Passes text through until a stop sequence or the token limit ends it.

    Chunks begin at a word or with white space and end with a visible character, so that their tokens add up.
    """

    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    finished: Literal["stop", "length"] | None = None
    tokens: int = 0
    _held: str = field(default="", init=False)

    def feed(self, chunk: str) -> str:
        """Take the next chunk; return the part that can be sent. A possible start of a stop sequence is held back."""
        if self.finished:
            return ""
        chunk = self._within_tokens(chunk)
        text = self._held + chunk
        cut = min((at for at in (text.find(stop) for stop in self.stop) if at >= 0), default=-1)
        if cut >= 0:
            self.tokens -= count_tokens(text[cut:])
            self.finished, self._held = "stop", ""
            return text[:cut]
        keep = 0 if self.finished else self._maybe_stop(text)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def flush(self) -> str:
        """Return the text held back; the text has ended."""
        held, self._held = self._held, ""
        return held

    def _within_tokens(self, chunk: str) -> str:
        if self.max_tokens is None:
            self.tokens += count_tokens(chunk)
            return chunk
        end = 0
        for token in _TOKEN.finditer(chunk):
            if self.tokens == self.max_tokens:
                self.finished = "length"
                return chunk[:end]
            self.tokens += 1
            end = token.end()
        return chunk

    def _maybe_stop(self, text: str) -> int:
        """Length of the longest suffix of `text` that is a prefix of a stop sequence."""
        longest = max((len(stop) for stop in self.stop), default=1) - 1
        for length in range(min(longest, len(text)), 0, -1):
            if any(stop.startswith(text[-length:]) for stop in self.stop):
                return length
        return 0

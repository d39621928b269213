"""Lines to plain text: one text line per row, wide gaps between cells, empty lines between blocks and pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.values.lines import Line, Lines

_WIDE_GAP = 1.0  # print heights: a wider gap separates cells, a narrower one words


@dataclass(slots=True)
class TextBuilder:
    """Builds the text of pages from runs of lines as they arrive; its pieces concatenate to the whole text."""

    _previous: Line | None = None
    _page: int | None = None
    _empty: bool = True

    def add(self, run: Lines) -> str:
        """Return the text that `run` adds; every piece but the first begins with the separator before it."""
        pieces = []
        if run.page != self._page:
            self._page, self._previous = run.page, None
        for line in run.lines:
            pieces.append(self._separator(line) + line.text)
            self._previous, self._empty = line, False
        return "".join(pieces)

    def _separator(self, line: Line) -> str:
        previous = self._previous
        if previous is None:
            return "" if self._empty else "\n\n"
        if line.block != previous.block:
            return "\n\n"
        if line.row != previous.row:
            return "\n"
        return "  " if line.left - previous.right > _WIDE_GAP * min(line.height, previous.height) else " "


def merge_runs(runs: Iterable[Lines]) -> tuple[Lines, ...]:
    """Join the runs of each page into one, pages in order."""
    pages: dict[int, list[Lines]] = {}
    for run in runs:
        pages.setdefault(run.page, []).append(run)
    return tuple(_joined(pages[number]) for number in sorted(pages))


def _joined(runs: Sequence[Lines]) -> Lines:
    last = runs[-1]
    return Lines(
        page=last.page,
        width=last.width,
        height=last.height,
        quarter_turns=last.quarter_turns,
        slope=last.slope,
        in_columns=last.in_columns,
        lines=tuple(line for run in runs for line in run.lines),
        tiles=last.tiles,
        unread=tuple(box for run in runs for box in run.unread),
    )

"""Describes an answer's pages: source, size, and the processing applied."""

from collections.abc import Mapping, Sequence

from server.values.chat import PageNote
from server.values.pages import Page


def page_notes(pages: Sequence[Page], turns: Mapping[int, int]) -> tuple[PageNote, ...]:
    """Describe `pages` in order; `turns` has a page's clockwise quarter turns by its index from 0."""
    return tuple(_note(page, turns.get(index, 0)) for index, page in enumerate(pages))


def _note(page: Page, quarter_turns: int) -> PageNote:
    turned = f"turned clockwise by {90 * quarter_turns} degrees before reading"
    return PageNote(
        source=page.path,
        number=page.number,
        width=page.source_width,
        height=page.source_height,
        quarter_turns=quarter_turns,
        notes=(*page.notes, turned) if quarter_turns else page.notes,
    )

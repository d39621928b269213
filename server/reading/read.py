"""The result of reading a request's pages: text and lines by page, and the fields that a language model wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.reading.page_geometry import PageGeometry
from server.values.chat import JSON, PageNote, Usage
from server.values.lines import Lines
from server.values.ocr import OcrPage
from server.values.pages import Page

NO_USAGE = Usage(prompt_tokens=0, completion_tokens=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A piece of a reading, or all of it.

    `pages` go into the answer. `lines` is the print from which fields and evidence are taken; the `geometry` of each
    page maps boxes back to the page as a viewer shows it. `fields` were written by a language model, after `attempts`.
    """

    pages: tuple[OcrPage, ...] = ()
    lines: tuple[Lines, ...] = ()
    geometry: tuple[PageGeometry, ...] = ()
    usage: Usage = NO_USAGE
    fields: dict[str, JSON] | None = None
    attempts: tuple[str, ...] = ()


def joined(pieces: Sequence[Read]) -> Read:
    """Join the pieces of a reading; page numbers of lines count over all of them."""
    lines = [lines for piece in pieces for lines in piece.lines]
    return Read(
        pages=tuple(page for piece in pieces for page in piece.pages),
        lines=tuple(replace(one, page=number) for number, one in enumerate(lines)),
        geometry=tuple(one for piece in pieces for one in piece.geometry),
        usage=sum((piece.usage for piece in pieces), NO_USAGE),
        fields=next((piece.fields for piece in pieces if piece.fields is not None), None),
        attempts=tuple(note for piece in pieces for note in piece.attempts),
    )


def describe_page(page: Page, text: str, lines: Lines | None, geometry: PageGeometry) -> OcrPage:
    """One page of an answer; `lines` is None if bounding boxes were not requested."""
    turns = lines.quarter_turns if lines else 0
    (note,) = page_notes((page,), {0: turns})
    return OcrPage(
        number=page.number,
        width=page.source_width,
        height=page.source_height,
        dpi=page.dpi,
        text=text,
        lines=geometry.lines(lines.lines) if lines else None,
        quarter_turns=turns,
        tiles=lines.tiles if lines else 1,
        notes=note.notes,
    )


def page_notes(pages: Sequence[Page], turns: Mapping[int, int]) -> tuple[PageNote, ...]:
    """Describe `pages` in order; `turns` gives, by index from 0, a page's clockwise quarter turns."""
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

"""The result of reading a request's pages: text and lines by page, and the fields that a language model wrote."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.reading.page_geometry import PageGeometry
from server.values.chat import JSON, PageNote, Usage
from server.values.lines import Lines
from server.values.ocr import OcrPage
from server.values.pages import Page

_FEWEST_UNREAD: Final = 2
_LEAST_UNREAD: Final = 0.1  # of a page's lines
_VIETNAMESE: Final = re.compile("[ơưƠƯ]")
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
    (note,) = page_notes((page,), {0: lines} if lines else {})
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


def page_notes(pages: Sequence[Page], lines: Mapping[int, Lines]) -> tuple[PageNote, ...]:
    """Describe `pages` in order; `lines` gives, by index from 0, what a recogniser read of a page."""
    return tuple(_note(page, lines.get(index)) for index, page in enumerate(pages))


def _note(page: Page, lines: Lines | None) -> PageNote:
    quarter_turns = lines.quarter_turns if lines else 0
    notes = list(page.notes)
    if quarter_turns:
        notes.append(f"turned clockwise by {90 * quarter_turns} degrees before reading")
    if lines:
        notes += _unread_notes(lines)
    return PageNote(
        source=page.path,
        number=page.number,
        width=page.source_width,
        height=page.source_height,
        quarter_turns=quarter_turns,
        notes=tuple(notes),
    )


def _unread_notes(lines: Lines) -> Iterator[str]:
    """Say how many lines are in a script that the model does not know; single ones may be drawings.

    Of Vietnamese it reads letters, but not those with a tone mark over another mark; ơ and ư are of no other language.
    """
    places = set(lines.unread)
    known = {(line.block, line.row) for line in lines.lines if line.box not in places}
    unread, all_lines = len(lines.unread), len(lines.unread) + len(known)
    if unread and unread >= min(_FEWEST_UNREAD, all_lines) and unread >= _LEAST_UNREAD * all_lines:
        yield (
            f"unread_script: {unread} of {all_lines} lines are in a script that this model does not read; "
            "figures alone are kept"
        )
    vietnamese = sum(bool(_VIETNAMESE.search(line.text)) for line in lines.lines)
    if vietnamese >= _FEWEST_UNREAD:
        yield f"unread_script: {vietnamese} of {all_lines} lines are Vietnamese, whose tone marks this model may lose"

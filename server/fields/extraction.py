"""Extracts fields without a language model: from the lines of pages and a schema to an object that validates.

Values come only from print: a value that the pages do not show is null, or named as missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.fields.candidates import FieldSearch
from server.fields.filling import Filler
from server.fields.marks.choices import as_choice
from server.fields.parties.issuers import may_issue
from server.fields.print.folding import compact
from server.fields.print.memory import one_document
from server.fields.print.page_view import PageView
from server.fields.print.units import units_at
from server.fields.ready_made import ready_made_schema
from server.fields.schema.shapes import CompiledSchema, Shape, compile_schema, strings_schema
from server.fields.words.language import page_language
from server.fields.words.query import make_query, words_of
from server.values.chat import JSON
from server.values.lines import NO_NOTES, DocumentNotes, FieldEvidence, Line, Lines
from server.values.paths import member_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """The extracted object. `value` validates against the schema, or is None if `missing` names what was not found.

    `missing` and the keys of `evidence` are paths such as ``seller.name`` and ``items[0].price``; `refused` are those
    of `missing` that are printed, in a way that the schema does not admit.
    """

    value: dict[str, JSON] | None
    missing: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    evidence: Mapping[str, FieldEvidence] = field(default_factory=dict)
    about: DocumentNotes = NO_NOTES


@one_document()
def answer_fields(pages: Sequence[Lines], schema: CompiledSchema) -> Extraction:
    """Extract the fields of `schema` from `pages` (each a whole page, lines in reading order)."""
    view = PageView.of(pages)
    own = sorted(_own_labels(schema.shape))
    filler = Filler(FieldSearch(view, own), schema, own)
    filled = filler.fill_root(schema.shape)
    value, missing = filled.value, filled.missing
    if not filled.there or not isinstance(value, dict):
        value = None
    elif not schema.accepts(value):
        value, missing = None, _refused_paths(schema, value)
    else:
        missing = ()
    refused = tuple(path for path in missing if path in filler.refused)
    language = page_language(cell.text for cell in view.cells)
    said = tuple(filler.refused[path] for path in refused)
    about = DocumentNotes(language=language, notes=(*filler.notes, *said))
    return Extraction(value=value, missing=missing, refused=refused, evidence=filler.evidence, about=about)


def answer_named(pages: Sequence[Lines], names: Sequence[str]) -> Extraction:
    """Extract the fields `names`; each is a string as printed, or null."""
    return answer_fields(pages, strings_schema(names))


_LONGEST_LABEL = 40  # characters of a description that may be a printed label


def load_words() -> None:
    """Load the words of all languages, by reading a small order; otherwise the first document waits for them."""
    rows = ("Order 7 of 2 May 2024", ""), ("Description", "Amount"), ("Paper", "EUR 12.50"), ("Total", "EUR 12.50")
    lines = tuple(
        Line(text=text, score=1.0, box=((x, y), (x + 50, y), (x + 50, y + 10), (x, y + 10)), row=row)
        for row, texts in enumerate(rows)
        for x, y, text in ((0, 20 * row, texts[0]), (100, 20 * row, texts[1]))
        if text
    )
    page = Lines(page=0, width=200, height=100, quarter_turns=0, lines=lines, last=True)
    answer_fields([page], compile_schema(ready_made_schema("extract_purchase_order", chinese=False), path="task"))
    units_at("7 kg", 1)
    as_choice("m", ("f",))
    may_issue("employer", PageView())
    make_query("id", description="Number as printed")


def _own_labels(shape: Shape) -> set[str]:
    described = shape.description if shape.description and len(shape.description) <= _LONGEST_LABEL else ""
    labels = {compact(words_of(text)) for text in (shape.name, shape.title, described) if text}
    for part in (
        *shape.properties.values(),
        *shape.alternatives,
        *shape.positions,
        *([shape.items] if shape.items else []),
    ):
        labels |= _own_labels(part)
    return labels


def _refused_paths(schema: CompiledSchema, value: JSON) -> tuple[str, ...]:
    """The places where the whole value violates the schema although each part passed."""
    paths = []
    for error in schema.validator.iter_errors(value):
        path = ""
        for step in error.absolute_path:
            path = f"{path}[{step}]" if isinstance(step, int) else member_path(path, str(step))
        paths.append(path or "(root)")
    return tuple(dict.fromkeys(paths))

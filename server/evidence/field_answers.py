"""Field extraction with evidence per field, shared by every API and both kinds of engine: pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.evidence.grounding import ground, keep_grounded
from server.fields.extraction import Extraction, answer_fields
from server.fields.pairs import extract_pairs
from server.fields.schema.shapes import CompiledSchema
from server.reading.page_geometry import PageGeometry
from server.values.chat import JSON
from server.values.lines import NO_NOTES, DocumentNotes, Evidence, Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAnswer:
    """The fields of a document; `values` is None if `missing` names required fields that the pages do not show.

    `refused` are those of them that are shown, in a way that the schema does not admit: `about` has a note of each.

    Boxes of `evidence` are in pixels of the page as a viewer shows it.
    """

    values: dict[str, JSON] | None
    missing: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    about: DocumentNotes = NO_NOTES


def fields_of_print(lines: Sequence[Lines], schema: CompiledSchema | None) -> Extraction:
    """Extract the fields of `schema` from whole pages; without a schema, their key-value pairs."""
    if schema is None:
        return Extraction(value=extract_pairs(lines), missing=(), evidence={})
    return answer_fields(lines, schema)


def with_evidence(
    found: Extraction, lines: Sequence[Lines], geometry: Sequence[PageGeometry], *, strict: bool
) -> FieldAnswer:
    """Ground every value of `found`; values that a rule took from known lines are not searched for again.

    With `strict`, a value that is not in print becomes null.
    """
    if found.value is None:
        return FieldAnswer(values=None, missing=found.missing, refused=found.refused, about=found.about)
    evidence = ground(found.value, lines, found.evidence)
    values = keep_grounded(found.value, evidence) if strict else found.value
    assert isinstance(values, dict)  # noqa: S101 - as the value was
    placed = {path: _placed(one, geometry) for path, one in evidence.items()}
    return FieldAnswer(values=values, missing=found.missing, evidence=placed, about=found.about)


def _placed(evidence: Evidence, geometry: Sequence[PageGeometry]) -> Evidence:
    if evidence.page is None or evidence.box is None:
        return evidence
    return replace(evidence, box=geometry[evidence.page].box(evidence.box))

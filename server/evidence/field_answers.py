"""Fields with the evidence for each, the same for every door and for both kinds of engine: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.evidence.grounding import ground, keep_grounded
from server.fields.extraction import Extraction, answer_fields
from server.fields.pairs import extract_pairs
from server.fields.schema.shapes import CompiledSchema
from server.reading.page_geometry import PageGeometry
from server.values.chat import JSON
from server.values.lines import Evidence, Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAnswer:
    """The fields of a document; `values` are None where `missing` names required ones that the pages do not show.

    Boxes of `evidence` are in pixels of the page as a viewer shows it.
    """

    values: dict[str, JSON] | None
    missing: tuple[str, ...] = ()
    evidence: Mapping[str, Evidence] = field(default_factory=dict)


def fields_of_print(lines: Sequence[Lines], schema: CompiledSchema | None) -> Extraction:
    """Read the fields of `schema` from whole pages; without one, what they show as label and value."""
    if schema is None:
        return Extraction(value=extract_pairs(lines), missing=(), evidence={})
    return answer_fields(lines, schema)


def with_evidence(
    found: Extraction, lines: Sequence[Lines], geometry: Sequence[PageGeometry], *, strict: bool
) -> FieldAnswer:
    """Find every value of `found` in print; what a rule took from known lines is not searched for anew.

    With `strict` a value that is not in print becomes null.
    """
    if found.value is None:
        return FieldAnswer(values=None, missing=found.missing)
    evidence = ground(found.value, lines, found.evidence)
    values = keep_grounded(found.value, evidence) if strict else found.value
    assert isinstance(values, dict)  # noqa: S101 - as the value was
    placed = {path: _placed(one, geometry) for path, one in evidence.items()}
    return FieldAnswer(values=values, missing=found.missing, evidence=placed)


def _placed(evidence: Evidence, geometry: Sequence[PageGeometry]) -> Evidence:
    if evidence.page is None or evidence.box is None:
        return evidence
    return replace(evidence, box=geometry[evidence.page].box(evidence.box))

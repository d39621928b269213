"""Builds the answer to an OCR request from the pages read: pure."""

from dataclasses import replace

from server.evidence.field_answers import FieldAnswer, with_evidence
from server.fields.extraction import Extraction, answer_fields, answer_named
from server.fields.schema.shapes import compile_schema
from server.pipeline.document_plan import OcrPlan, fields_spec
from server.reading.read import Read
from server.values.ocr import OcrResult


def answer(read: Read, plan: OcrPlan, *, model: str, of_print: bool, strict: bool) -> OcrResult:
    """Build the whole answer of a reading: text, and the fields of `plan`.

    With `of_print`, fields are extracted from print; else a language model has written them. The largest schema may
    take a second: do not call it on the event loop.
    """
    result = OcrResult(model=model, task=plan.ready or plan.task, pages=read.pages, usage=read.usage)
    if not plan.wants_fields:
        return result
    found = _fields(read, plan, of_print=of_print, strict=strict)
    return replace(
        result,
        fields=found.values,
        missing=found.missing,
        evidence=found.evidence,
        about=found.about,
        attempts=read.attempts,
    )


def _fields(read: Read, plan: OcrPlan, *, of_print: bool, strict: bool) -> FieldAnswer:
    if not of_print:
        found = Extraction(value=read.fields)
    elif plan.schema:
        found = answer_fields(read.lines, plan.schema)
    elif plan.ready:
        spec = fields_spec(plan, [line.text for page in read.lines for line in page.lines])
        found = answer_fields(read.lines, compile_schema(spec, path="task"))
    else:
        found = answer_named(read.lines, plan.names)
    return with_evidence(found, read.lines, read.geometry, strict=strict)

"""Requests and answers of the OCR service, which the codecs of its APIs translate to and from wire types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from server.values.chat import JSONObject, Usage
from server.values.lines import NO_NOTES, DocumentNotes, Evidence, Line
from server.values.pages import ImageSource

Task = Literal["ocr", "lines", "markdown", "table", "formula", "chart", "extract_fields"]
ReadyMade = Literal[
    "extract_id_info",
    "extract_passport",
    "extract_invoice",
    "extract_receipt",
    "extract_purchase_order",
    "extract_delivery_note",
    "extract_bank_statement",
    "extract_payslip",
    "extract_utility_bill",
    "extract_timesheet",
    "extract_letter",
    "extract_business_card",
    "extract_card",
]
OcrTask = Literal[Task, ReadyMade]


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrRequest:
    """A request to read one picture or document.

    `fields` or `schema` belong to the task `extract_fields`; with `annotated`, the fields of `schema` accompany the
    text of another task. `prompt` replaces the model's own prompt for the task, or for the annotation. `schema_path`
    and `prompt_path` are the places of both in the request. `language` is a tag such as ``zh`` or ``en-US``.
    `sampling` holds `temperature` and `seed`, if the caller gave them; `max_tokens` limits the output per page.
    """

    model: str | None
    source: ImageSource
    task: OcrTask = "ocr"
    fields: tuple[str, ...] = ()
    schema: JSONObject | None = None
    schema_path: str = "schema"
    prompt: str | None = None
    prompt_path: str = "prompt"
    language: str | None = None
    annotated: bool = False
    strict_grounding: bool = False
    cache: bool = True
    max_tokens: int | None = None
    sampling: JSONObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrPage:
    """One page that was read, in pixels of the page as a viewer shows it: EXIF orientation applied, not our own turns.

    `number` counts from 1 in its document. `text` is in the form of the task: plain, Markdown, HTML, LaTeX. `lines` is
    None if bounding boxes were not requested. `tiles` is the number of tiles of a page larger than the model's input.
    `notes` are sentences for the caller, `attempts` the retries after the first reading and their reasons.
    """

    number: int
    width: int
    height: int
    text: str
    dpi: float | None = None
    lines: tuple[Line, ...] | None = None
    quarter_turns: int = 0
    tiles: int = 1
    notes: tuple[str, ...] = ()
    attempts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrResult:
    """A whole answer. `fields` is None if the task has none; boxes of `evidence` are in the same pixels as `pages`.

    `missing` names required fields that the pages do not show; `timings` are seconds by stage. `cached` marks an answer
    from the result cache.
    """

    model: str
    task: OcrTask
    pages: tuple[OcrPage, ...]
    usage: Usage
    fields: JSONObject | None = None
    missing: tuple[str, ...] = ()
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    about: DocumentNotes = NO_NOTES
    timings: Mapping[str, float] = field(default_factory=dict)
    attempts: tuple[str, ...] = ()
    cached: bool = False

    @property
    def text(self) -> str:
        """The text of all pages, separated by an empty line."""
        return "\n\n".join(page.text for page in self.pages if page.text)

"""Output formats of one file's answer: text, JSON and Markdown; CSV of many files is in `table`.

Text of a page may contain markup. In Markdown it is escaped, except for tasks whose answer is markup.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from server.cli.read.sources import Job
from server.protocol.pageglass.ocr import OcrAnswer
from server.values.chat import JSON
from server.values.paths import member_path

Form = Literal["text", "json", "jsonl", "csv", "markdown"]
"""`json` is the short form of `--json`: text or fields; `jsonl` is the full answer."""

_MARKS: Final = re.compile(r"([\\`*_\[\]~|])")
_PLAIN_TASKS: Final = frozenset({"ocr", "lines"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one file: an answer or an error."""

    job: Job
    answer: OcrAnswer | None = None
    error: str | None = None


def formatted(outcome: Outcome, form: Form) -> str:
    """An outcome in `form`, for CSV as the full answer that its row is made of; errors only in JSON."""
    file, answer = outcome.job.name, outcome.answer
    if form == "json":
        fields = answer.fields if answer else None
        result = {"fields": fields} if fields is not None else {"text": answer.text if answer else None}
        return json.dumps({"file": file, **result, "error": outcome.error}, ensure_ascii=False)
    if form in {"jsonl", "csv"}:
        whole = answer.model_dump(mode="json") if answer else {}
        return json.dumps({"file": file, **whole, "error": outcome.error}, ensure_ascii=False)
    if answer is None:
        return ""
    if form == "markdown":
        return f"## {_plain(file)}\n\n{_body(answer)}\n"
    return answer.text if answer.fields is None else json.dumps(answer.fields, indent=2, ensure_ascii=False)


def _body(answer: OcrAnswer) -> str:
    if answer.fields is not None:
        return "\n".join(["| field | value | confidence | page |", "|---|---|---|---|", *_rows(answer)])
    if answer.task not in _PLAIN_TASKS:
        return answer.text
    longest = max(map(len, re.findall(r"`+", answer.text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{answer.text}\n{fence}"


def _rows(answer: OcrAnswer) -> Iterator[str]:
    for path, value in _leaves("", answer.fields or {}):
        evidence = answer.evidence.get(path)
        if evidence is None:
            sure, page = "", ""
        elif evidence.grounded is False:
            sure, page = "not on the page", ""
        else:
            sure = "" if evidence.grounded is None else f"{evidence.confidence:.2f}"
            page = "" if evidence.page is None else str(evidence.page)
        yield f"| {_plain(path)} | {_plain(_said(value))} | {sure} | {page} |"


def _leaves(path: str, value: JSON) -> Iterator[tuple[str, JSON]]:
    """The leaf values of a tree by the paths that evidence uses: ``seller.name``, ``items[0].price``."""
    if isinstance(value, Mapping) and value:
        for name, member in value.items():
            yield from _leaves(member_path(path, name), member)
    elif isinstance(value, list) and value:
        for index, member in enumerate(value):
            yield from _leaves(f"{path}[{index}]", member)
    elif path:
        yield path, value


def _said(value: Any) -> str:
    if value is None or value in ([], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(text: str) -> str:
    """`text` on one line, with HTML and Markdown escaped."""
    escaped = _MARKS.sub(r"\\\1", html.escape(text, quote=False))
    return "<br>".join(escaped.splitlines())

"""Doctor checks of reading: a picture, one without its prefix, and wrong content types."""

import gzip
import json
from typing import Any

import httpx

from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.doctor.answers import error_of, is_ours, json_of
from server.cli.doctor.later import explain
from server.cli.doctor.picture import WORD, page_of, shows_word
from server.cli.doctor.visit import Visit


def read_picture(visit: Visit) -> Finding:
    """Send a drawn word; the answer must contain it."""
    answer = _chat(visit, f"data:image/png;base64,{page_of()}")
    if isinstance(answer, Finding):
        return answer
    text = _text_of(answer)
    if shows_word(text):
        return ok(f"{visit.model} reads the word {WORD} in {answer.elapsed.total_seconds():.2f} s")
    return fault(
        "misread",
        f"the picture shows {WORD}, and the answer is {text[:80]!r}",
        "The model may not be one that reads, or its weights are damaged: pageglass models lists those that do.",
    )


def read_bare_base64(visit: Visit) -> Finding:
    """Send the picture as bare base64, a common client mistake that Pageglass accepts."""
    answer = _chat(visit, page_of())
    if isinstance(answer, Finding):
        return answer
    return ok("base64 without data:image/png;base64, in front is accepted as well", code="prefix_not_needed")


def send_form(visit: Visit) -> Finding:
    """Send the body as a form, as `requests` does with data=...; it must be refused with the cure."""
    answer = visit.ask("POST", f"{visit.base_url}/chat/completions", data={"model": visit.model, "messages": "[]"})
    return _explained(
        visit, answer, "unsupported_content_type", "form-encoded bodies are", "with requests: json=..., not data="
    )


def send_gzip(visit: Visit) -> Finding:
    """Send the body compressed; it must be refused with the cure."""
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    body = gzip.compress(json.dumps({"model": visit.model, "messages": []}).encode())
    answer = visit.ask("POST", f"{visit.base_url}/chat/completions", content=body, headers=headers)
    return _explained(visit, answer, "unsupported_content_encoding", "compressed bodies are", "send them as they are")


def picture_body(model: str, url: str, **fields: Any) -> dict[str, Any]:
    """The body of a chat request with one picture."""
    part = {"type": "image_url", "image_url": {"url": url}}
    return {"model": model, "messages": [{"role": "user", "content": [part]}], "max_tokens": 256, **fields}


def _chat(visit: Visit, url: str) -> httpx.Response | Finding:
    """Request a reading; returns the answer, or the fault instead."""
    try:
        answer = visit.ask("POST", f"{visit.base_url}/chat/completions", json=picture_body(visit.model, url))
    except httpx.RequestError as error:
        return fault(
            "reading_broke_off",
            f"no answer within {visit.target.timeout_s:g} s, or the connection broke: {type(error).__name__}",
            "Check the server's log: the engine may have died, or be slower than --timeout.",
        )
    return answer if answer.is_success and is_ours(answer) else explain(visit, answer)


def _text_of(answer: httpx.Response) -> str:
    try:
        return str(json_of(answer)["choices"][0]["message"]["content"])
    except (LookupError, TypeError):
        return ""


def _explained(visit: Visit, answer: httpx.Response, code: str, what: str, cure: str) -> Finding:
    if answer.status_code == 415 and error_of(answer).get("code") == code:
        return ok(f"{what} refused with 415 {code}; {cure}", code=code)
    if not (answer.is_success or is_ours(answer)) or answer.status_code in {401, 403, 429, 503}:
        return explain(visit, answer)
    return note(f"{what} answered {answer.status_code}, not refused with 415: something in between changes requests")

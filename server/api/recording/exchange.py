"""One exchange, request and answer, and its file format: JSON, with text bodies as text."""

import base64
import json
from dataclasses import dataclass
from typing import Any, Final

FORMAT: Final = "pageglass exchange 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of an answer's body, and when it was sent, in milliseconds since the request came."""

    at_ms: float
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer. A `cut` body was too large to be kept whole; `began` is ISO 8601 in UTC.

    `target` is path and query as received; `status` is None if no answer was begun; `whole` is whether it was sent
    completely.
    """

    request_id: str
    began: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    body_cut: bool
    status: int | None
    answer_headers: tuple[tuple[str, str], ...]
    pieces: tuple[Piece, ...]
    answer_cut: bool
    whole: bool

    @property
    def answer(self) -> bytes:
        """The answer's body."""
        return b"".join(piece.data for piece in self.pieces)

    @property
    def streamed(self) -> bool:
        """Whether the answer is a stream of events, of which the times of the pieces are kept."""
        return header(self.answer_headers, "content-type").startswith("text/event-stream")


def header(headers: tuple[tuple[str, str], ...], name: str) -> str:
    """The value of a header, empty where it is missing."""
    return next((value for key, value in headers if key.lower() == name), "")


def write_exchange(exchange: Exchange) -> str:
    """Write an exchange as JSON."""
    answer: dict[str, Any] = {
        "status": exchange.status,
        "headers": [list(pair) for pair in exchange.answer_headers],
        "cut": exchange.answer_cut,
        "whole": exchange.whole,
    }
    if exchange.streamed:
        answer["pieces"] = [{"at_ms": piece.at_ms, **_written(piece.data)} for piece in exchange.pieces]
    else:
        answer["body"] = _written(exchange.answer)
        answer["at_ms"] = exchange.pieces[-1].at_ms if exchange.pieces else None
    request = {
        "method": exchange.method,
        "target": exchange.target,
        "headers": [list(pair) for pair in exchange.headers],
        "cut": exchange.body_cut,
        "body": _written(exchange.body),
    }
    whole = {"format": FORMAT, "request_id": exchange.request_id, "began": exchange.began}
    return json.dumps(whole | {"request": request, "answer": answer}, ensure_ascii=False, indent=1)


def read_exchange(written: str) -> Exchange:
    """Read what `write_exchange` wrote.

    Raises:
        ValueError: it is something else, or damaged.
    """
    try:
        whole = json.loads(written)
        if whole["format"] != FORMAT:
            raise ValueError(f"its format is {whole['format']!r}, not {FORMAT!r}")
        request, answer = whole["request"], whole["answer"]
        written_pieces = answer["pieces"] if "pieces" in answer else [answer["body"] | {"at_ms": answer["at_ms"] or 0}]
        return Exchange(
            request_id=whole["request_id"],
            began=whole["began"],
            method=request["method"],
            target=request["target"],
            headers=_pairs(request["headers"]),
            body=_read(request["body"]),
            body_cut=request["cut"],
            status=answer["status"],
            answer_headers=_pairs(answer["headers"]),
            pieces=tuple(Piece(at_ms=piece["at_ms"], data=_read(piece)) for piece in written_pieces),
            answer_cut=answer["cut"],
            whole=answer["whole"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it lacks or garbles {error}") from error


def _written(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _read(written: dict[str, str]) -> bytes:
    return written["text"].encode() if "text" in written else base64.b64decode(written["base64"])


def _pairs(written: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in written)

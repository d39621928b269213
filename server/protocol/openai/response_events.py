"""An answer of the Responses API as a stream of events, in OpenAI's order; pure.

`response.created`, `response.in_progress`; for each item of the answer that it was added, its parts, their pieces, and
that each is done; at the end `response.completed`, `response.incomplete`, or `response.failed` and `error`.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel

from server.errors import PageglassError
from server.protocol.openai import response as wire
from server.protocol.openai.chat_answer_codec import encode_logprobs, encode_notes
from server.protocol.openai.response_codec import ResponseHead, encode_call, new_id
from server.values.chat import Delta, RepetitionNote, TokenLogprob, ToolCall

Event = tuple[str, str]
"""The type of an event, and its data as JSON."""
_PART_KINDS: Final = {"output_text": "text", "refusal": "refusal", "reasoning_text": "text"}
_PartKind = Literal["output_text", "refusal", "reasoning_text"]


class _OpenPart:
    """A part of an item under way."""

    def __init__(self, kind: _PartKind, index: int) -> None:
        self.kind = kind
        self.index = index
        self.pieces: list[str] = []
        self.tokens: list[TokenLogprob] = []

    @property
    def written(self) -> wire.OutputText | wire.OutputRefusal | wire.ReasoningText:
        text = "".join(self.pieces)
        if self.kind == "refusal":
            return wire.OutputRefusal(refusal=text)
        if self.kind == "reasoning_text":
            return wire.ReasoningText(text=text)
        return wire.OutputText(text=text, logprobs=_logprobs(self.tokens))


class ResponseWriter:
    """Writes the deltas of one answer as events; `open` comes first."""

    def __init__(self, head: ResponseHead) -> None:
        self._head = head
        self._number = 0
        self._output: list[wire.OutputItem] = []
        self._item_id = ""
        self._done_parts: list[Any] = []
        self._part: _OpenPart | None = None
        self._repetitions: list[RepetitionNote] = []
        self._ended: wire.Response | None = None

    def open(self) -> Iterator[Event]:
        """The events before the first delta."""
        started = self._head.state("in_progress")
        yield self._event("response.created", response=started)
        yield self._event("response.in_progress", response=started)

    def write(self, delta: Delta) -> list[Event]:
        """The events of one delta."""
        events: list[Event] = []
        if delta.repetition:
            self._repetitions.append(delta.repetition)
        if delta.reasoning:
            events += self._piece("reasoning_text", delta.reasoning, ())
        if delta.text or delta.logprobs:
            events += self._piece("output_text", delta.text, delta.logprobs)
        if delta.refusal:
            events += self._piece("refusal", delta.refusal, ())
        if delta.tool_call:
            events += [*self._close_item("completed"), *self._call(delta.tool_call)]
        if delta.finish_reason:
            events += self._end(delta)
        return events

    def fail(self, error: PageglassError) -> list[Event]:
        """The events of an answer that ends with an error."""
        code = "rate_limit_exceeded" if error.status == 429 else "server_error"
        said = wire.ResponseError(code=code, message=error.message)
        failed = self._head.state("failed", error=said, output=tuple(self._output))
        body = {"type": error.type, "code": error.code, "message": error.message, "param": error.param}
        flat = {name: body[name] for name in ("code", "message", "param")}
        return [self._event("response.failed", response=failed), self._event("error", **flat, error=body)]

    def _piece(self, kind: _PartKind, text: str, tokens: Sequence[TokenLogprob]) -> Iterator[Event]:
        if self._part is None or self._part.kind != kind:
            yield from self._begin(kind)
        part = self._part
        assert part is not None  # noqa: S101 - `_begin` has just set it
        part.pieces.append(text)
        part.tokens += tokens
        members: dict[str, Any] = {"logprobs": _logprobs(tokens)} if kind == "output_text" else {}
        yield self._event(f"response.{kind}.delta", **self._place(part), delta=text, **members)

    def _begin(self, kind: _PartKind) -> Iterator[Event]:
        """Close what is of another kind, and open an item where there is none, and the part."""
        thinks = kind == "reasoning_text"
        if self._part is not None and (self._part.kind == "reasoning_text") != thinks:
            yield from self._close_item("completed")
        elif self._part is not None:
            yield from self._close_part()
        if not self._item_id:
            self._item_id = new_id("rs" if thinks else "msg")
            yield self._event(
                "response.output_item.added", output_index=len(self._output), item=self._item("in_progress")
            )
        self._part = _OpenPart(kind, len(self._done_parts))
        yield self._event("response.content_part.added", **self._place(self._part), part=self._part.written)

    def _close_part(self) -> Iterator[Event]:
        part, self._part = self._part, None
        if part is None:
            return
        written = part.written
        members: dict[str, Any] = {_PART_KINDS[part.kind]: "".join(part.pieces)}
        if part.kind == "output_text":
            members["logprobs"] = _logprobs(part.tokens)
        yield self._event(f"response.{part.kind}.done", **self._place(part), **members)
        yield self._event("response.content_part.done", **self._place(part), part=written)
        self._done_parts.append(written)

    def _close_item(self, status: wire.Status) -> Iterator[Event]:
        yield from self._close_part()
        if not self._item_id:
            return
        item = self._item(status)
        yield self._event("response.output_item.done", output_index=len(self._output), item=item)
        self._output.append(item)
        self._item_id, self._done_parts = "", []

    def _call(self, call: ToolCall) -> Iterator[Event]:
        """The events of a call, which arrives whole."""
        done = encode_call(call)
        place = {"item_id": done.id, "output_index": len(self._output)}
        begun = done.model_copy(update={"status": "in_progress", "arguments": ""})
        yield self._event("response.output_item.added", output_index=place["output_index"], item=begun)
        yield self._event("response.function_call_arguments.delta", **place, delta=call.arguments)
        yield self._event("response.function_call_arguments.done", **place, name=call.name, arguments=call.arguments)
        yield self._event("response.output_item.done", output_index=place["output_index"], item=done)
        self._output.append(done)

    def _end(self, delta: Delta) -> Iterator[Event]:
        finish = delta.finish_reason or "stop"
        if not self._item_id and not self._output:  # an answer without text is a message without text
            yield from self._begin("output_text")
        yield from self._close_item("incomplete" if finish == "length" else "completed")
        if delta.usage is None:
            return
        if finish == "length" and isinstance(self._output[-1], wire.OutputCall):  # it came whole before it was cut
            self._output[-1] = self._output[-1].model_copy(update={"status": "incomplete"})
        ended = self._head.ended(tuple(self._output), finish, delta.usage, encode_notes(delta, self._repetitions))
        self._ended = ended

    def end(self, keep_as: wire.Response | None = None) -> list[Event]:
        """The last event, of the answer or of what it became; none before the end."""
        ended, self._ended = keep_as or self._ended, None
        return [self._event(f"response.{ended.status}", response=ended)] if ended else []

    @property
    def ended(self) -> wire.Response | None:
        """The whole answer, once its last delta is written and its last event is not."""
        return self._ended

    def _item(self, status: wire.Status) -> wire.OutputItem:
        if self._item_id.startswith("rs"):
            return wire.OutputReasoning(id=self._item_id, status=status, content=tuple(self._done_parts))
        return wire.OutputMessage(id=self._item_id, status=status, content=tuple(self._done_parts))

    def _place(self, part: _OpenPart) -> dict[str, Any]:
        return {"item_id": self._item_id, "output_index": len(self._output), "content_index": part.index}

    def _event(self, kind: str, **members: Any) -> Event:
        plain = {name: _plain(value) for name, value in members.items()}
        data = {"type": kind, "sequence_number": self._number, **plain}
        self._number += 1
        return kind, json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _logprobs(tokens: Sequence[TokenLogprob]) -> tuple[Any, ...]:
    encoded = encode_logprobs(tokens)
    return encoded.content if encoded else ()

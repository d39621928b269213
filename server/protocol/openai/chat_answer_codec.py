"""Chat answers from inner values to the wire, whole and as a stream of chunks; pure, like the way in."""

import json
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from server.protocol.openai import chat_completion as wire
from server.values.chat import (
    Answer,
    Choice,
    Delta,
    PageNote,
    RepetitionNote,
    TokenChance,
    TokenLogprob,
    ToolCall,
    Usage,
)
from server.values.lines import Evidence

_quoted: Final = json.JSONEncoder(ensure_ascii=False).encode  # of text the same as pydantic's
_LEAST_LOGPROB = -9999.0  # what OpenAI writes for the next to impossible; JSON has no minus infinity


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHead:
    """What every chunk of an answer repeats; `created` is in Unix seconds."""

    model: str
    fingerprint: str
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(16)}")
    created: int = field(default_factory=lambda: int(time.time()))


def encode_answer(answer: Answer, head: AnswerHead) -> wire.ChatCompletion:
    """Write a whole answer. With logprobs it may take a second: not for the event loop."""
    return wire.ChatCompletion(
        id=head.id,
        created=head.created,
        model=head.model,
        choices=tuple(_encode_choice(index, choice) for index, choice in enumerate(answer.choices)),
        usage=_encode_usage(answer.usage),
        system_fingerprint=head.fingerprint,
        pageglass=encode_notes(answer, answer.repetitions),
    )


class StreamWriter:
    """Writes answers as chunks, each as JSON with just the members that it sets.

    Of each answer its role, pieces and finish reason, and at the end usage where asked for. A piece of text, as nearly
    all are, goes into a chunk that was written before, as long as the stream is of that answer.
    """

    def __init__(self, head: AnswerHead, *, include_usage: bool) -> None:
        self._head = head
        self._include_usage = include_usage
        self._blank: dict[str, Any] = {"usage": None} if include_usage else {}
        self._around: list[tuple[str, str]] = []
        self._calls: Counter[int] = Counter()
        self._repetitions: list[RepetitionNote] = []

    def open(self, index: int = 0) -> Iterator[str]:
        """Send the role of every answer up to `index` that still waits for it.

        One after the other, because the SDK's stream helper numbers answers in the order in which they begin.
        """
        while (opened := len(self._around)) <= index:
            yield self._piece(opened, wire.ChunkDelta(role="assistant", content="", refusal=None), **self._blank)
            blank = self._piece(opened, wire.ChunkDelta(content=""), **self._blank)
            before, _, after = blank.partition('{"content":""}')
            self._around.append((before + '{"content":', "}" + after))

    def write(self, delta: Delta) -> list[str]:
        """The chunks for one delta: its piece, its end, and the end of all."""
        chunks = list(self.open(delta.index)) if delta.index >= len(self._around) else []
        if _is_text(delta):
            before, after = self._around[delta.index]
            return [*chunks, f"{before}{_quoted(delta.text)}{after}"]
        if delta.repetition:
            self._repetitions.append(delta.repetition)
        said = self._said(delta)
        if said or delta.logprobs:
            logprobs = encode_logprobs(delta.logprobs)
            chunks.append(self._piece(delta.index, wire.ChunkDelta(**said), logprobs=logprobs, **self._blank))
        return chunks + self._ended(delta)

    def _ended(self, delta: Delta) -> list[str]:
        """The chunks for the end of an answer, if `delta` is that, and of all."""
        chunks = []
        if delta.finish_reason:
            members = dict(self._blank)
            if delta.usage:
                members["pageglass"] = encode_notes(delta, self._repetitions)
            chunks.append(self._piece(delta.index, wire.ChunkDelta(), finish_reason=delta.finish_reason, **members))
        if delta.usage and self._include_usage:
            chunks.append(self._chunk(usage=_encode_usage(delta.usage)))
        return chunks

    def _said(self, delta: Delta) -> dict[str, Any]:
        said: dict[str, Any] = {}
        if delta.reasoning:
            said["reasoning"] = delta.reasoning
        if delta.text:
            said["content"] = delta.text
        if delta.refusal:
            said["refusal"] = delta.refusal
        if delta.tool_call:
            said["tool_calls"] = (_encode_call_delta(delta.tool_call, self._calls[delta.index]),)
            self._calls[delta.index] += 1
        return said

    def _piece(
        self,
        index: int,
        delta: wire.ChunkDelta,
        *,
        logprobs: wire.Logprobs | None = None,
        finish_reason: wire.Finish | None = None,
        **members: Any,
    ) -> str:
        choice = wire.ChunkChoice(index=index, delta=delta, logprobs=logprobs, finish_reason=finish_reason)
        return self._chunk(choice, **members)

    def _chunk(self, *choices: wire.ChunkChoice, **members: Any) -> str:
        chunk = wire.ChatCompletionChunk(
            id=self._head.id,
            object="chat.completion.chunk",
            created=self._head.created,
            model=self._head.model,
            system_fingerprint=self._head.fingerprint,
            choices=choices,
            **members,
        )
        return chunk.model_dump_json(exclude_unset=True)


def _is_text(delta: Delta) -> bool:
    """Whether a piece is text and nothing else."""
    return bool(delta.text) and not (
        delta.logprobs
        or delta.finish_reason
        or delta.reasoning
        or delta.refusal
        or delta.tool_call
        or delta.usage
        or delta.repetition
    )


def _encode_choice(index: int, choice: Choice) -> wire.Choice:
    message = wire.AnswerMessage(
        content=choice.text,
        refusal=choice.refusal,
        reasoning=choice.reasoning,
        tool_calls=tuple(_encode_call(call) for call in choice.tool_calls) or None,
    )
    logprobs = encode_logprobs(choice.logprobs)
    return wire.Choice(index=index, message=message, logprobs=logprobs, finish_reason=choice.finish_reason)


def _encode_call(call: ToolCall) -> wire.MessageToolCall:
    return wire.MessageToolCall(id=call.id, function=wire.FunctionCall(name=call.name, arguments=call.arguments))


def _encode_call_delta(call: ToolCall, index: int) -> wire.ToolCallDelta:
    function = wire.FunctionCall(name=call.name, arguments=call.arguments)
    return wire.ToolCallDelta(index=index, id=call.id, type="function", function=function)


def encode_logprobs(tokens: Sequence[TokenLogprob]) -> wire.Logprobs | None:
    """Write the tokens with their probabilities; None where there are none."""
    if not tokens:
        return None
    content = tuple(
        wire.TokenLogprob(
            **_chance_members(token.taken),
            top_logprobs=tuple(wire.TokenChance(**_chance_members(chance)) for chance in token.top),
        )
        for token in tokens
    )
    return wire.Logprobs(content=content, refusal=None)


def _chance_members(chance: TokenChance) -> dict[str, Any]:
    logprob = max(_LEAST_LOGPROB, chance.logprob)  # in this order, because then no NaN passes either
    return {"token": chance.token, "logprob": logprob, "bytes": tuple(chance.data)}


def _encode_usage(usage: Usage) -> wire.CompletionUsage:
    return wire.CompletionUsage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
        prompt_tokens_details=wire.PromptTokensDetails(cached_tokens=usage.cached_tokens, audio_tokens=0),
        completion_tokens_details=wire.CompletionTokensDetails(
            reasoning_tokens=usage.reasoning_tokens,
            audio_tokens=0,
            accepted_prediction_tokens=0,
            rejected_prediction_tokens=0,
        ),
    )


def encode_notes(end: Answer | Delta, repetitions: Sequence[RepetitionNote]) -> wire.PageglassInfo:
    """Write our own part of an answer."""
    pages, members = end.pages, dict[str, Any]()
    if end.evidence is not None:
        members["evidence"] = {path: _encode_evidence(one, pages) for path, one in end.evidence.items()}
    return wire.PageglassInfo(
        **members,
        language=end.about.language,
        notes=end.about.notes,
        asked=end.about.asked,
        pages=tuple(
            wire.PageInfo(
                source=page.source,
                number=page.number,
                width=page.width,
                height=page.height,
                quarter_turns=page.quarter_turns,
                notes=page.notes,
            )
            for page in pages
        ),
        repetitions=tuple(
            wire.RepetitionInfo(choice=note.choice, unit=note.unit, times=note.times, retries=note.retries)
            for note in repetitions
        ),
    )


def _encode_evidence(evidence: Evidence, pages: Sequence[PageNote]) -> wire.EvidenceInfo:
    page = None if evidence.page is None else pages[evidence.page]
    return wire.EvidenceInfo(
        grounded=evidence.grounded,
        source=page and page.source,
        page=page and page.number,
        box=evidence.box,
        text=evidence.text,
        confidence=evidence.confidence,
        checked=evidence.checked,
        reading=evidence.reading,
    )

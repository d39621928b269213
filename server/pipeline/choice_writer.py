"""One answer of a language model on its way out: loops cut, fences taken off, JSON checked, tool calls made of it."""

import json
import secrets
from collections.abc import Iterator

from server.config import RepetitionSettings
from server.engines.base import Delta, FinishReason, RepetitionNote, ToolCall
from server.errors import InvalidAnswer
from server.pipeline.constraints import Form, fault_of
from server.pipeline.fences import FenceRemover
from server.pipeline.repetition import RepetitionGuard

_LONGEST_BLANK = 256  # characters of white space that a grammar lets a model write between two JSON values, and more


class ChoiceWriter:
    """Turns the deltas of the answer number `index` into those that the caller gets.

    Text under a forced tool is held until it is whole, as a call is given whole; all other text goes on at once.
    """

    def __init__(self, index: int, *, form: Form, repetition: RepetitionSettings, unwraps_fences: bool) -> None:
        self._index = index
        self._form = form
        self._guard = RepetitionGuard(repetition) if repetition.guard else None
        self._fences = FenceRemover() if unwraps_fences and form.is_json else None
        self._given: list[str] = []
        self._held: list[str] = []
        self._called = False
        self._blank = 0
        self.finished = False

    def feed(self, delta: Delta) -> Iterator[Delta]:
        """Yield what `delta` makes of the answer; the last one carries `finish_reason`, and no usage.

        Raises:
            InvalidAnswer: the answer is whole and does not keep to the form that was asked for.
        """
        if self.finished:
            return
        if delta.reasoning:
            yield Delta(index=self._index, reasoning=delta.reasoning)
        if delta.tool_call:
            self._called = True
            yield Delta(index=self._index, tool_call=delta.tool_call)
        text = self._guard.feed(delta.text) if self._guard else delta.text
        yield from self._write(text, delta)
        if self._guard and self._guard.loop:
            unit, times = self._guard.loop.unit, self._guard.loop.times
            yield from self._finish("length", RepetitionNote(choice=self._index, unit=unit, times=times))
        elif self._form.is_json and self._is_blank_for_ever(delta.text):
            yield from self._finish("length", RepetitionNote(choice=self._index, unit=" ", times=self._blank))
        elif delta.finish_reason:
            yield from self._write(self._guard.flush() if self._guard else "", Delta())
            note = RepetitionNote(choice=self._index, unit="", times=0) if delta.looped else None
            yield from self._finish("length" if delta.looped else delta.finish_reason, note)

    def _is_blank_for_ever(self, text: str) -> bool:
        """Whether white space goes on and on, as it does where a model does not know what JSON to write."""
        written = text.rstrip()
        self._blank = len(text) - len(written) + (0 if written else self._blank)
        return self._guard is not None and self._blank > _LONGEST_BLANK

    def _write(self, text: str, delta: Delta) -> Iterator[Delta]:
        yield from self._give(self._fences.feed(text) if self._fences else text, delta)

    def _give(self, text: str, delta: Delta) -> Iterator[Delta]:
        if self._form.tool or self._form.calls:
            self._held.append(text)
        elif text or delta.logprobs:
            self._given.append(text)
            yield Delta(index=self._index, text=text, logprobs=delta.logprobs)

    def _finish(self, reason: FinishReason, note: RepetitionNote | None) -> Iterator[Delta]:
        self.finished = True
        if self._fences:
            yield from self._give(self._fences.flush(), Delta())
        whole = "".join(self._held or self._given)
        if reason == "stop" and self._form.validator and (fault := fault_of(whole, self._form.validator)):
            raise InvalidAnswer(
                f"The model's answer does not keep to the form that was asked for: {fault}. Ask again, with another "
                "temperature or a simpler schema.",
                param=self._form.constraint.path if self._form.constraint else None,
            )
        if self._form.calls and reason != "stop":  # no list of calls: it was cut off
            yield Delta(index=self._index, text=whole)
        for call in self._calls(whole, cut=reason != "stop"):
            self._called = True
            yield Delta(index=self._index, tool_call=call)
        if self._called and reason == "stop":
            reason = "tool_calls"
        yield Delta(index=self._index, finish_reason=reason, repetition=note)

    def _calls(self, whole: str, *, cut: bool) -> Iterator[ToolCall]:
        """The calls that a whole answer stands for; arguments that were cut off are given as far as they go."""
        if self._form.tool:
            yield _call(self._form.tool.name, whole)
        elif self._form.calls and not cut:
            for call in json.loads(whole):
                yield _call(call["name"], json.dumps(call["parameters"], ensure_ascii=False))


def new_call_id() -> str:
    """Make an id for a tool call."""
    return f"call_{secrets.token_hex(12)}"


def _call(name: str, arguments: str) -> ToolCall:
    return ToolCall(id=new_call_id(), name=name, arguments=arguments)

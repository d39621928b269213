"""Post-processes one answer of a language model: repetition guard, code fences, JSON validation, tool calls."""

import json
import secrets
from collections import defaultdict
from collections.abc import Iterator

from server.errors import InvalidAnswer
from server.settings.groups import RepetitionSettings
from server.values.chat import Delta, FinishReason, RepetitionNote, TokenLogprob, ToolCall
from server.writing.constraints import Form, fault_of
from server.writing.fences import FenceRemover
from server.writing.repetition import Loop, RepetitionGuard

_CHECKED_ON_THE_LOOP = 1_000  # characters
_LONGEST_BLANK = 256  # characters of white space that a grammar lets a model write between two JSON values, and more


class ChoiceWriter:
    """Turns the deltas of the answer number `index` into those that the caller gets.

    Text under a forced tool is held until it is whole, as a call is given whole; all other text goes on at once.
    """

    def __init__(
        self,
        index: int,
        *,
        form: Form,
        repetition: RepetitionSettings,
        unwraps_fences: bool = False,
        one_call: bool = False,
    ) -> None:
        """Take the `form` of the answer; `one_call` keeps the first tool call alone."""
        self._index = index
        self._form = form
        self._one_call = one_call
        self._guards = repetition.guard
        self._guard = RepetitionGuard(repetition)
        self._asides: dict[str, RepetitionGuard] = defaultdict(lambda: RepetitionGuard(repetition))
        self._fences = FenceRemover() if unwraps_fences else None
        self._given: list[str] = []
        self._held: list[str] = []
        self._called = False
        self._blank = 0
        self._end: tuple[FinishReason, bool, RepetitionNote | None] | None = None
        self.finished = False
        """Whether the answer has ended, and `finish` is due."""

    def feed(self, delta: Delta) -> list[Delta]:
        """Give what `delta` makes of the answer, but for its end."""
        if self.finished:
            return []
        made = self._set_aside(delta) if delta.held or delta.reasoning or self._asides else []
        if delta.tool_call and not (self._called and self._one_call):
            self._called = True
            made.append(Delta(index=self._index, tool_call=delta.tool_call))
        made += self._write(self._guard.feed(delta.text), delta.logprobs)
        if loop := self._guard.loop or (self._loop_aside() if self._asides else None):
            self._close("length", RepetitionNote(choice=self._index, unit=loop.unit, times=loop.times))
        elif self._form.validator and self._is_endless_whitespace(delta.text):
            self._close("length", RepetitionNote(choice=self._index, unit=" ", times=self._blank))
        elif delta.finish_reason:
            made += self._write(self._guard.flush())
            note = RepetitionNote(choice=self._index, unit="", times=0) if delta.looped else None
            self._close("length" if delta.looped else delta.finish_reason, note, stopped=delta.stopped)
        return made

    def _set_aside(self, delta: Delta) -> list[Delta]:
        """Reasoning on its way out, and the arguments of a call, which come whole: loops are looked for in both."""
        if delta.held:
            self._asides["calls"].feed(delta.held)
        reasoning = self._asides["thoughts"].feed(delta.reasoning) if delta.reasoning else ""
        if "thoughts" in self._asides and (delta.text or delta.held or delta.tool_call or delta.finish_reason):
            reasoning += self._asides["thoughts"].flush()
        return [Delta(index=self._index, reasoning=reasoning)] if reasoning else []

    def _loop_aside(self) -> Loop | None:
        return next((guard.loop for guard in self._asides.values() if guard.loop), None)

    def _close(self, reason: FinishReason, note: RepetitionNote | None, *, stopped: bool = False) -> None:
        self._end = reason, reason != "stop" or stopped, note
        self.finished = True

    def _is_endless_whitespace(self, text: str) -> bool:
        """Whether white space continues endlessly, as it does if a model does not know what JSON to write."""
        written = text.rstrip()
        self._blank = len(text) - len(written) + (0 if written else self._blank)
        return self._guards and self._blank > _LONGEST_BLANK

    def _write(self, text: str, logprobs: tuple[TokenLogprob, ...] = ()) -> list[Delta]:
        return self._give(self._fences.feed(text) if self._fences else text, logprobs)

    def _give(self, text: str, logprobs: tuple[TokenLogprob, ...] = ()) -> list[Delta]:
        if self._form.tool or self._form.calls:
            self._held.append(text)
        elif text or logprobs:
            self._given.append(text)
            return [Delta(index=self._index, text=text, logprobs=logprobs)]
        return []

    def finish(self) -> list[Delta]:
        """Give the end of a finished answer; the last delta carries `finish_reason`, and no usage.

        Checks whole JSON, which may take a while: not for the event loop where `is_long_to_finish`.

        Raises:
            InvalidAnswer: the answer is whole and does not keep to the form that was asked for.
        """
        assert self._end is not None  # noqa: S101 - `finished` says so
        reason, cut, note = self._end
        made = self._give(self._fences.flush()) if self._fences else []
        whole = "".join(self._held or self._given)
        if not cut and self._form.validator and (fault := fault_of(whole, self._form.validator)):
            raise InvalidAnswer(
                f"The model's answer does not keep to the form that was asked for: {fault}. Ask again, with another "
                "temperature or a simpler schema.",
                param=self._form.constraint.path if self._form.constraint else None,
            )
        if self._form.calls and cut:  # no list of calls
            made.append(Delta(index=self._index, text=whole))
        for call in self._calls(whole, cut=cut):
            self._called = True
            made.append(Delta(index=self._index, tool_call=call))
        if self._called and reason == "stop":
            reason = "tool_calls"
        return [*made, Delta(index=self._index, finish_reason=reason, repetition=note)]

    @property
    def is_long_to_finish(self) -> bool:
        """Whether `finish` has something to check that is longer than the way to a thread."""
        return self._form.is_json and sum(map(len, self._held or self._given)) > _CHECKED_ON_THE_LOOP

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

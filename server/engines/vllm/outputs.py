"""Converts vLLM's outputs to deltas: text, reasoning, tool calls, log probabilities, finish reasons.

vLLM's objects are taken as they come, by the members that they have; nothing of it is imported here.
"""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from server.errors import EngineUnavailable, InternalError, InvalidRequest
from server.values.chat import Delta, TokenChance, TokenLogprob, ToolCall, Usage


class OutputReader:
    """Reads the tokens of one answer: reasoning and tool calls apart from text, by the family's parsers."""

    def __init__(self, *, top: int, held_to: str | None = None, parser: Any = None, asked: Any = None) -> None:
        """Take vLLM's `parser` and the request that it wants to see.

        `top` is how many likeliest tokens to tell, and `held_to` the place of the constraint on the answer, if any.
        """
        self._top = top
        self._held_to = held_to
        self._parser = parser
        self._asked = asked
        self._ids: list[int] = []
        self._calls: dict[int, list[str]] = {}
        self.reasoning_tokens = 0
        self.keeps_special_tokens = parser is not None and not asked.skip_special_tokens
        """Whether the parser has to see tokens that are else left out of the text."""

    def reasoning_ended(self, prompt: list[int]) -> bool | None:
        """Whether the prompt leaves nothing to think about, so that a constraint holds from the first token on."""
        if self._parser is None or self._parser.reasoning_parser is None:
            return None
        return bool(self._parser.is_reasoning_end(prompt))

    def read(self, completion: Any, prompt: list[int], used: Callable[[], Usage]) -> Iterator[Delta]:
        """Yield the deltas of one output of vLLM; `used` counts the tokens, once those of this output are read."""
        index, ended = completion.index, completion.finish_reason is not None
        text, reasoning, held = completion.text, "", ""
        if self._parser is not None:
            text, reasoning, held = self._parse(completion, prompt, ended=ended)
        logprobs, usage = tuple(_logprobs(completion, self._top)), used()
        if text or reasoning or held or logprobs:
            yield Delta(index=index, text=text, reasoning=reasoning, held=held, logprobs=logprobs, usage=usage)
        if not ended:
            return
        for name, arguments in (("".join(parts[:1]), "".join(parts[1:])) for parts in self._calls.values()):
            call = ToolCall(id=f"call_{uuid.uuid4().hex[:24]}", name=name, arguments=arguments)
            yield Delta(index=index, tool_call=call, usage=usage)
        if completion.finish_reason == "error" and self._held_to:
            raise InvalidRequest(
                f"'{self._held_to}' went over a limit of its compiler while the answer was written. Simplify it.",
                param=self._held_to,
            )
        yield _finish(completion, usage)

    def _parse(self, completion: Any, prompt: list[int], *, ended: bool) -> tuple[str, str, str]:
        """The text, the reasoning and the piece of a tool call that an output holds."""
        ids = list(completion.token_ids)
        message = self._parser.parse_delta(completion.text, ids, self._asked, prompt, finished=ended)
        if self._parser.reasoning_parser is not None:
            self._count(ids, thought=bool(message and message.reasoning), ended=ended)
        if message is None:
            return "", "", ""
        held = []
        for call in message.tool_calls:
            parts = self._calls.setdefault(call.index, [])
            if call.function:
                held += [piece for piece in (call.function.name, call.function.arguments) if piece]
                parts += held
        return message.content or "", message.reasoning or "", "".join(held)

    def _count(self, ids: list[int], *, thought: bool, ended: bool) -> None:
        """Count reasoning as the parser does once the answer is whole, since each count goes through all of it."""
        self._ids += ids
        if ended:
            self.reasoning_tokens = self._parser.count_reasoning_tokens(self._ids)
        elif thought:
            self.reasoning_tokens += len(ids)


def _finish(completion: Any, usage: Usage) -> Delta:
    """The end of an answer in our words; vLLM has more reasons than OpenAI."""
    index = completion.index
    match completion.finish_reason:
        case "stop":
            stopped = completion.stop_reason is not None  # a text or a token that the caller named
            return Delta(index=index, finish_reason="stop", stopped=stopped, usage=usage)
        case "length":
            return Delta(index=index, finish_reason="length", usage=usage)
        case "repetition":
            return Delta(index=index, finish_reason="length", looped=True, usage=usage)
        case "abort":
            raise EngineUnavailable("The engine gave up this request. Try again.", retry_after_s=1)
    raise InternalError("The engine ended its answer with an error.")


def _logprobs(completion: Any, top: int) -> Iterator[TokenLogprob]:
    """The chances of the tokens of one output: vLLM gives a mapping of token id to chance for each.

    The token that was taken is in it besides the `top` likeliest.
    """
    for token, chances in zip(completion.token_ids, completion.logprobs or (), strict=False):
        ranked = sorted(chances.values(), key=lambda chance: chance.rank)[:top]
        yield TokenLogprob(taken=_chance(chances[token]), top=tuple(map(_chance, ranked)))


def _chance(chance: Any) -> TokenChance:
    token = chance.decoded_token or ""
    return TokenChance(token=token, logprob=max(chance.logprob, -9999.0), data=token.encode("utf-8", "replace"))

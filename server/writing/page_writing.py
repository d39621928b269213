"""Page transcription by a language model, with retries of useless answers, and tiling of pages that are too tall.

Only texts of whole pages are joined from parts, and only for the family's own prompts: answers to a caller's prompt may
not be joinable, and a caller's token limit applies to a page.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np

from server.config import Settings
from server.engines.base import Generator
from server.engines.registry import ServedModel
from server.media.in_order import in_order
from server.media.pixels.tiling import upright
from server.reading.read import NO_USAGE
from server.values.chat import (
    Answer,
    ChatRequest,
    Choice,
    ImagePart,
    JSONSchemaFormat,
    Message,
    TextFormat,
    TextPart,
    Usage,
)
from server.values.ocr import OcrRequest, Task
from server.values.pages import ImageSource, Page
from server.writing.collected import collect
from server.writing.generation import generate, plan_generation
from server.writing.second_tries import Attempt, Tried, retry
from server.writing.tiled_text import is_larger, merge_texts, most_pieces, pieces_of, tiles_of

_JOINED: Final[frozenset[Task]] = frozenset({"ocr", "markdown"})
_Ask = Callable[[Sequence[Page], Attempt], Coroutine[Any, Any, Answer]]
_AT_ONCE: Final = 4  # parts of a page; vLLM writes of them side by side, and other requests want their turn as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The text of a page, how often it was turned clockwise for it, the tiles it was read in, and what was tried."""

    text: str
    quarter_turns: int = 0
    tiles: int = 1
    attempts: tuple[str, ...] = ()
    usage: Usage = NO_USAGE


class PageWriting:
    """One request's questions to a language model."""

    def __init__(self, request: OcrRequest, model: ServedModel, task: Task, *, settings: Settings) -> None:
        self._request = request
        self._model = model
        self._task = task
        self._within = model.profile.budgets.of(request.source.detail)
        self._repetition = settings.repetition
        self._retries = settings.ocr_retries
        self._turns = asyncio.Semaphore(_AT_ONCE)
        own_words = not request.prompt and request.max_tokens is None
        self.in_parts = own_words and task in _JOINED and task not in model.profile.asked_whole
        """Whether texts of parts of a page can be put together."""

    async def page(self, engine: Generator, page: Page) -> Written:
        """Have the text of `page` written; one that was loaded larger than the model's budget is read in tiles.

        Raises:
            PageglassError: what `engine` raises.
        """
        if is_larger(page, self._within):
            return await self._tiled(engine, await asyncio.to_thread(tiles_of, page, self._within))
        prompt = self._request.prompt or self._model.profile.prompts.get(self._task)
        tried = await self.answer(engine, (page,), prompt)
        return Written(
            text=tried.answer.choices[0].text or "",
            quarter_turns=tried.attempt.quarter_turns,
            attempts=tried.notes,
            usage=tried.usage,
        )

    async def answer(
        self, engine: Generator, pages: Sequence[Page], prompt: str | None, *, schema: JSONSchemaFormat | None = None
    ) -> Tried:
        """Ask about `pages`, and ask again another way where the answer is of no use; see `retry`."""
        ask = partial(self._ask, engine, prompt=prompt, schema=schema)
        return await retry(
            lambda attempt: self._ask_as(attempt, pages, ask),
            retries=self._retries,
            may_warm="temperature" not in self._request.sampling,
            may_turn=len(pages) == 1,
            most_pieces=most_pieces(pages[0], self._within) if self.in_parts and schema is None else 1,
            limited=self._request.max_tokens is not None,
        )

    async def _tiled(self, engine: Generator, tiles: Sequence[Page]) -> Written:
        """Have the text of each tile written on its own, and join them from the top of the page to its bottom."""
        written = await in_order([self.page(engine, tile) for tile in tiles])
        with_text = [tile for tile in written if tile.text.strip()]
        upside_down = 2 * sum(tile.quarter_turns == 2 for tile in with_text) > len(with_text)
        texts = [tile.text for tile in written]
        return Written(
            text=merge_texts(texts[::-1] if upside_down else texts),
            tiles=len(tiles),
            usage=sum((tile.usage for tile in written), NO_USAGE),
            attempts=tuple(
                f"tile {number} of {len(tiles)}, {note}"
                for number, tile in enumerate(written, start=1)
                for note in tile.attempts
            ),
        )

    async def _ask_as(self, attempt: Attempt, pages: Sequence[Page], ask: _Ask) -> Answer:
        """Ask about `pages` as `attempt` says; where it says pieces, about each of them."""
        if attempt.pieces == 1:
            return await ask(_turn(pages, attempt.quarter_turns), attempt)
        (page,) = pages
        pieces = await asyncio.to_thread(pieces_of, page, self._within, attempt.pieces)
        return _joined(await in_order([ask((piece,), attempt) for piece in pieces]))

    async def _ask(
        self,
        engine: Generator,
        pages: Sequence[Page],
        attempt: Attempt,
        *,
        prompt: str | None,
        schema: JSONSchemaFormat | None,
    ) -> Answer:
        part = ImagePart(source=ImageSource(content="", path=pages[0].path))
        text = (TextPart(text=prompt),) if prompt else ()
        chat = ChatRequest(
            model=self._model.id,
            messages=(Message(role="user", parts=(part, *text)),),
            max_tokens=self._request.max_tokens,
            parameters={**attempt.sampling, **self._request.sampling},
            answer_format=schema or TextFormat(),
        )
        planned = partial(plan_generation, chat, self._model.profile, adapter=self._model.adapter)
        plan = await asyncio.to_thread(planned) if schema else planned()  # which may be large, and is checked whole
        async with self._turns:
            writing = generate(plan, pages, engine, repetition=self._repetition, retries=0)
            async with aclosing(writing) as deltas:
                return await collect(deltas)


def _joined(answers: Sequence[Answer]) -> Answer:
    """Join the answers about pieces of a page to one, cut off where one of them is."""
    choices = [answer.choices[0] for answer in answers]
    cut_off = any(choice.finish_reason == "length" for choice in choices)
    joined = Choice(
        text=merge_texts([choice.text or "" for choice in choices]),
        finish_reason="length" if cut_off else choices[0].finish_reason,
    )
    usage = sum((answer.usage for answer in answers), NO_USAGE)
    repetitions = tuple(note for answer in answers for note in answer.repetitions)
    return Answer(choices=(joined,), usage=usage, repetitions=repetitions)


def _turn(pages: Sequence[Page], quarter_turns: int) -> tuple[Page, ...]:
    if not quarter_turns:
        return tuple(pages)
    return tuple(
        replace(
            page,
            pixels=np.ascontiguousarray(upright(page.pixels, quarter_turns)),
            sha256=f"{page.sha256}-{quarter_turns}",  # engines keep what they made of a page under it
        )
        for page in pages
    )

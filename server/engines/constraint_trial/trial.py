"""Compiles a schema, pattern, grammar or list of choices on trial, before it is passed to the engine.

The engine compiles these where all its answers are written, and vLLM parses them on the event loop: one that takes
seconds there holds up everybody. Threat: callers who send such. The process is bounded in time and memory.
"""

import asyncio
import hashlib
import json
import math
import sys
from collections.abc import Mapping
from typing import Any, Final

from cachetools import LRUCache

from server.engines.constraint_trial.piped_process import PipedProcess, ProcessDied, ProcessNotStarted
from server.engines.constraint_trial.verdict import Verdict, read_verdict, refusal
from server.errors import ConfigurationError, EngineUnavailable, Overloaded
from server.install_words import install_extra
from server.media.shared_work import SharedWork
from server.values.chat import JSON, Constraint, JSONObject

_START_S: Final = 60
_REMEMBERED: Final = 1024
_MOST_LEVELS: Final = 64  # vLLM takes no deeper schema (`check_json_nesting`)
_MOST_TURNS: Final = 6  # waits longer than so many time-outs are refused
_KILLED: Final = -9  # by SIGKILL, as the kernel does where memory is short


class ConstraintTrial:
    """Tries constraints one after another, and remembers how it went.

    `tokenizer` is the text of the model's ``tokenizer.json``; without it single bytes are the vocabulary, which bounds
    parsing and compiling, but not what a large vocabulary adds to each token's mask. `memory_bytes` may be used over
    what the process needs at rest. The process is started by the first constraint, or by `start`.
    """

    def __init__(
        self,
        *,
        timeout_s: float,
        max_bytes: int,
        memory_bytes: int = 2**28,
        tokenizer: str | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._memory_bytes = memory_bytes
        command = [sys.executable, "-P", "-m", "server.engines.constraint_trial.main", str(memory_bytes)]
        self._process = PipedProcess(command, greeting={"tokenizer": tokenizer}, start_s=_START_S)
        self._turn = asyncio.Lock()
        self._known: LRUCache[bytes, Verdict] = LRUCache(_REMEMBERED)
        self._trials: SharedWork[bytes, Verdict] = SharedWork()

    async def start(self) -> None:
        """Start the process now, so that no request waits for it; raises `ConfigurationError` where it cannot."""
        try:
            async with self._turn:
                await self._process.start()
        except ProcessNotStarted as error:
            raise ConfigurationError(
                f"The process that tries schemas and grammars did not start: {error}. What it needs comes with vLLM: "
                f"{install_extra('vllm')}."
            ) from error

    async def check(self, constraint: Constraint) -> None:
        """Return where the engine can hold answers to `constraint` within bounds.

        Raises:
            InvalidRequest: it cannot: `invalid_schema` or `unsupported_schema` for a schema, else `invalid_value`. Says
                what is wrong, where, and the setting where a limit was hit.
            Overloaded: others were being tried for too long.
            EngineUnavailable: the process could not be started, or was ended from outside.
        """
        if constraint.kind == "json" and constraint.spec is None:
            return
        text = _write(constraint)
        verdict = _judge(text, self._max_bytes) if isinstance(text, str) else text
        if verdict.outcome == "fine":
            verdict = await self._find(constraint.kind, str(text))
        if verdict.outcome != "fine":
            raise refusal(constraint, verdict)

    async def close(self) -> None:
        """End the process, whatever it is at."""
        await self._process.close()

    async def _find(self, kind: str, text: str) -> Verdict:
        key = hashlib.sha256(f"{kind} {text}".encode()).digest()
        verdict = self._known.get(key)
        if verdict is not None:
            return verdict
        return await self._trials.do(key, lambda: self._try(key, {"kind": kind, "text": text}))

    async def _try(self, key: bytes, question: dict[str, Any]) -> Verdict:
        try:
            async with asyncio.timeout(_MOST_TURNS * self._timeout_s):
                await self._turn.acquire()
        except TimeoutError:
            raise Overloaded(
                "Too many new schemas and grammars wait to be tried. Try again.",
                retry_after_s=math.ceil(self._timeout_s),
            ) from None
        try:
            return await self._ask(key, question)
        except ProcessNotStarted as error:
            raise EngineUnavailable(f"Schemas and grammars cannot be tried now: {error}.", retry_after_s=5) from error
        finally:
            self._turn.release()

    async def _ask(self, key: bytes, question: dict[str, Any]) -> Verdict:
        """Ask the process; what took too long is not remembered, since another time it may not."""
        seconds = self._timeout_s
        try:
            verdict = await self._process.ask(question | {"seconds": seconds}, seconds, read_verdict)
        except TimeoutError:
            return Verdict("costly", f"trying it took longer than {seconds:g} s (PAGEGLASS_VLLM__CONSTRAINT_TIMEOUT_S)")
        except ProcessDied as death:
            if self._process.closed or death.exit_code == _KILLED:
                raise EngineUnavailable(
                    "The process that tries schemas and grammars was ended from outside. Try again.", retry_after_s=1
                ) from None
            most = self._memory_bytes // 2**20
            return Verdict("costly", f"its compiler gave up, most likely for want of memory: it may use {most} MiB")
        self._known[key] = verdict
        return verdict


def engine_schema(schema: JSONObject) -> dict[str, JSON]:
    """Give the schema as the engine is to be given it.

    llguidance refuses a ``oneOf`` whose parts it cannot tell apart, such as a union of models with a discriminator;
    read as ``anyOf`` it lets through what is right, and whole answers are checked against the schema once more.
    """
    return {**schema, "x-guidance": {"coerce_one_of": True}}


def _write(constraint: Constraint) -> str | Verdict:
    """The constraint as text, as the engine is given it; a verdict where it is too deep to be written."""
    level: list[Any] = [constraint.spec]
    for _ in range(_MOST_LEVELS):
        level = [part for node in level for part in _parts(node)]
    if level:
        return Verdict("invalid", f"it is nested deeper than {_MOST_LEVELS} levels; flatten it")
    spec = engine_schema(constraint.spec) if isinstance(constraint.spec, Mapping) else constraint.spec
    return spec if isinstance(spec, str) else json.dumps(spec, ensure_ascii=False)


def _parts(node: Any) -> list[Any]:
    parts = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    return [part for part in parts if isinstance(part, (Mapping, list))]


def _judge(text: str, max_bytes: int) -> Verdict:
    """What can be said of a constraint without compiling it."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return Verdict("invalid", "it is not valid Unicode")
    if size > max_bytes:
        return Verdict(
            "costly", f"it has {size} bytes, and at most {max_bytes} are taken (PAGEGLASS_VLLM__MAX_CONSTRAINT_BYTES)"
        )
    if not text.strip() or "\0" in text:  # vLLM's own rules
        return Verdict("invalid", "it is empty, or has a NUL character")
    return Verdict("fine")

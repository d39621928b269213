"""Trial process: reads one constraint per JSON line on standard input, writes a verdict to standard output.

It is where hostile grammars meet compilers, so it has little to lose: no key and no setting in it, memory bounded by
the kernel, a clock that ends it, and less claim to the CPU than the server.
"""

import json
import os
import random
import signal
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from io import BufferedReader, BufferedWriter
from typing import Any, BinaryIO, Final, TypeVar

from server.child_process import bound_memory, leave_signals_to_server, take_pipes
from server.engines.constraint_trial.compilers import Compiler, Matcher, Refused
from server.engines.constraint_trial.fault_search import find_fault

Result = TypeVar("Result")

_NICENESS: Final = 5
_SLACK_S: Final = 2  # the server ends a process that is late; this clock is for one whose server is gone
_HELD_UP_S: Final = 0.5
"""CPU seconds that one step may take: the front end or the core of the engine moves no other answer meanwhile."""
_WALKS: Final = 4
_TOKENS: Final = 128  # the steps of an ambiguous grammar grow dearer with the answer


def main(memory_bytes: int) -> None:
    """Answer until the server closes the pipe; `memory_bytes` may be used over what is in use at rest."""
    pipes = take_pipes()
    questions, answers = BufferedReader(pipes[0]), BufferedWriter(pipes[1])
    leave_signals_to_server()
    warnings.simplefilter("ignore")  # nobody reads them here
    greeting = json.loads(questions.readline())
    try:
        compiler = Compiler(greeting["tokenizer"])
    except Exception as error:
        _write(answers, {"ready": False, "reason": f"{type(error).__name__}: {error}"})
        raise
    os.nice(_NICENESS)
    bound_memory(memory_bytes)
    _write(answers, {"ready": True})
    for line in questions:
        question = json.loads(line)
        signal.setitimer(signal.ITIMER_REAL, question["seconds"] + _SLACK_S)
        _write(answers, answer(compiler, question))
        signal.setitimer(signal.ITIMER_REAL, 0)


def answer(compiler: Compiler, question: dict[str, Any]) -> dict[str, Any]:
    """Try one constraint; gives the verdict as `verdict` reads it."""
    kind, text = question["kind"], question["text"]
    parsed: str | None = None
    try:
        parsed = _timed(lambda: compiler.parse(kind, text))
        _walk(partial(compiler.matcher, parsed), compiler.stop)
    except Refused as refused:
        place: list[str | int] = []
        if kind == "json" and parsed is None:
            seconds = question["seconds"] / 4
            place = find_fault(json.loads(text), lambda part: _fault_of(compiler, part), seconds=seconds)
        return {"outcome": refused.outcome, "detail": refused.detail[:1000], "steps": place}
    except MemoryError:
        return {"outcome": "costly", "detail": "it takes too much memory"}
    return {"outcome": "fine"}


def _fault_of(compiler: Compiler, schema: dict[str, Any]) -> str | None:
    try:
        compiler.parse("json", json.dumps(schema))
    except Refused as refused:
        return refused.detail
    return None


def _walk(start: Callable[[], Matcher], stop: int) -> None:
    """Write the beginnings of a few answers at random; refused is what costs too much, or never leads anywhere."""
    barren: Refused | None = None
    for number in range(_WALKS):
        matcher = _timed(start)
        try:
            _write_answer(matcher, stop, random.Random(number))  # noqa: S311 - no secret
        except Refused as refused:
            if refused.outcome != "barren":
                raise
            barren = refused
        else:
            return
    if barren:
        raise barren


def _write_answer(matcher: Matcher, stop: int, chance: random.Random) -> None:
    for number in range(_TOKENS):
        mask = _timed(matcher.mask)
        alive = [place for place, byte in enumerate(mask) if byte]
        if not alive:
            raise Refused("barren", f"nothing may come after {number} tokens")
        some = chance.sample(alive, min(len(alive), 2))  # one of them at least has more than the stop token
        options = [8 * place + bit for place in some for bit in range(8) if mask[place] >> bit & 1]
        options = [option for option in options if option != stop]
        if not options:
            return
        token = chance.choice(options)
        _timed(lambda: matcher.accept(token))  # noqa: B023 - called at once


def _timed(work: Callable[[], Result]) -> Result:
    begun = time.thread_time()
    result = work()
    seconds = time.thread_time() - begun
    if seconds > _HELD_UP_S:
        raise Refused("costly", f"one step of the engine takes {seconds:.1f} s over it, and holds up all other answers")
    return result


def _write(answers: BinaryIO, value: dict[str, Any]) -> None:
    answers.write(json.dumps(value).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
